import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHermesRelayer } from '../../server/adapters/hermes/relayer'
import type { PacketRelayer, RelayRun } from '../../server/usecases/ports'
import { formatChannelEnd } from '../../shared/utils/packet-id'
import { hermesEnvironment } from '../builders/config'
import { moneyOf, openClearingWorld, statusRow, type ClearingWorld } from './clear-route.world'

let world: ClearingWorld
beforeAll(async () => {
  world = await openClearingWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.control('faults/hermes', { mode: 'none' })
  await world.control('reset')
})

/** The relayer with something happening before each run. */
function relayerThat(act: (run: RelayRun) => Promise<'run' | 'nothing'>): PacketRelayer {
  const { relayer } = world.deps
  const nothing = { ending: 'exit_0', exitCode: 0, statusLine: 'success', errors: [], durationMs: 1 } as const
  return { ...relayer, run: async run => await act(run) === 'run' ? relayer.run(run) : nothing }
}

const jobKeys = async () => (await world.database.db.execute<{ key: string }>(sql`select key from graphile_worker.jobs`)).map(job => job.key)

async function startInstance() {
  const { chains, hermes, chainsFile } = world.sandbox
  const facts = JSON.stringify({ databaseUrl: world.database.url, place: { chains, hermes, chainsFile }, route: world.route })
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/integration/clear-route.instance.ts', facts], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

describe('an instance killed with -9', () => {
  it.each([5, 30, 60, 120, 300, 500])('case 20e: after %i ms leaves work that another finishes, once', async (killAfterMs) => {
    const packets = await world.strand(2)
    const id = await world.paidOperation(packets)
    const instance = await startInstance()
    instance.stdin.write('go\n')
    await new Promise(resolve => setTimeout(resolve, killAfterMs))
    instance.kill('SIGKILL')
    await once(instance, 'exit')
    const { clearRoute, sweep } = world.another()
    await clearRoute(world.route) // lanes may still be leased: then this does nothing
    world.clock.offsetMs += 60_000
    await sweep()
    const settled = await world.clearUntilSettled(id, clearRoute)
    expect(settled.status).toBe('cleared')
    expect(await moneyOf(world, id)).toEqual({ credited: 2000n, consumed: 2000n, goesBack: 0n })
    expect((await world.eventsOf(id)).filter(type => type === 'settled')).toHaveLength(1)
    expect(await world.deps.store.lapsedRuns(new Date(world.clock.offsetMs + Date.now() + 1e9))).toEqual([])
  })
})

describe('several instances on one database', () => {
  it('start one run for a route, not one each', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const before = (await world.runs()).length
    await Promise.all(Array.from({ length: 4 }, () => world.another().clearRoute(world.route)))
    expect((await world.operation(id)).status).toBe('cleared')
    expect((await world.runs()).slice(before)).toHaveLength(1)
  })

  it('never write with one relayer key from two runs: the other direction waits and is woken', async () => {
    const reverse = world.deps.directory.counterparty(world.route)!
    const [packet] = await world.strand(1)
    const back = await world.control('transfer', { chainId: reverse.chainId }) as { packets: string[] }
    const sequence = BigInt(back.packets[0]!.split('/').at(-1)!)
    const ids = [await world.paidOperation([packet!]), await world.paidOperation([{ ...reverse, sequence }], { destination: world.route })]
    await world.database.db.execute(sql`delete from graphile_worker._private_jobs`)
    let running = 0
    let most = 0
    const relayer = relayerThat(async () => {
      most = Math.max(most, ++running)
      await new Promise(resolve => setTimeout(resolve, 300))
      running -= 1
      return 'run'
    })
    const { clearRoute } = world.another({ relayer })
    await Promise.all([clearRoute(world.route), clearRoute(reverse)])
    expect(most).toBe(1)
    const finished = await Promise.all(ids.map(async id => (await world.operation(id)).status))
    expect([...finished].sort()).toEqual(['cleared', 'queued'])
    const waiting = finished[0] === 'queued' ? world.route : reverse
    expect(await jobKeys()).toContain(`clear_route:${formatChannelEnd(waiting)}:now`)
    await clearRoute(waiting)
    expect(await Promise.all(ids.map(async id => (await world.operation(id)).status))).toEqual(['cleared', 'cleared'])
  })

  it('write nothing for a run that another instance took over meanwhile', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const taker = world.another()
    const relayer = relayerThat(async () => {
      world.clock.offsetMs += 120_000
      await taker.sweep()
      return 'run'
    })
    const { clearRoute } = world.another({ relayer })
    await clearRoute(world.route)
    expect(await world.operation(id)).toMatchObject({ status: 'queued' })
    expect((await world.runs()).at(-1)).toMatchObject({ result: 'lapsed' })
    const before = (await world.runs()).length
    const settled = await world.clearUntilSettled(id, taker.clearRoute)
    expect(settled.packets[0]).toMatchObject({ result: 'delivered', relayedBy: 'us' })
    expect((await world.runs()).slice(before).map(run => run.result)).toEqual(['nothing_to_do'])
  })
})

describe('an instance that slept past its lease', () => {
  it.each(['was taken over', 'waits to be taken over'])('starts no run that %s, and leaves the packet to the next', async (how) => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const taker = world.another()
    let started = 0
    const relayer = relayerThat(async () => {
      started += 1
      return 'run'
    })
    const { chains } = world.deps
    // Between its claim and the transaction that starts the run it reads the packets.
    const packetFacts: typeof chains.packetFacts = async (...asked) => {
      world.clock.offsetMs += 120_000
      if (how === 'was taken over') await taker.sweep()
      return chains.packetFacts(...asked)
    }
    await world.another({ relayer, chains: { ...chains, packetFacts } }).clearRoute(world.route)
    expect(started).toBe(0)
    expect((await world.operation(id)).status).toBe('queued')
    expect((await world.clearUntilSettled(id, taker.clearRoute)).packets[0]).toMatchObject({ result: 'delivered', relayedBy: 'us' })
  })

  it('gives the relayer no more time than its lease has left', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const limits: number[] = []
    const relayer = relayerThat(async (run) => {
      limits.push(run.timeLimitMs)
      return 'run'
    })
    const { chains, settings } = world.deps
    const packetFacts: typeof chains.packetFacts = async (...asked) => {
      if (limits.length === 0) world.clock.offsetMs += 5_000
      return chains.packetFacts(...asked)
    }
    await world.another({ relayer, chains: { ...chains, packetFacts } }).clearRoute(world.route)
    expect(limits).toHaveLength(1)
    expect(limits[0]).toBeLessThanOrEqual(settings.runTimeLimitMs(1) - 5_000)
    expect((await world.operation(id)).status).toBe('cleared')
  })
})

describe('an instance that died before it started the run that it had claimed', () => {
  it('case 20g: is taken over without disturbing the run that has its packets now', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const { chains } = world.deps
    await expect(world.another({ chains: { ...chains, packetFacts: () => Promise.reject(new Error('killed')) } }).clearRoute(world.route)).rejects.toThrow('killed')
    world.clock.offsetMs += 60_000
    const { sweep } = world.another()
    const seen: (string | undefined)[] = []
    const relayer = relayerThat(async () => {
      await sweep()
      seen.push((await statusRow(world, id))?.status)
      return 'run'
    })
    await world.another({ relayer }).clearRoute(world.route)
    expect(seen).toEqual(['clearing'])
    expect(await world.operation(id)).toMatchObject({ status: 'cleared', refundStatus: 'none' })
    expect((await world.runs()).slice(-2).map(run => run.result)).toEqual(['lapsed', 'all_moved'])
  })
})

describe('a run that was taken over', () => {
  it('does not disturb the run that follows it', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    let letGo = () => {}
    const held = new Promise<void>(resolve => letGo = resolve)
    const taker = world.another({ relayer: relayerThat(async () => {
      await held
      return 'run'
    }) })
    let taken: Promise<void> | undefined
    const { clearRoute } = world.another({ relayer: relayerThat(async () => {
      world.clock.offsetMs += 120_000
      await taker.sweep()
      taken = taker.clearRoute(world.route)
      await expect.poll(async () => (await statusRow(world, id))?.status, { timeout: 5_000 }).toBe('clearing')
      return 'nothing'
    }) })
    await clearRoute(world.route)
    expect((await world.operation(id)).status).toBe('clearing')
    letGo()
    await taken
    expect((await world.operation(id)).status).toBe('cleared')
  })
})

describe('one poison packet', () => {
  it('case 26b: is found by halving and goes back alone; everybody else is cleared', async () => {
    const packets = await world.strand(5)
    const poison = packets[3]!.sequence
    const ids = [await world.paidOperation(packets.slice(0, 2)), await world.paidOperation(packets.slice(2))]
    const { clearRoute } = world.another({ relayer: relayerThat(async run => run.sequences.includes(poison) ? 'nothing' : 'run') })
    const [innocent, mixed] = [await world.clearUntilSettled(ids[0]!, clearRoute), await world.clearUntilSettled(ids[1]!, clearRoute)]
    expect(innocent.status).toBe('cleared')
    expect(mixed.status).toBe('partially_cleared')
    expect(mixed.packets.map(packet => packet.result)).toEqual(['delivered', 'pending', 'delivered'])
    expect(await world.refundsOf(mixed.id)).toEqual([{ amount: 1000n, reason: 'not_cleared' }])
  })
})

describe('what cannot be known or done', () => {
  it('waits while Hermes cannot be started, and clears when it can', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const missing = makeHermesRelayer({ ...world.sandbox.hermes, environment: hermesEnvironment, binary: '/nowhere/hermes', restUrl: null })
    await world.another({ relayer: missing }).clearRoute(world.route)
    expect(await world.operation(id)).toMatchObject({ status: 'queued', attempted: false })
    world.clock.offsetMs += 20_000
    expect((await world.clearUntilSettled(id)).status).toBe('cleared')
  })

  it('asks again when the source gives no answer at the deadline, and decides once it does', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!], { deadlineMs: 1_000 })
    await world.control('faults/rpc', { kind: 'refuse', chainId: world.route.chainId })
    world.clock.offsetMs += 2_000
    const { clearRoute } = world.another({ settings: { indexPatienceMs: 200 } })
    await clearRoute(world.route)
    expect(await world.operation(id)).toMatchObject({ status: 'queued' })
    await world.control('reset')
    const settled = await world.clearUntilSettled(id, clearRoute)
    expect(settled.status).toBe('not_cleared')
    expect(await world.refundsOf(id)).toEqual([{ amount: 1000n, reason: 'deadline' }])
  })

  it('case 22c: gives nothing back of what a run that began before the deadline may have delivered, while the destination is silent', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!], { deadlineMs: 5_000 })
    await world.control('faults/hermes', { mode: 'dieMidway', count: 1 })
    const { relayer, directory } = world.deps
    const overtaken = { ...relayer, run: async (run: RelayRun) => {
      const report = await relayer.run(run)
      world.clock.offsetMs += 6_000
      await world.control('faults/rpc', { kind: 'refuse', chainId: directory.counterparty(world.route)!.chainId })
      return report
    } }
    const { clearRoute } = world.another({ relayer: overtaken, settings: { indexPatienceMs: 200 } })
    await clearRoute(world.route)
    world.clock.offsetMs += 20_000
    await clearRoute(world.route)
    expect(await world.operation(id)).toMatchObject({ status: 'queued', packets: [{ result: null }] })
    expect(await world.refundsOf(id)).toEqual([])
    await world.control('reset')
    const settled = await world.clearUntilSettled(id)
    expect(settled.packets).toMatchObject([{ result: 'delivered', relayedBy: 'us' }])
    expect(await moneyOf(world, id)).toEqual({ credited: 1000n, consumed: 1000n, goesBack: 0n })
  })

  it('hands what stays unknown to a person, and says so in the log, never rounding it to either side', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!], { deadlineMs: 1_000 })
    await world.control('faults/rpc', { kind: 'refuse', chainId: world.route.chainId })
    world.clock.offsetMs += 2_000 + world.deps.settings.unknownPatienceMs
    const errors: object[] = []
    const logger = { ...world.deps.logger, error: (facts: object) => void errors.push(facts) }
    await world.another({ logger, settings: { indexPatienceMs: 200 } }).clearRoute(world.route)
    expect(await world.operation(id)).toMatchObject({ status: 'needs_attention' })
    expect(errors).toEqual([{ operationId: id }])
    expect(await world.refundsOf(id)).toEqual([])
    expect(await moneyOf(world, id)).toEqual({ credited: 1000n, consumed: 0n, goesBack: 0n })
  })
})
