import { QueryClient, setupAuthExtension, setupBankExtension, setupIbcExtension } from '@cosmjs/stargate'
import { Comet38Client, WebsocketClient } from '@cosmjs/tendermint-rpc'
import { QueryPacketCommitmentsRequest, QueryPacketCommitmentsResponse } from 'cosmjs-types/ibc/core/channel/v1/query'
import { ConfigRequest, ConfigResponse } from 'cosmjs-types/cosmos/base/node/v1beta1/query'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxChain } from '../../../sandbox/start'
import { startSandbox } from '../../../sandbox/start'
import { balance, captured, comet, control, sendPackets } from './world'

let sandbox: Sandbox
let hub: SandboxChain

beforeAll(async () => {
  sandbox = await startSandbox({ manualBlocks: true, story: true })
  hub = sandbox.chains[0]!
})
afterEach(() => control(sandbox, '/reset'))
afterAll(() => sandbox.stop())

async function rpc(method: string, params: Record<string, unknown> = {}, endpoint: 0 | 1 = 0) {
  const response = await fetch(hub.rpcUrls[endpoint], { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }) })
  return await response.json() as { id: number, result?: Record<string, unknown>, error?: { code: number, data: string } }
}

/** Keys of an answer, nested, without the contents of lists. */
function keysOf(value: unknown): unknown {
  if (Array.isArray(value) || value === null || typeof value !== 'object') return typeof value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, keysOf(inner)]))
}

describe('a node of the sandbox', () => {
  it('answers status, block and block_results in the shape of captured answers', async () => {
    const { height } = await control<{ height: number }>(sandbox, '/send', { chainId: hub.chainId, amount: '1' })
    expect(keysOf((await rpc('status')).result)).toEqual(keysOf(captured('rpc_status')))
    expect(keysOf((await rpc('block', { height: String(height) })).result)).toEqual(keysOf(captured('rpc_block_with_send')))
    expect(keysOf((await rpc('block_results', { height: String(height) })).result)).toEqual(keysOf(captured('rpc_block_results_with_send')))
  })

  it('is understood by the CosmJS clients', async () => {
    const client = await comet(hub)
    const status = await client.status()
    expect(status.nodeInfo.network).toBe('sandbox-hub-1')
    const { block, blockId } = await client.block(status.syncInfo.latestBlockHeight)
    expect(blockId.hash).toEqual(status.syncInfo.latestBlockHash)
    expect(block.header.chainId).toBe('sandbox-hub-1')
    expect((await client.validators({})).validators).toHaveLength(1)
    expect((await client.commit()).header.height).toBe(status.syncInfo.latestBlockHeight)
    const query = QueryClient.withExtensions(client, setupBankExtension, setupAuthExtension, setupIbcExtension)
    expect((await query.bank.balance(sandbox.accounts.alice.addresses[hub.chainId]!, 'uatom')).denom).toBe('uatom')
    expect((await query.ibc.channel.channel('transfer', 'channel-0')).channel?.counterparty?.channelId).toBe('channel-7')
    expect((await query.ibc.client.stateTm('07-tendermint-0')).chainId).toBe('sandbox-zone-1')
    await expect(query.auth.account(sandbox.accounts.poor.addresses[hub.chainId]!)).rejects.toThrow('code = NotFound')
    const config = ConfigResponse.decode((await client.abciQuery({ path: '/cosmos.base.node.v1beta1.Service/Config', data: ConfigRequest.encode({}).finish() })).value)
    expect(config.minimumGasPrice).toBe('0.01uatom')
  })

  it('chains blocks by hash', async () => {
    const client = await comet(hub)
    await control(sandbox, '/blocks', { count: 2 })
    const { block, blockId } = await client.block()
    const previous = await client.block(block.header.height - 1)
    expect(block.header.lastBlockId?.hash).toEqual(previous.blockId.hash)
    expect(blockId.hash).not.toEqual(previous.blockId.hash)
  })

  it('answers queries at a past height from the state of that height', async () => {
    const client = await comet(hub)
    const query = QueryClient.withExtensions(client, setupBankExtension)
    const before = (await client.status()).syncInfo.latestBlockHeight
    const owned = await balance(sandbox, hub, 'service')
    await control(sandbox, '/send', { chainId: hub.chainId, amount: '55' })
    expect(await balance(sandbox, hub, 'service')).toBe(owned + 55n)
    const request = Buffer.from(QueryPacketCommitmentsRequest.encode(QueryPacketCommitmentsRequest.fromPartial({ portId: 'transfer', channelId: 'channel-0' })).finish())
    const old = await client.abciQuery({ path: '/ibc.core.channel.v1.Query/PacketCommitments', data: request, height: before })
    expect(old.height).toBe(before)
    expect(QueryPacketCommitmentsResponse.decode(old.value).height.revisionHeight).toBe(BigInt(before))
    const future = await client.abciQuery({ path: '/ibc.core.channel.v1.Query/PacketCommitments', data: request, height: before + 1_000 })
    expect(future.code).not.toBe(0)
    expect((await query.bank.balance(sandbox.accounts.service.addresses[hub.chainId]!, 'uatom')).amount).toBe(String(owned + 55n))
  })

  it('pages commitments by key, in the order of the store', async () => {
    await sendPackets(sandbox, hub, { count: 12 })
    const client = await comet(hub)
    const found: bigint[] = []
    let key = new Uint8Array()
    do {
      const request = QueryPacketCommitmentsRequest.fromPartial({ portId: 'transfer', channelId: 'channel-0', pagination: { key, limit: 5n } })
      const { value } = await client.abciQuery({ path: '/ibc.core.channel.v1.Query/PacketCommitments', data: QueryPacketCommitmentsRequest.encode(request).finish() })
      const page = QueryPacketCommitmentsResponse.decode(value)
      expect(page.commitments.length).toBeLessThanOrEqual(5)
      found.push(...page.commitments.map(({ sequence }) => sequence))
      key = new Uint8Array(page.pagination?.nextKey ?? [])
    } while (key.length > 0)
    expect(found.map(String)).toEqual([...new Set(found.map(String))].sort())
    expect(found.length).toBeGreaterThanOrEqual(18)
  })

  it('clamps a search page to 100 without a word, and refuses pages out of range', async () => {
    for (let made = 0; made < 105; made++) await control(sandbox, '/send', { chainId: hub.chainId, from: 'admin', to: 'admin', amount: '1' })
    const query = `message.sender='${sandbox.accounts.admin.addresses[hub.chainId]}' AND tx.height>=2`
    const search = (page: number) => rpc('tx_search', { query, prove: false, page: String(page), per_page: '1000', order_by: 'asc' })
    const first = await search(1)
    expect(first.result).toMatchObject({ total_count: '105' })
    expect(first.result?.txs).toHaveLength(100)
    expect((await search(2)).result?.txs).toHaveLength(5)
    expect((await search(3)).error?.data).toBe('page should be within [1, 2] range, given 3')
  })

  it('answers GET requests like CometBFT', async () => {
    const { txHash, height } = await control<{ txHash: string, height: number }>(sandbox, '/send', { chainId: hub.chainId, amount: '3' })
    const get = async (path: string) => await (await fetch(hub.rpcUrls[0] + path)).json() as { result?: Record<string, unknown>, error?: { data: string } }
    expect((await get(`/tx?hash=0x${txHash}`)).result).toMatchObject({ hash: txHash, height: String(height) })
    expect((await get(`/tx_search?query="tx.height=${height}"&per_page=5`)).result).toMatchObject({ total_count: '1' })
    expect((await get('/block?height=99999999')).error?.data).toContain('must be less than or equal to the current blockchain height')
  })

  it('sends new blocks and matching transactions to subscribers', async () => {
    const client = Comet38Client.create(new WebsocketClient(hub.rpcUrls[0].replace('http', 'ws')))
    const heights: number[] = []
    const hashes: string[] = []
    const blocks = client.subscribeNewBlock().subscribe({ next: block => heights.push(block.header.height) })
    const txs = client.subscribeTx('transfer.amount=\'4uatom\'').subscribe({ next: tx => hashes.push(Buffer.from(tx.hash).toString('hex').toUpperCase()) })
    expect((await client.status()).nodeInfo.network).toBe('sandbox-hub-1')
    const { txHash, height } = await control<{ txHash: string, height: number }>(sandbox, '/send', { chainId: hub.chainId, amount: '4' })
    await expect.poll(() => [heights, hashes]).toEqual([[height], [txHash]])
    await control(sandbox, '/conditions', { chainId: hub.chainId, webSocketSilent: true })
    await control(sandbox, '/blocks', { count: 3 })
    expect((await client.status()).syncInfo.latestBlockHeight).toBe(height + 3)
    expect(heights).toEqual([height])
    blocks.unsubscribe()
    txs.unsubscribe()
    client.disconnect()
  })
})

describe('faults of a node', () => {
  it('meets one endpoint only, for as many calls as asked', async () => {
    await control(sandbox, '/faults/rpc', { chainId: hub.chainId, endpoint: 0, kind: 'status', status: 429, retryAfterSeconds: 2, count: 1 })
    const refused = await fetch(`${hub.rpcUrls[0]}/status`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2'])
    expect((await fetch(`${hub.rpcUrls[1]}/status`)).status).toBe(200)
    expect((await fetch(`${hub.rpcUrls[0]}/status`)).status).toBe(200)
  })

  it('cuts answers, answers HTML, and never answers', async () => {
    for (const kind of ['cut', 'html', 'hang', 'refuse']) {
      await control(sandbox, '/faults/rpc', { chainId: hub.chainId, endpoint: 0, kind, count: 1 })
      const answer = fetch(`${hub.rpcUrls[0]}/status`, { signal: AbortSignal.timeout(300) }).then(response => response.json())
      await expect(answer, kind).rejects.toThrow()
    }
  })

  it('lets a node stand still, lose its past, lie about its name, and lose its index', async () => {
    await control(sandbox, '/blocks', { count: 5 })
    await control(sandbox, '/conditions', { chainId: hub.chainId, endpoint: 1, behind: 3, claimChainId: 'evil-1', earliestHeight: 4, indexer: 'off' })
    const [healthy, ill] = [await (await comet(hub, 0)).status(), await (await comet(hub, 1)).status()]
    expect(ill.syncInfo.latestBlockHeight).toBe(healthy.syncInfo.latestBlockHeight - 3)
    expect(ill.nodeInfo.network).toBe('evil-1')
    expect((await rpc('block', { height: '2' }, 1)).error?.data).toBe('height 2 is not available, lowest height is 4')
    expect((await rpc('tx_search', { query: 'tx.height>0' }, 1)).error?.data).toBe('transaction indexing is disabled')
    expect((await rpc('tx_search', { query: 'tx.height>0' }, 0)).result).toBeDefined()
  })

  it('finds a transaction only after the indexer\'s lag', async () => {
    await control(sandbox, '/conditions', { chainId: hub.chainId, indexerLagMs: 300 })
    const { txHash } = await control<{ txHash: string }>(sandbox, '/send', { chainId: hub.chainId, amount: '2' })
    const tx = () => rpc('tx', { hash: Buffer.from(txHash, 'hex').toString('base64') })
    expect((await tx()).error?.data).toContain('not found')
    await expect.poll(async () => (await tx()).result?.hash, { timeout: 3_000 }).toBe(txHash)
  })
})
