import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { PaymentConfirmation, WalletRole } from '../../shared/types/clearing'
import { amount, height, instant } from './columns'

/** Wallets of ours whose every movement is booked, for ever: a key that is replaced still has a past. */
export const watchedWallets = pgTable('watched_wallets', {
  chainId: text('chain_id').notNull(),
  address: text('address').notNull(),
  role: text('role').$type<WalletRole>().notNull(),
  addedAt: instant('added_at').notNull(),
  /** Its movements are in the books after this height; null until a scanner has begun. */
  watchedFrom: height('watched_from'),
  /** At this height its balances were booked as the owner's capital; null until then. */
  openedHeight: height('opened_height'),
}, table => [
  primaryKey({ columns: [table.chainId, table.address] }),
  check('watched_wallets_role_known', sql`${table.role} in ('service','relayer')`),
  check('watched_wallets_opened_after_watched', sql`${table.openedHeight} is null or ${table.openedHeight} >= ${table.watchedFrom}`),
])

/** What reached a relayer wallet: the owner's capital, once per (chain, height, tx, message, denom, wallet). */
export const walletFunding = pgTable('wallet_funding', {
  chainId: text('chain_id').notNull(),
  height: height('height').notNull(),
  txIndex: integer('tx_index').notNull(),
  msgIndex: integer('msg_index').notNull(),
  denom: text('denom').notNull(),
  address: text('address').notNull(),
  amount: amount('amount').notNull(),
  fromAddress: text('from_address'),
  txHash: text('tx_hash'),
  blockTime: instant('block_time').notNull(),
  blockHash: text('block_hash').notNull(),
  resultCodes: integer('result_codes').array().notNull(),
  endpoint: text('endpoint').notNull(),
  /** What only the block's events told, while a second endpoint must say the same. */
  toldByEvents: text('told_by_events'),
  confirmation: text('confirmation').$type<PaymentConfirmation>().notNull(),
  /** null until it is vouched for and in the books. */
  bookedAt: instant('booked_at'),
}, table => [
  primaryKey({ columns: [table.chainId, table.height, table.txIndex, table.msgIndex, table.denom, table.address] }),
  check('wallet_funding_confirmation_known', sql`${table.confirmation} in ('none','single','agreed')`),
  index('wallet_funding_unbooked').on(table.chainId, table.height).where(sql`booked_at is null`),
])

/** Balances as the chain told them at a height, and what they were compared with. */
export const walletCheckpoints = pgTable('wallet_checkpoints', {
  chainId: text('chain_id').notNull(),
  address: text('address').notNull(),
  denom: text('denom').notNull(),
  height: height('height').notNull(),
  balance: amount('balance').notNull(),
  readAt: instant('read_at').notNull(),
}, table => [primaryKey({ columns: [table.chainId, table.address, table.denom, table.height] })])

/** Heights that no endpoint could show and that an admin let the cursor pass. */
export const scanGaps = pgTable('scan_gaps', {
  chainId: text('chain_id').notNull(),
  fromHeight: height('from_height').notNull(),
  toHeight: height('to_height').notNull(),
  reason: text('reason').notNull(),
  skippedBy: text('skipped_by').notNull(),
  skippedAt: instant('skipped_at').notNull(),
}, table => [
  primaryKey({ columns: [table.chainId, table.fromHeight] }),
  check('scan_gaps_not_empty', sql`${table.toHeight} >= ${table.fromHeight}`),
])
