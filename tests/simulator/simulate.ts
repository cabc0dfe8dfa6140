import { sql } from 'drizzle-orm'
import type { SimulatorDatabase } from './database'
import { timing } from './instance'
import { paymentKinds, pay, requestToken } from './people'
import type { Fate } from './scheduler'
import { World } from './world'

export interface SeedResult {
  readonly seed: number
  /** Digest of everything that happened, and of the books at the end. */
  readonly digest: string
  readonly tally: ReadonlyMap<string, number>
  /** Simulated time from the end of the faults until everything had ended. */
  readonly settledAfterMs: number
}

export class SeedFailure extends Error {
  constructor(readonly seed: number, readonly trace: readonly string[], cause: unknown) {
    super(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}\nreplay: npm run simulate -- --seeds 1 --from ${seed}`, { cause })
  }
}

const stepsPerSeed = 180
const mostRounds = 60

const actions = {
  release: 60, scan: 5, work: 7, sweep: 1, audit: 0.3, request: 2, pay: 3, time: 4, long_time: 0.4, fault: 1, mend: 1, crash: 0.5, start: 0.6, stranger: 0.8, ack: 0.5, relayer: 0.2,
} as const
type Action = keyof typeof actions

const calmFates: Readonly<Partial<Record<Fate, number>>> = { normal: 1 }
const readFates: Readonly<Partial<Record<Fate, number>>> = { normal: 300, crash_before: 1 }
const effectFates: Readonly<Partial<Record<Fate, number>>> = { normal: 100, crash_before: 1, crash_after: 1 }
const transactionFates: Readonly<Partial<Record<Fate, number>>> = { normal: 60, crash_before: 1, crash_inside: 1, crash_after: 1, lost_before_commit: 1, lost_after_commit: 1 }

async function releaseOne(world: World, faulty: boolean): Promise<void> {
  const { scheduler, random } = world
  if (scheduler.size === 0) return
  const index = random.below(scheduler.size)
  const { kind } = scheduler.waiting()[index]!
  const fates = !faulty ? calmFates : kind === 'read' ? readFates : kind === 'effect' ? effectFates : transactionFates
  await world.release(index, random.weighted(fates))
}

function setFault(world: World): void {
  const { random } = world
  const chainId = random.pick(['hub-1', 'zone-1'])
  const faults = world.faults.get(chainId)!
  const kind = random.pick(['down', 'second down', 'disputes', 'behind', 'index behind', 'halted', 'relayer not ready'])
  world.count(`fault ${kind}`)
  world.note(`fault on ${chainId}: ${kind}`)
  if (kind === 'down') faults.down = true
  else if (kind === 'second down') faults.second = 'down'
  else if (kind === 'disputes') faults.second = 'disputes'
  else if (kind === 'behind') faults.behind = BigInt(random.between(1, 2))
  else if (kind === 'index behind') faults.indexBehind = BigInt(random.between(1, 3))
  else if (kind === 'halted') world.network.chain(chainId).halted = true
  else world.relayerReady = false
}

function mend(world: World): void {
  const chainId = world.random.pick(['hub-1', 'zone-1'])
  Object.assign(world.faults.get(chainId)!, { down: false, second: 'agrees', behind: 0n, indexBehind: 0n })
  world.network.chain(chainId).halted = false
  world.relayerReady = true
  world.note(`${chainId} is sound again`)
}

function strangerActs(world: World): void {
  const open = [...world.network.chains.values()].flatMap(chain => [...chain.packets.values()]).filter(packet => world.network.nextMessage(packet) !== null)
  if (open.length > 0) world.strangerRelays([world.random.pick(open)])
}

function writeDelayedAck(world: World): void {
  const delayed = [...world.network.chains.values()].flatMap(chain => [...chain.packets.values()]).filter(packet => packet.receivedHeight !== null && packet.ackWrittenHeight === null)
  if (delayed.length > 0) world.network.writeAck(world.random.pick(delayed), world.network.chain('zone-1').height)
}

/** Starts a task where the instance would: one scan per chain, one sweep, two jobs at a time. */
function startTask(world: World, name: 'scan' | 'work' | 'sweep' | 'audit'): void {
  const { random, living } = world
  if (living.length === 0) return
  const instance = random.pick(living)
  const chainId = random.pick(world.scanned)
  const task = name === 'scan' || name === 'audit' ? `${name} ${chainId}` : name
  if ((instance.active.get(task) ?? 0) >= (name === 'work' ? 2 : 1)) return
  world.start(instance, task, () => name === 'scan' ? instance.scan(chainId) : name === 'audit' ? instance.audit(chainId) : name === 'work' ? instance.work() : instance.sweep())
}

async function act(world: World, action: Action): Promise<void> {
  const { random } = world
  switch (action) {
    case 'release': return releaseOne(world, true)
    case 'scan': case 'work': case 'sweep': case 'audit': return startTask(world, action)
    case 'request': return world.living.length > 0 && world.tokens.length < 6 ? requestToken(world) : undefined
    case 'pay': return world.tokens.length > 0 ? pay(world, random.pick(world.tokens), random.weighted(paymentKinds)) : undefined
    case 'time': return world.advance(random.between(200, 12_000))
    case 'long_time': return world.advance(random.between(30_000, 90_000))
    case 'fault': return setFault(world)
    case 'mend': return mend(world)
    case 'crash': return world.living.length > 0 ? random.pick(world.living).crash() : undefined
    case 'start': return world.living.length < 4 ? world.startInstance() : undefined
    case 'stranger': return strangerActs(world)
    case 'ack': return writeDelayedAck(world)
    case 'relayer': return void (world.relayerReady = !world.relayerReady)
    default: return action satisfies never
  }
}

async function drain(world: World): Promise<void> {
  await world.scheduler.settle()
  while (world.scheduler.size > 0) {
    await releaseOne(world, false)
    await world.scheduler.settle()
  }
}

/** Most seeds begin with something paid, so that their faults meet it in every state. */
async function begin(world: World): Promise<void> {
  const { random } = world
  if (random.chance(0.2)) return
  const scanAll = async () => {
    const instance = random.pick(world.living)
    for (const chainId of world.scanned) world.start(instance, `scan ${chainId}`, () => instance.scan(chainId))
    await drain(world)
  }
  await scanAll()
  for (let asked = random.between(1, 3); asked > 0; asked -= 1) requestToken(world)
  await drain(world)
  for (const token of world.tokens) if (random.chance(0.8)) pay(world, token, random.chance(0.8) ? 'exact' : random.weighted(paymentKinds))
  world.advance(5_000)
  if (random.chance(0.7)) await scanAll()
}

/** Lets everybody do all that can be done now, without a fault. */
async function runUntilIdle(world: World): Promise<void> {
  const scanner = world.random.pick(world.living)
  for (const chainId of world.scanned) if ((scanner.active.get(`scan ${chainId}`) ?? 0) === 0) world.start(scanner, `scan ${chainId}`, () => scanner.scan(chainId))
  for (const instance of world.living) {
    if ((instance.active.get('sweep') ?? 0) === 0) world.start(instance, 'sweep', () => instance.sweep())
    if ((instance.active.get('work') ?? 0) < 2) world.start(instance, 'work', () => instance.work())
  }
  await drain(world)
}

async function unfinished(world: World): Promise<readonly string[]> {
  const rows = await world.database.db.execute<{ text: string }>(sql`
    select format('operation %s is %s', id, status) as text from clearing_operations where status in ('awaiting_payment', 'queued', 'clearing')
    union all select format('payment %s at %s/%s is only seen', id, chain_id, height) from payments where state = 'seen'
    union all select format('lane %s is held', chain_id) from relayer_lanes where run_id is not null
    union all select format('run %s is unfinished', id) from relayer_runs where finished_at is null`)
  return rows.map(row => row.text)
}

/** I8: faults stop, time passes, and everything must end. Returns how long it took. */
async function liveness(world: World): Promise<number> {
  world.endFaults()
  const endedAt = world.now.getTime()
  let left: readonly string[] = []
  for (let round = 0; round < mostRounds; round += 1) {
    await runUntilIdle(world)
    left = await unfinished(world)
    if (left.length === 0) return world.now.getTime() - endedAt
    world.advance(round < 4 ? 12_000 : 50_000)
  }
  world.violation(`I8 not at an end ${Math.round((world.now.getTime() - endedAt) / 1000)} s after the faults stopped: ${left.join('; ')}`)
  world.judge()
  return Number.NaN
}

async function countOutcome(world: World): Promise<void> {
  const rows = await world.database.db.execute<{ what: string, times: number }>(sql`
    select 'operation ' || status as what, count(*)::int as times from clearing_operations group by 1
    union all select 'refund ' || reason, count(*)::int from refunds group by 1
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
    for (let step = 0; step < (options.steps ?? stepsPerSeed); step += 1) {
      await act(world, world.random.weighted(actions))
      await world.scheduler.settle()
      world.judge()
    }
    await world.check()
    const settledAfterMs = await liveness(world)
    await world.check()
    if (timing.deadlineMs + timing.unknownPatienceMs < settledAfterMs) world.count('slow end')
    await countOutcome(world)
    return { seed, digest: world.digest(), tally: world.tally, settledAfterMs }
  }
  catch (error) {
    throw new SeedFailure(seed, world.trace, error)
  }
}
