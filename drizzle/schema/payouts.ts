import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { PaymentConfirmation } from '../../shared/types/clearing'
import { amount, height, instant } from './columns'

/** Amounts as text: JSON has no big integers. */
interface StoredCoin { readonly denom: string, readonly amount: string }

/** The signer of a service wallet: one at a time. `fence` grows with every change of holder; writes of an old one are refused. */
export const payoutLanes = pgTable('payout_lanes', {
  chainId: text('chain_id').notNull(),
  address: text('address').notNull(),
  holder: text('holder'),
  leaseUntil: instant('lease_until'),
  fence: bigint('fence', { mode: 'bigint' }).notNull().default(sql`0`),
  /** The account's sequence when this wallet was first used here; every later one must belong to a scanned tx. */
  baselineSequence: bigint('baseline_sequence', { mode: 'bigint' }),
  /** Why nothing is sent now, for a person; null while nothing is in the way. */
  waitReason: text('wait_reason'),
}, table => [primaryKey({ columns: [table.chainId, table.address] })])

/** Signed bytes, kept before they are first sent. At most one of a wallet is open: neither confirmed nor impossible. */
export const refundTransactions = pgTable('refund_transactions', {
  id: uuid('id').primaryKey(),
  chainId: text('chain_id').notNull(),
  address: text('address').notNull(),
  txHash: text('tx_hash').notNull(),
  /** base64 of TxRaw. */
  txBytes: text('tx_bytes').notNull(),
  refundIds: uuid('refund_ids').array().notNull(),
  destination: text('destination').notNull(),
  denom: text('denom').notNull(),
  amount: amount('amount').notNull(),
  feeDenom: text('fee_denom').notNull(),
  feeAmount: amount('fee_amount').notNull(),
  accountSequence: bigint('account_sequence', { mode: 'bigint' }).notNull(),
  /** Cursor when it was signed: no block up to there can hold it. */
  signedHeight: height('signed_height').notNull(),
  timeoutHeight: height('timeout_height').notNull(),
  fence: bigint('fence', { mode: 'bigint' }).notNull(),
  instanceId: text('instance_id').notNull(),
  signedAt: instant('signed_at').notNull(),
  broadcasts: integer('broadcasts').notNull().default(0),
  lastBroadcastAt: instant('last_broadcast_at'),
  lastAnswer: text('last_answer'),
  state: text('state').$type<'open' | 'confirmed' | 'void'>().notNull(),
  closedAt: instant('closed_at'),
  closeReason: text('close_reason'),
}, table => [
  uniqueIndex('refund_transactions_hash').on(table.chainId, table.txHash),
  uniqueIndex('refund_transactions_one_open').on(table.chainId, table.address).where(sql`state = 'open'`),
  check('refund_transactions_state_known', sql`${table.state} in ('open','confirmed','void')`),
  check('refund_transactions_pays', sql`${table.amount} > 0 and cardinality(${table.refundIds}) > 0`),
  check('refund_transactions_times_out', sql`${table.timeoutHeight} > ${table.signedHeight}`),
])

/** `relay`: a transaction of a relayer key, which costs gas and moves nothing else of ours. */
export type OutgoingKind = 'refund' | 'failed_refund' | 'operator' | 'stranger' | 'relay'

/** Everything that left one of our wallets or used its sequence, once per (chain, height, tx, message, wallet); -1: not a top-level MsgSend. */
export const walletOutgoing = pgTable('wallet_outgoing', {
  chainId: text('chain_id').notNull(),
  height: height('height').notNull(),
  txIndex: integer('tx_index').notNull(),
  msgIndex: integer('msg_index').notNull(),
  address: text('address').notNull(),
  txHash: text('tx_hash'),
  code: integer('code').notNull(),
  memo: text('memo').notNull(),
  sequence: bigint('sequence', { mode: 'bigint' }),
  toAddress: text('to_address'),
  coins: jsonb('coins').$type<StoredCoin[]>().notNull(),
  /** On the first row of a tx only. */
  fee: jsonb('fee').$type<StoredCoin[]>().notNull(),
  blockTime: instant('block_time').notNull(),
  blockHash: text('block_hash').notNull(),
  resultCodes: integer('result_codes').array().notNull(),
  endpoint: text('endpoint').notNull(),
  /** What only the block's events told, while a second endpoint must say the same. */
  toldByEvents: text('told_by_events'),
  confirmation: text('confirmation').$type<PaymentConfirmation>().notNull(),
  /** null until judged, which waits for the second endpoint. */
  kind: text('kind').$type<OutgoingKind>(),
  note: text('note'),
  /** A person's explanation of a stranger; payouts go on when none is left without. */
  acceptedReason: text('accepted_reason'),
  acceptedBy: text('accepted_by'),
}, table => [
  primaryKey({ columns: [table.chainId, table.height, table.txIndex, table.msgIndex, table.address] }),
  check('wallet_outgoing_kind_known', sql`${table.kind} in ('refund','failed_refund','operator','stranger','relay')`),
  check('wallet_outgoing_confirmation_known', sql`${table.confirmation} in ('none','single','agreed')`),
  index('wallet_outgoing_by_sequence').on(table.chainId, table.address, table.sequence),
  index('wallet_outgoing_unjudged').on(table.chainId, table.height).where(sql`kind is null`),
  index('wallet_outgoing_strangers').on(table.chainId).where(sql`kind = 'stranger' and accepted_reason is null`),
])
