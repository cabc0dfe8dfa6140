import type { PaymentConfirmation, RefundHoldReason, RefundReason, RefundState } from '../../shared/types/clearing'
import type { PacketNeed } from '../../shared/types/packet'
import type { Coin } from '../../shared/utils/coin'
import type { MemoReading } from '../../shared/utils/memo-code'
import type { ChannelEnd, PacketId } from '../../shared/utils/packet-id'
import type { EvidenceRow, ResultLeg } from '../domain/clearing/evidence'
import type { Operation, OperationId, PaymentId, RunId } from '../domain/clearing/operation'
import type { SignedToken } from '../domain/clearing/token'
import type { Effect } from '../domain/clearing/transition'
import type { InboundTransfer } from '../domain/payment/inbound'
import type { AdminTransaction, Pause } from './admin-ports'
import type { ExecutorName } from './ports'
import type { ScanGapRow } from './reconciliation-ports'
import type { BlockSource, LedgerReads, LedgerTransaction } from './ledger-ports'
import type { RefundReads, RefundTransaction } from './refund-ports'

/** Who or what caused a change, for the audit trail (invariant I7). */
export interface Cause {
  readonly actor: 'user' | 'scanner' | 'worker' | 'admin'
  readonly cause: string
}

/** One line of the audit trail about something that no operation's events tell of, or that a person did. */
export interface AuditEntry {
  readonly actor: Cause['actor']
  /** Of the admin or user; null for programs. */
  readonly actorAddress: string | null
  /** Noun and verb in the past: `payment.allocated`, `refund.claimed`, `route.paused` … */
  readonly action: `${string}.${string}`
  readonly subjectType: 'operation' | 'payment' | 'refund' | 'outgoing' | 'chain' | 'route' | 'everything'
  readonly subjectId: string
  /** An admin's words, or the program's cause. */
  readonly reason: string
  readonly detail: Readonly<Record<string, string | number | boolean | null>>
}

export interface Requester {
  /** Keyed hash of the caller's IP address. */
  readonly ipKey: string
  /** Address of the signed-in wallet; null without a session. */
  readonly sessionAddress: string | null
}

/** How many tokens may await a payment within grace at once. */
export interface OpenTokenQuotas {
  readonly openTokensPerIp: number
  readonly openTokensPerWallet: number
}

export interface SeenPayment {
  readonly id: PaymentId
  readonly inbound: InboundTransfer
  /** Block hash as first read, upper-case hex. */
  readonly blockHash: string
  readonly codes: readonly number[]
  readonly endpoint: string
  readonly confirmation: PaymentConfirmation
}

export interface CursorRow {
  readonly chainId: string
  readonly purpose: 'primary' | 'audit'
  readonly height: bigint
}

/** One operation's packet that still waits for its result, with its attempts so far. */
export interface DuePacket {
  readonly operationId: OperationId
  readonly id: PacketId
  readonly destination: ChannelEnd
  readonly need: PacketNeed
  readonly creditedAt: Date
  readonly deadlineAt: Date
  readonly attempts: number
  /** Largest batch it may run in; halved after a batch in which nothing moved. */
  readonly batchLimit: number
  /** Failed runs in which it was alone. */
  readonly aloneFailures: number
  readonly nextAttemptAt: Date
}

export interface AttemptUpdate {
  readonly operationId: OperationId
  readonly id: PacketId
  readonly attempts: number
  readonly batchLimit: number
  readonly aloneFailures: number
  readonly nextAttemptAt: Date
  readonly note: string | null
}

export interface Lane {
  readonly chainId: string
  readonly address: string
}

export interface Breaker {
  readonly executor: ExecutorName
  readonly route: string
  readonly consecutiveFailures: number
  readonly openUntil: Date | null
}

export interface RunRow {
  readonly id: RunId
  readonly route: ChannelEnd
  readonly executor: ExecutorName
  readonly sequences: readonly bigint[]
  /** Those that it set to `clearing`; none before it was started. */
  readonly operationIds: readonly OperationId[]
  readonly instanceId: string
  readonly leaseUntil: Date
  readonly startedAt: Date
}

export type Job
  = | { readonly name: 'clear_route', readonly route: ChannelEnd, readonly runAt?: Date }
    | { readonly name: 'scan_chain', readonly chainId: string, readonly runAt?: Date }

/** One PostgreSQL transaction. Rows it locks stay locked until it ends. */
export interface StoreTransaction extends RefundTransaction, AdminTransaction, LedgerTransaction {
  lockOperation(id: OperationId): Promise<Operation | null>
  lockOperationByMemo(reading: MemoReading): Promise<Operation | null>
  /**
   * Writes the operation and every effect: payments' states, refunds, claims, jobs, events (NOTIFY at commit).
   * `queue_clearing` claims each packet that no live claim holds; returns the packets another operation owns.
   */
  saveTransition(before: Operation, after: Operation, effects: readonly Effect[], cause: Cause, now: Date): Promise<{ readonly claimedByOthers: readonly PacketId[] }>
  appendEvent(id: OperationId, event: Extract<Effect, { type: 'log' }>, cause: Cause, now: Date): Promise<void>

  /** Inserts what is new (by key) as `seen`, which is in no book yet, and returns only those. */
  insertInbound(rows: readonly InboundTransfer[], source: BlockSource, now: Date): Promise<readonly PaymentId[]>
  /** `seen` rows of blocks up to `height`, in chain order, locked. */
  lockSeenPayments(chainId: string, upToHeight: bigint): Promise<readonly SeenPayment[]>
  /** It enters the books, and waits for a person. */
  leaveUnallocated(id: PaymentId, reason: string, now: Date): Promise<void>
  /** It enters the books as the owner's own money. */
  takeAsCapital(id: PaymentId, now: Date): Promise<void>

  /** Inserts the cursor at `height` if there is none; locks and returns it. */
  lockCursor(chainId: string, purpose: CursorRow['purpose'], firstHeight: bigint): Promise<CursorRow>
  advanceCursor(cursor: CursorRow, to: bigint, blockTime: Date): Promise<void>
  /** Over blocks that nobody can show. False: another writer moved the cursor. */
  passBlocks(cursor: CursorRow, to: bigint): Promise<boolean>
  /** Awaiting operations of the chain whose grace ended before `blockTime`, without a `seen` payment. */
  operationsPastGrace(chainId: string, blockTime: Date, limit: number): Promise<readonly OperationId[]>

  /** Undecided packets of queued or clearing operations on a route that hold a live claim, earliest credit first, locked with skip-locked. */
  lockDuePackets(route: ChannelEnd, now: Date): Promise<readonly DuePacket[]>
  saveAttempts(updates: readonly AttemptUpdate[]): Promise<void>
  saveEvidence(operationId: OperationId, id: PacketId, evidence: readonly EvidenceRow[], legs: readonly ResultLeg[], note: string | null, now: Date): Promise<void>
  /** All lanes or none; a lane is free when unheld or its lease is over. */
  claimLanes(lanes: readonly Lane[], runId: RunId, leaseUntil: Date, now: Date): Promise<boolean>
  insertRun(run: RunRow): Promise<void>
  /** Writes whose clearing it has in hand from now on. */
  startRun(id: RunId, operationIds: readonly OperationId[]): Promise<void>
  /** False: the run was finished by somebody else, or its lease is over. Locks it. */
  holdsRun(id: RunId, now: Date): Promise<boolean>
  /** Also frees its lanes. Returns false when the run no longer holds them (a take-over happened): the caller's writes must not count. */
  finishRun(id: RunId, report: object, result: string, now: Date): Promise<boolean>
  breaker(executor: ExecutorName, route: ChannelEnd): Promise<Breaker>
  saveBreaker(breaker: Breaker): Promise<void>

  /** Written with what it tells of, or not at all. */
  audit(entry: AuditEntry, now: Date): Promise<void>
  enqueue(job: Job): Promise<void>
}

export interface Store extends RefundReads, LedgerReads {
  /** `work` may run again from its start when the database rolled it back for a deadlock: it must keep nothing outside. */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>
  /** Token, operation, packets and first event in one transaction. False: the requester's quota is used up, and nothing was written. Rejects when the memo code is taken. */
  issueToken(token: SignedToken, operation: Operation, requester: Requester, quotas: OpenTokenQuotas): Promise<boolean>
  /** One scanner per chain: true when this instance holds (or just took) the lease. */
  holdScannerLease(chainId: string, purpose: CursorRow['purpose'], instanceId: string, leaseMs: number): Promise<boolean>
  cursor(chainId: string, purpose: CursorRow['purpose']): Promise<{ readonly height: bigint, readonly blockTime: Date | null } | null>
  /** Blocks that a person let the scanner pass, in order. */
  scanGaps(chainId: string): Promise<readonly ScanGapRow[]>
  /** Routes with undecided, claimed packets: what a starting or sweeping instance looks at again. */
  unfinishedRoutes(): Promise<readonly ChannelEnd[]>
  /** Earliest moment a due packet of the route may be tried again or meets its deadline; null when none waits. */
  nextRouteWakeUp(route: ChannelEnd): Promise<Date | null>
  /** Runs whose lease is over and that were never finished. */
  lapsedRuns(now: Date): Promise<readonly RunRow[]>
  /** What an admin has stopped, on whichever instance. */
  pauses(): Promise<readonly Pause[]>
  /** When the lanes become free at the latest; null when they are free. */
  lanesBusyUntil(lanes: readonly Lane[], now: Date): Promise<Date | null>
}

export interface RefundRow {
  readonly id: string
  readonly paymentId: PaymentId
  readonly coin: Coin
  /** The address that paid; null when the chain does not show it. */
  readonly payer: string | null
  /** The payer, unless its signature named another. */
  readonly destination: string | null
  readonly reason: RefundReason
  readonly state: RefundState
  readonly networkFeeDeducted: boolean
  readonly txHash: string | null
  readonly plannedAt: Date
  /** Why it is held; null unless it is. */
  readonly holdReason: RefundHoldReason | null
  /** When a refused one is tried again; null otherwise. */
  readonly nextTryAt: Date | null
  /** The part of the network fee that was taken off, base units of the refund's denom; null until confirmed. */
  readonly networkFee: bigint | null
  readonly confirmedAt: Date | null
}
