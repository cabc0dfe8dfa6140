import { sql } from 'drizzle-orm'
import { bigserial, boolean, check, index, integer, pgTable, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { PaymentConfirmation, PaymentState, RefundHoldReason, RefundReason, RefundState } from '../../shared/types/clearing'
import { clearingOperations } from './clearing'
import { amount, height, instant } from './columns'

/** Everything that reached a service wallet, once for ever per (chain, height, tx, message, denom, wallet). */
export const payments = pgTable('payments', {
  id: uuid('id').primaryKey(),
  chainId: text('chain_id').notNull(),
  height: height('height').notNull(),
  txIndex: integer('tx_index').notNull(),
  msgIndex: integer('msg_index').notNull(),
  denom: text('denom').notNull(),
  amount: amount('amount').notNull(),
  blockTime: instant('block_time').notNull(),
  txHash: text('tx_hash'),
  fromAddress: text('from_address'),
  /** Our wallet that it reached. */
  toAddress: text('to_address').notNull(),
  memo: text('memo').notNull(),
  kind: text('kind').$type<'msg_send' | 'other'>().notNull(),
  state: text('state').$type<PaymentState>().notNull(),
  operationId: uuid('operation_id').references(() => clearingOperations.id),
  creditedAmount: amount('credited_amount').notNull().default(sql`0`),
  consumedAmount: amount('consumed_amount').notNull().default(sql`0`),
  refundPlannedAmount: amount('refund_planned_amount').notNull().default(sql`0`),
  /** Block hash, result codes and endpoint of the first reading: what the second endpoint must agree with. */
  blockHash: text('block_hash').notNull(),
  resultCodes: integer('result_codes').array().notNull(),
  endpoint: text('endpoint').notNull(),
  /** What only the block's events told, while a second endpoint must say the same. */
  toldByEvents: text('told_by_events'),
  confirmation: text('confirmation').$type<PaymentConfirmation>().notNull(),
  reason: text('reason'),
  /** A memo code this payment may have meant, for a person to judge. */
  suggestion: text('suggestion'),
  createdAt: instant('created_at').notNull(),
}, table => [
  unique('payments_once_for_ever').on(table.chainId, table.height, table.txIndex, table.msgIndex, table.denom, table.toAddress),
  check('payments_amounts_not_negative', sql`${table.amount} >= 0 and ${table.creditedAmount} >= 0 and ${table.consumedAmount} >= 0 and ${table.refundPlannedAmount} >= 0`),
  check('payments_credit_within_payment', sql`${table.creditedAmount} <= ${table.amount}`),
  check('payments_never_given_twice', sql`${table.consumedAmount} + ${table.refundPlannedAmount} <= ${table.amount}`),
  check('payments_only_msg_send_credits', sql`${table.creditedAmount} = 0 or ${table.kind} = 'msg_send'`),
  check('payments_state_known', sql`${table.state} in ('seen','credited','refund_owed','unallocated','owner_capital')`),
  check('payments_confirmation_known', sql`${table.confirmation} in ('none','single','agreed')`),
  check('payments_credited_has_operation', sql`${table.state} <> 'credited' or ${table.operationId} is not null`),
  index('payments_seen').on(table.chainId, table.height).where(sql`state = 'seen'`),
  index('payments_by_operation').on(table.operationId),
  index('payments_by_sender').on(table.fromAddress),
  index('payments_by_tx').on(table.txHash),
  index('payments_suggesting').on(table.suggestion).where(sql`state = 'unallocated'`),
])

/** What goes back, planned in the transaction that causes it; sent later. */
export const refunds = pgTable('refunds', {
  id: uuid('id').primaryKey(),
  paymentId: uuid('payment_id').notNull().references(() => payments.id),
  operationId: uuid('operation_id').references(() => clearingOperations.id),
  chainId: text('chain_id').notNull(),
  denom: text('denom').notNull(),
  amount: amount('amount').notNull(),
  destination: text('destination'),
  reason: text('reason').$type<RefundReason>().notNull(),
  state: text('state').$type<RefundState>().notNull(),
  networkFeeDeducted: boolean('network_fee_deducted').notNull(),
  /** Of the transaction that carries it now; final once confirmed. */
  txHash: text('tx_hash'),
  plannedAt: instant('planned_at').notNull(),
  /** Why it is held, and in words for a person; null unless held. */
  holdReason: text('hold_reason').$type<RefundHoldReason>(),
  holdNote: text('hold_note'),
  /** A refused one is tried again by itself from then on. */
  nextTryAt: instant('next_try_at'),
  /** Refusals so far: simulated or included with a code other than 0. */
  failures: integer('failures').notNull().default(0),
  /** Who let one above REFUND_APPROVAL_ABOVE go. */
  approvedBy: text('approved_by'),
  confirmedAt: instant('confirmed_at'),
  /** The part of its transaction's fee that the payer bore; null until confirmed. */
  networkFee: amount('network_fee'),
}, table => [
  // A person may decide more than once about one payment; payments_never_given_twice bounds the sum.
  uniqueIndex('refunds_once_per_cause').on(table.paymentId, table.reason).where(sql`reason <> 'operator_decision'`),
  check('refunds_amount_positive', sql`${table.amount} > 0`),
  check('refunds_state_known', sql`${table.state} in ('planned','held','signed','broadcast','confirmed')`),
  check('refunds_hold_reason_known', sql`${table.holdReason} in ('minimum','approval','exchange','refused','no_destination')`),
  check('refunds_held_says_why', sql`${table.holdReason} is null or ${table.state} = 'held'`),
  check('refunds_under_way_name_their_tx', sql`${table.state} not in ('signed','broadcast','confirmed') or ${table.txHash} is not null`),
  index('refunds_by_operation').on(table.operationId),
  index('refunds_payable').on(table.chainId, table.plannedAt).where(sql`state in ('planned','held')`),
  index('refunds_waiting').on(table.plannedAt).where(sql`state <> 'confirmed'`),
])

/** Double entry: the rows of one entry set sum to zero per denom (checked at commit); never updated, never deleted. */
export const ledgerEntries = pgTable('ledger_entries', {
  id: bigserial('id', { mode: 'bigint' }).primaryKey(),
  entrySet: uuid('entry_set').notNull(),
  account: text('account').notNull(),
  chainId: text('chain_id').notNull(),
  denom: text('denom').notNull(),
  amount: amount('amount').notNull(),
  cause: text('cause').notNull(),
  paymentId: uuid('payment_id').references(() => payments.id),
  operationId: uuid('operation_id').references(() => clearingOperations.id),
  /** Block that moved the coins; on every leg of a wallet, and null on what moved inside the books alone. */
  height: height('height'),
  /** A person's words, on corrections. */
  reason: text('reason'),
  createdAt: instant('created_at').notNull(),
}, table => [
  check('ledger_entries_wallets_move_in_blocks', sql`${table.account} not like 'wallet:%' or ${table.height} is not null`),
  index('ledger_entries_by_set').on(table.entrySet),
  index('ledger_entries_by_account').on(table.account, table.denom),
  index('ledger_entries_of_wallets').on(table.chainId, table.account, table.denom, table.height).where(sql`height is not null`),
])
