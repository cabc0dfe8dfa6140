import { act, drain, weightsOf } from './actions'
import type { SimulatorDatabase } from './database'
import { timing } from './instance'
import { liveness } from './liveness'
import { pay, requestToken, type PaymentKind } from './people'
import { World } from './world'

export interface SeedResult {
  readonly seed: number
  /** Digest of everything that happened, and of the books at the end. */
  readonly digest: string
  readonly tally: ReadonlyMap<string, number>
  /** What happened, line by line; empty unless it was kept. */
  readonly trace: readonly string[]
  /** Simulated time from the end of the faults until everything had ended. */
  readonly settledAfterMs: number
}

export class SeedFailure extends Error {
  constructor(readonly seed: number, readonly trace: readonly string[], cause: unknown) {
    super(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}\nreplay: npm run simulate -- --seeds 1 --from ${seed}`, { cause })
  }
}

const stepsPerSeed: Readonly<Record<World['focus'], number>> = { all: 300, payouts: 450 }

/** Most seeds begin with something paid, or owed, so that their faults meet it in every state. */
async function begin(world: World): Promise<void> {
  const { random, focus } = world
  if (focus === 'all' && random.chance(0.2)) return
  const scanAll = async () => {
    const instance = random.pick(world.living)
    for (const chainId of world.scanned) world.start(instance, `scan ${chainId}`, () => instance.scan(chainId))
    await drain(world)
  }
  await scanAll()
  for (const chainId of world.scanned) world.start(world.living[0]!, `audit ${chainId}`, () => world.living[0]!.audit(chainId))
  await drain(world)
  await world.check()
  if (random.chance(0.3)) world.startLie(random.pick(world.scanned))
  for (let asked = random.between(1, 3); asked > 0; asked -= 1) requestToken(world)
  await drain(world)
  const first: Readonly<Partial<Record<PaymentKind, number>>> = focus === 'payouts' ? { over: 1, twice: 5, refundable_denom: 1 } : { exact: 4, over: 1 }
  for (const token of world.tokens) if (random.chance(focus === 'payouts' ? 1 : 0.8)) pay(world, token, random.weighted(first))
  world.advance(5_000)
  if (focus === 'payouts' || random.chance(0.7)) await scanAll()
}

async function countOutcome(world: World): Promise<void> {
  const rows = await world.database.ask<{ what: string, times: number }>(`
    select 'operation ' || status as what, count(*)::int as times from clearing_operations group by 1
    union all select 'refund ' || reason, count(*)::int from refunds group by 1
    union all select 'refund is ' || state || coalesce(' for ' || hold_reason, ''), count(*)::int from refunds group by 1
    union all select 'refund tx ' || state || coalesce(': ' || substring(close_reason from '^(was included|its sequence|in no block)'), ''), count(*)::int from refund_transactions group by 1
    union all select 'outgoing ' || coalesce(kind, 'not judged'), count(*)::int from wallet_outgoing group by 1
    union all select 'payment is ' || state, count(*)::int from payments group by 1
    union all select 'issue ' || payment_issue, count(*)::int from clearing_operations group by 1
    union all select 'run ' || result, count(*)::int from relayer_runs group by 1
    union all select 'breaker opened', count(*)::int from relayer_breakers where open_until is not null group by 1
    order by 1`)
  for (const { what, times } of rows) world.count(what, times)
  world.note(JSON.stringify(rows))
}

/** One seed from an empty database to the end of everything. Throws SeedFailure. */
export async function simulate(seed: number, database: SimulatorDatabase, options: { readonly keepTrace?: boolean, readonly steps?: number } = {}): Promise<SeedResult> {
  await database.reset()
  const world = new World(seed, database, options.keepTrace === true)
  try {
    await begin(world)
    for (let step = 0; step < (options.steps ?? stepsPerSeed[world.focus]); step += 1) {
      await act(world, world.random.weighted(weightsOf[world.focus]))
      await world.scheduler.settle()
      world.judge()
    }
    await world.check()
    const settledAfterMs = await liveness(world)
    world.dirty = true
    await world.check()
    if (world.deadlineMs + timing.unknownPatienceMs < settledAfterMs) world.count('slow end')
    await countOutcome(world)
    return { seed, digest: world.digest(), tally: world.tally, trace: world.trace, settledAfterMs }
  }
  catch (error) {
    throw new SeedFailure(seed, world.trace, error)
  }
}
