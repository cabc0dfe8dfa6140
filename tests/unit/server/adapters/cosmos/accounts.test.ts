import { QueryAllBalancesRequest, QueryAllBalancesResponse } from 'cosmjs-types/cosmos/bank/v1beta1/query'
import { afterEach, describe, expect, it } from 'vitest'
import { readBalancesAt } from '../../../../../server/adapters/cosmos/accounts'
import { EndpointPool } from '../../../../../server/adapters/cosmos/endpoint-pool'
import { startNode, status, type ScriptedNode } from '../../../../builders/rpc-node'

interface Asked { readonly height: string, readonly address: string, readonly key: string }

const nodes: ScriptedNode[] = []
afterEach(() => Promise.all(nodes.splice(0).map(node => node.close())))

/** A node whose account holds `denoms` denoms, `each` (plus its number) of every one, two a page; `refuses`: what it says of every height. */
async function aNode({ denoms = 1, each = 10n ** 30n, refuses }: { readonly denoms?: number, readonly each?: bigint, readonly refuses?: string } = {}) {
  const asked: Asked[] = []
  const node = await startNode({
    status: () => status(100),
    abci_query: ({ data, height }) => {
      const request = QueryAllBalancesRequest.decode(Buffer.from(String(data), 'hex'))
      const from = Number(Buffer.from(request.pagination?.key ?? []).toString() || '0')
      asked.push({ height: String(height), address: request.address, key: String(from) })
      if (refuses !== undefined) return { response: { code: 18, codespace: 'sdk', log: refuses, height: '0' } }
      const balances = Array.from({ length: Math.min(2, denoms - from) }, (_, index) => ({ denom: `u${from + index}`, amount: String(each + BigInt(from + index)) }))
      const nextKey = from + 2 < denoms ? Buffer.from(String(from + 2)) : new Uint8Array()
      return { response: { code: 0, value: Buffer.from(QueryAllBalancesResponse.encode({ balances, pagination: { nextKey, total: 0n } }).finish()).toString('base64'), height: String(height) } }
    },
  })
  nodes.push(node)
  return { asked, url: node.url }
}

function read(...of: { readonly url: string }[]) {
  const pool = new EndpointPool({ chainId: 'ibc-a', urls: of.map(({ url }) => url), clock: { now: () => new Date() }, observe: () => undefined, timeoutMs: 2_000 })
  return readBalancesAt(pool, 'cosmos1wallet', 42n)
}

const pruned = 'failed to load state at height 42; version does not exist (latest height: 100): invalid request'

describe('balances at a height', () => {
  it('are read to the last page, every page at that height', async () => {
    const node = await aNode({ denoms: 5 })
    expect(await read(node)).toEqual({ agreement: 'single', balances: [0, 1, 2, 3, 4].map(index => ({ denom: `u${index}`, amount: 10n ** 30n + BigInt(index) })) })
    expect(node.asked).toEqual(['0', '2', '4'].map(key => ({ height: '42', address: 'cosmos1wallet', key })))
  })

  it('are none for an address that holds nothing', async () => {
    expect(await read(await aNode({ denoms: 0 }))).toEqual({ agreement: 'single', balances: [] })
  })

  it('are asked of a second endpoint, page after page of one node each', async () => {
    const [a, b] = await Promise.all([aNode({ denoms: 3 }), aNode({ denoms: 3 })])
    expect(await read(a, b)).toMatchObject({ agreement: 'agreed' })
    expect([a.asked, b.asked].map(asked => asked.map(({ key }) => key))).toEqual([['0', '2'], ['0', '2']])
  })

  it('are disputed when the second endpoint tells another amount', async () => {
    expect(await read(await aNode(), await aNode({ each: 7n }))).toMatchObject({ agreement: 'disputed' })
  })

  it('wait for a second endpoint that has pruned the height', async () => {
    expect(await read(await aNode(), await aNode({ refuses: pruned }))).toMatchObject({ agreement: 'waiting' })
  })

  it('are refused rather than cut when there are too many denoms', async () => {
    await expect(read(await aNode({ denoms: 1_000 }))).rejects.toMatchObject({ code: 'too_many_results' })
  })

  it('are unavailable where every node has pruned the height', async () => {
    await expect(read(await aNode({ refuses: pruned }))).rejects.toMatchObject({ code: 'chain_unavailable' })
  })
})
