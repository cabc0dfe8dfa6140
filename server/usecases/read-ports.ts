import type { OperationEventType, OperationStatus, PacketResultName, PaymentConfirmation, PaymentIssue, PaymentState, RefundStatus, RelayedBy } from '../../shared/types/clearing'
import type { PacketNeed } from '../../shared/types/packet'
import type { Coin } from '../../shared/utils/coin'
import type { PacketId } from '../../shared/utils/packet-id'
import type { EvidenceRow, ResultLeg } from '../domain/clearing/evidence'
import type { FeeLine } from '../domain/clearing/token'
import type { RefundRow } from './store-ports'

export interface PaymentRecord {
  /** null: money that came with a block, not with a tx. */
  readonly txHash: string | null
  readonly height: bigint
  readonly blockTime: Date
  readonly fromAddress: string | null
  readonly coin: Coin
  readonly memo: string
  readonly state: PaymentState
  readonly creditedAmount: bigint
  readonly confirmation: PaymentConfirmation
  readonly reason: string | null
}

export interface PacketRecord {
  readonly id: PacketId
  readonly need: PacketNeed
  /** Base units of the operation's total denom. */
  readonly share: bigint
  readonly result: PacketResultName | null
  readonly relayedBy: RelayedBy | null
  readonly attempts: number
  readonly nextAttemptAt: Date
  readonly note: string | null
  readonly evidence: readonly EvidenceRow[]
  readonly legs: readonly ResultLeg[]
}

export interface EventRecord {
  readonly id: bigint
  readonly type: OperationEventType
  readonly at: Date
  readonly detail: Readonly<Record<string, string | number | boolean | null>>
}

/** Everything its holder may see of one operation, read in one statement (so that its parts belong together). */
export interface OperationRecord {
  readonly token: string
  readonly memoCode: string
  readonly status: OperationStatus
  readonly paymentIssue: PaymentIssue
  readonly refundStatus: RefundStatus
  readonly walletAddress: string
  readonly paymentChainId: string
  readonly paymentAddress: string
  readonly feeLines: readonly FeeLine[]
  readonly total: Coin
  readonly issuedAt: Date
  readonly expiresAt: Date
  readonly graceUntil: Date
  readonly creditedAt: Date | null
  readonly deadlineAt: Date | null
  readonly finishedAt: Date | null
  readonly payments: readonly PaymentRecord[]
  readonly packets: readonly PacketRecord[]
  readonly refunds: readonly RefundRow[]
  readonly events: readonly EventRecord[]
}

export interface OperationSummary {
  readonly token: string
  readonly memoCode: string
  readonly status: OperationStatus
  readonly paymentIssue: PaymentIssue
  readonly refundStatus: RefundStatus
  readonly paymentChainId: string
  readonly total: Coin
  readonly credited: bigint
  /** Owed, under way or done, in the total's denom. */
  readonly refunded: bigint
  readonly packets: readonly { readonly id: PacketId, readonly result: PacketResultName | null }[]
  readonly refunds: readonly Pick<RefundRow, 'coin' | 'state' | 'holdReason' | 'txHash'>[]
  readonly issuedAt: Date
  readonly finishedAt: Date | null
  readonly position: ListPosition
}

/** Place of an operation in the list newest first; `createdAt` as PostgreSQL wrote it, to the microsecond. */
export interface ListPosition {
  readonly createdAt: string
  readonly operationId: string
}

export interface OperationFilter {
  readonly status?: OperationStatus
  readonly paymentChainId?: string
  /** Issued at or after. */
  readonly from?: Date
  /** Issued before. */
  readonly until?: Date
}

export interface ResultCount {
  readonly result: PacketResultName
  readonly packets: number
}

/** Seconds from credit to settled, of operations that we cleared whole; median null without a sample. */
export interface TimeToClear {
  readonly medianSeconds: number | null
  readonly sampleSize: number
}

export interface UserTotals {
  readonly operations: number
  readonly packetsByResult: readonly ResultCount[]
  /** Paid from this address for clearings, and what of it is owed or given back, per chain and denom. */
  readonly perDenom: readonly { readonly chainId: string, readonly denom: string, readonly paid: bigint, readonly refunded: bigint }[]
  readonly timeToClear: TimeToClear
  /** `2026-11`, UTC, oldest first; only months with any. */
  readonly byMonth: readonly { readonly month: string, readonly operations: number }[]
}

export interface PlatformTotals {
  readonly operations: number
  readonly packetsByResult: readonly ResultCount[]
  readonly clearedByUs: number
  readonly decided: number
  readonly timeToClear: TimeToClear
}

/** Reads that change nothing and lock nothing. */
export interface ClearingReads {
  /** null: no such token. Includes payments whose memo names the token but that are not confirmed yet. */
  operation(token: string): Promise<OperationRecord | null>
  /** What a payment must name to belong to the token; null: no such token. */
  tokenNames(token: string): Promise<{ readonly memoCode: string, readonly paymentChainId: string } | null>
  /** Payment rows of a tx, whomever they belong to; `token` null: to no operation (yet). */
  paymentsOfTx(chainId: string, txHash: string): Promise<readonly (PaymentRecord & { readonly token: string | null })[]>
  memoCodeTaken(memoCode: string): Promise<boolean>
  /** Those of `ids` that a credited, unsettled operation owns. */
  liveClaims(ids: readonly PacketId[]): Promise<readonly PacketId[]>
  /** Newest first: operations requested while signed in as `address`, or paid from it. */
  operationsOf(address: string, filter: OperationFilter, after: ListPosition | null, limit: number): Promise<readonly OperationSummary[]>
  /** null: no such refund. */
  refund(id: string): Promise<(RefundRow & { readonly chainId: string }) | null>
  userTotals(address: string): Promise<UserTotals>
  /** Operations issued since `since` (null: all). */
  platformTotals(since: Date | null): Promise<PlatformTotals>
}
