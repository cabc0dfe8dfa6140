import { sql } from 'drizzle-orm'
import { bigserial, boolean, check, index, integer, jsonb, pgTable, primaryKey, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { OperationEventType, OperationStatus, PacketResultName, PaymentIssue, RefundReason, RefundStatus, RelayedBy } from '../../shared/types/clearing'
import type { PacketLegName, PacketNeed } from '../../shared/types/packet'
import { amount, height, instant, sequence } from './columns'

/** What was promised, immutable. The packets and their shares are in packet_clearing_results. */
interface StoredCoin { denom: string, amount: string }
/** `each` and `gas`: since 0.1; older rows have the words only. */
export interface StoredFeeLine {
  kind: 'service' | 'packets' | 'gas'
  coin: StoredCoin
  detail: string
  each?: { count: number, coin: StoredCoin }
  gas?: { chainId: string, updateClient: number, receive: number, acknowledge: number, timeout: number, gas: string, cost: StoredCoin }
}

export const clearingTokens = pgTable('clearing_tokens', {
  token: uuid('token').primaryKey(),
  memoCode: text('memo_code').notNull().unique(),
  walletAddress: text('wallet_address').notNull(),
  paymentChainId: text('payment_chain_id').notNull(),
  paymentAddress: text('payment_address').notNull(),
  totalAmount: amount('total_amount').notNull(),
  totalDenom: text('total_denom').notNull(),
  feeLines: jsonb('fee_lines').$type<StoredFeeLine[]>().notNull(),
  issuedAt: instant('issued_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  graceUntil: instant('grace_until').notNull(),
  signature: text('signature').notNull(),
  requesterIpKey: text('requester_ip_key').notNull(),
  sessionAddress: text('session_address'),
}, table => [
  check('clearing_tokens_total_not_negative', sql`${table.totalAmount} >= 0`),
  check('clearing_tokens_times_ordered', sql`${table.issuedAt} < ${table.expiresAt} and ${table.expiresAt} <= ${table.graceUntil}`),
  index('clearing_tokens_by_ip').on(table.requesterIpKey, table.graceUntil),
  index('clearing_tokens_by_session').on(table.sessionAddress, table.issuedAt),
  index('clearing_tokens_by_wallet').on(table.walletAddress),
])

export const clearingOperations = pgTable('clearing_operations', {
  id: uuid('id').primaryKey(),
  token: uuid('token').notNull().unique().references(() => clearingTokens.token),
  paymentChainId: text('payment_chain_id').notNull(),
  status: text('status').$type<OperationStatus>().notNull(),
  paymentIssue: text('payment_issue').$type<PaymentIssue>().notNull(),
  refundStatus: text('refund_status').$type<RefundStatus>().notNull(),
  attempted: boolean('attempted').notNull().default(false),
  graceUntil: instant('grace_until').notNull(),
  creditedAt: instant('credited_at'),
  deadlineAt: instant('deadline_at'),
  finishedAt: instant('finished_at'),
  createdAt: instant('created_at').notNull(),
}, table => [
  check('clearing_operations_status_known', sql`${table.status} in ('awaiting_payment','queued','clearing','cleared','partially_cleared','not_cleared','not_needed','expired','needs_attention','resolved')`),
  check('clearing_operations_payment_issue_known', sql`${table.paymentIssue} in ('none','underpaid','overpaid','late','too_late','wrong_denom','duplicate')`),
  check('clearing_operations_refund_status_known', sql`${table.refundStatus} in ('none','owed','in_progress','done','held')`),
  check('clearing_operations_queued_is_credited', sql`${table.status} in ('awaiting_payment','expired','resolved') or (${table.creditedAt} is not null and ${table.deadlineAt} is not null)`),
  index('clearing_operations_awaiting').on(table.paymentChainId, table.graceUntil).where(sql`status = 'awaiting_payment'`),
  index('clearing_operations_unfinished').on(table.status, table.deadlineAt).where(sql`status in ('queued','clearing','needs_attention')`),
  index('clearing_operations_newest').on(table.createdAt, table.id),
])

/** One packet of one operation: its signed share, its attempts, and what became of it. */
export const packetClearingResults = pgTable('packet_clearing_results', {
  operationId: uuid('operation_id').notNull().references(() => clearingOperations.id),
  position: integer('position').notNull(),
  chainId: text('chain_id').notNull(),
  portId: text('port_id').notNull(),
  channelId: text('channel_id').notNull(),
  sequence: sequence('sequence').notNull(),
  destinationChainId: text('destination_chain_id').notNull(),
  destinationPortId: text('destination_port_id').notNull(),
  destinationChannelId: text('destination_channel_id').notNull(),
  need: text('need').$type<PacketNeed>().notNull(),
  shareAmount: amount('share_amount').notNull(),
  /** True from credit until the operation has settled: at most one live claim per packet. */
  claimed: boolean('claimed').notNull().default(false),
  result: text('result').$type<PacketResultName>(),
  relayedBy: text('relayed_by').$type<RelayedBy>(),
  refundReason: text('refund_reason').$type<RefundReason>(),
  decidedAt: instant('decided_at'),
  attempts: integer('attempts').notNull().default(0),
  batchLimit: integer('batch_limit').notNull().default(100),
  aloneFailures: integer('alone_failures').notNull().default(0),
  nextAttemptAt: instant('next_attempt_at').notNull(),
  note: text('note'),
}, table => [
  primaryKey({ columns: [table.operationId, table.position] }),
  unique('packet_clearing_results_packet_once').on(table.operationId, table.chainId, table.portId, table.channelId, table.sequence),
  uniqueIndex('packet_clearing_results_one_live_claim').on(table.chainId, table.portId, table.channelId, table.sequence).where(sql`claimed`),
  index('packet_clearing_results_due').on(table.chainId, table.portId, table.channelId, table.nextAttemptAt).where(sql`claimed and result is null`),
  check('packet_clearing_results_share_not_negative', sql`${table.shareAmount} >= 0`),
  check('packet_clearing_results_sequence_positive', sql`${table.sequence} > 0`),
  check('packet_clearing_results_decided_whole', sql`(${table.result} is null) = (${table.relayedBy} is null) and (${table.result} is null) = (${table.decidedAt} is null)`),
  check('packet_clearing_results_result_known', sql`${table.result} in ('delivered','returned_by_timeout','returned_by_error','pending','unknown')`),
  check('packet_clearing_results_relayed_by_known', sql`${table.relayedBy} in ('us','other','nobody')`),
])

/** Chain answers kept as proof of a result; `position` names the packet of the operation. */
export const packetEvidence = pgTable('packet_evidence', {
  id: bigserial('id', { mode: 'bigint' }).primaryKey(),
  operationId: uuid('operation_id').notNull().references(() => clearingOperations.id),
  position: integer('position').notNull(),
  query: text('query').notNull(),
  chainId: text('chain_id').notNull(),
  height: height('height'),
  endpointCount: integer('endpoint_count').notNull(),
  answer: text('answer').notNull(),
  readAt: instant('read_at').notNull(),
}, table => [index('packet_evidence_by_packet').on(table.operationId, table.position)])

/** Txs that carried a packet a step further. */
export const packetLegs = pgTable('packet_legs', {
  operationId: uuid('operation_id').notNull().references(() => clearingOperations.id),
  position: integer('position').notNull(),
  leg: text('leg').$type<PacketLegName>().notNull(),
  chainId: text('chain_id').notNull(),
  height: height('height').notNull(),
  time: instant('time'),
  txHash: text('tx_hash').notNull(),
  signer: text('signer'),
}, table => [primaryKey({ columns: [table.operationId, table.position, table.leg, table.txHash] })])

/** Append-only; ids of one operation are in commit order because its row is locked by every writer. */
export const operationEvents = pgTable('operation_events', {
  id: bigserial('id', { mode: 'bigint' }).primaryKey(),
  operationId: uuid('operation_id').notNull().references(() => clearingOperations.id),
  type: text('type').$type<OperationEventType>().notNull(),
  detail: jsonb('detail').$type<Record<string, string | number | boolean | null>>().notNull(),
  actor: text('actor').$type<'user' | 'scanner' | 'worker' | 'admin'>().notNull(),
  cause: text('cause').notNull(),
  createdAt: instant('created_at').notNull(),
}, table => [index('operation_events_by_operation').on(table.operationId, table.id)])

export const idempotencyKeys = pgTable('idempotency_keys', {
  scope: text('scope').notNull(),
  key: text('key').notNull(),
  bodyHash: text('body_hash').notNull(),
  /** null while the first request is still running. */
  responseStatus: integer('response_status'),
  responseBody: jsonb('response_body'),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
}, table => [primaryKey({ columns: [table.scope, table.key] }), index('idempotency_keys_expiry').on(table.expiresAt)])
