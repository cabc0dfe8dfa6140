import { clientOf, prepared } from '../../server/adapters/postgres/client'
import { brokenStates } from '../../server/adapters/postgres/reconciliation'
import { relayerAddress, serviceAddress, type TrueTransfer } from './network'
import type { World } from './world'

/** What the checks remember from one step to the next. */
export interface Checked {
  readonly decided: Set<string>
  readonly cursors: Map<string, bigint>
  readonly firstHeights: Map<string, bigint>
  payments: number
}

// What the app's own reconciler does not know of: both nodes answer for every chain here, and no refund is claimed or approved.
const stricterQuery = `
select format('I4 payment %s is %s, but nobody vouched for its block', p.id, p.state) as wrong from payments p where p.state <> 'seen' and p.confirmation <> 'agreed'
union all select format('I4 refund %s of %s goes to %s', r.id, p.from_address, r.destination) from refunds r join payments p on p.id = r.payment_id where r.destination is distinct from p.from_address`

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
    if (height < before) world.violation(`I9 the cursor of ${chainId} went back from ${before} to ${height}`)
    for (let passed = before < 0n ? height : before + 1n; passed <= height; passed += 1n) {
      if (!world.network.chain(chainId).read.has(passed)) world.violation(`I9 the cursor of ${chainId} went from ${before} to ${height}, and nobody read block ${passed}`)
    }
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
  for (const { invariant, sentence } of await brokenStates(world.database.db)) world.violation(`${invariant} ${sentence}`)
  for (const { wrong } of await clientOf(world.database.db).unsafe<{ wrong: string }[]>(stricterQuery, [], prepared)) world.violation(wrong)
  await checkDecisions(world)
}
