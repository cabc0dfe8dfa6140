import { brokenStates } from '../../server/adapters/postgres/reconciliation'
import { relayerAddress, serviceAddress, type TrueTransfer } from './network'
import { checkPayouts, readPayouts } from './payout-invariants'
import { mayBeMissing, sortReadings, type Reading } from './readings'
import type { World } from './world'

/** What the checks remember from one step to the next. */
export interface Checked {
  readonly decided: Set<string>
  readonly cursors: Map<string, bigint>
  readonly firstHeights: Map<string, bigint>
  /** How far the second reading has come, by chain id. */
  readonly audits: Map<string, bigint>
  /** Chains of which something up to the cursor was hidden and is not found yet. */
  readonly incomplete: Set<string>
  payments: number
}

// What the app's own reconciler does not ask: no refund is claimed to another address here, and leases are looked at by the simulator's clock.
const stricterQuery = `
select format('I4 payment %s is %s, but nobody vouched for its block', p.id, p.state) as wrong from payments p where p.state <> 'seen' and p.confirmation = 'none'
union all select format('I4 refund %s of %s goes to %s', r.id, p.from_address, r.destination) from refunds r join payments p on p.id = r.payment_id where r.destination is distinct from p.from_address
union all select format('I4 refund %s is %s, but its open transactions are %s', r.id, r.state, count(t.id)) from refunds r left join refund_transactions t on t.state = 'open' and t.tx_hash = r.tx_hash and r.id = any(t.refund_ids)
  where r.state <> 'confirmed' group by r.id having (r.state in ('signed', 'broadcast')) <> (count(t.id) = 1)
union all select format('I4 operation %s says its refunds are %s: %s', o.id, o.refund_status, (select string_agg(r.state, ' ') from refunds r where r.operation_id = o.id)) from clearing_operations o
  where o.refund_status <> (select case when count(*) = 0 then 'none' when bool_and(state = 'confirmed') then 'done' when bool_or(state in ('signed', 'broadcast')) then 'in_progress'
    when bool_or(state = 'planned') then case when bool_or(state = 'confirmed') then 'in_progress' else 'owed' end else 'held' end from refunds r where r.operation_id = o.id)
union all select format('I9 packet %s of operation %s (%s) is %s', s.sequence, o.id, o.status, case when s.claimed then 'claimed' else 'not claimed' end) from packet_clearing_results s join clearing_operations o on o.id = s.operation_id
  where (s.claimed and o.status not in ('queued', 'clearing', 'needs_attention')) or (not s.claimed and s.result is null and o.status in ('queued', 'clearing'))
union all select format('I9 two unfinished runs carry packet %s', q) from (select r.chain_id || '/' || s as q from relayer_runs r, unnest(r.sequences) s where r.finished_at is null and r.lease_until > simulator.now() group by 1 having count(*) > 1) doubled
union all select format('I8 %s runs use the lanes of the relayer at once', count(*)) from relayer_runs where finished_at is null and lease_until > simulator.now() + interval '1 second' having count(*) > 1`

const cursorsQuery = `select chain_id, purpose, height::text from chain_cursors where height >= 0`
const paymentsQuery = `
select chain_id || '/' || height || '/' || tx_index || '/' || msg_index || '/' || denom as key, amount::text, from_address, memo, kind, state, chain_id as "chainId", height::text, block_hash as "blockHash", result_codes as codes, confirmation
from payments`
const decisionsQuery = `
select s.operation_id, o.status, s.position, s.chain_id || '/' || s.port_id || '/' || s.channel_id || '/' || s.sequence as packet, s.need, s.result, s.relayed_by, s.refund_reason,
  (select array_agg(e.query || '=' || e.answer) from packet_evidence e where e.operation_id = s.operation_id and e.position = s.position) as observed,
  (select count(*)::int from packet_clearing_results r where r.operation_id <> s.operation_id and r.sequence = s.sequence and r.chain_id = s.chain_id and (r.claimed or r.result is not null)) as rivals
from packet_clearing_results s join clearing_operations o on o.id = s.operation_id where s.result is not null`

interface CursorRow { chain_id: string, purpose: string, height: string }
interface PaymentRow extends Reading { key: string, amount: string, from_address: string | null, memo: string, kind: string, state: string }
interface DecidedRow { operation_id: string, status: string, position: number, packet: string, need: string, result: string, relayed_by: string, refund_reason: string | null, observed: string[] | null, rivals: number }

const transferKey = (transfer: TrueTransfer) => `${transfer.chainId}/${transfer.height}/${transfer.txIndex}/${transfer.msgIndex}/${transfer.denom}`

/** The cursors never go back, never past the tip, and past no block that nobody read. */
function checkCursors(world: World, rows: readonly CursorRow[]): void {
  const { checked } = world
  for (const { chain_id: chainId, purpose, height: text } of rows) {
    const height = BigInt(text)
    const seen = purpose === 'primary' ? checked.cursors : checked.audits
    const before = seen.get(chainId)
    const { read } = world.network.chain(chainId)
    // A cursor begins right before the first block that it reads: that one may be read with the same commit, or with the next.
    if (purpose === 'primary' && !checked.firstHeights.has(chainId)) checked.firstHeights.set(chainId, read.has(height) ? height : height + 1n)
    if (before !== undefined && height < before) world.violation(`I9 the ${purpose} cursor of ${chainId} went back from ${before} to ${height}`)
    for (let passed = (before ?? height) + 1n; passed <= height; passed += 1n) {
      if (!read.has(passed)) world.violation(`I9 the ${purpose} cursor of ${chainId} went from ${before} to ${height}, and nobody read block ${passed}`)
    }
    if (height > world.network.chain(chainId).height) world.violation(`I9 the ${purpose} cursor of ${chainId} is at ${height}, beyond its tip`)
    seen.set(chainId, height)
  }
}

/** I3: the rows are exactly what the chain sent us, up to the cursor. What a lying node said stays out of every book until the truth replaces it. */
async function checkInbound(world: World): Promise<void> {
  const [cursorRows, rows] = await Promise.all([world.database.ask<CursorRow>(cursorsQuery), world.database.ask<PaymentRow>(paymentsQuery)])
  checkCursors(world, cursorRows)
  const { cursors, firstHeights, incomplete } = world.checked
  const due = world.network.transfers.filter(({ chainId, height }) => cursors.has(chainId) && height <= cursors.get(chainId)! && height >= firstHeights.get(chainId)!)
  const { truths, misread } = sortReadings(world, rows)
  for (const row of rows) if (!truths.includes(row) && (row.state !== 'seen' || row.confirmation !== 'none')) world.violation(`I3 ${row.key} is ${row.state}, vouched for by ${row.confirmation}, and in no block: ${JSON.stringify(row)}`)
  const found = new Map(truths.map(row => [row.key, row]))
  let missing = 0
  for (const transfer of due) {
    const row = found.get(transferKey(transfer))
    if (!row && mayBeMissing(world, transfer, misread)) {
      missing += 1
      incomplete.add(transfer.chainId)
    }
    else if (!row) world.violation(`I3 ${transferKey(transfer)} reached ${serviceAddress(transfer.chainId)} and is not in the books`)
    else if (row.amount !== transfer.amount.toString() || row.from_address !== transfer.fromAddress || row.kind !== transfer.kind || row.memo !== transfer.memo.replaceAll('\0', '\u{FFFD}')) world.violation(`I3 ${row.key} differs from the chain: ${JSON.stringify(row)}`)
  }
  world.checked.payments = rows.length
  if (truths.length !== due.length - missing) world.violation(`I3 ${truths.length} payments in the books, ${due.length} on chain, ${missing} hidden`)
}

/** Compares a decision with what truly happened. */
function judgeDecision(world: World, row: DecidedRow): string | null {
  const packet = world.packetOf(row.packet)
  const counting = packet.legs.filter(({ leg }) => leg === 'acknowledge' || leg === 'timeout' || (leg === 'receive' && row.need !== 'acknowledge'))
  const ours = counting.some(leg => leg.signer === relayerAddress(leg.chainId))
  const ending = { delivered: 'acknowledged_success', returned_by_error: 'acknowledged_error', returned_by_timeout: 'timed_out' }[row.result]
  if (row.relayed_by === 'us' && !ours) return 'no tx of ours carried it'
  if (row.result === 'unknown') return row.status === 'resolved' ? null : 'unknown is not a result'
  if (row.result === 'pending') {
    if (row.relayed_by === 'other') return row.rivals > 0 ? null : 'no other operation owns it'
    if (row.relayed_by !== 'nobody') return `pending by ${row.relayed_by}`
    const seen = new Set(row.observed)
    if (!seen.has('packet_commitment=present')) return 'pending without a commitment seen'
    const arrived = seen.has('packet_receipt=received') && seen.has('packet_acknowledgement=success')
    return arrived && ours && row.need !== 'acknowledge' ? 'we delivered it, and it was given back' : null
  }
  const lastWord = row.result === 'delivered' && packet.receivedHeight !== null && packet.ackWrittenHeight !== null && packet.ack === 'success' && packet.finishedBy === null
  if (packet.finishedBy !== ending && !lastWord) return `the chain says ${packet.finishedBy ?? 'open'}`
  if (row.relayed_by === 'other' && ours) return 'a tx of ours carried it, too'
  return row.relayed_by === 'nobody' ? 'finished by nobody' : null
}

function checkDecisions(world: World, rows: readonly DecidedRow[]): void {
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
  world.checked.incomplete.clear()
  await checkInbound(world)
  if (!booksToo && before === world.checked.payments) return
  const { database } = world
  const [broken, stricter, decisions, payouts] = await Promise.all([
    brokenStates(database.db), database.ask<{ wrong: string }>(stricterQuery), database.ask<DecidedRow>(decisionsQuery), readPayouts(database),
  ])
  for (const { invariant, sentence } of broken) world.violation(`${invariant} ${sentence}`)
  for (const { wrong } of stricter) world.violation(wrong)
  checkDecisions(world, decisions)
  checkPayouts(world, payouts)
}
