import { and, asc, eq, lt, max, sql } from 'drizzle-orm'
import { deliverySamples } from '../../../drizzle/schema'
import type { ChannelEnd } from '../../../shared/utils/packet-id'
import type { ChannelReads, DeliverySamples } from '../../usecases/channel-ports'
import type { Database } from './database'

function inChannel(source: ChannelEnd) {
  return and(eq(deliverySamples.chainId, source.chainId), eq(deliverySamples.portId, source.portId), eq(deliverySamples.channelId, source.channelId))
}

export function makeDeliverySamples(db: Database): DeliverySamples {
  return {
    async newest(source) {
      const [row] = await db.select({ newest: max(deliverySamples.sequence) }).from(deliverySamples).where(inChannel(source))
      return row?.newest === null || row?.newest === undefined ? null : BigInt(row.newest)
    },
    async waiting(source, limit) {
      const rows = await db.select({ sequence: deliverySamples.sequence }).from(deliverySamples).where(and(inChannel(source), eq(deliverySamples.outcome, 'waiting'))).orderBy(asc(deliverySamples.sequence)).limit(limit)
      return rows.map(row => row.sequence)
    },
    async save(source, samples, now) {
      if (samples.length === 0) return
      await db.insert(deliverySamples)
        .values(samples.map(sample => ({ chainId: source.chainId, portId: source.portId, channelId: source.channelId, chosenAt: now, ...sample })))
        // Another instance may have chosen the same: what is decided stays.
        .onConflictDoUpdate({
          target: [deliverySamples.chainId, deliverySamples.portId, deliverySamples.channelId, deliverySamples.sequence],
          set: { outcome: sql`excluded.outcome`, sentAt: sql`excluded.sent_at`, receivedAt: sql`excluded.received_at` },
          setWhere: eq(deliverySamples.outcome, 'waiting'),
        })
    },
    async forget(before) {
      await db.delete(deliverySamples).where(lt(deliverySamples.chosenAt, before))
    },
  }
}

interface FigureRow {
  [column: string]: unknown
  chain_id: string
  port_id: string
  channel_id: string
  read_at: string | null
  undelivered: number
  unacknowledged: number
  oldest: string | null
  median: number | null
  p95: number | null
  delivered: number
  waiting: number
}

interface StuckRow {
  [column: string]: unknown
  chain_id: string
  port_id: string
  channel_id: string
  sequence: string
  destination_chain_id: string
  state: 'undelivered' | 'unacknowledged'
  since: string
  denom: string | null
  amount: string | null
  total: number
}

export function makeChannelReads(db: Database): ChannelReads {
  return {
    async figures(since) {
      const rows = await db.execute<FigureRow>(sql`
        with pending as (
          select chain_id, port_id, channel_id, count(*) filter (where state = 'undelivered')::int as undelivered, count(*) filter (where state = 'unacknowledged')::int as unacknowledged,
            min(coalesce(sent_at, first_seen_at)) as oldest
          from pending_packets group by 1, 2, 3
        ), deliveries as (
          select chain_id, port_id, channel_id, count(*) filter (where outcome = 'delivered')::int as delivered, count(*) filter (where outcome = 'waiting')::int as waiting,
            percentile_cont(0.5) within group (order by extract(epoch from received_at - sent_at)) filter (where outcome = 'delivered') as median,
            percentile_cont(0.95) within group (order by extract(epoch from received_at - sent_at)) filter (where outcome = 'delivered') as p95
          from delivery_samples where sent_at >= ${since.toISOString()}::timestamptz group by 1, 2, 3
        )
        select chain_id, port_id, channel_id, r.read_at::text, coalesce(p.undelivered, 0) as undelivered, coalesce(p.unacknowledged, 0) as unacknowledged, p.oldest::text,
          d.median::float8 as median, d.p95::float8 as p95, coalesce(d.delivered, 0) as delivered, coalesce(d.waiting, 0) as waiting
        from channel_readings r full join pending p using (chain_id, port_id, channel_id) full join deliveries d using (chain_id, port_id, channel_id)`)
      return rows.map(row => ({
        source: { chainId: row.chain_id, portId: row.port_id, channelId: row.channel_id },
        readAt: row.read_at === null ? null : new Date(row.read_at),
        undelivered: row.undelivered, unacknowledged: row.unacknowledged,
        oldestPendingAt: row.oldest === null ? null : new Date(row.oldest),
        // Block times of two chains: a packet can seem to arrive before it left.
        median: row.median === null ? null : Math.max(0, row.median), p95: row.p95 === null ? null : Math.max(0, row.p95),
        delivered: row.delivered, waiting: row.waiting,
      }))
    },

    async stuck(before, limit) {
      const rows = await db.execute<StuckRow>(sql`
        select chain_id, port_id, channel_id, sequence::text, destination_chain_id, state, coalesce(sent_at, first_seen_at)::text as since, denom, amount::text, count(*) over ()::int as total
        from pending_packets where coalesce(sent_at, first_seen_at) < ${before.toISOString()}::timestamptz
        order by coalesce(sent_at, first_seen_at), chain_id, channel_id, sequence limit ${limit}`)
      return {
        total: rows[0]?.total ?? 0,
        packets: rows.map(row => ({
          id: { chainId: row.chain_id, portId: row.port_id, channelId: row.channel_id, sequence: BigInt(row.sequence) },
          destinationChainId: row.destination_chain_id, state: row.state, pendingSince: new Date(row.since),
          coin: row.denom === null || row.amount === null ? null : { denom: row.denom, amount: BigInt(row.amount) },
        })),
      }
    },
  }
}
