import { check, index, integer, jsonb, numeric, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { amount, height, instant, sequence } from './columns'

/** How far a chain was read. `primary` decides; `audit` rescans through another endpoint. */
export const chainCursors = pgTable('chain_cursors', {
  chainId: text('chain_id').notNull(),
  purpose: text('purpose').$type<'primary' | 'audit'>().notNull(),
  height: height('height').notNull(),
  blockTime: instant('block_time'),
  leader: text('leader'),
  leaseUntil: instant('lease_until'),
}, table => [
  primaryKey({ columns: [table.chainId, table.purpose] }),
  check('chain_cursors_purpose_known', sql`${table.purpose} in ('primary','audit')`),
])

/** A relayer key on a chain: one writer at a time. Free when run_id is null or the lease is over. */
export const relayerLanes = pgTable('relayer_lanes', {
  chainId: text('chain_id').notNull(),
  address: text('address').notNull(),
  runId: uuid('run_id'),
  leaseUntil: instant('lease_until'),
}, table => [primaryKey({ columns: [table.chainId, table.address] })])

export const relayerRuns = pgTable('relayer_runs', {
  id: uuid('id').primaryKey(),
  chainId: text('chain_id').notNull(),
  portId: text('port_id').notNull(),
  channelId: text('channel_id').notNull(),
  executor: text('executor').$type<'clear_packets' | 'tx_packet'>().notNull(),
  sequences: numeric('sequences', { precision: 20, scale: 0 }).array().notNull(),
  operationIds: uuid('operation_ids').array().notNull(),
  instanceId: text('instance_id').notNull(),
  startedAt: instant('started_at').notNull(),
  leaseUntil: instant('lease_until').notNull(),
  finishedAt: instant('finished_at'),
  result: text('result'),
  report: jsonb('report'),
}, table => [
  index('relayer_runs_unfinished').on(table.leaseUntil).where(sql`finished_at is null`),
  check('relayer_runs_names_packets', sql`cardinality(${table.sequences}) > 0`),
])

export const relayerBreakers = pgTable('relayer_breakers', {
  executor: text('executor').$type<'clear_packets' | 'tx_packet'>().notNull(),
  route: text('route').notNull(),
  consecutiveFailures: integer('consecutive_failures').notNull(),
  openUntil: instant('open_until'),
}, table => [primaryKey({ columns: [table.executor, table.route] })])

/** Pending packets of served channels, kept warm; a hint for searches, never a verdict. */
export const pendingPackets = pgTable('pending_packets', {
  chainId: text('chain_id').notNull(),
  portId: text('port_id').notNull(),
  channelId: text('channel_id').notNull(),
  sequence: sequence('sequence').notNull(),
  destinationChainId: text('destination_chain_id').notNull(),
  state: text('state').$type<'undelivered' | 'unacknowledged'>().notNull(),
  sender: text('sender'),
  receiver: text('receiver'),
  denom: text('denom'),
  amount: amount('amount'),
  sentAt: instant('sent_at'),
  sourceHeight: height('source_height').notNull(),
  firstSeenAt: instant('first_seen_at').notNull(),
}, table => [
  primaryKey({ columns: [table.chainId, table.portId, table.channelId, table.sequence] }),
  index('pending_packets_by_sender').on(table.sender),
  index('pending_packets_by_receiver').on(table.receiver),
])

/** When the pending packets of a channel were last read from the chains. */
export const channelReadings = pgTable('channel_readings', {
  chainId: text('chain_id').notNull(),
  portId: text('port_id').notNull(),
  channelId: text('channel_id').notNull(),
  readAt: instant('read_at').notNull(),
}, table => [primaryKey({ columns: [table.chainId, table.portId, table.channelId] })])

/**
 * Packets chosen when they were new and followed until they were delivered or returned, so that slow ones count like fast ones.
 * `unknown`: its send or receive tx was not found.
 */
export const deliverySamples = pgTable('delivery_samples', {
  chainId: text('chain_id').notNull(),
  portId: text('port_id').notNull(),
  channelId: text('channel_id').notNull(),
  sequence: sequence('sequence').notNull(),
  outcome: text('outcome').$type<'waiting' | 'delivered' | 'returned' | 'unknown'>().notNull(),
  chosenAt: instant('chosen_at').notNull(),
  sentAt: instant('sent_at'),
  receivedAt: instant('received_at'),
}, table => [
  primaryKey({ columns: [table.chainId, table.portId, table.channelId, table.sequence] }),
  index('delivery_samples_by_sending').on(table.sentAt),
  check('delivery_samples_outcome_known', sql`${table.outcome} in ('waiting','delivered','returned','unknown')`),
  check('delivery_samples_delivered_has_times', sql`${table.outcome} <> 'delivered' or (${table.sentAt} is not null and ${table.receivedAt} is not null)`),
])
