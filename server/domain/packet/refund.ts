import type { PacketRefundState, RefundCause } from '../../../shared/types/packet'
import type { Coin } from '../../../shared/utils/coin'
import type { Classified } from './classify'
import type { PacketFacts } from './facts'

/** Coins that the source chain gives back to the sender of a packet. */
export interface PacketRefund {
  readonly chainId: string
  readonly address: string
  /** Denom as the bank of that chain calls it. */
  readonly coin: Coin
  readonly cause: RefundCause
  readonly state: PacketRefundState
  /** Its transaction, once it was found. */
  readonly txHash: string | null
}

function causeOf(facts: PacketFacts, { state, outcome }: Classified): RefundCause | null {
  if (state === 'timed_out' || outcome === 'returned_by_timeout') return 'timeout'
  if (outcome === 'returned_by_error') return 'error_acknowledgement'
  const { commitment, acknowledgement } = facts
  const pending = commitment.known && commitment.value
  return pending && acknowledgement.known && acknowledgement.value === 'error' ? 'error_acknowledgement' : null
}

/**
 * What the sender gets back, from the packet itself (ICS-20: exactly what left, to its sender); null when nothing comes
 * back or nobody can tell. Of a finished packet it is compared with the coins that its transaction credited.
 */
export function refundOf(facts: PacketFacts, classified: Classified): PacketRefund | null {
  const transfer = facts.sent.known ? facts.sent.value?.transfer : null
  const cause = causeOf(facts, classified)
  if (!transfer || !cause) return null
  const refund = { chainId: facts.id.chainId, address: transfer.sender, coin: { denom: transfer.localDenom, amount: transfer.coin.amount }, cause }
  if (classified.state !== 'completed') return { ...refund, state: 'predicted', txHash: null }
  const leg = facts.legs.find(found => found.leg === (cause === 'timeout' ? 'timeout' : 'acknowledge'))
  if (!leg?.credits) return { ...refund, state: 'unconfirmed', txHash: leg?.txHash ?? null }
  const paid = leg.credits.some(({ address, coin }) => address === refund.address && coin.denom === refund.coin.denom && coin.amount === refund.coin.amount)
  return { ...refund, state: paid ? 'paid' : 'differs', txHash: leg.txHash }
}
