import { QueryClientStateRequest, QueryClientStateResponse, QueryClientStatusRequest, QueryClientStatusResponse, QueryConsensusStateRequest, QueryConsensusStateResponse, QueryConsensusStatesRequest, QueryConsensusStatesResponse } from 'cosmjs-types/ibc/core/client/v1/query'
import { QueryConnectionRequest, QueryConnectionResponse } from 'cosmjs-types/ibc/core/connection/v1/query'
import { State as ConnectionState } from 'cosmjs-types/ibc/core/connection/v1/connection'
import { ClientState, ConsensusState } from 'cosmjs-types/ibc/lightclients/tendermint/v1/tendermint'
import type { Any } from 'cosmjs-types/google/protobuf/any'
import { timestampOf } from '../blocks'
import type { ConsensusRecord, LightClient } from '../client'
import { clientStatus, getClient, getConnection, getConsensus } from '../client'
import { revisionOf } from '../context'
import type { QueryContext, QueryMethod } from './context'
import { notFound, paginate, suffixes } from './context'

export function selfHeight(context: QueryContext): { revisionNumber: bigint, revisionHeight: bigint } {
  return { revisionNumber: revisionOf(context.spec.chainId), revisionHeight: BigInt(context.height) }
}

/** The client state as ibc-go stores it: an Any of a 07-tendermint ClientState. */
export function clientStateAny(client: LightClient): Any {
  const state = ClientState.fromPartial({
    chainId: client.chainId,
    trustLevel: { numerator: 1n, denominator: 3n },
    trustingPeriod: { seconds: BigInt(client.trustingPeriodSeconds) },
    unbondingPeriod: { seconds: BigInt(client.trustingPeriodSeconds) * 3n / 2n },
    maxClockDrift: { seconds: 40n },
    frozenHeight: { revisionHeight: client.frozen ? 1n : 0n },
    latestHeight: { revisionNumber: revisionOf(client.chainId), revisionHeight: BigInt(client.latestHeight) },
    upgradePath: ['upgrade', 'upgradedIBCState'],
  })
  return { typeUrl: '/ibc.lightclients.tendermint.v1.ClientState', value: ClientState.encode(state).finish() }
}

function consensusAny(record: ConsensusRecord): Any {
  const state = ConsensusState.fromPartial({
    timestamp: timestampOf(BigInt(record.timestampNs)),
    root: { hash: Buffer.from(record.root, 'hex') },
    nextValidatorsHash: Buffer.from(record.nextValidatorsHash, 'hex'),
  })
  return { typeUrl: '/ibc.lightclients.tendermint.v1.ConsensusState', value: ConsensusState.encode(state).finish() }
}

function existingClient(context: QueryContext, clientId: string): LightClient {
  const client = getClient(context.state, clientId)
  if (!client) throw notFound(`${clientId}: light client not found`)
  return client
}

function consensusStates(context: QueryContext, request: Uint8Array): Uint8Array {
  const { clientId, pagination: page } = QueryConsensusStatesRequest.decode(request)
  const { chainId } = existingClient(context, clientId)
  const items = suffixes(context.state, `cons|${clientId}`).map(text => [text, {
    height: { revisionNumber: revisionOf(chainId), revisionHeight: BigInt(text) },
    consensusState: consensusAny(getConsensus(context.state, clientId, Number(text))!),
  }] as const)
  const found = paginate(items, page)
  return QueryConsensusStatesResponse.encode(QueryConsensusStatesResponse.fromPartial({ consensusStates: found.page, pagination: found.pagination })).finish()
}

export const clientQueries: Readonly<Record<string, QueryMethod>> = {
  '/ibc.core.client.v1.Query/ClientState': (context, request) => {
    const client = existingClient(context, QueryClientStateRequest.decode(request).clientId)
    return QueryClientStateResponse.encode(QueryClientStateResponse.fromPartial({ clientState: clientStateAny(client), proofHeight: selfHeight(context) })).finish()
  },
  '/ibc.core.client.v1.Query/ClientStatus': (context, request) => {
    const { clientId } = QueryClientStatusRequest.decode(request)
    return QueryClientStatusResponse.encode({ status: clientStatus(context.state, clientId, context.timeNs) }).finish()
  },
  '/ibc.core.client.v1.Query/ConsensusState': (context, request) => {
    const { clientId, revisionHeight, latestHeight } = QueryConsensusStateRequest.decode(request)
    const client = existingClient(context, clientId)
    const record = getConsensus(context.state, clientId, latestHeight ? client.latestHeight : Number(revisionHeight))
    if (!record) throw notFound(`client-id: ${clientId}, height: ${revisionHeight}: consensus state not found`)
    return QueryConsensusStateResponse.encode(QueryConsensusStateResponse.fromPartial({ consensusState: consensusAny(record), proofHeight: selfHeight(context) })).finish()
  },
  '/ibc.core.client.v1.Query/ConsensusStates': consensusStates,
  '/ibc.core.connection.v1.Query/Connection': (context, request) => {
    const { connectionId } = QueryConnectionRequest.decode(request)
    const connection = getConnection(context.state, connectionId)
    if (!connection) throw notFound(`${connectionId}: connection not found`)
    return QueryConnectionResponse.encode(QueryConnectionResponse.fromPartial({
      connection: {
        clientId: connection.clientId,
        versions: [{ identifier: '1', features: ['ORDER_ORDERED', 'ORDER_UNORDERED'] }],
        state: ConnectionState.STATE_OPEN,
        counterparty: { clientId: connection.counterpartyClientId, connectionId: connection.counterpartyConnectionId, prefix: { keyPrefix: Buffer.from('ibc') } },
      },
      proofHeight: selfHeight(context),
    })).finish()
  },
}
