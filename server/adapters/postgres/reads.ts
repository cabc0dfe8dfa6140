import { asc, eq, sql, type SQL } from 'drizzle-orm'
import { userStatistics } from '../../../drizzle/schema'
import type { OperationStatus, PacketResultName, PaymentIssue, RefundHoldReason, RefundState, RefundStatus } from '../../../shared/types/clearing'
import type { PacketId } from '../../../shared/utils/packet-id'
import type { ClearingReads, ListPosition, OperationFilter, OperationSummary, PlatformTotals, ResultCount, TimeToClear, UserTotals } from '../../usecases/read-ports'
import { clientOf, prepared } from './client'
import type { Database } from './database'
import { readOperation, readPaymentsOfTx, readRefund } from './reads-operation'

interface PacketRow { chain_id: string, port_id: string, channel_id: string, sequence: string }

function toPacketId(row: PacketRow): PacketId {
  return { chainId: row.chain_id, portId: row.port_id, channelId: row.channel_id, sequence: BigInt(row.sequence) }
}

const liveClaimsQuery = `select r.chain_id, r.port_id, r.channel_id, r.sequence::text
  from jsonb_to_recordset($1::jsonb) as wanted(chain_id text, port_id text, channel_id text, sequence numeric)
  join packet_clearing_results r on r.claimed and r.chain_id = wanted.chain_id and r.port_id = wanted.port_id and r.channel_id = wanted.channel_id and r.sequence = wanted.sequence`

async function liveClaims(db: Database, ids: readonly PacketId[]): Promise<readonly PacketId[]> {
  if (ids.length === 0) return []
  const wanted: PacketRow[] = ids.map(id => ({ chain_id: id.chainId, port_id: id.portId, channel_id: id.channelId, sequence: id.sequence.toString() }))
  const rows = await clientOf(db).unsafe<PacketRow[]>(liveClaimsQuery, [JSON.stringify(wanted)], prepared)
  return rows.map(toPacketId)
}

interface SummaryRow {
  [column: string]: unknown
  id: string
  created_at: string
  token: string
  memo_code: string
  status: OperationStatus
  payment_issue: PaymentIssue
  refund_status: RefundStatus
  payment_chain_id: string
  total_denom: string
  total_amount: string
  credited: string
  refunded: string
  issued_at: string
  finished_at: string | null
  packets: (PacketRow & { result: PacketResultName | null })[]
  refunds: { denom: string, amount: string, state: RefundState, hold_reason: RefundHoldReason | null, tx_hash: string | null }[] | null
}

function toSummary(row: SummaryRow): OperationSummary {
  return {
    token: row.token, memoCode: row.memo_code, status: row.status, paymentIssue: row.payment_issue, refundStatus: row.refund_status, paymentChainId: row.payment_chain_id,
    total: { denom: row.total_denom, amount: BigInt(row.total_amount) }, credited: BigInt(row.credited), refunded: BigInt(row.refunded),
    packets: row.packets.map(packet => ({ id: toPacketId(packet), result: packet.result })),
    refunds: (row.refunds ?? []).map(refund => ({ coin: { denom: refund.denom, amount: BigInt(refund.amount) }, state: refund.state, holdReason: refund.hold_reason, txHash: refund.tx_hash })),
    issuedAt: new Date(row.issued_at), finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
    position: { createdAt: row.created_at, operationId: row.id },
  }
}

function filterConditions(filter: OperationFilter, after: ListPosition | null): SQL[] {
  return [
    ...filter.status ? [sql`o.status = ${filter.status}`] : [],
    ...filter.paymentChainId ? [sql`o.payment_chain_id = ${filter.paymentChainId}`] : [],
    ...filter.from ? [sql`o.created_at >= ${filter.from.toISOString()}`] : [],
    ...filter.until ? [sql`o.created_at < ${filter.until.toISOString()}`] : [],
    ...after ? [sql`(o.created_at, o.id) < (${after.createdAt}::timestamptz, ${after.operationId}::uuid)`] : [],
  ]
}

async function operationsOf(db: Database, address: string, filter: OperationFilter, after: ListPosition | null, limit: number): Promise<readonly OperationSummary[]> {
  const conditions = sql.join([sql`u.address = ${address}`, ...filterConditions(filter, after)], sql` and `)
  const rows = await db.execute<SummaryRow>(sql`
    select o.id, o.created_at::text, t.token, t.memo_code, o.status, o.payment_issue, o.refund_status, o.payment_chain_id, t.total_denom, t.total_amount::text,
      t.issued_at::text, o.finished_at::text,
      (select coalesce(sum(p.credited_amount), 0)::text from payments p where p.operation_id = o.id) as credited,
      (select coalesce(sum(f.amount), 0)::text from refunds f where f.operation_id = o.id and f.denom = t.total_denom) as refunded,
      (select json_agg(json_build_object('chain_id', r.chain_id, 'port_id', r.port_id, 'channel_id', r.channel_id, 'sequence', r.sequence::text, 'result', r.result) order by r.position)
        from packet_clearing_results r where r.operation_id = o.id) as packets,
      (select json_agg(json_build_object('denom', f.denom, 'amount', f.amount::text, 'state', f.state, 'hold_reason', f.hold_reason, 'tx_hash', f.tx_hash) order by f.id) from refunds f where f.operation_id = o.id) as refunds
    from user_operations u join clearing_operations o on o.id = u.operation_id join clearing_tokens t on t.token = o.token
    where ${conditions} order by o.created_at desc, o.id desc limit ${limit}`)
  return rows.map(toSummary)
}

async function resultCounts(db: Database, operations: SQL): Promise<ResultCount[]> {
  const rows = await db.execute<{ result: PacketResultName, packets: number }>(sql`
    select r.result, count(*)::int as packets from packet_clearing_results r where r.result is not null and r.operation_id in (${operations}) group by r.result order by r.result`)
  return rows.map(row => ({ result: row.result, packets: row.packets }))
}

async function timeToClear(db: Database, operations: SQL): Promise<TimeToClear> {
  const [row] = await db.execute<{ median: number | null, sample: number }>(sql`
    select percentile_cont(0.5) within group (order by extract(epoch from o.finished_at - o.credited_at))::float8 as median, count(*)::int as sample
    from clearing_operations o where o.status = 'cleared' and o.credited_at is not null and o.finished_at is not null and o.id in (${operations})`)
  return { medianSeconds: row?.median ?? null, sampleSize: row?.sample ?? 0 }
}

async function countOperations(db: Database, operations: SQL): Promise<number> {
  const [row] = await db.execute<{ operations: number }>(sql`select count(*)::int as operations from (${operations}) counted`)
  return row?.operations ?? 0
}

async function operationsByMonth(db: Database, operations: SQL): Promise<UserTotals['byMonth']> {
  const rows = await db.execute<{ month: string, operations: number }>(sql`
    select to_char(o.created_at at time zone 'UTC', 'YYYY-MM') as month, count(*)::int as operations
    from clearing_operations o where o.id in (${operations}) group by 1 order by 1 desc limit 12`)
  return rows.map(row => ({ month: row.month, operations: row.operations })).reverse()
}

async function userTotals(db: Database, address: string): Promise<UserTotals> {
  const operations = sql`select u.operation_id from user_operations u where u.address = ${address}`
  const [count, packetsByResult, time, byMonth, perDenom] = await Promise.all([
    countOperations(db, operations),
    resultCounts(db, operations),
    timeToClear(db, operations),
    operationsByMonth(db, operations),
    db.select().from(userStatistics).where(eq(userStatistics.address, address)).orderBy(asc(userStatistics.chainId), asc(userStatistics.denom)),
  ])
  return {
    operations: count, packetsByResult, timeToClear: time, byMonth,
    perDenom: perDenom.map(({ chainId, denom, paid, refunded }) => ({ chainId, denom, paid, refunded })),
  }
}

async function platformTotals(db: Database, since: Date | null): Promise<PlatformTotals> {
  const operations = since ? sql`select o.id from clearing_operations o where o.created_at >= ${since.toISOString()}` : sql`select o.id from clearing_operations o`
  const [count, packetsByResult, time, [decided]] = await Promise.all([
    countOperations(db, operations),
    resultCounts(db, operations),
    timeToClear(db, operations),
    db.execute<{ decided: number, by_us: number }>(sql`
      select count(*)::int as decided, count(*) filter (where r.relayed_by = 'us')::int as by_us from packet_clearing_results r where r.result is not null and r.operation_id in (${operations})`),
  ])
  return { operations: count, packetsByResult, timeToClear: time, decided: decided?.decided ?? 0, clearedByUs: decided?.by_us ?? 0 }
}

/** Reads over the same database; no locks, no writes. */
export function makeClearingReads(db: Database): ClearingReads {
  return {
    operation: token => readOperation(db, token),
    tokenNames: async (token) => {
      const [row] = await db.execute<{ memo_code: string, payment_chain_id: string }>(sql`select memo_code, payment_chain_id from clearing_tokens where token = ${token}`)
      return row ? { memoCode: row.memo_code, paymentChainId: row.payment_chain_id } : null
    },
    paymentsOfTx: (chainId, txHash) => readPaymentsOfTx(db, chainId, txHash),
    memoCodeTaken: async (memoCode) => {
      const rows = await db.execute(sql`select 1 from clearing_tokens where memo_code = ${memoCode}`)
      return rows.length > 0
    },
    liveClaims: ids => liveClaims(db, ids),
    operationsOf: (address, filter, after, limit) => operationsOf(db, address, filter, after, limit),
    refund: id => readRefund(db, id),
    userTotals: address => userTotals(db, address),
    platformTotals: since => platformTotals(db, since),
  }
}
