import type { OperationStatus, PaymentIssue, PaymentState, RefundHoldReason, RefundReason, RefundState, RefundStatus } from '../../shared/types/clearing'
import type { Coin } from '../../shared/utils/coin'
import type { OperationId, PaymentId } from '../domain/clearing/operation'
import type { EventRecord, ListPosition } from './read-ports'

/** A payment as an admin's act finds it, locked. */
export interface LockedPayment {
  readonly id: PaymentId
  readonly chainId: string
  readonly coin: Coin
  readonly blockTime: Date
  readonly fromAddress: string | null
  readonly kind: 'msg_send' | 'other'
  readonly state: PaymentState
}

/** `everything`, `payouts`, `payouts:<chainId>`, `route:<chainId/portId/channelId>`. */
export interface Pause {
  readonly scope: string
  readonly reason: string
  readonly pausedBy: string
  readonly pausedAt: Date
}

export interface ScanGap {
  readonly chainId: string
  readonly fromHeight: bigint
  readonly toHeight: bigint
}

/** An admin's part of a transaction. */
export interface AdminTransaction {
  lockPayment(id: string): Promise<LockedPayment | null>
  /** The whole of an unallocated payment (locked before) goes back to its sender: row, refund and ledger. Returns the refund's id. */
  planUnallocatedReturn(payment: LockedPayment, reason: string, now: Date): Promise<string>
  /** A judged tx that nobody has explained yet; false: there is none. */
  acceptStranger(chainId: string, txHash: string, by: string, reason: string): Promise<boolean>
  /** A scanned tx that was not taken for this refund, yet pays exactly it and nothing else, is taken for it now. */
  strangerPaying(chainId: string, txHash: string): Promise<PaidOutside | null>
  /** False: it is paused already. */
  insertPause(pause: Pause): Promise<boolean>
  /** False: it was not paused. */
  deletePause(scope: string): Promise<boolean>
  /** Moves the cursor from right before the gap to its end; false: it does not stand there. */
  skipGap(gap: ScanGap, reason: string, by: string, now: Date): Promise<boolean>
}

/** A tx of our wallet that fits nothing: its single send, and what it cost. */
export interface PaidOutside {
  readonly txHash: string
  readonly height: bigint
  readonly toAddress: string
  readonly coin: Coin
  readonly fee: readonly Coin[]
}

export interface AdminOperationFilter {
  readonly status?: OperationStatus
  readonly paymentIssue?: PaymentIssue
  readonly refundStatus?: RefundStatus
  readonly paymentChainId?: string
  /** A token, a memo code, an address or a tx hash. */
  readonly text?: string
}

export interface AdminOperationRow {
  readonly id: OperationId
  readonly token: string
  readonly memoCode: string
  readonly status: OperationStatus
  readonly paymentIssue: PaymentIssue
  readonly refundStatus: RefundStatus
  readonly walletAddress: string
  readonly paymentChainId: string
  readonly total: Coin
  readonly credited: bigint
  readonly packets: number
  readonly createdAt: Date
  readonly deadlineAt: Date | null
  readonly finishedAt: Date | null
  readonly position: ListPosition
}

export interface AuditedEvent extends EventRecord {
  readonly actor: string
  readonly cause: string
}

export interface AdminPaymentRow {
  readonly id: string
  readonly chainId: string
  readonly txHash: string | null
  readonly height: bigint
  readonly blockTime: Date
  readonly fromAddress: string | null
  readonly coin: Coin
  readonly memo: string
  readonly kind: 'msg_send' | 'other'
  readonly state: PaymentState
  readonly reason: string | null
  readonly suggestion: string | null
  readonly operationId: string | null
  readonly position: ListPosition
}

export interface AdminRefundRow {
  readonly id: string
  readonly chainId: string
  readonly operationId: string | null
  readonly paymentId: string
  readonly coin: Coin
  readonly destination: string | null
  readonly reason: RefundReason
  readonly state: RefundState
  readonly holdReason: RefundHoldReason | null
  readonly holdNote: string | null
  readonly nextTryAt: Date | null
  readonly failures: number
  readonly networkFeeDeducted: boolean
  readonly txHash: string | null
  readonly approvedBy: string | null
  readonly plannedAt: Date
  readonly confirmedAt: Date | null
  readonly position: ListPosition
}

export interface PayoutWait {
  readonly chainId: string
  readonly address: string
  readonly reason: string
}

export interface StrangerRow {
  readonly chainId: string
  readonly address: string
  readonly txHash: string | null
  readonly height: bigint
  readonly toAddress: string | null
  readonly coins: readonly Coin[]
  readonly note: string | null
}

export interface RevenueRow {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string
  readonly chainId: string
  readonly denom: string
  readonly fees: bigint
  readonly refundsPaid: bigint
  readonly gas: bigint
}

export interface AuditRow {
  readonly id: bigint
  readonly actor: string
  readonly actorAddress: string | null
  readonly action: string
  readonly subjectType: string
  readonly subjectId: string
  readonly reason: string
  readonly detail: Readonly<Record<string, string | number | boolean | null>>
  readonly createdAt: Date
}

export interface QueueDepth {
  readonly waiting: number
  readonly running: number
  readonly failing: number
}

export interface OpenFinding {
  readonly chainId: string | null
  readonly invariant: string
  readonly subject: string
  readonly sentence: string
  readonly firstSeenAt: Date
}

/** A block that one endpoint showed and no second one has vouched for: nothing in it is credited or booked yet. */
export interface UnconfirmedBlock {
  readonly chainId: string
  readonly height: bigint
  readonly endpoint: string
  /** Movements of our wallets in it. */
  readonly rows: number
  readonly blockTime: Date
}

export interface ReconciliationSummary {
  readonly chainId: string | null
  readonly finishedAt: Date
  readonly result: string
}

/** Reads for admins; they change nothing and lock nothing. */
export interface AdminReads {
  operations(filter: AdminOperationFilter, after: ListPosition | null, limit: number): Promise<readonly AdminOperationRow[]>
  /** null: no such operation. */
  operation(id: string): Promise<{ readonly row: AdminOperationRow, readonly events: readonly AuditedEvent[] } | null>
  payments(state: PaymentState | null, after: ListPosition | null, limit: number): Promise<readonly AdminPaymentRow[]>
  payment(id: string): Promise<AdminPaymentRow | null>
  refunds(state: RefundState | null, after: ListPosition | null, limit: number): Promise<readonly AdminRefundRow[]>
  refund(id: string): Promise<AdminRefundRow | null>
  payoutWaits(): Promise<readonly PayoutWait[]>
  strangers(): Promise<readonly StrangerRow[]>
  revenue(from: Date | null, until: Date | null): Promise<readonly RevenueRow[]>
  /** Newest first; `before`: ids below it. */
  audit(before: bigint | null, limit: number): Promise<readonly AuditRow[]>
  pauses(): Promise<readonly Pause[]>
  queue(): Promise<QueueDepth>
  /** Oldest first. */
  unconfirmedBlocks(): Promise<readonly UnconfirmedBlock[]>
  openFindings(): Promise<readonly OpenFinding[]>
  newestReconciliations(): Promise<readonly ReconciliationSummary[]>
}
