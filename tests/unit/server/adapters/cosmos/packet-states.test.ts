import { QueryNextSequenceSendResponse, QueryPacketAcknowledgementsResponse, QueryUnreceivedAcksResponse, QueryUnreceivedPacketsResponse } from 'cosmjs-types/ibc/core/channel/v1/query'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openChainReader } from '../../../../../server/adapters/cosmos/chain-reader'
import { makeChainDirectory } from '../../../../../server/adapters/cosmos/directory'
import { startNode, status, type ScriptedNode } from '../../../../builders/rpc-node'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const chain = (chainId: string) => ({ chainId, chainName: chainId, prettyName: chainId, bech32Prefix: 'cosmos', slip44: 118, feeTokens: [{ denom: 'u', fixedMinGasPrice: '0' }], assets: [], explorers: [] })
const end = (chainId: string) => ({ chainId, portId: 'transfer', channelId: 'channel-0', connectionId: null, clientId: null })

let source: ScriptedNode
let destination: ScriptedNode
let reader: ReturnType<typeof openChainReader>
/** `method height` of each state query, 0 for the newest. */
let asked: string[]

/** A node whose newest state moves one block on with every query. */
async function startMoving(network: string, firstHeight: number, answers: Record<string, Uint8Array>): Promise<ScriptedNode> {
  let newest = firstHeight
  return startNode({
    status: () => status(newest, { network }),
    tx_search: () => ({ txs: [], total_count: '0' }),
    abci_query: ({ path, height }) => {
      const method = String(path).split('/').at(-1)!
      const wanted = Number(height ?? 0)
      asked.push(`${method} ${wanted}`)
      const value = Buffer.from(answers[method]!).toString('base64')
      return { response: { code: 0, log: '', info: '', index: '0', key: null, value, height: String(wanted || newest++), codespace: '' } }
    },
  })
}

beforeEach(async () => {
  asked = []
  source = await startMoving('ibc-a', 70, {
    UnreceivedAcks: QueryUnreceivedAcksResponse.encode(QueryUnreceivedAcksResponse.fromPartial({ sequences: [3n] })).finish(),
    NextSequenceSend: QueryNextSequenceSendResponse.encode(QueryNextSequenceSendResponse.fromPartial({ nextSequenceSend: 4n })).finish(),
  })
  destination = await startMoving('ibc-b', 40, {
    UnreceivedPackets: QueryUnreceivedPacketsResponse.encode(QueryUnreceivedPacketsResponse.fromPartial({ sequences: [] })).finish(),
    PacketAcknowledgements: QueryPacketAcknowledgementsResponse.encode(QueryPacketAcknowledgementsResponse.fromPartial({ acknowledgements: [] })).finish(),
  })
  const directory = makeChainDirectory([chain('ibc-a'), chain('ibc-b')], [{ a: end('ibc-a'), b: end('ibc-b'), ordering: 'unordered' }])
  reader = openChainReader({ directory, rpcUrls: new Map([['ibc-a', [source.url]], ['ibc-b', [destination.url]]]), clock: { now: () => new Date() }, logger: quiet, callTimeoutMs: 1_000 })
})
afterEach(async () => {
  reader.close()
  await Promise.all([source.close(), destination.close()])
})

const id = (sequence: bigint) => ({ chainId: 'ibc-a', portId: 'transfer', channelId: 'channel-0', sequence })

it('compares answers of one height only, so that a packet sent or acknowledged in between is not misread', async () => {
  await reader.packetFacts([id(2n), id(3n), id(4n)])
  expect(asked).toEqual(['UnreceivedAcks 0', 'NextSequenceSend 70', 'UnreceivedPackets 0', 'PacketAcknowledgements 40'])
})

it('asks for the counter only where a commitment is missing', async () => {
  await reader.packetFacts([id(3n)])
  expect(asked.map(query => query.split(' ')[0])).toEqual(['UnreceivedAcks', 'UnreceivedPackets', 'PacketAcknowledgements'])
})

it('needs no more queries for many packets of a channel than for one', async () => {
  await reader.packetFacts(Array.from({ length: 500 }, (_, index) => id(BigInt(index + 1))))
  expect(asked).toHaveLength(4)
})
