import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { EndpointPool } from '../../../../../server/adapters/cosmos/endpoint-pool'
import { RpcError } from '../../../../../server/adapters/cosmos/json-rpc'
import { searchTxs } from '../../../../../server/adapters/cosmos/tx-search'
import { captured, Refusal, startNode, status, type Answer, type RawAnswer, type ScriptedNode } from '../../../../builders/rpc-node'

const nodes: ScriptedNode[] = []
afterEach(async () => {
  await Promise.all(nodes.splice(0).map(node => node.close()))
})

async function node(answers: Record<string, Answer>, raw?: RawAnswer): Promise<ScriptedNode> {
  const started = await startNode({ status: () => status(30), health: () => ({}), ...answers }, raw)
  nodes.push(started)
  return started
}

// 40 MB of spaces in 40 kB: more than any answer may have.
const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, ' '))

const observed: string[] = []
function pool(...urls: string[]): EndpointPool {
  observed.length = 0
  return new EndpointPool({ chainId: 'ibc-a', urls, clock: { now: () => new Date() }, observe: (_, endpoint, method, outcome) => observed.push(`${endpoint} ${method} ${outcome}`), timeoutMs: 400 })
}
const ask = (from: EndpointPool, options = {}) => from.ask(async (endpoint) => {
  await endpoint.call('health', {})
  return endpoint.name
}, options)

describe('endpoints of a chain', () => {
  it('case 17a: asks none of another chain', async () => {
    const wrong = await node({ status: () => status(99, { network: 'ibc-b' }) })
    const right = await node({})
    const both = pool(wrong.url, right.url)
    expect(await ask(both)).toBe(right.host)
    expect(both.health().map(endpoint => endpoint.status)).toEqual(['wrong_chain', 'ok'])
    expect(wrong.calls).toEqual(['status'])
    expect((await both.tip()).height).toBe(30n)
  })

  it('asks none that is below the height asked for, or still catching up', async () => {
    const [low, syncing, high] = [await node({ status: () => status(29) }), await node({ status: () => status(31, { catchingUp: true }) }), await node({ status: () => status(31) })]
    const all = pool(low.url, syncing.url, high.url)
    expect(await ask(all, { minHeight: 31n })).toBe(high.host)
    expect(await ask(all)).toBe(low.host)
    await expect(ask(pool(low.url, syncing.url), { minHeight: 31n })).rejects.toMatchObject({ code: 'chain_unavailable' })
  })

  it('tells no tip when nobody tells one now, and the tip again when somebody does', async () => {
    let alive = true
    let height = 30
    const one = await node({ status: () => alive ? status(height) : new Refusal('starting') })
    const only = pool(one.url)
    expect((await only.tip()).height).toBe(30n)
    alive = false
    await expect(only.tip()).rejects.toMatchObject({ code: 'chain_unavailable' })
    alive = true
    height = 31
    await expect.poll(() => only.tip().then(tip => tip.height, () => null), { timeout: 10_000 }).toBe(31n)
  })

  it('never lets credentials out, and sends them as a header', async () => {
    const guarded = await node({})
    const one = pool(guarded.url.replace('http://', 'http://user:p%40ss@'))
    expect(await ask(one)).toBe(guarded.host)
    expect(guarded.headers[0]?.authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`)
    await guarded.close()
    const failure = await ask(one).catch((cause: unknown) => cause)
    expect(failure).toMatchObject({ code: 'chain_unavailable' })
    expect(inspect([one.health(), observed, failure], { depth: 12, showHidden: true })).not.toMatch(/user|p%40ss|p@ss/)
  })

  it.each<[string, RawAnswer]>([
    ['an HTML page', response => response.writeHead(200).end('<html></html>')],
    ['cut JSON', response => response.writeHead(200).end('{"jsonrpc":"2.0","id":1,"resu')],
    ['an answer to another call', response => response.writeHead(200).end('{"jsonrpc":"2.0","id":-7,"result":{}}')],
    ['a body that never ends', (response) => {
      response.writeHead(200).write('{')
    }],
    ['an answer too large', response => response.writeHead(200, { 'content-length': String(1e9) }).end('{')],
    ['a redirect', response => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['a gzip bomb', response => response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(bomb.length) }).end(bomb)],
    ['429', response => response.writeHead(429, { 'retry-after': '1' }).end('slow down')],
    ['502', response => response.writeHead(502).end('bad gateway')],
  ])('case 18b: turns to the next endpoint after %s', async (_, raw) => {
    const [bad, good] = [await node({}, raw), await node({})]
    const both = pool(bad.url, good.url)
    expect(await ask(both)).toBe(good.host)
    expect(both.health()[0]?.status).toBe('down')
  })

  it('case 18c: stops calling an endpoint that keeps failing', async () => {
    const [bad, good] = [await node({}, response => response.writeHead(500).end('x')), await node({})]
    const both = pool(bad.url, good.url)
    await both.learnStatus(0)
    const failing = both.endpoints[0]!
    for (let call = 0; call < 8; call++) await failing.call('health', {}).catch(() => undefined)
    expect(bad.calls.filter(method => method === 'health')).toHaveLength(4)
    expect(await ask(both)).toBe(good.host)
  })

  it.each<[string, () => string, number]>([
    ['seconds', () => '30', 30], ['a date', () => new Date(Date.now() + 31_000).toUTCString(), 30], ['a year', () => '999999', 60],
  ])('leaves an endpoint alone that is too busy for as long as it says, a minute at most: %s', async (_, retryAfter, seconds) => {
    const [busy, other] = [await node({}, response => response.writeHead(429, { 'retry-after': retryAfter() }).end('slow down')), await node({})]
    let now = Date.now()
    const both = new EndpointPool({ chainId: 'ibc-a', urls: [busy.url, other.url], clock: { now: () => new Date(now) }, observe: () => undefined, timeoutMs: 400 })
    const asked = async () => {
      busy.calls.length = 0
      await ask(both)
      await both.tip()
      return busy.calls.length
    }
    expect(await asked()).toBeGreaterThan(0)
    now += (seconds - 2) * 1000
    expect(await asked()).toBe(0)
    now += 5_000
    expect(await asked()).toBeGreaterThan(0)
  })

  it('gives a node\'s refusal on when every endpoint refuses', async () => {
    const [one, other] = [await node({ health: () => new Refusal('Internal error', 'height 5 is not available, lowest height is 9') }), await node({ health: () => new Refusal('Internal error', 'height 5 is not available') })]
    await expect(ask(pool(one.url, other.url))).rejects.toBeInstanceOf(RpcError)
    expect(other.calls).toContain('health')
  })

  it('case 15a: reads on over the pages that the node clamps, and names what it did not read', async () => {
    const page = (count: number) => Array.from({ length: count }, () => captured('rpc_tx_bank_send'))
    const pages = await node({ tx_search: ({ page: asked, per_page: size }) => ({ txs: page(asked === '1' ? Math.min(Number(size), 100) : 50), total_count: '150' }) })
    const from = pool(pages.url)
    expect(await searchTxs(from, 'a.b=\'c\'', 2)).toMatchObject({ txs: { length: 150 }, partial: false })
    expect(await searchTxs(from, 'a.b=\'c\'', 1)).toMatchObject({ txs: { length: 100 }, partial: true })
  })

  it('case 15b: names a search partial when the node counts more than it gives', async () => {
    const pages = await node({ tx_search: () => ({ txs: [], total_count: '250' }) })
    expect(await searchTxs(pool(pages.url), 'a.b=\'c\'', 3)).toEqual({ txs: [], partial: true })
    expect(pages.calls.filter(method => method === 'tx_search')).toHaveLength(1)
  })
})
