import * as channel from 'cosmjs-types/ibc/core/channel/v1/query'
import { Order, State } from 'cosmjs-types/ibc/core/channel/v1/channel'
import { QueryClientStateRequest, QueryClientStateResponse, QueryClientStatusRequest, QueryClientStatusResponse } from 'cosmjs-types/ibc/core/client/v1/query'
import { QueryConnectionRequest, QueryConnectionResponse } from 'cosmjs-types/ibc/core/connection/v1/query'
import { ClientState } from 'cosmjs-types/ibc/lightclients/tendermint/v1/tendermint'
import { DomainError } from '../../domain/errors'
import type { ChannelState, ClientStatus } from '../../domain/packet/facts'
import { query, QueryRefused, type QueryAnswer } from './abci'
import type { EndpointPool } from './endpoint-pool'

/** Port and channel on the chain that is asked. */
export interface End {
  readonly portId: string
  readonly channelId: string
}

const service = '/ibc.core.channel.v1.Query'
/** What we ask per page; nodes may give less. */
const pageLimit = 1_000n
const maxPages = 200
/** Sequences of one request: 8,000 varints are about 40 kB, far below the 1 MB body limit. */
const sequencesPerRequest = 8_000

export interface ChannelAnswer {
  readonly state: ChannelState
  readonly ordering: 'unordered' | 'ordered'
  readonly counterparty: End
  readonly connectionId: string
}

/** Throws QueryRefused when there is no such channel. */
export async function readChannel(pool: EndpointPool, end: End): Promise<QueryAnswer<ChannelAnswer>> {
  const answer = await query(pool, `${service}/Channel`, { codec: channel.QueryChannelRequest, message: { portId: end.portId, channelId: end.channelId } }, channel.QueryChannelResponse)
  const found = answer.value.channel
  const connectionId = found?.connectionHops[0]
  if (!found || !connectionId) throw new QueryRefused(0, '', `channel ${end.channelId} not found`)
  const state = found.state === State.STATE_OPEN ? 'open' : found.state === State.STATE_CLOSED ? 'closed' : 'not_open'
  const { portId, channelId } = found.counterparty
  return { ...answer, value: { state, ordering: found.ordering === Order.ORDER_ORDERED ? 'ordered' : 'unordered', counterparty: { portId, channelId }, connectionId } }
}

export async function readClientId(pool: EndpointPool, connectionId: string): Promise<string> {
  const answer = await query(pool, '/ibc.core.connection.v1.Query/Connection', { codec: QueryConnectionRequest, message: { connectionId } }, QueryConnectionResponse)
  if (!answer.value.connection) throw new QueryRefused(0, '', `connection ${connectionId} not found`)
  return answer.value.connection.clientId
}

const clientStatuses: Readonly<Record<string, ClientStatus>> = { Active: 'Active', Expired: 'Expired', Frozen: 'Frozen' }

export async function readClientStatus(pool: EndpointPool, clientId: string): Promise<QueryAnswer<ClientStatus>> {
  const answer = await query(pool, '/ibc.core.client.v1.Query/ClientStatus', { codec: QueryClientStatusRequest, message: { clientId } }, QueryClientStatusResponse)
  return { ...answer, value: clientStatuses[answer.value.status] ?? 'Unknown' }
}

/** Chain id that a 07-tendermint client follows; null for other kinds of client. */
export async function readClientChainId(pool: EndpointPool, clientId: string): Promise<string | null> {
  const { value } = await query(pool, '/ibc.core.client.v1.Query/ClientState', { codec: QueryClientStateRequest, message: { clientId } }, QueryClientStateResponse)
  if (value.clientState?.typeUrl !== '/ibc.lightclients.tendermint.v1.ClientState') return null
  return ClientState.decode(value.clientState.value).chainId
}

function chunks(sequences: readonly bigint[]): bigint[][] {
  return Array.from({ length: Math.ceil(sequences.length / sequencesPerRequest) }, (_, index) => sequences.slice(index * sequencesPerRequest, (index + 1) * sequencesPerRequest))
}

/** Sequences of `sequences` whose commitment still stands on the sending chain (gRPC name: UnreceivedAcks). One query whatever their number. */
export async function readCommitted(pool: EndpointPool, end: End, sequences: readonly bigint[]): Promise<{ committed: ReadonlySet<bigint>, height: bigint }> {
  const answers = await Promise.all(chunks(sequences).map(packetAckSequences => query(pool, `${service}/UnreceivedAcks`, {
    codec: channel.QueryUnreceivedAcksRequest, message: { portId: end.portId, channelId: end.channelId, packetAckSequences },
  }, channel.QueryUnreceivedAcksResponse)))
  return { committed: new Set(answers.flatMap(answer => answer.value.sequences)), height: lowest(answers) }
}

/** Sequences of `sequences` that the receiving chain has no receipt for. */
export async function readUnreceived(pool: EndpointPool, end: End, sequences: readonly bigint[], minHeight = 0n): Promise<{ unreceived: ReadonlySet<bigint>, height: bigint }> {
  const answers = await Promise.all(chunks(sequences).map(packetCommitmentSequences => query(pool, `${service}/UnreceivedPackets`, {
    codec: channel.QueryUnreceivedPacketsRequest, message: { portId: end.portId, channelId: end.channelId, packetCommitmentSequences },
  }, channel.QueryUnreceivedPacketsResponse, { minHeight })))
  return { unreceived: new Set(answers.flatMap(answer => answer.value.sequences)), height: lowest(answers) }
}

function lowest(answers: readonly { readonly height: bigint }[]): bigint {
  return answers.reduce((low, { height }) => height < low ? height : low, answers[0]?.height ?? 0n)
}

type PageOf<T> = { readonly items: readonly T[], readonly nextKey: Uint8Array }

/** Reads page after page at the height of the first one. */
async function allPages<T>(readPage: (key: Uint8Array, height: bigint | undefined) => Promise<QueryAnswer<PageOf<T>>>): Promise<{ items: T[], height: bigint }> {
  const items: T[] = []
  let key: Uint8Array = new Uint8Array()
  let height: bigint | undefined
  for (let page = 0; page < maxPages; page++) {
    const answer = await readPage(key, height)
    height ??= answer.height
    items.push(...answer.value.items)
    key = answer.value.nextKey
    if (key.length === 0) return { items, height }
  }
  throw new DomainError('too_many_results', 'The channel holds more pending packets than can be read at once')
}

const pageRequest = (key: Uint8Array) => ({ key, offset: 0n, limit: pageLimit, countTotal: false, reverse: false })

/** Every pending sequence of a channel, ascending, from one height of the sending chain. */
export async function readAllCommitments(pool: EndpointPool, end: End): Promise<{ sequences: bigint[], height: bigint }> {
  const { items, height } = await allPages(async (key, atHeight) => {
    const answer = await query(pool, `${service}/PacketCommitments`, {
      codec: channel.QueryPacketCommitmentsRequest, message: { portId: end.portId, channelId: end.channelId, pagination: pageRequest(key) },
    }, channel.QueryPacketCommitmentsResponse, { height: atHeight })
    return { ...answer, value: { items: answer.value.commitments.map(commitment => commitment.sequence), nextKey: answer.value.pagination?.nextKey ?? new Uint8Array() } }
  })
  return { sequences: [...new Set(items)].sort((a, b) => a < b ? -1 : 1), height }
}

/** Acknowledgement hashes that the receiving chain held at `height` for these sequences; a sequence without one is absent. */
export async function readAcknowledgements(pool: EndpointPool, end: End, sequences: readonly bigint[], height: bigint): Promise<{ hashes: ReadonlyMap<bigint, Uint8Array>, height: bigint }> {
  const wanted = new Set(sequences)
  const answers = await Promise.all(chunks(sequences).map(packetCommitmentSequences => allPages(async (key, atHeight) => {
    const answer = await query(pool, `${service}/PacketAcknowledgements`, {
      codec: channel.QueryPacketAcknowledgementsRequest, message: { portId: end.portId, channelId: end.channelId, packetCommitmentSequences, pagination: pageRequest(key) },
    }, channel.QueryPacketAcknowledgementsResponse, { height: atHeight ?? height })
    return { ...answer, value: { items: answer.value.acknowledgements, nextKey: answer.value.pagination?.nextKey ?? new Uint8Array() } }
  })))
  const found = answers.flatMap(answer => answer.items).filter(item => wanted.has(item.sequence))
  return { hashes: new Map(found.map(item => [item.sequence, item.data])), height: lowest(answers) }
}

/** Next sequence the channel would send at `height`; 0 where there is no such channel. */
export async function readNextSequenceSend(pool: EndpointPool, end: End, height: bigint): Promise<QueryAnswer<bigint>> {
  try {
    const answer = await query(pool, `${service}/NextSequenceSend`, { codec: channel.QueryNextSequenceSendRequest, message: { portId: end.portId, channelId: end.channelId } }, channel.QueryNextSequenceSendResponse, { height })
    return { ...answer, value: answer.value.nextSequenceSend }
  }
  catch (cause) {
    if (cause instanceof QueryRefused && cause.notFound && !cause.unknownPath) return { value: 0n, height, endpoint: '' }
    throw cause
  }
}
