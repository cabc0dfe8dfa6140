import { afterAll, beforeAll, expect, it } from 'vitest'
import { moneyOf, openClearingWorld, type ClearingWorld } from './clear-route.world'

let world: ClearingWorld
beforeAll(async () => {
  world = await openClearingWorld()
})
afterAll(() => world.close())

it('case 22a: a packet that times out while it is queued is brought back to its sender, and its share is ours', async () => {
  const [packet] = await world.strand(1, { timeoutSeconds: 1 })
  const id = await world.paidOperation([packet!], { need: 'deliver' })
  const sentAt = Date.now()
  await expect.poll(async () => (await world.deps.chains.tip(world.sandbox.chains[1]!.chainId)).time.getTime(), { timeout: 10_000 }).toBeGreaterThan(sentAt + 1_000)
  const settled = await world.clearUntilSettled(id)
  expect(settled).toMatchObject({ status: 'cleared', refundStatus: 'none' })
  expect(settled.packets).toMatchObject([{ result: 'returned_by_timeout', relayedBy: 'us' }])
  expect(await moneyOf(world, id)).toEqual({ credited: 1000n, consumed: 1000n, goesBack: 0n })
})

it('case 24c: of ten packets that were paid for, the shares of the seven that another relayer took go back, to the unit', async () => {
  const packets = await world.strand(10)
  const id = await world.paidOperation(packets)
  await world.control('relay', { chainId: world.route.chainId, sequences: packets.slice(3).map(packet => packet.sequence.toString()) })
  const settled = await world.clearUntilSettled(id)
  expect(settled).toMatchObject({ status: 'partially_cleared', refundStatus: 'owed' })
  expect(settled.packets.map(packet => packet.relayedBy)).toEqual([...Array.from({ length: 3 }, () => 'us'), ...Array.from({ length: 7 }, () => 'other')])
  expect(await moneyOf(world, id)).toEqual({ credited: 10_000n, consumed: 3_000n, goesBack: 7_000n })
})
