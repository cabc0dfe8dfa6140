import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parsePacketId, type PacketId } from '../../shared/utils/packet-id'
import { openChainReader } from '../../server/adapters/cosmos/chain-reader'
import { openDirectory, type OpenedDirectory } from '../../server/adapters/cosmos/directory'
import { classifyPacket } from '../../server/domain/packet/classify'
import { startSandbox, type Sandbox } from '../../sandbox/start'
import { describeChainReader } from './chain-reader'
import { untilFound, type ChainWorld } from './chain-world'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const clock = { now: () => new Date() }

let sandbox: Sandbox
let opened: OpenedDirectory
const readers: ReturnType<typeof openChainReader>[] = []

beforeAll(async () => {
  sandbox = await startSandbox({ blockTimeMs: 200 })
  opened = await openDirectory({ endpoints: sandbox.chains.map(chain => ({ chain: chain.chainId, urls: chain.rpcUrls })), chainsFile: sandbox.chainsFile })
})
afterAll(async () => {
  for (const reader of readers) reader.close()
  await sandbox?.stop()
})

function openReader(changes: { urls?: readonly string[], silenceMs?: number } = {}) {
  const rpcUrls = changes.urls ? new Map([...opened.rpcUrls, [sandbox.chains[0]!.chainId, changes.urls]]) : opened.rpcUrls
  const reader = openChainReader({ directory: opened.directory, rpcUrls, clock, logger: quiet, callTimeoutMs: 1_000, silenceMs: changes.silenceMs })
  readers.push(reader)
  return reader
}

async function control<T = unknown>(path: string, body: object): Promise<T> {
  const response = await fetch(`${sandbox.controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
  return await response.json() as T
}

async function openWorld(): Promise<ChainWorld> {
  const [hub, zone] = sandbox.chains as [Sandbox['chains'][number], Sandbox['chains'][number]]
  const story = sandbox.story!
  const packet = (text: string) => parsePacketId(text) as PacketId
  const end = ({ chainId, portId, channelId }: Sandbox['chains'][number]) => ({ chainId, portId, channelId })
  return {
    reader: openReader(),
    source: end(hub), destination: end(zone),
    feeDenom: hub.feeDenom, minimumGasPrice: hub.gasPrice,
    story: {
      undelivered: packet(story.undelivered), timedOut: packet(story.timedOut), deliveredUnacknowledged: packet(story.deliveredUnacknowledged),
      errorAcknowledged: packet(story.errorAcknowledged), completed: packet(story.completed),
    },
    sender: sandbox.accounts.alice.addresses[hub.chainId]!,
    receiver: sandbox.accounts.alice.addresses[zone.chainId]!,
    service: sandbox.accounts.service.addresses[hub.chainId]!,
    nobody: sandbox.accounts.poor.addresses[hub.chainId]!,
    key: { rpcUrl: hub.rpcUrls[0], chainId: hub.chainId, mnemonic: sandbox.accounts.alice.mnemonic, hdPath: 'm/44\'/118\'/0\'/0/0', bech32Prefix: hub.bech32Prefix },
    sendTransfers: async (count, { receiver: to = 'bob' } = {}) => {
      const sent = await control<{ txHash: string, packets: string[] }>('/transfer', { chainId: hub.chainId, from: 'alice', to, amount: '1000', count })
      return { txHash: sent.txHash, sequences: sent.packets.map(text => packet(text).sequence) }
    },
    relay: async (sequences) => {
      await control('/relay', { chainId: hub.chainId, sequences: sequences.map(String), stage: 'all' })
    },
  }
}

describeChainReader('the sandbox', openWorld)

describe('chain reader when endpoints fail', () => {
  let hub: Sandbox['chains'][number]
  let undelivered: PacketId
  beforeEach(async () => {
    hub = sandbox.chains[0]!
    undelivered = parsePacketId(sandbox.story!.undelivered)!
    await control('/reset', {})
  })

  const hosts = () => hub.rpcUrls.map(url => new URL(url).host)
  const stateOf = async (reader: ReturnType<typeof openReader>) => {
    const [facts] = await reader.packetFacts([undelivered])
    return classifyPacket(facts!, new Date(), 1).state
  }

  it.each([{ kind: 'status', status: 503 }, { kind: 'html' }, { kind: 'cut' }, { kind: 'hang' }, { kind: 'refuse' }])('case 18a: the second endpoint answers when the first one gives $kind', async (fault) => {
    await control('/faults/rpc', { chainId: hub.chainId, endpoint: 0, ...fault })
    const reader = openReader()
    expect(await stateOf(reader)).toBe('stuck_undelivered')
    expect(reader.endpoints(hub.chainId)).toContainEqual(expect.objectContaining({ endpoint: hosts()[1], status: 'ok' }))
    await untilFound(async () => reader.endpoints(hub.chainId).find(({ endpoint, status }) => endpoint === hosts()[0] && status === 'down'))
  })

  it('case 18d: a dead chain leaves unknowns, and the other chain is read all the same', async () => {
    const reader = openReader()
    await reader.tip(hub.chainId)
    await control('/faults/rpc', { chainId: hub.chainId, kind: 'refuse' })
    const [facts] = await reader.packetFacts([undelivered])
    expect(facts!.commitment.known).toBe(false)
    expect(classifyPacket(facts!, new Date(), 1).state).toBe('unknown')
    const zone = sandbox.chains[1]!
    expect((await reader.tip(zone.chainId)).height).toBeGreaterThan(0n)
    await expect(reader.tip(hub.chainId)).rejects.toMatchObject({ code: 'chain_unavailable' })
  })

  it('an endpoint of another chain is never believed', async () => {
    await control('/conditions', { chainId: hub.chainId, endpoint: 0, claimChainId: 'other-1' })
    const reader = openReader()
    expect(await stateOf(reader)).toBe('stuck_undelivered')
    expect(reader.endpoints(hub.chainId)[0]).toMatchObject({ status: 'wrong_chain' })
  })

  it('an endpoint that stands still is not asked for what it cannot know', async () => {
    await control('/conditions', { chainId: hub.chainId, endpoint: 0, behind: 5 })
    const reader = openReader()
    const { height } = await reader.tip(hub.chainId)
    const block = await reader.block(hub.chainId, height)
    expect(block.endpoint).toBe(hosts()[1])
    expect(reader.endpoints(hub.chainId)[0]).toMatchObject({ status: 'behind' })
  })

  it('a block is agreed by two endpoints, waits for a second one that is behind, and stands alone with one', async () => {
    const reader = openReader()
    const confirm = async (height: bigint) => {
      const block = await reader.block(hub.chainId, height)
      return reader.confirmBlock({ ...block, codes: block.txs.map(tx => tx.code) })
    }
    const { height } = await reader.tip(hub.chainId)
    expect(await confirm(height)).toBe('agreed')
    const block = await reader.block(hub.chainId, height)
    await control('/conditions', { chainId: hub.chainId, behind: 0, endpoint: block.endpoint === hosts()[0] ? 1 : 0 })
    const higher = await untilFound(async () => {
      const tip = await reader.tip(hub.chainId)
      return tip.height > height + 2n ? tip.height : null
    })
    expect(await confirm(higher)).toBe('waiting')
    await control('/reset', {})
    const alone = openReader({ urls: [hub.rpcUrls[0]] })
    const only = await alone.block(hub.chainId, height)
    expect(await alone.confirmBlock({ ...only, codes: [] })).toBe('single')
  })

  it('case 14b: a block that two endpoints tell differently is disputed, and the second one marked', async () => {
    const reader = openReader()
    const { height } = await reader.tip(hub.chainId)
    const block = await reader.block(hub.chainId, height)
    expect(await reader.confirmBlock({ ...block, blockHash: 'AB'.repeat(32), codes: block.txs.map(tx => tx.code) })).toBe('disputed')
    expect(reader.endpoints(hub.chainId).map(endpoint => endpoint.status)).toContain('disagreeing')
  })

  it('case 16c: an index that is switched off is said, while the state is still read', async () => {
    await control('/conditions', { chainId: hub.chainId, indexer: 'off' })
    const reader = openReader()
    const { unanswered } = await reader.packetsOfAddress(sandbox.accounts.alice.addresses[hub.chainId]!)
    expect(unanswered.map(open => open.chainId)).toContain(hub.chainId)
    const [facts] = await reader.packetFacts([undelivered], { withLegs: true })
    expect(facts).toMatchObject({ commitment: { known: true, value: true }, received: { known: true, value: false }, sent: { known: false } })
  })

  it('case 13a: a silent subscription is replaced by one at the other endpoint', async () => {
    await control('/conditions', { chainId: hub.chainId, endpoint: 0, webSocketSilent: true })
    const reader = openReader({ silenceMs: 600 })
    let woken = 0
    const stop = reader.onNewBlock(hub.chainId, () => woken++)
    await untilFound(async () => woken > 2 ? woken : null)
    stop()
    expect(woken).toBeGreaterThan(2)
  })
})
