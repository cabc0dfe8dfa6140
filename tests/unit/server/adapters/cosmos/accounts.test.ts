import { QueryAllBalancesRequest, QueryAllBalancesResponse } from 'cosmjs-types/cosmos/bank/v1beta1/query'
import { afterEach, describe, expect, it } from 'vitest'
import { readBalancesAt } from '../../../../../server/adapters/cosmos/accounts'
import { EndpointPool } from '../../../../../server/adapters/cosmos/endpoint-pool'
import { startNode, status, type ScriptedNode } from '../../../../builders/rpc-node'

interface Asked { readonly height: string, readonly address: string, readonly key: string }

let node: ScriptedNode | undefined
afterEach(() => node?.close())

/** A node whose account holds `denoms` denoms, two a page; `refuses`: what it says of every height. */
async function open(denoms: number, refuses?: string) {
  const asked: Asked[] = []
  node = await startNode({
    status: () => status(100),
    abci_query: ({ data, height }) => {
      const request = QueryAllBalancesRequest.decode(Buffer.from(String(data), 'hex'))
      const from = Number(Buffer.from(request.pagination?.key ?? []).toString() || '0')
      asked.push({ height: String(height), address: request.address, key: String(from) })
      if (refuses !== undefined) return { response: { code: 18, codespace: 'sdk', log: refuses, height: '0' } }
      const balances = Array.from({ length: Math.min(2, denoms - from) }, (_, index) => ({ denom: `u${from + index}`, amount: String(10n ** 30n + BigInt(from + index)) }))
      const nextKey = from + 2 < denoms ? Buffer.from(String(from + 2)) : new Uint8Array()
      return { response: { code: 0, value: Buffer.from(QueryAllBalancesResponse.encode({ balances, pagination: { nextKey, total: 0n } }).finish()).toString('base64'), height: String(height) } }
    },
  })
  const pool = new EndpointPool({ chainId: 'ibc-a', urls: [node.url], clock: { now: () => new Date() }, observe: () => undefined, timeoutMs: 2_000 })
  return { asked, read: () => readBalancesAt(pool, 'cosmos1wallet', 42n) }
}

describe('balances at a height', () => {
  it('are read to the last page, every page at that height', async () => {
    const { asked, read } = await open(5)
    expect(await read()).toEqual([0, 1, 2, 3, 4].map(index => ({ denom: `u${index}`, amount: 10n ** 30n + BigInt(index) })))
    expect(asked).toEqual(['0', '2', '4'].map(key => ({ height: '42', address: 'cosmos1wallet', key })))
  })

  it('are none for an address that holds nothing', async () => {
    expect(await (await open(0)).read()).toEqual([])
  })

  it('are refused rather than cut when there are too many denoms', async () => {
    await expect((await open(1_000)).read()).rejects.toMatchObject({ code: 'too_many_results' })
  })

  it('are unavailable where the node has pruned the height', async () => {
    await expect((await open(1, 'failed to load state at height 42; version does not exist (latest height: 100): invalid request')).read()).rejects.toMatchObject({ code: 'chain_unavailable' })
  })
})
