import { sql } from 'drizzle-orm'
import { bigint, bigserial, check, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { height, instant } from './columns'

export type ReconciliationResult = 'sound' | 'broken' | 'cannot_tell'

/** One check of one invariant: what was found, in words. */
export interface ReconciliationCheck {
  readonly invariant: string
  readonly result: ReconciliationResult
  readonly sentence: string
}

/** One run of the reconciler over a chain; chain null: what concerns the database as a whole. */
export const reconciliationRuns = pgTable('reconciliation_runs', {
  id: uuid('id').primaryKey(),
  chainId: text('chain_id'),
  cause: text('cause').$type<'schedule' | 'demand'>().notNull(),
  startedAt: instant('started_at').notNull(),
  finishedAt: instant('finished_at').notNull(),
  /** Up to which block wallets and books were compared; null: they could not be. */
  height: height('height'),
  result: text('result').$type<ReconciliationResult>().notNull(),
  checks: jsonb('checks').$type<ReconciliationCheck[]>().notNull(),
}, table => [
  check('reconciliation_runs_result_known', sql`${table.result} in ('sound','broken','cannot_tell')`),
  index('reconciliation_runs_newest').on(table.chainId, table.finishedAt),
])

/** Something that breaks an invariant, open until a later run no longer finds it. Open ones stop automatic payouts. */
export const reconciliationFindings = pgTable('reconciliation_findings', {
  id: uuid('id').primaryKey(),
  /** null: payouts of every chain stop. */
  chainId: text('chain_id'),
  invariant: text('invariant').notNull(),
  /** What it is about: a payment, an account, a height … */
  subject: text('subject').notNull(),
  sentence: text('sentence').notNull(),
  firstSeenAt: instant('first_seen_at').notNull(),
  lastSeenAt: instant('last_seen_at').notNull(),
  closedAt: instant('closed_at'),
  closeReason: text('close_reason'),
}, table => [
  uniqueIndex('reconciliation_findings_open_once').on(sql`coalesce(chain_id, '')`, table.invariant, table.subject).where(sql`closed_at is null`),
  check('reconciliation_findings_closed_says_why', sql`(${table.closedAt} is null) = (${table.closeReason} is null)`),
])

/** Who did what to what, and why; append-only. What concerns an operation stands in its events, too. */
export const auditLog = pgTable('audit_log', {
  id: bigserial('id', { mode: 'bigint' }).primaryKey(),
  actor: text('actor').$type<'user' | 'scanner' | 'worker' | 'admin'>().notNull(),
  /** Of the admin or user; null for programs. */
  actorAddress: text('actor_address'),
  /** Verb and noun: payment.allocated, refund.approved, route.paused … */
  action: text('action').notNull(),
  /** operation, payment, refund, outgoing, chain, route, everything. */
  subjectType: text('subject_type').notNull(),
  subjectId: text('subject_id').notNull(),
  /** An admin's words, or the program's cause. */
  reason: text('reason').notNull(),
  detail: jsonb('detail').$type<Record<string, string | number | boolean | null>>().notNull(),
  createdAt: instant('created_at').notNull(),
}, table => [
  index('audit_log_by_subject').on(table.subjectType, table.subjectId, table.id),
  index('audit_log_newest').on(table.createdAt, table.id),
])

/** What an admin has stopped: `everything`, `payouts`, `payouts:<chainId>`, or `route:<chainId/portId/channelId>`. */
export const pauses = pgTable('pauses', {
  scope: text('scope').primaryKey(),
  reason: text('reason').notNull(),
  pausedBy: text('paused_by').notNull(),
  pausedAt: instant('paused_at').notNull(),
})

/** Counters of rate-limiter-flexible, where no Redis is configured; its column names. */
export const rateLimits = pgTable('rate_limits', {
  key: text('key').primaryKey(),
  points: integer('points').notNull().default(0),
  /** ms since 1970. */
  expire: bigint('expire', { mode: 'bigint' }),
}, table => [index('rate_limits_expiry').on(table.expire)])
