import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { packetListSchema, packetSchema } from '../../../shared/schemas/packets'
import { parsePacketId } from '../../../shared/utils/packet-id'
import { openCache } from '../../../server/adapters/cache/cache'
import { openChainReader } from '../../../server/adapters/cosmos/chain-reader'
import { openDirectory } from '../../../server/adapters/cosmos/directory'
import { makeHermesRelayer } from '../../../server/adapters/hermes/relayer'
import { makePacketIndex } from '../../../server/adapters/postgres/packet-index'
import { makePacketJudge } from '../../../server/usecases/describe-packets'
import { makeGetPacket } from '../../../server/usecases/get-packet'
import { makeRefreshPacketIndex } from '../../../server/usecases/refresh-packet-index'
import { makeSearchPackets } from '../../../server/usecases/search-packets'
import { startSandbox, type Sandbox } from '../../../sandbox/start'
import { untilFound } from '../../contract/chain-world'
import { hermesEnvironment } from '../../builders/config'
import { createTestDatabase, type TestDatabase } from '../database'

const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const clock = { now: () => new Date() }

let sandbox: Sandbox
let database: TestDatabase
let close: () => Promise<void>
let world: Awaited<ReturnType<typeof build>>
let queries: string[] = []

async function build() {
  const { directory, rpcUrls } = await openDirectory({ endpoints: sandbox.chains.map(chain => ({ chain: chain.chainId, urls: chain.rpcUrls })), chainsFile: sandbox.chainsFile })
  const reader = openChainReader({ directory, rpcUrls, clock, logger, callTimeoutMs: 1_000, observe: (_, __, method) => queries.push(method) })
  const index = makePacketIndex(database.db)
  const cache = openCache({ redisUrl: null, logger })
  const relayer = makeHermesRelayer({ binary: sandbox.hermes.binary, configPath: sandbox.hermes.configPath, restUrl: null, environment: hermesEnvironment })
  const judge = makePacketJudge({ directory, stuckAfterMs: 600_000, haltedAfterMs: 600_000 })
  close = async () => {
    reader.close()
    await cache.close()
  }
  return {
    reader,
    index,
    search: makeSearchPackets({ reader, directory, index, cache, relayer, judge, clock }),
    get: makeGetPacket({ reader, directory, cache, relayer, judge, clock }),
    refresh: makeRefreshPacketIndex({ reader, directory, index, clock, logger }),
  }
}

async function control(path: string, body: object): Promise<void> {
  const response = await fetch(`${sandbox.controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(await response.text())
}

beforeAll(async () => {
  [sandbox, database] = await Promise.all([startSandbox({ blockTimeMs: 200 }), createTestDatabase()])
  world = await build()
})
afterAll(async () => {
  await close?.()
  await Promise.all([sandbox?.stop(), database?.drop()])
})
beforeEach(async () => {
  await control('/reset', {})
  // Circuits that a fault opened close again within seconds.
  await untilFound(() => Promise.all(sandbox.chains.map(chain => world.reader.tip(chain.chainId))).catch(() => null))
  queries = []
})

const hub = () => sandbox.chains[0]!
const alice = () => sandbox.accounts.alice.addresses[hub().chainId]!
const textOf = ({ chainId, portId, channelId, sequence }: { chainId: string, portId: string, channelId: string, sequence: string }) => `${chainId}/${portId}/${channelId}/${sequence}`

describe('packets of a person', () => {
  it('come with state, amount and diagnosis, newest first', async () => {
    const list = await world.search({ address: alice(), limit: 25 })
    expect(packetListSchema.safeParse(list).error).toBeUndefined()
    const byId = new Map(list.items.map(item => [textOf(item.id), item]))
    const story = sandbox.story!
    const packet = async (text: string) => byId.get(text) ?? await world.get(parsePacketId(text)!)
    expect(byId.get(story.undelivered)).toMatchObject({ state: 'stuck_undelivered', need: 'deliver', diagnosis: { code: 'undelivered', payingHelps: 'yes' } })
    expect(byId.get(story.undelivered)?.diagnosis.sentence).toMatch(/^[\d.,]+ ATOM from cosmos1\w{4}…\w{4} left Sandbox Hub \d+ h.* ago for zone1\w{4}…\w{4}, and no relayer has delivered it to Sandbox Zone\.$/)
    expect(await packet(story.timedOut)).toMatchObject({ state: 'timed_out', diagnosis: { code: 'timed_out', payingHelps: 'yes' } })
    expect(await packet(story.deliveredUnacknowledged)).toMatchObject({ state: 'stuck_unacknowledged', diagnosis: { payingHelps: 'not_needed' } })
    expect(await packet(story.errorAcknowledged)).toMatchObject({ state: 'stuck_error_acknowledged', diagnosis: { payingHelps: 'yes' } })
    expect(await packet(story.inFlight)).toMatchObject({ state: 'in_flight' })
    expect(await packet(story.completed)).toMatchObject({ state: 'completed', outcome: 'delivered' })
    const times = list.items.map(item => item.sentAt ?? '')
    expect(times).toEqual([...times].sort().reverse())
    expect(list.unanswered).toEqual([])
  })

  it('come page by page, each once', async () => {
    const whole = await world.search({ address: alice(), limit: 100 })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await world.search({ address: alice(), limit: 3, cursor })
      expect(page.items.length).toBeLessThanOrEqual(3)
      seen.push(...page.items.map(item => textOf(item.id)))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(whole.items.map(item => textOf(item.id)))
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('are found by the index when no node searches, and the gap is said', async () => {
    await world.refresh()
    const bob = sandbox.accounts.bob.addresses[hub().chainId]!
    await control('/conditions', { indexer: 'off' })
    const list = await world.search({ address: sandbox.accounts.alice.addresses[sandbox.chains[1]!.chainId]!, limit: 25 })
    expect(list.items.length).toBeGreaterThan(0)
    expect(list.unanswered.map(open => open.chainId)).toContain(hub().chainId)
    expect((await world.search({ address: bob, limit: 25 })).unanswered.map(open => open.chainId)).toContain(hub().chainId)
  })

  it('are an empty list for a wallet that never sent anything', async () => {
    expect(await world.search({ address: sandbox.accounts.poor.addresses[hub().chainId]!, limit: 25 })).toEqual({ items: [], nextCursor: null, unanswered: [] })
  })

  it('refuses a cursor that no list gave out', async () => {
    await expect(world.search({ address: alice(), limit: 25, cursor: '%%%' })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(world.search({ chainId: hub().chainId, portId: 'transfer', channelId: hub().channelId, limit: 5, cursor: 'eA' })).rejects.toMatchObject({ code: 'invalid_request' })
  })
})

describe('packets of a channel and of a tx', () => {
  it('are the pending ones of the channel, in order of sequence, over pages', async () => {
    const channel = { chainId: hub().chainId, portId: 'transfer', channelId: hub().channelId }
    const whole = await world.search({ ...channel, limit: 100 })
    const sequences = whole.items.map(item => BigInt(item.id.sequence))
    expect(sequences).toEqual([...sequences].sort((a, b) => a < b ? -1 : 1))
    expect(whole.items.map(item => item.state)).not.toContain('completed')
    const first = await world.search({ ...channel, limit: 2 })
    const second = await world.search({ ...channel, limit: 2, cursor: first.nextCursor! })
    expect([...first.items, ...second.items].map(item => BigInt(item.id.sequence))).toEqual(sequences.slice(0, 4))
  })

  it('does not know a channel that does not exist, nor a chain that is not served', async () => {
    await expect(world.search({ chainId: hub().chainId, portId: 'transfer', channelId: 'channel-99', limit: 5 })).rejects.toMatchObject({ code: 'not_found' })
    await expect(world.search({ chainId: 'osmosis-1', portId: 'transfer', channelId: 'channel-99', limit: 5 })).rejects.toMatchObject({ code: 'chain_not_served' })
    await expect(world.search({ chainId: 'osmosis-1', txHash: 'A'.repeat(64), limit: 5 })).rejects.toMatchObject({ code: 'chain_not_served' })
  })

  it('are the ones a tx moved', async () => {
    const packet = await world.get(parsePacketId(sandbox.story!.completed)!)
    const receive = packet.legs.find(leg => leg.leg === 'receive')!
    const list = await world.search({ chainId: receive.chainId, txHash: receive.txHash, limit: 25 })
    expect(list.items.map(item => textOf(item.id))).toContain(sandbox.story!.completed)
    expect(list.transaction).toBe('succeeded')
  })

  it('are none of a tx that no node knows, which is said; nothing is said where nobody could be asked', async () => {
    const nobodys = { chainId: hub().chainId, txHash: '0'.repeat(64), limit: 5 }
    expect(await world.search(nobodys)).toEqual({ items: [], nextCursor: null, unanswered: [], transaction: 'unknown' })
    await control('/conditions', { indexer: 'off' })
    const { unanswered, ...list } = await world.search(nobodys)
    expect(list).toEqual({ items: [], nextCursor: null })
    expect(unanswered).toEqual([expect.objectContaining({ question: 'transaction', chainId: hub().chainId })])
  })
})

describe('one packet', () => {
  it('comes with its whole life, heights, txs and evidence', async () => {
    const packet = await world.get(parsePacketId(sandbox.story!.completed)!)
    expect(packetSchema.safeParse(packet).error).toBeUndefined()
    expect(packet.legs.map(leg => leg.leg)).toEqual(['send', 'receive', 'write_acknowledgement', 'acknowledge'])
    expect(packet.diagnosis.evidence).toContainEqual(expect.objectContaining({ query: 'packet_commitment', answer: 'absent' }))
  })

  it('is not found when the chain never sent it', async () => {
    await expect(world.get({ ...parsePacketId(sandbox.story!.undelivered)!, sequence: 999_999n })).rejects.toMatchObject({ code: 'packet_not_found' })
  })

  it('stays unknown, with what could not be asked, when its destination is down', async () => {
    await control('/faults/rpc', { chainId: sandbox.chains[1]!.chainId, kind: 'refuse' })
    const packet = await world.get(parsePacketId(sandbox.story!.undelivered)!)
    expect(packet).toMatchObject({ state: 'unknown', need: 'unknown', diagnosis: { code: 'destination_unreachable', payingHelps: 'unknown' } })
    expect(packet.unanswered).toContainEqual(expect.objectContaining({ question: 'packet_receipt' }))
  })
})

describe('the index of pending packets', () => {
  it('costs two queries per direction while nothing changes', async () => {
    await world.refresh()
    queries = []
    expect(await world.refresh()).toEqual({ channels: 2, changed: 0, failed: 0 })
    expect(queries.filter(method => method !== 'status')).toEqual(Array.from({ length: 4 }, () => 'abci_query'))
  })

  it('takes in what was sent and drops what was finished', async () => {
    const channel = { chainId: hub().chainId, portId: 'transfer', channelId: hub().channelId }
    await world.refresh()
    const before = (await world.index.ofChannel(channel)).map(packet => packet.sequence)
    await control('/transfer', { chainId: hub().chainId, from: 'bob', to: 'bob', amount: '5', count: 2 })
    expect(await world.refresh()).toMatchObject({ changed: 1 })
    const added = (await world.index.ofChannel(channel)).map(packet => packet.sequence).filter(sequence => !before.includes(sequence))
    expect(added).toHaveLength(2)
    expect((await world.index.ofAddress(sandbox.accounts.bob.addresses[hub().chainId]!, 10)).map(id => id.sequence)).toEqual(expect.arrayContaining(added))
    await control('/relay', { chainId: hub().chainId, sequences: [added[0]!.toString()], stage: 'all' })
    await control('/relay', { chainId: hub().chainId, sequences: [added[1]!.toString()], stage: 'receive' })
    await world.refresh()
    const after = await world.index.ofChannel(channel)
    expect(after.map(packet => packet.sequence)).not.toContain(added[0])
    expect(after).toContainEqual({ sequence: added[1], state: 'unacknowledged' })
  })

  it('goes on with the other channels when one chain is down', async () => {
    await control('/faults/rpc', { chainId: hub().chainId, kind: 'refuse' })
    expect(await world.refresh()).toMatchObject({ channels: 2, failed: 2 })
  })
})
