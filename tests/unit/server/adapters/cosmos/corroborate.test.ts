import { QueryUnreceivedAcksRequest, QueryUnreceivedAcksResponse } from 'cosmjs-types/ibc/core/channel/v1/query'
import { afterEach, describe, expect, it } from 'vitest'
import { query, QueryDisputed, QueryUnvouched } from '../../../../../server/adapters/cosmos/abci'
import { EndpointPool } from '../../../../../server/adapters/cosmos/endpoint-pool'
import { Refusal, startNode, status, type Answer, type ScriptedNode } from '../../../../builders/rpc-node'

const nodes: ScriptedNode[] = []
afterEach(() => Promise.all(nodes.splice(0).map(node => node.close())))

const encoded = (sequences: bigint[]) => Buffer.from(QueryUnreceivedAcksResponse.encode(QueryUnreceivedAcksResponse.fromPartial({ sequences })).finish()).toString('base64')
const answering = (sequences: bigint[]): Answer => ({ height }) => ({ response: { code: 0, log: '', info: '', index: '0', key: null, value: encoded(sequences), height: String(height ?? 70), codespace: '' } })
const refusing = (code: number, log: string): Answer => () => ({ response: { code, log, info: '', index: '0', key: null, value: '', height: '0', codespace: 'sdk' } })
const silent: Answer = () => new Refusal('Internal error', 'out of order')

async function ask(options: { readonly corroborate?: boolean, readonly vouched?: boolean }, ...answers: Answer[]) {
  for (const answer of answers) nodes.push(await startNode({ status: () => status(70), abci_query: answer }))
  const pool = new EndpointPool({ chainId: 'ibc-a', urls: nodes.map(node => node.url), clock: { now: () => new Date() }, observe: () => undefined, timeoutMs: 1_000 })
  // Everybody's height is known before anything is asked.
  await pool.learnStatus(0)
  const request = { codec: QueryUnreceivedAcksRequest, message: { portId: 'transfer', channelId: 'channel-0', packetAckSequences: [3n] } }
  return query(pool, '/ibc.core.channel.v1.Query/UnreceivedAcks', request, QueryUnreceivedAcksResponse, options)
}

describe('an answer that several endpoints are asked for', () => {
  it('counts those that say the same of the same height', async () => {
    expect(await ask({ corroborate: true }, answering([3n]), answering([3n]), answering([3n]))).toMatchObject({ value: { sequences: [3n] }, height: 70n, endpointCount: 3 })
  })

  it('is one endpoint\'s where nobody else was to be asked', async () => {
    expect(await ask({}, answering([3n]), answering([]))).toMatchObject({ value: { sequences: [3n] }, endpointCount: 1 })
    expect(nodes[1]!.calls).not.toContain('abci_query')
  })

  it('is nobody\'s word when two of them differ', async () => {
    await expect(ask({ corroborate: true }, answering([3n]), answering([3n]), answering([]))).rejects.toThrow(QueryDisputed)
  })

  it('is not disputed by a node that lacks the height or is out of order', async () => {
    expect(await ask({ corroborate: true }, answering([3n]), silent, refusing(18, 'failed to load state at height 70'))).toMatchObject({ endpointCount: 1 })
  })

  it('is disputed by a node that knows nothing of what the first one knows', async () => {
    await expect(ask({ corroborate: true }, answering([3n]), refusing(22, 'rpc error: code = NotFound desc = channel not found'))).rejects.toThrow(QueryDisputed)
  })
})

describe('an answer that money depends on', () => {
  const late = (): Answer => {
    let asked = 0
    return params => ++asked < 4 ? refusing(18, 'failed to load state at height 70')(params) : answering([3n])(params)
  }

  it('is vouched for by a second endpoint', async () => {
    expect(await ask({ vouched: true }, answering([3n]), answering([3n]))).toMatchObject({ endpointCount: 2 })
  })

  it('waits for a second one that shows the block a moment later', async () => {
    expect(await ask({ vouched: true }, answering([3n]), late())).toMatchObject({ endpointCount: 2 })
  })

  it('is none while only one of two can be asked', async () => {
    await expect(ask({ vouched: true }, answering([3n]), silent)).rejects.toThrow(QueryUnvouched)
  })

  it('is nobody\'s word when two differ, and the only one\'s where one is configured', async () => {
    await expect(ask({ vouched: true }, answering([3n]), answering([]))).rejects.toThrow(QueryDisputed)
    await Promise.all(nodes.splice(0).map(node => node.close()))
    expect(await ask({ vouched: true }, answering([3n]))).toMatchObject({ endpointCount: 1 })
  })
})
