import { and, asc, desc, eq, isNull, lt, sql, type SQL } from 'drizzle-orm'
import { auditLog, pauses, payoutLanes, reconciliationFindings, walletOutgoing } from '../../../drizzle/schema'
import type { OperationEventType, OperationStatus, PaymentIssue, PaymentState, RefundHoldReason, RefundReason, RefundState, RefundStatus } from '../../../shared/types/clearing'
import type { OperationId } from '../../domain/clearing/operation'
import type { AdminOperationFilter, AdminOperationRow, AdminPaymentRow, AdminReads, AdminRefundRow, AuditedEvent, RevenueRow } from '../../usecases/admin-ports'
import type { ListPosition } from '../../usecases/read-ports'
import type { Database } from './database'
import { newestRuns } from './reconciliation'
import { readCoins } from './stored-coins'
import { unconfirmedBlocks } from './waiting-blocks'

type Row<Columns> = Columns & Record<string, unknown>
const time = (text: string) => new Date(text)
const timeOrNull = (text: string | null) => text === null ? null : new Date(text)
const where = (conditions: readonly SQL[]) => conditions.length === 0 ? sql`` : sql`where ${sql.join([...conditions], sql` and `)}`
const before = (created: SQL, id: SQL, after: ListPosition | null) => after ? [sql`(${created}, ${id}) < (${after.createdAt}::timestamptz, ${after.operationId}::uuid)`] : []

interface OperationColumns {
  id: OperationId
  created_at: string
  token: string
  memo_code: string
  status: OperationStatus
  payment_issue: PaymentIssue
  refund_status: RefundStatus
  wallet_address: string
  payment_chain_id: string
  total_denom: string
  total_amount: string
  credited: string
  packets: number
  deadline_at: string | null
  finished_at: string | null
}

/** Each branch finds by an index of its own: one condition over all of them would read every operation there is. */
function matching(text: string): SQL {
  const isUuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
  const byToken = (condition: SQL) => sql`select named.id from clearing_tokens n join clearing_operations named on named.token = n.token where ${condition}`
  return sql`o.id in (${byToken(sql`n.memo_code = ${text.toUpperCase()}`)} union all ${byToken(sql`n.wallet_address = ${text}`)}
    ${isUuid ? sql`union all select ${text}::uuid union all ${byToken(sql`n.token = ${text}::uuid`)}` : sql``}
    union all select operation_id from payments where tx_hash = ${text.toUpperCase()} union all select operation_id from payments where from_address = ${text})`
}

async function operationRows(db: Database, conditions: readonly SQL[], limit: number): Promise<AdminOperationRow[]> {
  const rows = await db.execute<Row<OperationColumns>>(sql`
    select o.id, o.created_at::text, t.token, t.memo_code, o.status, o.payment_issue, o.refund_status, t.wallet_address, o.payment_chain_id, t.total_denom, t.total_amount::text,
      (select coalesce(sum(p.credited_amount), 0)::text from payments p where p.operation_id = o.id) as credited,
      (select count(*)::int from packet_clearing_results r where r.operation_id = o.id) as packets, o.deadline_at::text, o.finished_at::text
    from clearing_operations o join clearing_tokens t on t.token = o.token ${where(conditions)} order by o.created_at desc, o.id desc limit ${limit}`)
  return rows.map(row => ({
    id: row.id, token: row.token, memoCode: row.memo_code, status: row.status, paymentIssue: row.payment_issue, refundStatus: row.refund_status, walletAddress: row.wallet_address,
    paymentChainId: row.payment_chain_id, total: { denom: row.total_denom, amount: BigInt(row.total_amount) }, credited: BigInt(row.credited), packets: row.packets,
    createdAt: time(row.created_at), deadlineAt: timeOrNull(row.deadline_at), finishedAt: timeOrNull(row.finished_at), position: { createdAt: row.created_at, operationId: row.id },
  }))
}

const operationConditions = (filter: AdminOperationFilter): SQL[] => [
  ...filter.status ? [sql`o.status = ${filter.status}`] : [],
  ...filter.paymentIssue ? [sql`o.payment_issue = ${filter.paymentIssue}`] : [],
  ...filter.refundStatus ? [sql`o.refund_status = ${filter.refundStatus}`] : [],
  ...filter.paymentChainId ? [sql`o.payment_chain_id = ${filter.paymentChainId}`] : [],
  ...filter.text ? [matching(filter.text)] : [],
]

async function eventsOf(db: Database, id: string): Promise<AuditedEvent[]> {
  const rows = await db.execute<Row<{ id: string, type: OperationEventType, at: string, detail: AuditedEvent['detail'], actor: string, cause: string }>>(sql`
    select id::text, type, created_at::text as at, detail, actor, cause from operation_events where operation_id = ${id}::uuid order by operation_events.id`)
  return rows.map(row => ({ id: BigInt(row.id), type: row.type, at: time(row.at), detail: typeof row.detail === 'string' ? JSON.parse(row.detail) as AuditedEvent['detail'] : row.detail, actor: row.actor, cause: row.cause }))
}

interface PaymentColumns {
  id: string
  created_at: string
  chain_id: string
  tx_hash: string | null
  height: string
  block_time: string
  from_address: string | null
  denom: string
  amount: string
  memo: string
  kind: 'msg_send' | 'other'
  state: PaymentState
  reason: string | null
  suggestion: string | null
  operation_id: string | null
}

async function paymentRows(db: Database, conditions: readonly SQL[], limit: number): Promise<AdminPaymentRow[]> {
  const rows = await db.execute<Row<PaymentColumns>>(sql`
    select p.id, p.created_at::text, p.chain_id, p.tx_hash, p.height::text, p.block_time::text, p.from_address, p.denom, p.amount::text, p.memo, p.kind, p.state, p.reason, p.suggestion, p.operation_id
    from payments p ${where(conditions)} order by p.created_at desc, p.id desc limit ${limit}`)
  return rows.map(row => ({
    id: row.id, chainId: row.chain_id, txHash: row.tx_hash, height: BigInt(row.height), blockTime: time(row.block_time), fromAddress: row.from_address,
    coin: { denom: row.denom, amount: BigInt(row.amount) }, memo: row.memo, kind: row.kind, state: row.state, reason: row.reason, suggestion: row.suggestion, operationId: row.operation_id,
    position: { createdAt: row.created_at, operationId: row.id },
  }))
}

interface RefundColumns {
  id: string
  planned_at: string
  chain_id: string
  operation_id: string | null
  payment_id: string
  denom: string
  amount: string
  destination: string | null
  reason: RefundReason
  state: RefundState
  hold_reason: RefundHoldReason | null
  hold_note: string | null
  next_try_at: string | null
  failures: number
  network_fee_deducted: boolean
  tx_hash: string | null
  approved_by: string | null
  confirmed_at: string | null
}

async function refundRows(db: Database, conditions: readonly SQL[], limit: number): Promise<AdminRefundRow[]> {
  const rows = await db.execute<Row<RefundColumns>>(sql`
    select r.id, r.planned_at::text, r.chain_id, r.operation_id, r.payment_id, r.denom, r.amount::text, r.destination, r.reason, r.state, r.hold_reason, r.hold_note, r.next_try_at::text,
      r.failures, r.network_fee_deducted, r.tx_hash, r.approved_by, r.confirmed_at::text
    from refunds r ${where(conditions)} order by r.planned_at desc, r.id desc limit ${limit}`)
  return rows.map(row => ({
    id: row.id, chainId: row.chain_id, operationId: row.operation_id, paymentId: row.payment_id, coin: { denom: row.denom, amount: BigInt(row.amount) }, destination: row.destination,
    reason: row.reason, state: row.state, holdReason: row.hold_reason, holdNote: row.hold_note, nextTryAt: timeOrNull(row.next_try_at), failures: row.failures,
    networkFeeDeducted: row.network_fee_deducted, txHash: row.tx_hash, approvedBy: row.approved_by, plannedAt: time(row.planned_at), confirmedAt: timeOrNull(row.confirmed_at),
    position: { createdAt: row.planned_at, operationId: row.id },
  }))
}

/** From the ledger, by the day an entry was made (UTC). Revenue is negative there, gas is what we bore. */
async function revenueRows(db: Database, from: Date | null, until: Date | null): Promise<RevenueRow[]> {
  const conditions = [sql`(account = 'revenue' or account = 'expense:gas' or account = 'liability:refunds_payable')`, ...from ? [sql`created_at >= ${from.toISOString()}`] : [], ...until ? [sql`created_at < ${until.toISOString()}`] : []]
  const rows = await db.execute<Row<{ day: string, chain_id: string, denom: string, fees: string, refunds_paid: string, gas: string }>>(sql`
    select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day, chain_id, denom,
      coalesce(-sum(amount) filter (where account = 'revenue'), 0)::text as fees,
      coalesce(sum(amount) filter (where account = 'liability:refunds_payable' and amount > 0), 0)::text as refunds_paid,
      coalesce(sum(amount) filter (where account = 'expense:gas'), 0)::text as gas
    from ledger_entries ${where(conditions)} group by 1, 2, 3 order by 1 desc, 2, 3`)
  return rows.map(row => ({ day: row.day, chainId: row.chain_id, denom: row.denom, fees: BigInt(row.fees), refundsPaid: BigInt(row.refunds_paid), gas: BigInt(row.gas) }))
}

/** What an admin looks at; over the same database. */
export function makeAdminReads(db: Database): AdminReads {
  return {
    operations: (filter, after, limit) => operationRows(db, [...operationConditions(filter), ...before(sql`o.created_at`, sql`o.id`, after)], limit),
    operation: async (id) => {
      const [row] = await operationRows(db, [sql`o.id = ${id}::uuid`], 1)
      return row ? { row, events: await eventsOf(db, id) } : null
    },
    payments: (state, after, limit) => paymentRows(db, [...state ? [sql`p.state = ${state}`] : [], ...before(sql`p.created_at`, sql`p.id`, after)], limit),
    payment: async id => (await paymentRows(db, [sql`p.id = ${id}::uuid`], 1))[0] ?? null,
    refunds: (state, after, limit) => refundRows(db, [...state ? [sql`r.state = ${state}`] : [], ...before(sql`r.planned_at`, sql`r.id`, after)], limit),
    refund: async id => (await refundRows(db, [sql`r.id = ${id}::uuid`], 1))[0] ?? null,
    payoutWaits: async () => {
      const rows = await db.select().from(payoutLanes).where(sql`${payoutLanes.waitReason} is not null`)
      return rows.flatMap(row => row.waitReason === null ? [] : [{ chainId: row.chainId, address: row.address, reason: row.waitReason }])
    },
    strangers: async () => {
      const rows = await db.select().from(walletOutgoing).where(and(eq(walletOutgoing.kind, 'stranger'), isNull(walletOutgoing.acceptedReason))).orderBy(asc(walletOutgoing.height)).limit(200)
      return rows.map(row => ({ chainId: row.chainId, address: row.address, txHash: row.txHash, height: row.height, toAddress: row.toAddress, coins: readCoins(row.coins), note: row.note }))
    },
    revenue: (from, until) => revenueRows(db, from, until),
    audit: (beforeId, limit) => db.select().from(auditLog).where(beforeId === null ? undefined : lt(auditLog.id, beforeId)).orderBy(desc(auditLog.id)).limit(limit),
    pauses: () => db.select().from(pauses).orderBy(asc(pauses.pausedAt)),
    queue: async () => {
      const [row] = await db.execute<Row<{ waiting: number, running: number, failing: number }>>(sql`
        select count(*) filter (where locked_at is null)::int as waiting, count(*) filter (where locked_at is not null)::int as running, count(*) filter (where last_error is not null)::int as failing
        from graphile_worker._private_jobs`)
      return { waiting: row?.waiting ?? 0, running: row?.running ?? 0, failing: row?.failing ?? 0 }
    },
    unconfirmedBlocks: () => unconfirmedBlocks(db),
    openFindings: () => db.select().from(reconciliationFindings).where(isNull(reconciliationFindings.closedAt)).orderBy(asc(reconciliationFindings.firstSeenAt)).limit(200),
    newestReconciliations: () => newestRuns(db),
  }
}
