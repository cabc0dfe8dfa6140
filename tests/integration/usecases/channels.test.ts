import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCache } from '../../../server/adapters/cache/cache'
import { openChainReader } from '../../../server/adapters/cosmos/chain-reader'
import { openDirectory } from '../../../server/adapters/cosmos/directory'
import { makeChannelReads, makeDeliverySamples } from '../../../server/adapters/postgres/channels'
import { makePacketIndex } from '../../../server/adapters/postgres/packet-index'
import { makeListChannels } from '../../../server/usecases/list-channels'
import { makeRefreshPacketIndex } from '../../../server/usecases/refresh-packet-index'
import { deliveryWindowMs, makeSampleDeliveries } from '../../../server/usecases/sample-deliveries'
import { channelListSchema } from '../../../shared/schemas/channels'
import { startSandbox, type Sandbox } from '../../../sandbox/start'
import { createTestDatabase, type TestDatabase } from '../database'

const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const clock = { now: () => new Date() }

let sandbox: Sandbox
let database: TestDatabase
let world: Awaited<ReturnType<typeof build>>

async function build() {
  const { directory, rpcUrls } = await openDirectory({ endpoints: sandbox.chains.map(chain => ({ chain: chain.chainId, urls: chain.rpcUrls })), chainsFile: sandbox.chainsFile })
  const reader = openChainReader({ directory, rpcUrls, clock, logger, callTimeoutMs: 1_000 })
  const samples = makeDeliverySamples(database.db)
  // No memory between two looks of a test.
  const cache = { ...openCache({ redisUrl: null, logger }), remember: <T>(_key: string, _ttlMs: number, load: () => Promise<T>) => load() }
  const list = (stuckAfterMs: number) => makeListChannels({ reads: makeChannelReads(database.db), directory, cache, clock, stuckAfterMs })()
  return {
    samples, list,
    hub: { chainId: sandbox.chains[0]!.chainId, portId: 'transfer', channelId: sandbox.chains[0]!.channelId },
    refresh: makeRefreshPacketIndex({ reader, directory, index: makePacketIndex(database.db), clock, logger }),
    sample: makeSampleDeliveries({ reader, directory, samples, clock, logger }),
    close: async () => {
      reader.close()
      await cache.close()
    },
  }
}

async function control(path: string, body: object): Promise<{ packets?: string[] }> {
  const response = await fetch(`${sandbox.controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(await response.text())
  return await response.json() as { packets?: string[] }
}

beforeAll(async () => {
  [sandbox, database] = await Promise.all([startSandbox({ blockTimeMs: 200 }), createTestDatabase()])
  world = await build()
})
afterAll(async () => {
  await world?.close()
  await Promise.all([sandbox?.stop(), database?.drop()])
})

const ofHub = async (stuckAfterMs = 600_000) => {
  const answer = channelListSchema.parse(await world.list(stuckAfterMs))
  const channel = answer.items.find(item => item.source.chainId === world.hub.chainId)
  if (!channel) throw new Error('the hub has no channel')
  return { ...answer, channel }
}

describe('channels served', () => {
  it('says nothing about a channel that was never read, instead of zero', async () => {
    const { channel } = await ofHub()
    expect(channel).toMatchObject({ readAt: null, undelivered: null, unacknowledged: null, oldestPendingAt: null, delivery: { medianSeconds: null, p95Seconds: null, sampleSize: 0 } })
  })

  it('counts what is pending, and lists as stuck what is older than the threshold, oldest first', async () => {
    await world.refresh()
    const { channel, stuck, stuckTotal } = await ofHub(0)
    expect(channel.undelivered).toBeGreaterThan(0)
    expect(channel.readAt).not.toBeNull()
    expect(stuckTotal).toBe(stuck.length)
    expect(stuck.map(packet => packet.pendingSince)).toEqual(stuck.map(packet => packet.pendingSince).sort())
    expect(channel.oldestPendingAt).toBe(stuck.find(packet => packet.id.chainId === world.hub.chainId)?.pendingSince)
    expect((await ofHub(86_400_000)).stuckTotal).toBe(0)
  })

  it('follows a packet from its sending to its delivery, and counts the slow one when it arrives at last', async () => {
    const { packets } = await control('/transfer', { chainId: world.hub.chainId, from: 'bob', to: 'bob', amount: '5', count: 2 })
    const sequences = (packets ?? []).map(id => id.split('/').at(-1)!)
    await world.sample()
    const before = (await ofHub()).channel.delivery
    expect(await world.samples.waiting(world.hub, 100)).toEqual(expect.arrayContaining(sequences.map(BigInt)))
    await control('/relay', { chainId: world.hub.chainId, sequences, stage: 'all' })
    await expect.poll(async () => {
      await world.sample()
      return (await ofHub()).channel.delivery.sampleSize
    }, { timeout: 10_000 }).toBe(before.sampleSize + 2)
    const after = (await ofHub()).channel.delivery
    expect(after.waiting).toBe(before.waiting - 2)
    expect(after.medianSeconds).toBeGreaterThanOrEqual(0)
    expect(after.p95Seconds).toBeGreaterThanOrEqual(after.medianSeconds!)
  })

  it('what is decided is never overwritten, and what is older than the window is forgotten', async () => {
    const place = { ...world.hub, channelId: 'channel-999' }
    const sentAt = new Date(Date.now() - 60_000)
    await world.samples.save(place, [{ sequence: 1n, outcome: 'delivered', sentAt, receivedAt: new Date() }], new Date(Date.now() - deliveryWindowMs - 1000))
    await world.samples.save(place, [{ sequence: 1n, outcome: 'waiting', sentAt, receivedAt: null }], new Date())
    expect(await world.samples.waiting(place, 10)).toEqual([])
    expect(await world.samples.newest(place)).toBe(1n)
    await world.sample()
    expect(await world.samples.newest(place)).toBeNull()
  })
})
