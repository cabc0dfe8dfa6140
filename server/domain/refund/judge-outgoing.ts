import type { WalletRole } from '../../../shared/types/clearing'
import type { Coin } from '../../../shared/utils/coin'
import type { Payout, Refund } from './refund'
import { totalOf } from './refund'

/** One tx that left our wallet, with everything it moved. */
export interface OutgoingTx {
  readonly chainId: string
  readonly address: string
  readonly role: WalletRole
  readonly height: bigint
  readonly txIndex: number
  readonly txHash: string | null
  readonly code: number
  readonly memo: string
  readonly sequence: bigint | null
  readonly sends: readonly { readonly toAddress: string, readonly coins: readonly Coin[] }[]
  /** Spent otherwise than by a top-level MsgSend. */
  readonly unnamed: readonly Coin[]
  readonly fee: readonly Coin[]
}

export interface KnownAboutOutgoing {
  /** Signed by us under this hash, whatever became of it; with its refunds. */
  readonly signed: { readonly payout: Payout, readonly refunds: readonly Refund[] } | null
  /** Refunds that the memo names; null: it names none, or one that we do not know. */
  readonly named: readonly Refund[] | null
  /** Earliest waiting refund of exactly this coin to this address; only looked for where refunds are sent by hand. */
  readonly alike: Refund | null
  /** The operators', and every wallet of ours: what goes there stays the owner's. */
  readonly ownAddresses: ReadonlySet<string>
}

export type OutgoingVerdict
  = | { readonly kind: 'refund', readonly refunds: readonly Refund[], readonly sent: Coin }
    | { readonly kind: 'failed_refund' }
    /** A relayer's transaction that cost its fee and moved nothing else. */
    | { readonly kind: 'relay' }
    | { readonly kind: 'operator' }
    | { readonly kind: 'stranger', readonly note: string }

const stranger = (note: string): OutgoingVerdict => ({ kind: 'stranger', note })

function singleSend(tx: OutgoingTx): { readonly toAddress: string, readonly coin: Coin } | null {
  const [send, ...others] = tx.sends
  const [coin, ...otherCoins] = send?.coins ?? []
  return send && coin && others.length === 0 && otherCoins.length === 0 && tx.unnamed.length === 0 ? { toAddress: send.toAddress, coin } : null
}

function paysNamed(tx: OutgoingTx, send: { toAddress: string, coin: Coin }, refunds: readonly Refund[]): OutgoingVerdict {
  const paid = refunds.find(refund => refund.state === 'confirmed')
  if (paid) return stranger(`pays refund ${paid.id} again; ${paid.txHash} had paid it`)
  if (refunds.some(refund => refund.destination !== send.toAddress || refund.coin.denom !== send.coin.denom)) return stranger(`names refund ${refunds[0]?.id}, but pays another address or denom`)
  const { amount } = totalOf(refunds)
  const fee = tx.fee.find(coin => coin.denom === send.coin.denom)?.amount ?? 0n
  const lessFee = refunds.every(refund => refund.networkFeeDeducted) && send.coin.amount === amount - fee
  if (send.coin.amount !== amount && !lessFee) return stranger(`names refund ${refunds[0]?.id} of ${amount}${send.coin.denom}, but pays ${send.coin.amount}${send.coin.denom}`)
  return { kind: 'refund', refunds, sent: send.coin }
}

/**
 * What a tx of our wallet was, from the chain and our rows. A hash that we signed, or a memo that names refunds and pays
 * exactly them, settles those refunds, whoever sent it: a database restored from yesterday learns it this way. What fits
 * nothing is a stranger, and nothing more is sent until a person has explained it.
 */
export function judgeOutgoing(tx: OutgoingTx, known: KnownAboutOutgoing): OutgoingVerdict {
  const movesNothing = tx.unnamed.length === 0 && tx.sends.every(({ toAddress }) => toAddress === tx.address)
  if (tx.role === 'relayer' && (tx.code !== 0 || movesNothing)) return { kind: 'relay' }
  // Anybody can write a refund's id into a memo.
  if (tx.code !== 0) return known.signed || (known.named && tx.sequence !== null) ? { kind: 'failed_refund' } : stranger('a failed transaction that we did not sign')
  const send = singleSend(tx)
  if (known.signed) {
    const { payout, refunds } = known.signed
    if (!send || send.toAddress !== payout.destination || send.coin.denom !== payout.coin.denom || send.coin.amount !== payout.coin.amount) return stranger('has the hash of a refund, but moves something else')
    const elsewhere = refunds.find(refund => refund.state === 'confirmed' || (refund.txHash !== null && refund.txHash !== payout.txHash))
    if (elsewhere) return stranger(`was given up, but is in a block: refund ${elsewhere.id} also belongs to ${elsewhere.txHash}`)
    return { kind: 'refund', refunds, sent: send.coin }
  }
  if (send && known.named && known.named.length > 0) return paysNamed(tx, send, known.named)
  const toOurselves = tx.sends.length > 0 && tx.unnamed.length === 0 && tx.sends.every(({ toAddress }) => known.ownAddresses.has(toAddress))
  if (toOurselves) return { kind: 'operator' }
  if (send && known.alike) return { kind: 'refund', refunds: [known.alike], sent: send.coin }
  return stranger('left the wallet, but is neither a refund nor a withdrawal to one of OPERATOR_ADDRESSES')
}
