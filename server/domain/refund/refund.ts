import type { RefundHoldReason, RefundReason, RefundState, RefundStatus } from '../../../shared/types/clearing'
import type { Coin } from '../../../shared/utils/coin'

export interface Refund {
  readonly id: string
  readonly chainId: string
  readonly paymentId: string
  readonly operationId: string | null
  readonly coin: Coin
  /** The address that paid, or the one that its owner named by a signature; null when nobody knows who paid. */
  readonly destination: string | null
  readonly reason: RefundReason
  readonly state: RefundState
  /** The payer caused it: its own network fee is taken off. */
  readonly networkFeeDeducted: boolean
  /** Of the transaction that carries it now. */
  readonly txHash: string | null
  readonly holdReason: RefundHoldReason | null
  readonly nextTryAt: Date | null
  readonly failures: number
  readonly approved: boolean
  readonly plannedAt: Date
}

/** A signed transaction of ours, as it is kept before it is first sent. */
export interface Payout {
  readonly id: string
  readonly chainId: string
  readonly address: string
  readonly txHash: string
  readonly txBytes: Uint8Array
  readonly refundIds: readonly string[]
  readonly destination: string
  readonly coin: Coin
  readonly fee: Coin
  readonly accountSequence: bigint
  /** No block up to here can hold it. */
  readonly signedHeight: bigint
  readonly timeoutHeight: bigint
  readonly broadcasts: number
  readonly lastBroadcastAt: Date | null
  readonly state: 'open' | 'confirmed' | 'void'
}

/** What an operation says about its refunds, from the states of all of them. */
export function refundStatusOf(states: readonly RefundState[]): RefundStatus {
  if (states.length === 0) return 'none'
  if (states.every(state => state === 'confirmed')) return 'done'
  if (states.some(state => state === 'signed' || state === 'broadcast')) return 'in_progress'
  if (states.includes('planned')) return states.includes('confirmed') ? 'in_progress' : 'owed'
  return 'held'
}

/** Sum owed to one payer by refunds of one denom; throws TypeError across denoms, RangeError without any. */
export function totalOf(refunds: readonly Refund[]): Coin {
  const [first] = refunds
  if (!first) throw new RangeError('no refunds')
  if (refunds.some(refund => refund.coin.denom !== first.coin.denom)) throw new TypeError('refunds of several denoms')
  return { denom: first.coin.denom, amount: refunds.reduce((sum, refund) => sum + refund.coin.amount, 0n) }
}

/** The part of `fee` that the payer bears: nothing if we caused any of the refunds, or if gas is paid in another denom. */
export function feeBorneByPayer(refunds: readonly Refund[], fee: Coin): bigint {
  return refunds.every(refund => refund.networkFeeDeducted) && fee.denom === totalOf(refunds).denom ? fee.amount : 0n
}
