import { clientOf, prepared } from '../../server/adapters/postgres/client'
import { relayerAddress, serviceAddress, type TrueTransfer } from './network'
import type { World } from './world'

/** What the checks remember from one step to the next. */
export interface Checked {
  readonly decided: Set<string>
  readonly cursors: Map<string, bigint>
  readonly firstHeights: Map<string, bigint>
  payments: number
}

// One query, one line of text per thing wrong.
const booksQuery = `
with planned as (select payment_id, sum(amount) as amount from refunds group by payment_id),
money as (
  select p.chain_id, p.denom, sum(p.amount) filter (where p.state <> 'seen') as received, sum(p.consumed_amount) as consumed, coalesce(sum(r.amount), 0) as planned
  from payments p left join planned r on r.payment_id = p.id group by 1, 2),
accounts as (
  select chain_id, denom, case when account like 'liability:operation:%' then 'operations' when account like 'wallet:service:%' then 'wallet:service' else account end as account, sum(amount) as held
  from ledger_entries group by 1, 2, 3),
settled as (
  select o.id, o.status, t.total_amount,
    (select coalesce(sum(p.credited_amount), 0) from payments p where p.operation_id = o.id) as credited,
    (select coalesce(sum(p.consumed_amount), 0) from payments p where p.operation_id = o.id) as consumed,
    (select coalesce(sum(r.amount), 0) from refunds r where r.operation_id = o.id and r.reason in ('not_cleared','relayed_by_other','not_needed','deadline','underpaid')) as returned,
    (select coalesce(sum(s.share_amount), 0) from packet_clearing_results s where s.operation_id = o.id and s.relayed_by = 'us') as earned,
    (select coalesce(sum(s.share_amount), 0) from packet_clearing_results s where s.operation_id = o.id and s.relayed_by <> 'us') as unearned
  from clearing_operations o join clearing_tokens t on t.token = o.token),
events as (
  select o.id, o.status, o.attempted, count(*) filter (where e.type = 'queued') as queued, count(*) filter (where e.type = 'settled') as settled, count(*) filter (where e.type = 'expired') as expired,
    count(*) filter (where e.type = 'refund_planned') as refunds, count(*) filter (where e.type = 'payment_credited') as credits, count(*) filter (where e.type = 'packet_finished') as finished,
    count(*) filter (where e.type = 'run_started') as started, count(*) filter (where e.type = 'token_issued') as issued, count(*) filter (where e.type = 'needs_attention') as attention,
    count(*) filter (where e.type = 'payment_returned') as returned, count(*) filter (where e.type = 'payment_seen') as seen
  from clearing_operations o left join operation_events e on e.operation_id = o.id group by o.id)
select 'I1 entry set does not sum to zero: ' || entry_set as wrong from ledger_entries group by entry_set, chain_id, denom having sum(amount) <> 0
union all select format('I2 account %s of %s holds %s, expected %s', a.account, m.denom, a.held, case a.account when 'wallet:service' then m.received when 'revenue' then -m.consumed when 'liability:refunds_payable' then -m.planned end)
  from money m join accounts a using (chain_id, denom)
  where a.held <> case a.account when 'wallet:service' then m.received when 'revenue' then -m.consumed when 'liability:refunds_payable' then -m.planned else a.held end
union all select format('I2 no ledger for %s received %s', m.denom, m.received) from money m where m.received > 0 and not exists (select 1 from accounts a where a.chain_id = m.chain_id and a.denom = m.denom and a.account = 'wallet:service')
union all select format('I4 payment %s: amount %s credited %s consumed %s planned %s refunds %s', p.id, p.amount, p.credited_amount, p.consumed_amount, p.refund_planned_amount, coalesce(r.amount, 0))
  from payments p left join planned r on r.payment_id = p.id
  where p.refund_planned_amount <> coalesce(r.amount, 0) or p.consumed_amount + p.refund_planned_amount > p.amount or p.credited_amount > p.amount or p.consumed_amount > p.credited_amount
    or (p.state = 'credited' and (p.operation_id is null or p.credited_amount = 0)) or (p.state in ('seen', 'unallocated') and (p.operation_id is not null or p.credited_amount + p.refund_planned_amount + p.consumed_amount <> 0))
    or (p.state = 'refund_owed' and (p.refund_planned_amount <> p.amount or p.credited_amount <> 0)) or (p.kind <> 'msg_send' and p.state not in ('seen', 'unallocated'))
union all select format('I4 payment %s is %s, but nobody vouched for its block', p.id, p.state) from payments p where p.state <> 'seen' and p.confirmation <> 'agreed'
union all select format('I4 payment %s is %s and %s in the books', p.id, p.state, case when b.booked is null then 'not' else b.booked || ' at ' || b.height end) from payments p
  left join (select payment_id, sum(amount) as booked, min(height) as height from ledger_entries where account like 'wallet:service:%' and cause = 'payment_received' group by 1) b on b.payment_id = p.id
  where case when p.state = 'seen' then b.booked is not null else b.booked is distinct from p.amount or b.height is distinct from p.height end
union all select format('I4 refund %s of %s goes to %s', r.id, p.from_address, r.destination) from refunds r join payments p on p.id = r.payment_id where r.destination is distinct from p.from_address
union all select format('I4 operation %s is %s: total %s credited %s consumed %s returned %s earned %s', id, status, total_amount, credited, consumed, returned, earned) from settled
  where (status in ('cleared','partially_cleared','not_cleared','not_needed') and (credited <> total_amount or consumed <> earned or returned <> unearned or consumed + returned <> credited))
    or (status in ('queued','clearing','needs_attention') and (credited <> total_amount or consumed + returned <> 0)) or (status = 'expired' and (consumed <> 0 or returned <> credited))
    or (status = 'awaiting_payment' and (credited >= total_amount or consumed + returned <> 0))
union all select format('I5 operation %s packet %s is said to be relayed by us without a tx of ours', s.operation_id, s.position) from packet_clearing_results s
  where s.relayed_by = 'us' and not exists (select 1 from packet_legs l where l.operation_id = s.operation_id and l.position = s.position and l.leg in ('receive','acknowledge','timeout') and l.signer in ('${relayerAddress('hub-1')}', '${relayerAddress('zone-1')}'))
union all select format('I7 operation %s is %s, but its events say: queued %s settled %s expired %s attention %s', id, status, queued, settled, expired, attention) from events
  where issued <> 1 or queued > 1 or settled > 1 or (status in ('queued','clearing') and queued <> 1) or (settled = 1) <> (status in ('cleared','partially_cleared','not_cleared','not_needed'))
    or (status = 'expired' and expired = 0) or (status = 'needs_attention' and attention = 0) or (attempted and started = 0)
union all select format('I7 operation %s: %s refunds and %s credits without their event', e.id, e.refunds, e.credits) from events e
  where e.refunds <> (select count(*) from refunds r where r.operation_id = e.id) or e.credits <> (select count(*) from payments p where p.operation_id = e.id and p.state = 'credited')
    or e.returned <> (select count(*) from payments p where p.operation_id = e.id and p.state = 'refund_owed') or e.finished <> (select count(*) from packet_clearing_results s where s.operation_id = e.id and s.result is not null)
    or e.seen < (select count(*) from payments p where p.operation_id = e.id)
union all select format('I9 packet %s of operation %s (%s) is %s', s.sequence, o.id, o.status, case when s.claimed then 'claimed' else 'not claimed' end) from packet_clearing_results s join clearing_operations o on o.id = s.operation_id
  where (s.claimed and o.status not in ('queued','clearing','needs_attention')) or (not s.claimed and s.result is null and o.status in ('queued','clearing'))
union all select format('I8 operation %s is clearing without a run', o.id) from clearing_operations o where o.status = 'clearing' and not exists (select 1 from relayer_runs r where r.finished_at is null and o.id = any(r.operation_ids))
union all select format('I8 lane %s is held by a run that ended', l.chain_id) from relayer_lanes l where l.run_id is not null and not exists (select 1 from relayer_runs r where r.id = l.run_id and r.finished_at is null)
union all select format('I9 two unfinished runs carry packet %s', q) from (select r.chain_id || '/' || s as q from relayer_runs r, unnest(r.sequences) s where r.finished_at is null and r.lease_until > simulator.now() group by 1 having count(*) > 1) doubled`

const cursorsQuery = `select chain_id, height::text from chain_cursors where purpose = 'primary' and height >= 0`
const paymentsQuery = `select chain_id || '/' || height || '/' || tx_index || '/' || msg_index || '/' || denom as key, amount::text, from_address, memo, kind from payments`
const decisionsQuery = `
select s.operation_id, s.position, s.chain_id || '/' || s.port_id || '/' || s.channel_id || '/' || s.sequence as packet, s.need, s.result, s.relayed_by, s.refund_reason,
  (select array_agg(e.query || '=' || e.answer) from packet_evidence e where e.operation_id = s.operation_id and e.position = s.position) as observed,
  (select count(*)::int from packet_clearing_results o where o.operation_id <> s.operation_id and o.sequence = s.sequence and o.chain_id = s.chain_id and (o.claimed or o.result is not null)) as rivals
from packet_clearing_results s where s.result is not null`

interface PaymentRow { key: string, amount: string, from_address: string | null, memo: string, kind: string }
interface DecidedRow { operation_id: string, position: number, packet: string, need: string, result: string, relayed_by: string, refund_reason: string | null, observed: string[] | null, rivals: number }

const transferKey = (transfer: TrueTransfer) => `${transfer.chainId}/${transfer.height}/${transfer.txIndex}/${transfer.msgIndex}/${transfer.denom}`

/** I3 and the half of I9 about cursors: the rows are exactly what the chain sent us, up to the cursor. */
async function checkInbound(world: World): Promise<void> {
  const client = clientOf(world.database.db)
  const cursors = await client.unsafe<{ chain_id: string, height: string }[]>(cursorsQuery, [], prepared)
  const rows = await client.unsafe<PaymentRow[]>(paymentsQuery, [], prepared)
  const heights = new Map(cursors.map(cursor => [cursor.chain_id, BigInt(cursor.height)]))
  for (const [chainId, height] of heights) {
    if (!world.checked.firstHeights.has(chainId)) world.checked.firstHeights.set(chainId, height)
    const before = world.checked.cursors.get(chainId) ?? -1n
    const step = height - before
    if (before >= 0n && (step < 0n || step > 1n)) world.violation(`I9 the cursor of ${chainId} went from ${before} to ${height} in one step`)
    if (height > world.network.chain(chainId).height) world.violation(`I9 the cursor of ${chainId} is at ${height}, beyond its tip`)
    world.checked.cursors.set(chainId, height)
  }
  const due = world.network.transfers.filter(({ chainId, height }) => heights.has(chainId) && height <= heights.get(chainId)! && height >= world.checked.firstHeights.get(chainId)!)
  const found = new Map(rows.map(row => [row.key, row]))
  for (const transfer of due) {
    const row = found.get(transferKey(transfer))
    if (!row) world.violation(`I3 ${transferKey(transfer)} reached ${serviceAddress(transfer.chainId)} and is not in the books`)
    else if (row.amount !== transfer.amount.toString() || row.from_address !== transfer.fromAddress || row.kind !== transfer.kind || row.memo !== transfer.memo.replaceAll('\0', '\u{FFFD}')) world.violation(`I3 ${row.key} differs from the chain: ${JSON.stringify(row)}`)
  }
  world.checked.payments = rows.length
  if (rows.length !== due.length) world.violation(`I3 ${rows.length} payments in the books, ${due.length} on chain`)
}

/** Compares a decision with what truly happened. */
function judgeDecision(world: World, row: DecidedRow): string | null {
  const packet = world.packetOf(row.packet)
  const counting = packet.legs.filter(({ leg }) => leg === 'acknowledge' || leg === 'timeout' || (leg === 'receive' && row.need !== 'acknowledge'))
  const ours = counting.some(leg => leg.signer === relayerAddress(leg.chainId))
  const ending = { delivered: 'acknowledged_success', returned_by_error: 'acknowledged_error', returned_by_timeout: 'timed_out' }[row.result]
  if (row.relayed_by === 'us' && !ours) return 'no tx of ours carried it'
  if (row.result === 'unknown') return 'unknown is not a result'
  if (row.result === 'pending') {
    if (row.relayed_by === 'other') return row.rivals > 0 ? null : 'no other operation owns it'
    if (row.relayed_by !== 'nobody') return `pending by ${row.relayed_by}`
    const seen = new Set(row.observed)
    if (!seen.has('packetCommitment=present')) return 'pending without a commitment seen'
    const arrived = seen.has('packetReceipt=received') && seen.has('packetAcknowledgement=success')
    return arrived && ours && row.need !== 'acknowledge' ? 'we delivered it, and it was given back' : null
  }
  const lastWord = row.result === 'delivered' && packet.receivedHeight !== null && packet.ackWrittenHeight !== null && packet.ack === 'success' && packet.finishedBy === null
  if (packet.finishedBy !== ending && !lastWord) return `the chain says ${packet.finishedBy ?? 'open'}`
  if (row.relayed_by === 'other' && ours) return 'a tx of ours carried it, too'
  return row.relayed_by === 'nobody' ? 'finished by nobody' : null
}

async function checkDecisions(world: World): Promise<void> {
  const rows = await clientOf(world.database.db).unsafe<DecidedRow[]>(decisionsQuery, [], prepared)
  for (const row of rows) {
    const key = `${row.operation_id}/${row.position}`
    if (world.checked.decided.has(key)) continue
    world.checked.decided.add(key)
    world.count(`result ${row.result} by ${row.relayed_by}`)
    const wrong = judgeDecision(world, row)
    if (wrong) world.violation(`I5 ${row.packet} of ${row.operation_id} is ${row.result} by ${row.relayed_by} (need ${row.need}), but ${wrong}: ${JSON.stringify({ observed: row.observed, legs: world.packetOf(row.packet).legs.map(leg => `${leg.leg} ${leg.signer} ${leg.height}`) })}`)
  }
}

/** `booksToo`: more was written than a cursor. A payment that arrived always is, in the same transaction. */
export async function checkInvariants(world: World, booksToo: boolean): Promise<void> {
  const before = world.checked.payments
  await checkInbound(world)
  if (!booksToo && before === world.checked.payments) return
  for (const { wrong } of await clientOf(world.database.db).unsafe<{ wrong: string }[]>(booksQuery, [], prepared)) world.violation(wrong)
  await checkDecisions(world)
}
