import { sql } from 'drizzle-orm'
import { check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns'

type ChallengePurpose = 'sign_in' | 'admin_action' | 'refund_claim'

/** The exact text a wallet is asked to sign; usable once. `subject` names what it authorises besides signing in. */
export const authChallenges = pgTable('auth_challenges', {
  id: uuid('id').primaryKey(),
  address: text('address').notNull(),
  chainId: text('chain_id').notNull(),
  purpose: text('purpose').$type<ChallengePurpose>().notNull().default('sign_in'),
  subject: text('subject'),
  text: text('text').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
}, table => [
  index('auth_challenges_expiry').on(table.expiresAt),
  check('auth_challenges_purpose_known', sql`${table.purpose} in ('sign_in','admin_action','refund_claim')`),
  check('auth_challenges_names_its_subject', sql`(${table.purpose} = 'sign_in') = (${table.subject} is null)`),
])

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
