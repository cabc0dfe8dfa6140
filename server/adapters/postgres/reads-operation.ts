import type { StoredFeeLine } from '../../../drizzle/schema/clearing'
import type { OperationEventType, OperationStatus, PacketResultName, PaymentConfirmation, PaymentIssue, PaymentState, RefundHoldReason, RefundReason, RefundState, RefundStatus, RelayedBy } from '../../../shared/types/clearing'
import type { PacketLegName, PacketNeed } from '../../../shared/types/packet'
import { readMemo } from '../../../shared/utils/memo-code'
import type { PaymentId } from '../../domain/clearing/operation'
import type { OperationRecord, PacketRecord, PaymentRecord } from '../../usecases/read-ports'
import type { RefundRow } from '../../usecases/store-ports'
import { clientOf, prepared } from './client'
import type { Database } from './database'
import { fromStoredFeeLine } from './fee-lines'

// PostgreSQL builds one JSON document, so that a status is one statement: its parts are of one moment, and one round
// trip costs less than six. Integers beyond 2^53 travel as text.

interface PaymentJson {
  tx_hash: string | null
  height: string
  block_time: string
  from_address: string | null
  denom: string
  amount: string
  memo: string
  state: PaymentState
  credited_amount: string
  confirmation: PaymentConfirmation
  reason: string | null
}
interface EvidenceJson {
  query: string
  chain_id: string
  height: string | null
  endpoint_count: number
  answer: string
}
interface LegJson {
  leg: PacketLegName
  chain_id: string
  height: string
  time: string | null
  tx_hash: string
  signer: string | null
}
interface PacketJson {
  chain_id: string
  port_id: string
  channel_id: string
  sequence: string
  need: PacketNeed
  share: string
  result: PacketResultName | null
  relayed_by: RelayedBy | null
  attempts: number
  next_attempt_at: string
  note: string | null
  evidence: EvidenceJson[] | null
  legs: LegJson[] | null
}
interface RefundJson {
  id: string
  payment_id: string
  denom: string
  amount: string
  payer: string | null
  destination: string | null
  reason: RefundReason
  state: RefundState
  network_fee_deducted: boolean
  tx_hash: string | null
  planned_at: string
  hold_reason: RefundHoldReason | null
  next_try_at: string | null
  network_fee: string | null
  confirmed_at: string | null
}
interface EventJson { id: string, type: OperationEventType, at: string, detail: Record<string, string | number | boolean | null> }
interface OperationJson {
  token: string
  memo_code: string
  status: OperationStatus
  payment_issue: PaymentIssue
  refund_status: RefundStatus
  wallet_address: string
  payment_chain_id: string
  payment_address: string
  fee_lines: StoredFeeLine[]
  total_denom: string
  total_amount: string
  issued_at: string
  expires_at: string
  grace_until: string
  credited_at: string | null
  deadline_at: string | null
  finished_at: string | null
  payments: PaymentJson[] | null
  packets: PacketJson[]
  refunds: RefundJson[] | null
  events: EventJson[] | null
}

const paymentColumns = `json_build_object('tx_hash', p.tx_hash, 'height', p.height::text, 'block_time', p.block_time, 'from_address', p.from_address, 'denom', p.denom,
  'amount', p.amount::text, 'memo', p.memo, 'state', p.state, 'credited_amount', p.credited_amount::text, 'confirmation', p.confirmation, 'reason', p.reason)`

const refundColumns = `json_build_object('id', f.id, 'payment_id', f.payment_id, 'denom', f.denom, 'amount', f.amount::text,
  'payer', (select p.from_address from payments p where p.id = f.payment_id), 'destination', f.destination, 'reason', f.reason,
  'state', f.state, 'network_fee_deducted', f.network_fee_deducted, 'tx_hash', f.tx_hash, 'planned_at', f.planned_at, 'hold_reason', f.hold_reason,
  'next_try_at', f.next_try_at, 'network_fee', f.network_fee::text, 'confirmed_at', f.confirmed_at)`

// A payment gets its operation when it is credited or given back; before that (or left unallocated) only its memo names it.
const memoAsRead = `upper(btrim(memo, E' \\t\\r\\n\\f\\x0B') collate "C")`

const operationQuery = `
select json_build_object(
  'token', t.token, 'memo_code', t.memo_code, 'status', o.status, 'payment_issue', o.payment_issue, 'refund_status', o.refund_status,
  'wallet_address', t.wallet_address, 'payment_chain_id', t.payment_chain_id, 'payment_address', t.payment_address, 'fee_lines', t.fee_lines,
  'total_denom', t.total_denom, 'total_amount', t.total_amount::text, 'issued_at', t.issued_at, 'expires_at', t.expires_at, 'grace_until', t.grace_until,
  'credited_at', o.credited_at, 'deadline_at', o.deadline_at, 'finished_at', o.finished_at,
  'payments', (select json_agg(${paymentColumns} order by p.height, p.tx_index, p.msg_index, p.denom) from (
    select * from payments where operation_id = o.id
    union all
    select * from payments where state = 'seen' and operation_id is null and chain_id = t.payment_chain_id and ${memoAsRead} in (t.memo_code, upper(t.token::text))
    union all
    select * from payments where state = 'unallocated' and operation_id is null and suggestion = t.memo_code and o.payment_issue <> 'none') p),
  'packets', (select json_agg(json_build_object('chain_id', r.chain_id, 'port_id', r.port_id, 'channel_id', r.channel_id, 'sequence', r.sequence::text, 'need', r.need,
      'share', r.share_amount::text, 'result', r.result, 'relayed_by', r.relayed_by, 'attempts', r.attempts, 'next_attempt_at', r.next_attempt_at, 'note', r.note,
      'evidence', (select json_agg(json_build_object('query', e.query, 'chain_id', e.chain_id, 'height', e.height::text, 'endpoint_count', e.endpoint_count, 'answer', e.answer) order by e.id)
        from packet_evidence e where e.operation_id = r.operation_id and e.position = r.position),
      'legs', (select json_agg(json_build_object('leg', l.leg, 'chain_id', l.chain_id, 'height', l.height::text, 'time', l.time, 'tx_hash', l.tx_hash, 'signer', l.signer) order by l.time, l.height)
        from packet_legs l where l.operation_id = r.operation_id and l.position = r.position)) order by r.position)
    from packet_clearing_results r where r.operation_id = o.id),
  'refunds', (select json_agg(${refundColumns} order by f.id) from refunds f where f.operation_id = o.id),
  'events', (select json_agg(json_build_object('id', v.id::text, 'type', v.type, 'at', v.created_at, 'detail', v.detail) order by v.id) from operation_events v where v.operation_id = o.id)
) as document
from clearing_tokens t join clearing_operations o on o.token = t.token where t.token = $1`

const time = (text: string) => new Date(text)
const timeOrNull = (text: string | null) => text === null ? null : new Date(text)

function toPayment(row: PaymentJson): PaymentRecord {
  return {
    txHash: row.tx_hash, height: BigInt(row.height), blockTime: time(row.block_time), fromAddress: row.from_address,
    coin: { denom: row.denom, amount: BigInt(row.amount) }, memo: row.memo, state: row.state, creditedAmount: BigInt(row.credited_amount),
    confirmation: row.confirmation, reason: row.reason,
  }
}

function toPacket(row: PacketJson): PacketRecord {
  return {
    id: { chainId: row.chain_id, portId: row.port_id, channelId: row.channel_id, sequence: BigInt(row.sequence) },
    need: row.need, share: BigInt(row.share), result: row.result, relayedBy: row.relayed_by, attempts: row.attempts, nextAttemptAt: time(row.next_attempt_at), note: row.note,
    evidence: (row.evidence ?? []).map(e => ({ query: e.query, chainId: e.chain_id, height: e.height === null ? null : BigInt(e.height), endpointCount: e.endpoint_count, answer: e.answer })),
    legs: (row.legs ?? []).map(l => ({ leg: l.leg, chainId: l.chain_id, height: BigInt(l.height), time: timeOrNull(l.time), txHash: l.tx_hash, signer: l.signer })),
  }
}

function toRefundRow(row: RefundJson): RefundRow {
  return {
    id: row.id, paymentId: row.payment_id as PaymentId, coin: { denom: row.denom, amount: BigInt(row.amount) }, payer: row.payer, destination: row.destination, reason: row.reason, state: row.state,
    networkFeeDeducted: row.network_fee_deducted, txHash: row.tx_hash, plannedAt: time(row.planned_at), holdReason: row.hold_reason, nextTryAt: timeOrNull(row.next_try_at),
    networkFee: row.network_fee === null ? null : BigInt(row.network_fee), confirmedAt: timeOrNull(row.confirmed_at),
  }
}

function namesToken(memo: string, row: OperationJson): boolean {
  const reading = readMemo(memo)
  return (reading.kind === 'memo_code' && reading.memoCode === row.memo_code) || (reading.kind === 'token' && reading.token === row.token)
}

function toRecord(row: OperationJson): OperationRecord {
  return {
    token: row.token, memoCode: row.memo_code, status: row.status, paymentIssue: row.payment_issue, refundStatus: row.refund_status,
    walletAddress: row.wallet_address, paymentChainId: row.payment_chain_id, paymentAddress: row.payment_address,
    feeLines: row.fee_lines.map(fromStoredFeeLine),
    total: { denom: row.total_denom, amount: BigInt(row.total_amount) },
    issuedAt: time(row.issued_at), expiresAt: time(row.expires_at), graceUntil: time(row.grace_until),
    creditedAt: timeOrNull(row.credited_at), deadlineAt: timeOrNull(row.deadline_at), finishedAt: timeOrNull(row.finished_at),
    payments: (row.payments ?? []).filter(payment => (payment.state !== 'seen' && payment.state !== 'unallocated') || namesToken(payment.memo, row)).map(toPayment),
    packets: row.packets.map(toPacket),
    refunds: (row.refunds ?? []).map(toRefundRow),
    events: (row.events ?? []).map(event => ({ id: BigInt(event.id), type: event.type, at: time(event.at), detail: event.detail })),
  }
}

/** drizzle's parsers leave JSON as text. */
function parse<T>(document: T | string): T {
  return typeof document === 'string' ? JSON.parse(document) as T : document
}

/** Everything about one operation, of one moment; null: no such token. */
export async function readOperation(db: Database, token: string): Promise<OperationRecord | null> {
  const [row] = await clientOf(db).unsafe<{ document: OperationJson | string }[]>(operationQuery, [token], prepared)
  return row ? toRecord(parse(row.document)) : null
}

const paymentsOfTxQuery = `select ${paymentColumns} as document, o.token from payments p left join clearing_operations o on o.id = p.operation_id
  where p.tx_hash = $1 and p.chain_id = $2 order by p.height, p.msg_index`

/** Payment rows of a tx with the token of the operation they belong to. */
export async function readPaymentsOfTx(db: Database, chainId: string, txHash: string) {
  const rows = await clientOf(db).unsafe<{ document: PaymentJson | string, token: string | null }[]>(paymentsOfTxQuery, [txHash, chainId], prepared)
  return rows.map(row => ({ ...toPayment(parse(row.document)), token: row.token }))
}

/** null: no such refund. */
export async function readRefund(db: Database, id: string): Promise<(RefundRow & { readonly chainId: string }) | null> {
  const [row] = await clientOf(db).unsafe<{ document: RefundJson | string, chain_id: string }[]>(
    `select ${refundColumns} as document, f.chain_id from refunds f where f.id = $1`, [id], prepared)
  return row ? { ...toRefundRow(parse(row.document)), chainId: row.chain_id } : null
}
