import * as channel from 'cosmjs-types/ibc/core/channel/v1/query'
import { Order, State } from 'cosmjs-types/ibc/core/channel/v1/channel'
import { QueryClientStateRequest, QueryClientStateResponse, QueryClientStatusRequest, QueryClientStatusResponse, QueryConsensusStateRequest, QueryConsensusStateResponse } from 'cosmjs-types/ibc/core/client/v1/query'
import { QueryConnectionRequest, QueryConnectionResponse } from 'cosmjs-types/ibc/core/connection/v1/query'
import { ClientState, ConsensusState } from 'cosmjs-types/ibc/lightclients/tendermint/v1/tendermint'
import { DomainError } from '../../domain/errors'
import type { ChannelState, ClientStatus, ClientTrust } from '../../domain/packet/facts'
import { query, QueryRefused, type QueryAnswer, type QueryOptions } from './abci'
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
export async function readChannel(pool: EndpointPool, end: End, options: QueryOptions = {}): Promise<QueryAnswer<ChannelAnswer>> {
  const answer = await query(pool, `${service}/Channel`, { codec: channel.QueryChannelRequest, message: { portId: end.portId, channelId: end.channelId } }, channel.QueryChannelResponse, options)
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

export async function readClientStatus(pool: EndpointPool, clientId: string, options: QueryOptions = {}): Promise<QueryAnswer<ClientStatus>> {
  const answer = await query(pool, '/ibc.core.client.v1.Query/ClientStatus', { codec: QueryClientStatusRequest, message: { clientId } }, QueryClientStatusResponse, options)
  return { ...answer, value: clientStatuses[answer.value.status] ?? 'Unknown' }
}

/** null for other kinds of client. */
async function readTendermintClient(pool: EndpointPool, clientId: string, options: QueryOptions = {}): Promise<QueryAnswer<ClientState> | null> {
  const answer = await query(pool, '/ibc.core.client.v1.Query/ClientState', { codec: QueryClientStateRequest, message: { clientId } }, QueryClientStateResponse, options)
  const { clientState } = answer.value
  if (clientState?.typeUrl !== '/ibc.lightclients.tendermint.v1.ClientState') return null
  return { ...answer, value: ClientState.decode(clientState.value) }
}

/** Chain id that a 07-tendermint client follows; null for other kinds of client. */
export async function readClientChainId(pool: EndpointPool, clientId: string): Promise<string | null> {
  return (await readTendermintClient(pool, clientId))?.value.chainId ?? null
}

/** Trusting period and newest header of a 07-tendermint client, both of one height; null for other kinds of client. */
export async function readClientTrust(pool: EndpointPool, clientId: string, options: QueryOptions = {}): Promise<QueryAnswer<ClientTrust> | null> {
  const client = await readTendermintClient(pool, clientId, options)
  if (!client) return null
  const { trustingPeriod, frozenHeight, latestHeight } = client.value
  const request = { clientId, revisionNumber: latestHeight.revisionNumber, revisionHeight: latestHeight.revisionHeight, latestHeight: false }
  const answer = await query(pool, '/ibc.core.client.v1.Query/ConsensusState', { codec: QueryConsensusStateRequest, message: request }, QueryConsensusStateResponse, { ...options, height: client.height })
  const consensus = answer.value.consensusState
  if (!consensus) throw new QueryRefused(0, '', `consensus state of ${clientId} not found`)
  const { timestamp } = ConsensusState.decode(consensus.value)
  return {
    ...answer,
    endpointCount: Math.min(client.endpointCount, answer.endpointCount),
    value: {
      clientId, trustingPeriodSeconds: trustingPeriod.seconds, frozen: frozenHeight.revisionHeight > 0n,
      newestHeaderTime: new Date(Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1_000_000)),
    },
  }
}

function chunks(sequences: readonly bigint[]): bigint[][] {
  return Array.from({ length: Math.ceil(sequences.length / sequencesPerRequest) }, (_, index) => sequences.slice(index * sequencesPerRequest, (index + 1) * sequencesPerRequest))
}

/** Sequences of `sequences` whose commitment still stands on the sending chain (gRPC name: UnreceivedAcks). One query whatever their number. */
export async function readCommitted(pool: EndpointPool, end: End, sequences: readonly bigint[], options: QueryOptions = {}): Promise<Joint & { committed: ReadonlySet<bigint> }> {
  const answers = await Promise.all(chunks(sequences).map(packetAckSequences => query(pool, `${service}/UnreceivedAcks`, {
    codec: channel.QueryUnreceivedAcksRequest, message: { portId: end.portId, channelId: end.channelId, packetAckSequences },
  }, channel.QueryUnreceivedAcksResponse, options)))
  return { committed: new Set(answers.flatMap(answer => answer.value.sequences)), ...joint(answers) }
}

/** Sequences of `sequences` that the receiving chain has no receipt for. */
export async function readUnreceived(pool: EndpointPool, end: End, sequences: readonly bigint[], options: QueryOptions = {}): Promise<Joint & { unreceived: ReadonlySet<bigint> }> {
  const answers = await Promise.all(chunks(sequences).map(packetCommitmentSequences => query(pool, `${service}/UnreceivedPackets`, {
    codec: channel.QueryUnreceivedPacketsRequest, message: { portId: end.portId, channelId: end.channelId, packetCommitmentSequences },
  }, channel.QueryUnreceivedPacketsResponse, options)))
  return { unreceived: new Set(answers.flatMap(answer => answer.value.sequences)), ...joint(answers) }
}

/** What several answers that make one have in common. */
interface Joint {
  /** The lowest. */
  readonly height: bigint
  /** The fewest. */
  readonly endpointCount: number
}

function joint(answers: readonly Joint[]): Joint {
  return answers.reduce<Joint>((low, { height, endpointCount }) => ({ height: height < low.height ? height : low.height, endpointCount: Math.min(endpointCount, low.endpointCount) }), answers[0] ?? { height: 0n, endpointCount: 1 })
}

type PageOf<T> = { readonly items: readonly T[], readonly nextKey: Uint8Array }

/** Reads page after page at the height of the first one. */
async function allPages<T>(readPage: (key: Uint8Array, height: bigint | undefined) => Promise<QueryAnswer<PageOf<T>>>): Promise<Joint & { items: T[] }> {
  const items: T[] = []
  const answers: Joint[] = []
  let key: Uint8Array = new Uint8Array()
  for (let page = 0; page < maxPages; page++) {
    const answer = await readPage(key, answers[0]?.height)
    answers.push(answer)
    items.push(...answer.value.items)
    key = answer.value.nextKey
    if (key.length === 0) return { items, ...joint(answers) }
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
export async function readAcknowledgements(pool: EndpointPool, end: End, sequences: readonly bigint[], height: bigint, options: QueryOptions = {}): Promise<Joint & { hashes: ReadonlyMap<bigint, Uint8Array> }> {
  const wanted = new Set(sequences)
  const answers = await Promise.all(chunks(sequences).map(packetCommitmentSequences => allPages(async (key, atHeight) => {
    const answer = await query(pool, `${service}/PacketAcknowledgements`, {
      codec: channel.QueryPacketAcknowledgementsRequest, message: { portId: end.portId, channelId: end.channelId, packetCommitmentSequences, pagination: pageRequest(key) },
    }, channel.QueryPacketAcknowledgementsResponse, { ...options, height: atHeight ?? height })
    return { ...answer, value: { items: answer.value.acknowledgements, nextKey: answer.value.pagination?.nextKey ?? new Uint8Array() } }
  })))
  const found = answers.flatMap(answer => answer.items).filter(item => wanted.has(item.sequence))
  return { hashes: new Map(found.map(item => [item.sequence, item.data])), ...joint(answers) }
}

/** Next sequence the channel would send at `height`; 0 where there is no such channel. */
export async function readNextSequenceSend(pool: EndpointPool, end: End, height: bigint, options: QueryOptions = {}): Promise<QueryAnswer<bigint>> {
  try {
    const answer = await query(pool, `${service}/NextSequenceSend`, { codec: channel.QueryNextSequenceSendRequest, message: { portId: end.portId, channelId: end.channelId } }, channel.QueryNextSequenceSendResponse, { ...options, height })
    return { ...answer, value: answer.value.nextSequenceSend }
  }
  catch (cause) {
    if (cause instanceof QueryRefused && cause.notFound && !cause.unknownPath) return { value: 0n, height, endpoint: '', endpointCount: 1 }
    throw cause
  }
}
