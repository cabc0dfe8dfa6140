import { Order, State } from 'cosmjs-types/ibc/core/channel/v1/channel'
import * as query from 'cosmjs-types/ibc/core/channel/v1/query'
import { QueryDenomRequest, QueryDenomResponse, QueryEscrowAddressRequest, QueryEscrowAddressResponse } from 'cosmjs-types/ibc/applications/transfer/v1/query'
import { escrowAddress } from '../addresses'
import { getClient, getConnection } from '../client'
import type { ChannelRecord, ChannelState } from '../packets'
import { acknowledgementBucket, commitmentBucket, getChannel, isReceived, nextSequence, receiptKey } from '../packets'
import { clientStateAny, selfHeight } from './clients'
import type { QueryContext, QueryMethod } from './context'
import { invalidArgument, notFound, paginate, suffixes } from './context'

const wireStates: Readonly<Record<ChannelState, State>> = { open: State.STATE_OPEN, closed: State.STATE_CLOSED, tryopen: State.STATE_TRYOPEN }

function existingChannel(context: QueryContext, portId: string, channelId: string): ChannelRecord {
  const channel = getChannel(context.state, portId, channelId)
  if (!channel) throw notFound(`port-id: ${portId}, channel-id ${channelId}: channel not found`)
  return channel
}

function channelEnd(channel: ChannelRecord) {
  return {
    state: wireStates[channel.state],
    ordering: channel.ordering === 'unordered' ? Order.ORDER_UNORDERED : Order.ORDER_ORDERED,
    counterparty: { portId: channel.counterpartyPortId, channelId: channel.counterpartyChannelId },
    connectionHops: [channel.connectionId],
    version: channel.version,
  }
}

function identifiedChannels(context: QueryContext, connectionId?: string) {
  return context.state.keys('chan|transfer')
    .map((key) => {
      const channelId = key.slice('chan|transfer|'.length)
      return [channelId, existingChannel(context, 'transfer', channelId)] as const
    })
    .filter(([, channel]) => connectionId === undefined || channel.connectionId === connectionId)
    .map(([channelId, channel]) => [channelId, { ...channelEnd(channel), portId: 'transfer', channelId }] as const)
}

function checkIds(portId: string, channelId: string): void {
  if (portId.length < 2) throw invalidArgument('identifier cannot be blank: invalid identifier')
  if (channelId.length < 8) throw invalidArgument('identifier cannot be blank: invalid identifier')
}

function packetStates(context: QueryContext, bucket: string, portId: string, channelId: string) {
  return suffixes(context.state, bucket).map(text => [text, {
    portId, channelId, sequence: BigInt(text), data: Buffer.from(context.state.get(`${bucket}|${text}`)!, 'hex'),
  }] as const)
}

function packetCommitments(context: QueryContext, request: Uint8Array): Uint8Array {
  const { portId, channelId, pagination: page } = query.QueryPacketCommitmentsRequest.decode(request)
  checkIds(portId, channelId)
  existingChannel(context, portId, channelId)
  const found = paginate(packetStates(context, commitmentBucket(portId, channelId), portId, channelId), page)
  return query.QueryPacketCommitmentsResponse.encode({ commitments: found.page, pagination: found.pagination, height: selfHeight(context) }).finish()
}

function packetAcknowledgements(context: QueryContext, request: Uint8Array): Uint8Array {
  const { portId, channelId, pagination: page, packetCommitmentSequences: wanted } = query.QueryPacketAcknowledgementsRequest.decode(request)
  checkIds(portId, channelId)
  existingChannel(context, portId, channelId)
  const all = packetStates(context, acknowledgementBucket(portId, channelId), portId, channelId)
  if (wanted.length > 0) {
    const chosen = all.map(([, item]) => item).filter(item => wanted.includes(item.sequence))
    return query.QueryPacketAcknowledgementsResponse.encode({ acknowledgements: chosen, height: selfHeight(context) }).finish()
  }
  const found = paginate(all, page)
  return query.QueryPacketAcknowledgementsResponse.encode({ acknowledgements: found.page, pagination: found.pagination, height: selfHeight(context) }).finish()
}

function unreceivedPackets(context: QueryContext, request: Uint8Array): Uint8Array {
  const { portId, channelId, packetCommitmentSequences } = query.QueryUnreceivedPacketsRequest.decode(request)
  checkIds(portId, channelId)
  existingChannel(context, portId, channelId)
  if (packetCommitmentSequences.includes(0n)) throw invalidArgument('packet sequence 0 cannot be 0')
  const sequences = packetCommitmentSequences.filter(sequence => !isReceived(context.state, portId, channelId, sequence))
  return query.QueryUnreceivedPacketsResponse.encode({ sequences, height: selfHeight(context) }).finish()
}

function unreceivedAcks(context: QueryContext, request: Uint8Array): Uint8Array {
  const { portId, channelId, packetAckSequences } = query.QueryUnreceivedAcksRequest.decode(request)
  checkIds(portId, channelId)
  existingChannel(context, portId, channelId)
  if (packetAckSequences.includes(0n)) throw invalidArgument('packet sequence 0 cannot be 0')
  const sequences = packetAckSequences.filter(sequence => context.state.get(`${commitmentBucket(portId, channelId)}|${sequence}`) !== undefined)
  return query.QueryUnreceivedAcksResponse.encode({ sequences, height: selfHeight(context) }).finish()
}

function channelClientState(context: QueryContext, request: Uint8Array): Uint8Array {
  const { portId, channelId } = query.QueryChannelClientStateRequest.decode(request)
  const { connectionId } = existingChannel(context, portId, channelId)
  const clientId = getConnection(context.state, connectionId)!.clientId
  const client = getClient(context.state, clientId)
  if (!client) throw notFound(`client-id: ${clientId}: light client not found`)
  return query.QueryChannelClientStateResponse.encode(query.QueryChannelClientStateResponse.fromPartial({
    identifiedClientState: { clientId, clientState: clientStateAny(client) }, proofHeight: selfHeight(context),
  })).finish()
}

const noProof = (context: QueryContext) => ({ proof: new Uint8Array(), proofHeight: selfHeight(context) })

function storedHex(context: QueryContext, key: string, missing: string): Uint8Array {
  const text = context.state.get(key)
  if (text === undefined) throw notFound(missing)
  return Buffer.from(text, 'hex')
}

export const channelQueries: Readonly<Record<string, QueryMethod>> = {
  '/ibc.core.channel.v1.Query/Channel': (context, request) => {
    const { portId, channelId } = query.QueryChannelRequest.decode(request)
    return query.QueryChannelResponse.encode(query.QueryChannelResponse.fromPartial({ channel: channelEnd(existingChannel(context, portId, channelId)), ...noProof(context) })).finish()
  },
  '/ibc.core.channel.v1.Query/Channels': (context, request) => {
    const { page, pagination } = paginate(identifiedChannels(context), query.QueryChannelsRequest.decode(request).pagination)
    return query.QueryChannelsResponse.encode(query.QueryChannelsResponse.fromPartial({ channels: page, pagination, height: selfHeight(context) })).finish()
  },
  '/ibc.core.channel.v1.Query/ConnectionChannels': (context, request) => {
    const { connection, pagination: wanted } = query.QueryConnectionChannelsRequest.decode(request)
    const { page, pagination } = paginate(identifiedChannels(context, connection), wanted)
    return query.QueryConnectionChannelsResponse.encode(query.QueryConnectionChannelsResponse.fromPartial({ channels: page, pagination, height: selfHeight(context) })).finish()
  },
  '/ibc.core.channel.v1.Query/ChannelClientState': channelClientState,
  '/ibc.core.channel.v1.Query/PacketCommitment': (context, request) => {
    const { portId, channelId, sequence } = query.QueryPacketCommitmentRequest.decode(request)
    existingChannel(context, portId, channelId)
    const commitment = storedHex(context, `${commitmentBucket(portId, channelId)}|${sequence}`, 'packet commitment hash not found')
    return query.QueryPacketCommitmentResponse.encode({ commitment, ...noProof(context) }).finish()
  },
  '/ibc.core.channel.v1.Query/PacketCommitments': packetCommitments,
  '/ibc.core.channel.v1.Query/PacketReceipt': (context, request) => {
    const { portId, channelId, sequence } = query.QueryPacketReceiptRequest.decode(request)
    existingChannel(context, portId, channelId)
    return query.QueryPacketReceiptResponse.encode({ received: context.state.get(receiptKey(portId, channelId, sequence)) !== undefined, ...noProof(context) }).finish()
  },
  '/ibc.core.channel.v1.Query/PacketAcknowledgement': (context, request) => {
    const { portId, channelId, sequence } = query.QueryPacketAcknowledgementRequest.decode(request)
    existingChannel(context, portId, channelId)
    const acknowledgement = storedHex(context, `${acknowledgementBucket(portId, channelId)}|${sequence}`, 'packet acknowledgement hash not found')
    return query.QueryPacketAcknowledgementResponse.encode({ acknowledgement, ...noProof(context) }).finish()
  },
  '/ibc.core.channel.v1.Query/PacketAcknowledgements': packetAcknowledgements,
  '/ibc.core.channel.v1.Query/UnreceivedPackets': unreceivedPackets,
  '/ibc.core.channel.v1.Query/UnreceivedAcks': unreceivedAcks,
  '/ibc.core.channel.v1.Query/NextSequenceReceive': (context, request) => {
    const { portId, channelId } = query.QueryNextSequenceReceiveRequest.decode(request)
    existingChannel(context, portId, channelId)
    // Unordered channels do not count what they receive: ibc-go answers the initial 1.
    return query.QueryNextSequenceReceiveResponse.encode({ nextSequenceReceive: nextSequence(context.state, 'nextrecv', portId, channelId), ...noProof(context) }).finish()
  },
  '/ibc.core.channel.v1.Query/NextSequenceSend': (context, request) => {
    const { portId, channelId } = query.QueryNextSequenceSendRequest.decode(request)
    existingChannel(context, portId, channelId)
    return query.QueryNextSequenceSendResponse.encode({ nextSequenceSend: BigInt(context.state.get(`nextsend|${portId}|${channelId}`) ?? '1'), ...noProof(context) }).finish()
  },
  '/ibc.applications.transfer.v1.Query/EscrowAddress': (context, request) => {
    const { portId, channelId } = QueryEscrowAddressRequest.decode(request)
    return QueryEscrowAddressResponse.encode({ escrowAddress: escrowAddress(context.spec.bech32Prefix, portId, channelId) }).finish()
  },
  '/ibc.applications.transfer.v1.Query/Denom': (context, request) => {
    const hash = QueryDenomRequest.decode(request).hash.replace(/^ibc\//, '')
    const path = context.state.get(`denom|${hash}`)
    if (path === undefined) throw notFound(`${hash}: denomination not found`)
    const [portId = '', channelId = '', ...base] = path.split('/')
    return QueryDenomResponse.encode({ denom: { base: base.join('/'), trace: [{ portId, channelId }] } }).finish()
  },
}
