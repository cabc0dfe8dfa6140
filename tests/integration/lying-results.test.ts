import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRpcGate, type RpcGate } from '../system/gates/rpc-gate'
import { endlessPages, frozenState, noProtobuf, oldState, relayedAs, type Lie } from '../system/gates/rpc-lies'
import { moneyOf, openClearingWorld, type ClearingWorld } from './clear-route.world'

/** Of each chain, the first and the second node. */
const first: RpcGate[] = []
const second: RpcGate[] = []
let world: ClearingWorld
let single: ClearingWorld

beforeAll(async () => {
  world = await openClearingWorld({
    through: async ([one, other]) => {
      const gates = [await openRpcGate(one!), await openRpcGate(other!)] as const
      first.push(gates[0])
      second.push(gates[1])
      return gates.map(gate => gate.url)
    },
  })
  single = await openClearingWorld({ through: async ([one]) => [one!] })
})
afterAll(async () => {
  await Promise.all([world.close(), single.close()])
  await Promise.all([...first, ...second].map(gate => gate.close()))
})
beforeEach(() => [...first, ...second].forEach(gate => gate.clear()))

/** The first nodes keep telling what is so now. */
async function standStill(lieFrom: (height: number) => Lie = oldState): Promise<void> {
  for (const gate of first) {
    const { result } = await (await fetch(gate.url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'status', params: {} }) })).json() as { result: { sync_info: { latest_block_height: string } } }
    gate.lies = [lieFrom(Number(result.sync_info.latest_block_height))]
  }
}

const everything = { credited: 1000n, consumed: 1000n, goesBack: 0n }
const nothing = { credited: 1000n, consumed: 0n, goesBack: 0n }

describe('what became of a packet, where two endpoints are configured', () => {
  it('case 14p: is not decided while one of them tells old state; when it tells the truth again, the work that was done is paid', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    await standStill()
    for (let look = 0; look < 5; look++) {
      await world.another({ settings: { indexPatienceMs: 500 } }).clearRoute(world.route)
      world.clock.offsetMs += 60_000
    }
    expect((await world.operation(id)).finishedAt).toBeNull()
    expect(await moneyOf(world, id)).toEqual(nothing)
    first.forEach(gate => gate.clear())
    const settled = await world.clearUntilSettled(id)
    expect(settled).toMatchObject({ status: 'cleared', refundStatus: 'none', packets: [{ result: 'delivered', relayedBy: 'us' }] })
    expect(await moneyOf(world, id)).toEqual(everything)
  })

  it('case 14q: is a person\'s to decide when they still differ long after the deadline: nothing is earned, nothing goes back', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    await standStill()
    const { clearRoute } = world.another({ settings: { indexPatienceMs: 500 } })
    await clearRoute(world.route)
    world.clock.offsetMs += 1_800_000 + 600_001
    await clearRoute(world.route)
    expect(await world.operation(id)).toMatchObject({ status: 'needs_attention', packets: [{ result: null }] })
    expect(await moneyOf(world, id)).toEqual(nothing)
  })

  it('case 14r: waits for the second while it is away', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    second.forEach((gate) => {
      gate.fault = () => ({ kind: 'status', status: 503 })
    })
    const { clearRoute } = world.another({ settings: { indexPatienceMs: 500 } })
    await clearRoute(world.route)
    expect((await world.operation(id)).packets).toMatchObject([{ result: null }])
    expect(await moneyOf(world, id)).toEqual(nothing)
    second.forEach(gate => gate.clear())
    const settled = await world.clearUntilSettled(id)
    expect(settled).toMatchObject({ status: 'cleared', packets: [{ result: 'delivered', relayedBy: 'us' }] })
    expect(await moneyOf(world, id)).toEqual(everything)
  })

  it('case 14x: is not what was so when the work began, though one of them still tells that, and the other that it was so', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    await standStill(frozenState)
    const { clearRoute } = world.another({ settings: { indexPatienceMs: 500 } })
    await clearRoute(world.route)
    world.clock.offsetMs += 1_800_001
    await clearRoute(world.route)
    expect(await world.operation(id)).toMatchObject({ status: 'cleared', packets: [{ result: 'delivered', relayedBy: 'us' }] })
    expect(await moneyOf(world, id)).toEqual(everything)
  })

  it.each([
    ['case 14s: earns nothing by a tx of ours that one of them shows as having carried it', first],
    ['case 14t: earns nothing by a tx of ours whose bytes carry another packet, whatever both tell of it', [first, second]],
  ])('%s', async (_, liars) => {
    const [ours, theirs] = await world.strand(2)
    await world.clearUntilSettled(await world.paidOperation([ours!]))
    const id = await world.paidOperation([theirs!])
    await world.control('relay', { chainId: world.route.chainId, sequences: [theirs!.sequence.toString()] })
    liars.flat().forEach((gate) => {
      gate.lies = [relayedAs(ours!.sequence, theirs!.sequence)]
    })
    for (let look = 0; look < 3; look++) {
      await world.another({ settings: { indexPatienceMs: 500 } }).clearRoute(world.route)
      world.clock.offsetMs += 60_000
    }
    expect((await world.operation(id)).packets).toMatchObject([{ result: null }])
    expect(await moneyOf(world, id)).toEqual(nothing)
    liars.flat().forEach(gate => gate.clear())
    expect(await world.clearUntilSettled(id)).toMatchObject({ status: 'not_needed', packets: [{ result: 'delivered', relayedBy: 'other' }] })
    expect(await moneyOf(world, id)).toEqual({ credited: 1000n, consumed: 0n, goesBack: 1000n })
  })

  it.each(['paused', 'out of funds'])('case 22d: is not decided on one word when the deadline comes while it is being read (the relayer is %s)', async (how) => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    await world.control('faults/hermes', { mode: 'dieMidway', count: 1 })
    await standStill()
    await world.another({ settings: { indexPatienceMs: 500 } }).clearRoute(world.route)
    const { chains, relayer } = world.deps
    const idle = { ...relayer, readiness: async () => {
      const readiness = await relayer.readiness()
      if (how === 'paused') return { ...readiness, ready: false, problems: ['stopped by a test'] }
      return { ...readiness, keys: readiness.keys.map(key => ({ ...key, mustHold: key.mustHold && { ...key.mustHold, amount: 10n ** 30n } })) }
    } }
    world.clock.offsetMs += 1_800_000 - 10_000
    const packetFacts: typeof chains.packetFacts = async (...asked) => {
      const facts = await chains.packetFacts(...asked)
      world.clock.offsetMs += 20_000
      return facts
    }
    await world.another({ relayer: idle, chains: { ...chains, packetFacts }, settings: { indexPatienceMs: 500 } }).clearRoute(world.route)
    expect(await moneyOf(world, id)).toEqual(nothing)
    first.forEach(gate => gate.clear())
    expect(await world.clearUntilSettled(id)).toMatchObject({ packets: [{ result: 'delivered', relayedBy: 'us' }] })
    expect(await moneyOf(world, id)).toEqual(everything)
  })

  it('case 18h: is read at the other node where one answers queries with bytes that mean nothing', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    first.forEach((gate) => {
      gate.lies = [noProtobuf]
    })
    const { clearRoute } = world.another({ settings: { indexPatienceMs: 500 } })
    await clearRoute(world.route)
    expect(await moneyOf(world, id)).toEqual(nothing)
    first.forEach(gate => gate.clear())
    expect(await world.clearUntilSettled(id)).toMatchObject({ status: 'cleared', packets: [{ result: 'delivered', relayedBy: 'us' }] })
  })

  it('case 18i: waits while one answers with pages without end, and is a person\'s to decide long after the deadline', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    await world.control('faults/hermes', { mode: 'dieMidway', count: 1 })
    first.forEach((gate) => {
      gate.lies = [endlessPages]
    })
    const { clearRoute } = world.another({ settings: { indexPatienceMs: 500 } })
    await clearRoute(world.route)
    expect(await moneyOf(world, id)).toEqual(nothing)
    world.clock.offsetMs += 1_800_000 + 600_001
    await clearRoute(world.route)
    expect(await world.operation(id)).toMatchObject({ status: 'needs_attention', packets: [{ result: null }] })
    expect(await moneyOf(world, id)).toEqual(nothing)
  })

  it('is the word of the only one where one is configured', async () => {
    const [packet] = await single.strand(1)
    const id = await single.paidOperation([packet!])
    expect(await single.clearUntilSettled(id)).toMatchObject({ status: 'cleared', packets: [{ result: 'delivered', relayedBy: 'us' }] })
    expect(await moneyOf(single, id)).toEqual(everything)
  })
})
