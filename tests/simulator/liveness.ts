import { settleAsAdmin } from './admin'
import { drain } from './actions'
import { mostSkewMs } from './instance'
import { feeDenom } from './network'
import { fund, sendByHand } from './operator'
import { unpaid } from './payout-invariants'
import type { World } from './world'

const mostRounds = 60

function startPayouts(world: World): void {
  for (const instance of world.living) {
    for (const chainId of world.scanned) if ((instance.active.get(`pay_refunds ${chainId}`) ?? 0) === 0) world.start(instance, `pay_refunds ${chainId}`, () => instance.payRefunds(chainId))
  }
}

/** Lets everybody do all that can be done now, without a fault. */
async function runUntilIdle(world: World): Promise<void> {
  const scanner = world.random.pick(world.living)
  for (const chainId of world.scanned) if ((scanner.active.get(`scan ${chainId}`) ?? 0) === 0) world.start(scanner, `scan ${chainId}`, () => scanner.scan(chainId))
  startPayouts(world)
  for (const instance of world.living) {
    if ((instance.active.get('sweep') ?? 0) === 0) world.start(instance, 'sweep', () => instance.sweep())
    if ((instance.active.get('work') ?? 0) < 2) world.start(instance, 'work', () => instance.work())
  }
  await drain(world)
  // What was signed before the scan of this moment waits for it; the app's own loops come by every few seconds.
  startPayouts(world)
  // Reading everything twice ends nothing but what was hidden.
  if (unreadHidden(world).length > 0) for (const chainId of world.scanned) if ((scanner.active.get(`audit ${chainId}`) ?? 0) === 0) world.start(scanner, `audit ${chainId}`, () => scanner.audit(chainId))
  await drain(world)
}

/** What people do once nothing is broken any more: they fund wallets, send what is to be sent by hand, and decide what waits for them. */
async function actAsPerson(world: World): Promise<void> {
  for (const chainId of world.scanned) {
    const chain = world.network.chain(chainId)
    const owed = await world.database.ask<{ denom: string, amount: string }>(`select denom, sum(amount)::text as amount from refunds where state <> 'confirmed' and chain_id = $1 group by 1 order by 1`, [chainId])
    const needed = new Map([[feeDenom(chainId), 100_000n]])
    // Not the fee denom alone: what a person sent to the wrong address is to be had anew in its own.
    for (const { denom, amount } of owed) needed.set(denom, (needed.get(denom) ?? 0n) + BigInt(amount))
    for (const [denom, amount] of needed) if ((chain.service.balances.get(denom) ?? 0n) < amount) fund(world, chain, { denom, amount })
    if (!world.signs) await sendByHand(world, chain, true)
  }
  await settleAsAdmin(world)
}

const unreadHidden = (world: World): readonly string[] => [...world.hidden].flatMap(([chainId, heights]) => [...heights]
  .filter(height => world.scanned.includes(chainId) && height > (world.checked.audits.get(chainId) ?? -1n)).map(height => `block ${height} of ${chainId} was hidden and is not read again yet`))

async function unfinished(world: World): Promise<readonly string[]> {
  const rows = await world.database.ask<{ text: string }>(`
    select format('operation %s is %s', id, status) as text from clearing_operations where status in ('awaiting_payment', 'queued', 'clearing')
    union all select format('payment %s at %s/%s is only seen', id, chain_id, height) from payments where state = 'seen'
    union all select format('tx %s at %s/%s left the wallet and is not judged', tx_hash, chain_id, height) from wallet_outgoing where kind is null
    union all select format('lane %s is held', chain_id) from relayer_lanes where run_id is not null
    union all select format('run %s is unfinished', id) from relayer_runs where finished_at is null`)
  return [...rows.map(row => row.text), ...unreadHidden(world), ...await unpaid(world)]
}

/** Parked refunds are tried again after minutes to hours; nobody else needs the time in between. */
async function nextParkedMs(world: World): Promise<number> {
  const [row] = await world.database.ask<{ ms: string | null }>(`select (extract(epoch from min(next_try_at)) * 1000)::bigint::text as ms from refunds where state = 'held' and next_try_at is not null`)
  return row?.ms ? Number(row.ms) - world.now.getTime() + mostSkewMs : 0
}

/** I8: faults stop, time passes, and everything must end. Returns how long it took. */
export async function liveness(world: World): Promise<number> {
  world.endFaults()
  const endedAt = world.now.getTime()
  let left: readonly string[] = []
  let waitedMs = 0
  for (let round = 0; round < mostRounds; round += 1) {
    await runUntilIdle(world)
    left = await unfinished(world)
    if (left.length === 0) return world.now.getTime() - endedAt - waitedMs
    await actAsPerson(world)
    const parkedMs = left.every(text => text.includes('refused')) ? await nextParkedMs(world) : 0
    waitedMs += Math.max(0, parkedMs)
    world.advance(Math.max(parkedMs, round < 2 ? 12_000 : 50_000))
  }
  world.violation(`I8 not at an end ${Math.round((world.now.getTime() - endedAt) / 1000)} s after the faults stopped: ${left.join('; ')}`)
  world.judge()
  return Number.NaN
}
