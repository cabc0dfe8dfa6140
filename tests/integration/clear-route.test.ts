import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RelayRun } from '../../server/usecases/ports'
import { moneyOf, openClearingWorld, type ClearingWorld } from './clear-route.world'

let world: ClearingWorld
beforeAll(async () => {
  world = await openClearingWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.control('faults/hermes', { mode: 'none' })
  await world.control('reset')
})

describe('clearing a route', () => {
  it('clears exactly the paid packets and proves each with txs of our relayer', async () => {
    const [first, neighbour, third] = await world.strand(3)
    const id = await world.paidOperation([first!, third!])
    const settled = await world.clearUntilSettled(id)
    expect(settled).toMatchObject({ status: 'cleared', refundStatus: 'none' })
    expect(settled.packets.map(packet => [packet.result, packet.relayedBy])).toEqual([['delivered', 'us'], ['delivered', 'us']])
    const [left] = await world.deps.chains.packetFacts([neighbour!])
    expect(left!.commitment).toMatchObject({ known: true, value: true })
    const proof = await world.proofOf(id, first!)
    expect(proof.legs.map(leg => leg.leg).sort()).toEqual(expect.arrayContaining(['acknowledge', 'receive']))
    expect(proof.legs.filter(leg => leg.leg === 'receive' || leg.leg === 'acknowledge').every(leg => world.relayerAddresses.includes(leg.signer ?? ''))).toBe(true)
    expect(proof.evidence).toContainEqual({ query: 'packet_commitment', answer: 'absent' })
    expect(await world.eventsOf(id)).toEqual(expect.arrayContaining(['queued', 'run_started', 'packet_received', 'packet_finished', 'settled']))
    expect(await world.refundsOf(id)).toEqual([])
    expect(await moneyOf(world, id)).toEqual({ credited: 2000n, consumed: 2000n, goesBack: 0n })
  })

  it('case 21a: pays for nothing when another relayer was there before the run: all goes back as not needed', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    await world.control('relay', { chainId: world.route.chainId, sequences: [packet!.sequence.toString()] })
    const settled = await world.clearUntilSettled(id)
    expect(settled).toMatchObject({ status: 'not_needed', refundStatus: 'owed', attempted: false })
    expect(settled.packets[0]).toMatchObject({ result: 'delivered', relayedBy: 'other' })
    expect(await world.refundsOf(id)).toEqual([{ amount: 1000n, reason: 'not_needed' }])
  })

  it('case 21b: gives back the share of a packet that another relayer finished first, and keeps the other', async () => {
    const [taken, ours] = await world.strand(2)
    const id = await world.paidOperation([taken!, ours!])
    await world.control('relay', { chainId: world.route.chainId, sequences: [taken!.sequence.toString()] })
    const settled = await world.clearUntilSettled(id)
    expect(settled.status).toBe('partially_cleared')
    expect(settled.packets.map(packet => packet.relayedBy)).toEqual(['other', 'us'])
    expect(await world.refundsOf(id)).toEqual([{ amount: 1000n, reason: 'relayed_by_other' }])
    expect(await moneyOf(world, id)).toEqual({ credited: 2000n, consumed: 1000n, goesBack: 1000n })
  })

  it('case 21c: charges nothing for what another relayer snatched while ours was running', async () => {
    await world.control('faults/hermes', { mode: 'otherRelayerFirst', count: 1 })
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const settled = await world.clearUntilSettled(id)
    expect(settled).toMatchObject({ status: 'not_needed', attempted: true })
    expect(await world.refundsOf(id)).toEqual([{ amount: 1000n, reason: 'relayed_by_other' }])
  })

  it('case 19a: does not believe an empty success: tries again, with the second executor too, then gives all back', async () => {
    await world.control('faults/hermes', { mode: 'emptySuccess' })
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const before = (await world.runs()).length
    const settled = await world.clearUntilSettled(id)
    expect(settled.status).toBe('not_cleared')
    expect(settled.packets[0]).toMatchObject({ result: 'pending', relayedBy: 'nobody' })
    expect(await world.refundsOf(id)).toEqual([{ amount: 1000n, reason: 'not_cleared' }])
    expect((await world.runs()).slice(before).map(run => run.executor)).toEqual(['clear_packets', 'clear_packets', 'tx_packet', 'tx_packet'])
  })

  it('starts no run that the relayer\'s wallets cannot pay for: the packet waits, blames nobody, and is cleared once they are funded', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const before = (await world.runs()).length
    const { relayer } = world.deps
    let demand = 10n ** 30n
    const demanding = { ...relayer, readiness: async () => {
      const readiness = await relayer.readiness()
      return { ...readiness, keys: readiness.keys.map(key => key.mustHold ? { ...key, mustHold: { ...key.mustHold, amount: demand } } : key) }
    } }
    const { clearRoute } = world.another({ relayer: demanding })
    await clearRoute(world.route)
    expect((await world.runs()).slice(before)).toMatchObject([{ result: 'nothing_to_do' }])
    expect(await world.operation(id)).toMatchObject({ status: 'queued', packets: [{ result: null }] })
    expect(await world.eventsOf(id)).not.toContain('run_started')
    demand = 1n
    const settled = await world.clearUntilSettled(id, clearRoute)
    expect(settled.status).toBe('cleared')
  })

  it('halves a batch in which nothing moved and clears it once the relayer works again', async () => {
    await world.control('faults/hermes', { mode: 'emptySuccess', count: 1 })
    const packets = await world.strand(4)
    const id = await world.paidOperation(packets)
    const before = (await world.runs()).length
    const settled = await world.clearUntilSettled(id)
    expect(settled.status).toBe('cleared')
    expect((await world.runs()).slice(before).map(run => run.sequences.length)).toEqual([4, 2, 2])
  })

  it('case 20b: finishes from chain state what a run left between receive and acknowledge', async () => {
    await world.control('faults/hermes', { mode: 'dieMidway', count: 1 })
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const settled = await world.clearUntilSettled(id)
    expect(settled.status).toBe('cleared')
    expect(await world.eventsOf(id)).toEqual(expect.arrayContaining(['packet_received', 'attempt_failed', 'settled']))
  })

  it('knows its own txs again after a restart with other relayer keys', async () => {
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const { relayer } = world.deps
    const dying = { ...relayer, run: async (run: RelayRun) => {
      await relayer.run(run)
      throw new Error('killed')
    } }
    await expect(world.another({ relayer: dying }).clearRoute(world.route)).rejects.toThrow('killed')
    const readiness = await relayer.readiness()
    const rotated = { ...relayer, readiness: async () => ({ ...readiness, keys: readiness.keys.map(key => ({ ...key, address: `${key.address.slice(0, -6)}qqqqqq` })) }) }
    const restarted = world.another({ relayer: rotated })
    world.clock.offsetMs += 120_000
    await restarted.sweep()
    expect(await world.clearUntilSettled(id, restarted.clearRoute)).toMatchObject({ status: 'cleared', refundStatus: 'none' })
    const wallets = await world.deps.store.watchedWallets(world.route.chainId)
    expect(wallets.filter(wallet => wallet.role === 'relayer')).toHaveLength(2)
  })

  it('case 20a: kills a hanging run at its time limit and clears with the next', async () => {
    await world.control('faults/hermes', { mode: 'hang', count: 1 })
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    const { clearRoute } = world.another({ settings: { runTimeLimitMs: () => 3_000 } })
    expect((await world.clearUntilSettled(id, clearRoute)).status).toBe('cleared')
    expect((await world.runs()).at(-2)).toMatchObject({ result: 'timed_out' })
  })

  it('case 20c: is not misled by garbage on standard output', async () => {
    await world.control('faults/hermes', { mode: 'garbage', count: 1 })
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!])
    expect((await world.clearUntilSettled(id)).status).toBe('cleared')
  })

  it('case 23a: shows a packet with an error acknowledgement as returned, never as delivered', async () => {
    const [packet] = await world.strand(1, { to: 'nobody-there' })
    const id = await world.paidOperation([packet!])
    const settled = await world.clearUntilSettled(id)
    expect(settled.packets[0]).toMatchObject({ result: 'returned_by_error', relayedBy: 'us' })
  })

  it('times out a packet whose time is over', async () => {
    const [packet] = await world.strand(1, { timeoutSeconds: 1 })
    const sentAt = Date.now()
    await expect.poll(async () => (await world.deps.chains.tip(world.sandbox.chains[1]!.chainId)).time.getTime(), { timeout: 10_000 }).toBeGreaterThan(sentAt + 1_000)
    const id = await world.paidOperation([packet!], { need: 'timeout' })
    const settled = await world.clearUntilSettled(id)
    expect(settled.packets[0]).toMatchObject({ result: 'returned_by_timeout', relayedBy: 'us' })
  })

  it('gives back what is not done at the deadline, after a last look at the chain', async () => {
    await world.control('faults/hermes', { mode: 'emptySuccess' })
    const [packet] = await world.strand(1)
    const id = await world.paidOperation([packet!], { deadlineMs: 5_000 })
    world.clock.offsetMs += 5_001
    const settled = await world.clearUntilSettled(id)
    expect(settled.status).toBe('not_cleared')
    expect(await world.refundsOf(id)).toEqual([{ amount: 1000n, reason: 'deadline' }])
  })

  it('coalesces operations of one channel into one run', async () => {
    const [first, second] = await world.strand(2)
    const ids = [await world.paidOperation([first!]), await world.paidOperation([second!])]
    const before = (await world.runs()).length
    for (const id of ids) expect((await world.clearUntilSettled(id)).status).toBe('cleared')
    expect((await world.runs()).slice(before).map(run => run.sequences.length)).toEqual([2])
  })
})
