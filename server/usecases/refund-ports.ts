import type { RefundHoldReason } from '../../shared/types/clearing'
import type { Coin } from '../../shared/utils/coin'
import type { OutgoingLeg } from '../domain/ledger/entries'
import type { OutgoingTx, OutgoingVerdict } from '../domain/refund/judge-outgoing'
import type { OutgoingTransfer } from '../domain/refund/outgoing'
import type { Payout, Refund } from '../domain/refund/refund'
import type { BlockSource } from './ledger-ports'
import type { Cause } from './store-ports'

/** A signer's hold on a wallet. `fence` is checked by every write that a later holder must be safe from. */
export interface PayoutLane {
  readonly chainId: string
  readonly address: string
  readonly fence: bigint
  readonly instanceId: string
}

export interface NewPayout extends Omit<Payout, 'state' | 'broadcasts' | 'lastBroadcastAt'> {
  readonly memo: string
}

/** What the database knows of a wallet beside the chain. */
export interface WalletFacts {
  readonly baselineSequence: bigint | null
  /** Highest sequence that a scanned tx of the wallet used; null: none. */
  readonly highestSequence: bigint | null
  /** Lowest one between the baseline and the highest that no scanned tx used; null: none. Those that a skipped gap may hold do not count. */
  readonly missingSequence: bigint | null
  /** Scanned txs that still wait for a second endpoint. */
  readonly unjudged: number
  /** Txs that fit nothing and that nobody has explained, newest last. */
  readonly strangers: readonly { readonly txHash: string | null, readonly height: bigint, readonly note: string }[]
}

/** Refund's part of a transaction. Whatever locks refunds locks their operations first, in one order. */
export interface RefundTransaction {
  /** Inserts what is new by key. */
  insertOutgoing(rows: readonly OutgoingTransfer[], source: BlockSource): Promise<void>
  /** Confirmed and not judged, in chain order, locked. */
  lockUnjudgedOutgoing(chainId: string): Promise<readonly OutgoingTx[]>
  saveJudgement(tx: OutgoingTx, kind: OutgoingVerdict['kind'], note: string | null): Promise<void>
  payoutByHash(chainId: string, txHash: string): Promise<Payout | null>
  /** In the order of `ids`; unknown ones are left out. */
  lockRefunds(ids: readonly string[]): Promise<readonly Refund[]>
  /** Earliest refund of exactly this coin to this address that is not under way. */
  refundAlike(chainId: string, destination: string, coin: Coin): Promise<string | null>
  /** Refunds (locked before) are paid by this tx; their operations, events and the payout of that hash follow. */
  confirmRefunds(refunds: readonly Refund[], txHash: string, detail: { readonly height: bigint, readonly sent: Coin }, cause: Cause, now: Date): Promise<void>
  /** What these coins of a tx came to in the sum that the reconciler booked for skipped blocks is taken back. Nothing where it has not booked them yet, and in all other blocks. */
  takeBackSkipped(tx: OutgoingTx, coins: readonly Coin[], now: Date): Promise<void>
  bookOutgoing(chainId: string, cause: string, legs: readonly (OutgoingLeg & { readonly refund?: Refund })[], now: Date): Promise<void>

  /** False: another instance holds the lane now, and the caller's writes must not count. Locks it. */
  checkFence(lane: PayoutLane): Promise<boolean>
  insertPayout(payout: NewPayout, lane: PayoutLane, now: Date): Promise<void>
  /** Refunds (locked before) belong to this payout from now on. */
  markSigned(refunds: readonly Refund[], payout: NewPayout, cause: Cause, now: Date): Promise<void>
  lockPayout(id: string): Promise<Payout | null>
  noteBroadcast(payout: Payout, answer: string, cause: Cause, now: Date): Promise<void>
  /** It can never be included: its refunds that it still carries wait again. */
  voidPayout(payout: Payout, reason: string, failed: boolean, now: Date): Promise<void>
  /** A block refused it without using its sequence: what was scanned of it no longer counts as having used it. */
  forgetSequence(payout: Payout): Promise<void>
  holdRefund(refund: Refund, reason: RefundHoldReason, note: string, nextTryAt: Date | null, cause: Cause, now: Date): Promise<void>
  /** A waiting refund (locked before) goes elsewhere; whatever held it or let it go is judged anew for the new address. */
  claimRefund(refund: Refund, destination: string, cause: Cause, now: Date): Promise<void>
  /** A held refund (locked before) waits again, and needs no approval any more. */
  approveRefund(refund: Refund, by: string, cause: Cause, now: Date): Promise<void>
}

export interface RefundReads {
  /** Takes or renews the lane on database time; null: another instance signs for this wallet. */
  holdPayoutLane(chainId: string, address: string, instanceId: string, leaseMs: number): Promise<PayoutLane | null>
  /** Kept only if there is none. */
  setBaselineSequence(lane: PayoutLane, sequence: bigint): Promise<void>
  /** For people: why nothing is sent. */
  setPayoutWait(lane: PayoutLane, reason: string | null): Promise<void>
  walletFacts(chainId: string, address: string): Promise<WalletFacts>
  openPayout(chainId: string, address: string): Promise<{ readonly payout: Payout, readonly failures: number } | null>
  /**
   * What the next transaction would pay: the earliest planned refund, else the earliest refused one whose time has come,
   * with what was held as too small for the same payer and denom, as many as a memo can name. null: none.
   */
  nextRefunds(chainId: string, now: Date): Promise<readonly [Refund, ...Refund[]] | null>
  /** Scanned and judged tx with this hash that failed. */
  failedInclusion(chainId: string, txHash: string): Promise<number | null>
  /** Judged tx of the wallet other than `payout` that used its very sequence: a later one tells nothing, for `payout` itself may stand in a block that was hidden from us. */
  sequenceUsedBy(payout: Payout): Promise<string | null>
}
