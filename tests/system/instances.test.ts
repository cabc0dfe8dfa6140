import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import type { ClearingToken } from '../../shared/schemas/clearing'
import { expectCleared, expectMoneyWhole, receivesSent } from './checks'
import { hub, inWorld, until, zone, type World } from './harness'
import { watchUpdates } from './updates'

/** As leases are in the app: a scanner's, and (limit 5 s + 3 s per packet, + margin 5 s) a run's. */
const scannerLeaseMs = 6_000
const runLeaseMs = 13_000

async function twelvePaid(world: World): Promise<{ tokens: ClearingToken[], packets: string[] }> {
  const packets = [...await world.strand(6), ...await world.strand(6, { chainId: zone })]
  const tokens = await Promise.all(packets.map((packet, index) => world.requestToken([packet], {
    paymentChainId: index % 2 === 0 ? hub : zone, payer: index % 4 < 2 ? 'alice' : 'bob', instance: world.instances[index % world.instances.length],
  })))
  await Promise.all(tokens.map((token, index) => world.pay(token, index % 4 < 2 ? 'alice' : 'bob')))
  return { tokens, packets }
}

describe('three instances on one database', () => {
  inWorld('credit and clear twelve tokens once each, paid at once by two people on two chains', { instances: 3 }, async (world) => {
    const { tokens, packets } = await twelvePaid(world)
    for (const status of await Promise.all(tokens.map(token => world.settled(token, 60_000)))) expectCleared(status)
    await expectMoneyWhole(world, tokens)
    expect(await receivesSent(world)).toEqual(new Map(packets.map(id => [id, 1])))
    const runs = await world.sql<{ sequence: string, runs: string }[]>`select chain_id || '/' || unnest(sequences) as sequence, count(*)::text as runs from relayer_runs group by 1`
    expect(runs.filter(run => run.runs !== '1')).toEqual([])
    expect(runs).toHaveLength(12)
  })

  inWorld('scan each chain with one of them at a time', { instances: 3 }, async (world) => {
    const leaders = new Map<string, Set<string>>()
    for (let look = 0; look < 40; look++) {
      for (const chainId of [hub, zone] as const) leaders.set(chainId, new Set([...leaders.get(chainId) ?? [], (await world.leader(chainId)).id]))
      await pause(50)
    }
    expect([...leaders.values()].map(names => names.size)).toEqual([1, 1])
  })

  inWorld('tell a socket of any instance every event in order, and go on at another after a reconnect', { instances: 3 }, async (world) => {
    const token = await world.requestToken(await world.strand())
    const leader = await world.leader(hub)
    const [first, second] = world.instances.filter(instance => instance !== leader)
    const before = await watchUpdates(first!.url, token.token)
    await world.pay(token)
    await until('the payment is told', async () => before.events.some(event => event.type === 'payment_credited'))
    before.close()
    const after = await watchUpdates(second!.url, token.token, before.events.at(-1)!.id)
    const status = await world.settled(token)
    await until('the end is told', async () => after.events.some(event => event.type === 'settled'))
    after.close()
    expect([...before.events, ...after.events]).toEqual(status.events)
  })
})

describe('an instance killed with -9', () => {
  for (const moment of ['before anything is relayed', 'between delivery and acknowledgement'] as const) {
    inWorld(`${moment} takes its Hermes along; another finishes the work once`, { instances: 2 }, async (world) => {
      if (moment === 'before anything is relayed') await world.control('faults/hermes', { mode: 'slow', delayMs: 3_000, count: 1 })
      const packets = await world.strand(2)
      const token = await world.paidToken(packets)
      await world.hasEvent(token, 'run_started')
      if (moment === 'between delivery and acknowledgement') await world.control('block-time', { blockTimeMs: 1_500 })
      const runner = await world.runner()
      await until('Hermes runs', async () => world.relayerProcesses().length > 0)
      if (moment === 'between delivery and acknowledgement') await world.hasEvent(token, 'packet_received')
      await runner.kill()
      const killedAt = Date.now()
      await until('Hermes is gone', async () => world.relayerProcesses().length === 0, 3_000)
      await world.control('block-time', { blockTimeMs: 200 })
      expectCleared(await world.settled(token, runLeaseMs + 25_000))
      console.log(`killed ${moment}: settled ${Date.now() - killedAt} ms later`)
      expect(await receivesSent(world)).toEqual(new Map(packets.map(id => [id, 1])))
      await expectMoneyWhole(world, [token])
    })
  }

  inWorld('as the scanner between payment and credit: another credits once within the lease', { instances: 2 }, async (world) => {
    const token = await world.requestToken(await world.strand())
    const leader = await world.leader(hub)
    await leader.kill() // nobody reads blocks now
    await world.pay(token)
    const paidAt = Date.now()
    await world.hasEvent(token, 'payment_credited', scannerLeaseMs + 8_000)
    console.log(`scanner killed: credited ${Date.now() - paidAt} ms after the payment`)
    expectCleared(await world.settled(token))
    await expectMoneyWhole(world, [token])
  })

  inWorld('every second, at random, and replaced: every payment ends, none lost or doubled', { instances: 3 }, async (world) => {
    const packets = await world.strand(10)
    const tokens = await Promise.all(packets.map(packet => world.requestToken([packet])))
    let paid = false
    const paying = Promise.all(tokens.map(token => world.pay(token))).finally(() => paid = true)
    let kills = 0
    while (!paid || kills < 6) {
      const victim = world.living[Math.floor(Math.random() * world.living.length)]!
      await victim.kill()
      kills++
      await Promise.all([world.start(), pause(1_000)])
    }
    await paying
    const quietSince = Date.now()
    for (const status of await Promise.all(tokens.map(token => world.settled(token, 90_000)))) expectCleared(status)
    console.log(`${kills} kills: all settled ${Date.now() - quietSince} ms after the last kill`)
    await expectMoneyWhole(world, tokens)
  })
})

describe('an instance stopped for longer than its lease', () => {
  inWorld('loses the scanning to another, and changes nothing when it goes on', { instances: 2 }, async (world) => {
    const token = await world.requestToken(await world.strand())
    const leader = await world.leader(hub)
    leader.signal('SIGSTOP')
    await world.pay(token)
    const other = world.instances.find(instance => instance !== leader)!
    await until('the other scans', async () => await world.leader(hub) === other, 20_000)
    await until('the payment is credited', async () => (await world.sql`select 1 from payments where state = 'credited'`).length === 1, 20_000)
    leader.signal('SIGCONT')
    expectCleared(await world.settled(token))
    const second = await world.paidToken()
    expectCleared(await world.settled(second))
    await expectMoneyWhole(world, [token, second])
  })

  inWorld('in the middle of a run: another finishes it, and its late word is not written', { instances: 2 }, async (world) => {
    await world.control('faults/hermes', { mode: 'slow', delayMs: 30_000, count: 1 })
    const packets = await world.strand()
    const token = await world.paidToken(packets)
    await world.hasEvent(token, 'run_started')
    const runner = await world.runner()
    await until('Hermes runs', async () => world.relayerProcesses().length > 0)
    runner.signal('SIGSTOP')
    const other = world.instances.find(instance => instance !== runner)!
    const status = await until('the other settles it', async () => {
      const response = await fetch(`${other.url}/api/v1/clearing/status/${token.token}`)
      const now = await response.json() as Awaited<ReturnType<World['settled']>>
      return now.finishedAt !== null && now
    }, runLeaseMs + 25_000)
    runner.signal('SIGCONT')
    expectCleared(status)
    await pause(2_000) // whatever it wanted to write, it had the time
    const later = await world.status(token)
    expect(later?.events).toEqual(status.events)
    expect(await receivesSent(world)).toEqual(new Map(packets.map(id => [id, 1])))
    await expectMoneyWhole(world, [token])
  })
})
