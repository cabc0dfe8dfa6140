import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns'

/** The exact text a wallet is asked to sign; usable once. */
export const authChallenges = pgTable('auth_challenges', {
  id: uuid('id').primaryKey(),
  address: text('address').notNull(),
  chainId: text('chain_id').notNull(),
  text: text('text').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
}, table => [index('auth_challenges_expiry').on(table.expiresAt)])

/** The cookie's secret is stored only as a hash. */
export const authSessions = pgTable('auth_sessions', {
  id: uuid('id').primaryKey(),
  secretHash: text('secret_hash').notNull().unique(),
  address: text('address').notNull(),
  chainId: text('chain_id').notNull(),
  createdAt: instant('created_at').notNull(),
  lastSeenAt: instant('last_seen_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  revokedAt: instant('revoked_at'),
}, table => [index('auth_sessions_by_address').on(table.address), index('auth_sessions_expiry').on(table.expiresAt)])
