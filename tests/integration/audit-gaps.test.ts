import { afterAll, beforeAll, expect, it } from 'vitest'
import { DomainError } from '../../server/domain/errors'
import type { ChainReader } from '../../server/usecases/ports'
import { openScanWorld, type ScanWorld } from './scan.world'

let world: ScanWorld
beforeAll(async () => {
  world = await openScanWorld()
})
afterAll(() => world.close())

/** The chain through two endpoints that have no block below `earliest`, nor any while `away`; the second has none below `secondEarliest`. */
const pruned = { earliest: 1n, away: false, secondEarliest: 1n }
const reads: Partial<ChainReader> = {
  tip: () => world.chain.tip(),
  confirmBlock: async ({ height }) => height < pruned.secondEarliest ? 'waiting' : 'agreed',
  endpoints: () => [{ endpoint: 'a' }, { endpoint: 'b' }] as never,
  block: async (chainId, height) => {
    if (pruned.away || height < pruned.earliest) throw new DomainError('chain_unavailable', `no block ${height}`)
    return world.chain.block(chainId, height)
  },
}
const scan = () => world.instance({}, reads)()
const audit = () => world.audit(reads)
const grow = (blocks: number) => {
  for (let count = 0; count < blocks; count++) world.chain.add(count)
}
const skip = (fromHeight: bigint, toHeight: bigint) => world.store.transaction(tx => tx.skipGap({ chainId: world.chain.chainId, fromHeight, toHeight }, 'pruned', 'cosmos1admin', new Date()))

it('case 16e: the second reading passes the blocks that a person let the scanner pass, and those before them that are pruned, too', async () => {
  grow(30)
  await scan()
  await audit()
  expect([await world.cursor(), await world.cursor('audit')]).toEqual([30n, 10n])
  // Nobody has blocks up to 50 any more: of those, the scanner read 30 and the second reading 10.
  grow(70)
  pruned.earliest = 51n
  await expect(scan()).rejects.toThrow('no block 31')
  await expect(audit()).resolves.toEqual({ waiting: false })
  expect(await skip(31n, 50n)).toBe(true)
  await scan()
  expect(await world.cursor()).toBe(100n)

  pruned.away = true
  await expect(audit()).rejects.toThrow('no block 11')
  expect(await world.cursor('audit')).toBe(10n)
  pruned.away = false
  await audit()
  expect(await world.cursor('audit')).toBe(50n)
  await audit()
  expect(await world.cursor('audit')).toBe(80n)
})

it('case 16f: the second reading leaves out what was passed, though a node shows it again: the reconciler has booked it', async () => {
  grow(20)
  pruned.earliest = 121n
  expect(await skip(101n, 120n)).toBe(true)
  pruned.earliest = 1n
  const { token } = await world.issue()
  grow(9)
  world.chain.add(1, [world.chain.payment(token.memoCode, 100n)])
  grow(20)
  await scan()
  const read: bigint[] = []
  const watched: Partial<ChainReader> = { ...reads, block: (chainId, height) => (read.push(height), world.chain.block(chainId, height)) }
  await world.audit(watched)
  expect(await world.cursor('audit')).toBe(100n)
  await world.audit(watched)
  expect(await world.cursor('audit')).toBe(130n)
  expect(read.filter(height => height > 100n && height <= 120n)).toEqual([])
})

it('case 16m: the second reading passes blocks that are pruned everywhere, though nobody let the scanner pass them', async () => {
  grow(100)
  await scan()
  pruned.earliest = 180n
  pruned.away = true
  await expect(audit()).rejects.toThrow('no block 131')
  pruned.away = false
  pruned.secondEarliest = 1_000n
  await expect(audit()).rejects.toThrow('no block 131')
  expect(await world.cursor('audit')).toBe(130n)
  pruned.secondEarliest = 1n
  await audit()
  expect(await world.cursor('audit')).toBe(179n)
  await audit()
  expect(await world.cursor('audit')).toBe(230n)
})

it('case 16n: the second reading takes the word of one endpoint for blocks that the other has pruned, and waits while that one is away', async () => {
  grow(50)
  await scan()
  pruned.secondEarliest = 1_000n
  await expect(audit()).rejects.toThrow('No second endpoint of hub-1 shows block 231 now')
  expect(await world.cursor('audit')).toBe(230n)
  pruned.secondEarliest = 260n
  await audit()
  expect(await world.cursor('audit')).toBe(280n)
})
