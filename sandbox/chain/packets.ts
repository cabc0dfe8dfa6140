import { Packet } from 'cosmjs-types/ibc/core/channel/v1/channel'
import type { MsgAcknowledgement, MsgRecvPacket, MsgTimeout } from 'cosmjs-types/ibc/core/channel/v1/tx'
import { getClient, getConnection, getConsensus, provenState } from './client'
import type { ExecutionContext } from './context'
import { revisionOf } from './context'
import { channelNotFound, clientError, invalidChannelState, invalidPacket, sequenceOutOfOrder, timeoutElapsed, timeoutNotReached } from './errors'
import type { ChainEvent } from './events'
import { event } from './events'
import { sha256 } from './merkle'
import type { StateReader, StateWriter } from './state'

/** `tryopen`: the handshake is not over, or an upgrade of the channel is under way. */
export const channelStates = ['open', 'closed', 'tryopen'] as const
export type ChannelState = typeof channelStates[number]

export interface ChannelRecord {
  readonly state: ChannelState
  readonly ordering: 'unordered' | 'ordered'
  readonly counterpartyPortId: string
  readonly counterpartyChannelId: string
  readonly connectionId: string
  readonly version: string
}

export function getChannel(state: StateReader, portId: string, channelId: string): ChannelRecord | undefined {
  const text = state.get(`chan|${portId}|${channelId}`)
  return text === undefined ? undefined : JSON.parse(text) as ChannelRecord
}

export function putChannel(state: StateWriter, portId: string, channelId: string, channel: ChannelRecord): void {
  state.set(`chan|${portId}|${channelId}`, JSON.stringify(channel))
}

export const commitmentBucket = (portId: string, channelId: string): string => `commit|${portId}|${channelId}`
export const receiptKey = (portId: string, channelId: string, sequence: bigint): string => `receipt|${portId}|${channelId}|${sequence}`
export const acknowledgementBucket = (portId: string, channelId: string): string => `ack|${portId}|${channelId}`

/** The next sequence that an ordered channel receives, or has acknowledged; ibc-go's initial 1 on an unordered one. */
export function nextSequence(state: StateReader, kind: 'nextrecv' | 'nextack', portId: string, channelId: string): bigint {
  return BigInt(state.get(`${kind}|${portId}|${channelId}`) ?? '1')
}

/** By the receipt, or on an ordered channel by the counter. */
export function isReceived(state: StateReader, portId: string, channelId: string, sequence: bigint): boolean {
  if (getChannel(state, portId, channelId)?.ordering === 'ordered') return sequence < nextSequence(state, 'nextrecv', portId, channelId)
  return state.get(receiptKey(portId, channelId, sequence)) !== undefined
}

/** Takes the next sequence of an ordered channel. Throws code 21 for another one. */
function takeInOrder(state: StateWriter, kind: 'nextrecv' | 'nextack', portId: string, channelId: string, sequence: bigint): void {
  const next = nextSequence(state, kind, portId, channelId)
  if (sequence !== next) throw sequenceOutOfOrder(`packet sequence ≠ next ${kind === 'nextrecv' ? 'receive' : 'ack'} sequence (${sequence} ≠ ${next})`)
  state.set(`${kind}|${portId}|${channelId}`, (next + 1n).toString())
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function bigEndian(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

/** ICS-04 commitment: sha256(timeoutTimestamp ‖ revision ‖ height ‖ sha256(data)), integers as 8 bytes big-endian. */
export function packetCommitment(packet: Packet): Uint8Array {
  const { revisionNumber, revisionHeight } = packet.timeoutHeight
  return sha256(Buffer.concat([bigEndian(packet.timeoutTimestamp), bigEndian(revisionNumber), bigEndian(revisionHeight), sha256(packet.data)]))
}

function packetAttributes(packet: Packet): Record<string, string> {
  return {
    packet_timeout_height: `${packet.timeoutHeight.revisionNumber}-${packet.timeoutHeight.revisionHeight}`,
    packet_timeout_timestamp: packet.timeoutTimestamp.toString(),
    packet_sequence: packet.sequence.toString(),
    packet_src_port: packet.sourcePort,
    packet_src_channel: packet.sourceChannel,
    packet_dst_port: packet.destinationPort,
    packet_dst_channel: packet.destinationChannel,
  }
}

function channelAttributes(channel: ChannelRecord): Record<string, string> {
  return {
    packet_channel_ordering: channel.ordering === 'unordered' ? 'ORDER_UNORDERED' : 'ORDER_ORDERED',
    packet_connection: channel.connectionId,
    connection_id: channel.connectionId,
  }
}

const channelModule = event('message', { module: 'ibc_channel' })

function openChannel(state: StateReader, portId: string, channelId: string): ChannelRecord {
  const channel = getChannel(state, portId, channelId)
  if (!channel) throw channelNotFound(`port ID (${portId}) channel ID (${channelId})`)
  if (channel.state !== 'open') throw invalidChannelState(`channel is not OPEN (got STATE_${channel.state.toUpperCase()})`)
  return channel
}

/** Has the timeout passed at that height or time? (source: ibc-go Timeout.Elapsed) */
export function hasTimedOut(packet: Pick<Packet, 'timeoutHeight' | 'timeoutTimestamp'>, revision: bigint, height: number, timeNs: bigint): boolean {
  const { revisionNumber, revisionHeight } = packet.timeoutHeight
  const byHeight = revisionHeight > 0n && (revision > revisionNumber || (revision === revisionNumber && BigInt(height) >= revisionHeight))
  return byHeight || (packet.timeoutTimestamp > 0n && timeNs >= packet.timeoutTimestamp)
}

/** A packet that is late by the newest header the client knows is refused at once. */
function refuseLatePacket(context: ExecutionContext, connectionId: string, packet: Pick<Packet, 'timeoutHeight' | 'timeoutTimestamp'>): void {
  const clientId = getConnection(context.state, connectionId)?.clientId ?? ''
  const client = getClient(context.state, clientId)
  const consensus = client && getConsensus(context.state, clientId, client.latestHeight)
  if (!client || !consensus) throw clientError(29, `client (${clientId}) status is not Active: client state is not active`)
  if (hasTimedOut(packet, revisionOf(client.chainId), client.latestHeight, BigInt(consensus.timestampNs))) {
    throw timeoutElapsed(`invalid packet timeout: current timestamp: ${consensus.timestampNs}, timeout timestamp ${packet.timeoutTimestamp}`)
  }
}

export function sendPacket(context: ExecutionContext, outgoing: Pick<Packet, 'sourcePort' | 'sourceChannel' | 'data' | 'timeoutHeight' | 'timeoutTimestamp'>): Packet {
  const { sourcePort, sourceChannel } = outgoing
  const channel = openChannel(context.state, sourcePort, sourceChannel)
  refuseLatePacket(context, channel.connectionId, outgoing)
  const sequence = BigInt(context.state.get(`nextsend|${sourcePort}|${sourceChannel}`) ?? '1')
  const packet = Packet.fromPartial({
    ...outgoing,
    sequence,
    destinationPort: channel.counterpartyPortId,
    destinationChannel: channel.counterpartyChannelId,
  })
  context.state.set(`nextsend|${sourcePort}|${sourceChannel}`, (sequence + 1n).toString())
  context.state.set(`${commitmentBucket(sourcePort, sourceChannel)}|${sequence}`, hex(packetCommitment(packet)))
  context.events.push(event('send_packet', { packet_data_hex: hex(packet.data), ...packetAttributes(packet), ...channelAttributes(channel) }), channelModule)
  return packet
}

/** `noop`: somebody else's message was first; nothing changes and nothing is emitted. */
export type RelayResult = 'done' | 'noop'

/** ICS-20 and its like, called while a packet is received. `acknowledgement` null: it is written later. */
type ReceiveCallback = (packet: Packet, channel: ChannelRecord) => { acknowledgement: Uint8Array | null, events: ChainEvent[] }

/** Of a received packet, at once or later. */
export function writeAcknowledgement(context: ExecutionContext, packet: Packet, acknowledgement: Uint8Array): void {
  const { destinationPort, destinationChannel, sequence } = packet
  const channel = openChannel(context.state, destinationPort, destinationChannel)
  context.state.set(`${acknowledgementBucket(destinationPort, destinationChannel)}|${sequence}`, hex(sha256(acknowledgement)))
  context.events.push(event('write_acknowledgement', { packet_data_hex: hex(packet.data), ...packetAttributes(packet), packet_ack_hex: hex(acknowledgement), ...channelAttributes(channel) }), channelModule)
}

export function receivePacket(context: ExecutionContext, message: MsgRecvPacket, revision: bigint, onReceive: ReceiveCallback): RelayResult {
  const { packet } = message
  const { destinationPort, destinationChannel, sequence } = packet
  const channel = openChannel(context.state, destinationPort, destinationChannel)
  if (packet.sourcePort !== channel.counterpartyPortId || packet.sourceChannel !== channel.counterpartyChannelId) {
    throw invalidPacket('packet source does not match the counterparty\'s channel')
  }
  if (hasTimedOut(packet, revision, context.height, context.timeNs)) throw timeoutElapsed(`packet timeout elapsed: current timestamp: ${context.timeNs}, timeout timestamp ${packet.timeoutTimestamp}`)
  const proven = provenState(context, channel.connectionId, Number(message.proofHeight.revisionHeight))
  if (isReceived(context.state, destinationPort, destinationChannel, sequence)) return 'noop'
  const committed = proven.state.get(`${commitmentBucket(packet.sourcePort, packet.sourceChannel)}|${sequence}`)
  if (committed !== hex(packetCommitment(packet))) throw clientError(18, 'couldn\'t verify counterparty packet commitment: packet commitment verification failed')
  if (channel.ordering === 'ordered') takeInOrder(context.state, 'nextrecv', destinationPort, destinationChannel, sequence)
  else context.state.set(receiptKey(destinationPort, destinationChannel, sequence), '1')
  context.events.push(event('recv_packet', { packet_data_hex: hex(packet.data), ...packetAttributes(packet), ...channelAttributes(channel) }), channelModule)
  const { acknowledgement, events } = onReceive(packet, channel)
  context.events.push(...events)
  if (acknowledgement) writeAcknowledgement(context, packet, acknowledgement)
  return 'done'
}

function ownCommitment(context: ExecutionContext, packet: Packet): { channel: ChannelRecord, key: string, committed: string | undefined } {
  const channel = getChannel(context.state, packet.sourcePort, packet.sourceChannel)
  if (!channel) throw channelNotFound(`port ID (${packet.sourcePort}) channel ID (${packet.sourceChannel})`)
  if (packet.destinationPort !== channel.counterpartyPortId || packet.destinationChannel !== channel.counterpartyChannelId) {
    throw invalidPacket('packet destination does not match the counterparty\'s channel')
  }
  const key = `${commitmentBucket(packet.sourcePort, packet.sourceChannel)}|${packet.sequence}`
  return { channel, key, committed: context.state.get(key) }
}

function checkCommitment(packet: Packet, committed: string): void {
  if (committed !== hex(packetCommitment(packet))) throw invalidPacket('commitment bytes are not equal: the packet differs from the one sent')
}

export function acknowledgePacket(context: ExecutionContext, message: MsgAcknowledgement, onAcknowledge: (packet: Packet) => void): RelayResult {
  const { packet } = message
  const { channel, key, committed } = ownCommitment(context, packet)
  const proven = provenState(context, channel.connectionId, Number(message.proofHeight.revisionHeight))
  if (committed === undefined) return 'noop'
  checkCommitment(packet, committed)
  const written = proven.state.get(`${acknowledgementBucket(packet.destinationPort, packet.destinationChannel)}|${packet.sequence}`)
  if (written !== hex(sha256(message.acknowledgement))) throw clientError(19, 'couldn\'t verify counterparty packet acknowledgement: packet acknowledgement verification failed')
  if (channel.ordering === 'ordered') takeInOrder(context.state, 'nextack', packet.sourcePort, packet.sourceChannel, packet.sequence)
  context.state.delete(key)
  context.events.push(event('acknowledge_packet', { ...packetAttributes(packet), ...channelAttributes(channel) }), channelModule)
  onAcknowledge(packet)
  return 'done'
}

export function timeoutPacket(context: ExecutionContext, message: MsgTimeout, counterpartyRevision: bigint, onTimeout: (packet: Packet) => void): RelayResult {
  const { packet } = message
  const { channel, key, committed } = ownCommitment(context, packet)
  const proofHeight = Number(message.proofHeight.revisionHeight)
  const proven = provenState(context, channel.connectionId, proofHeight)
  if (!hasTimedOut(packet, counterpartyRevision, proofHeight, proven.timeNs)) throw timeoutNotReached(`packet timeout not reached: proof timestamp ${proven.timeNs}, timeout timestamp ${packet.timeoutTimestamp}`)
  if (committed === undefined) return 'noop'
  checkCommitment(packet, committed)
  if (isReceived(proven.state, packet.destinationPort, packet.destinationChannel, packet.sequence)) {
    throw clientError(20, 'couldn\'t verify counterparty packet receipt absence: packet receipt verification failed')
  }
  context.state.delete(key)
  if (channel.ordering === 'ordered') putChannel(context.state, packet.sourcePort, packet.sourceChannel, { ...channel, state: 'closed' })
  const { connection_id, packet_channel_ordering } = channelAttributes(channel) as { connection_id: string, packet_channel_ordering: string }
  context.events.push(event('timeout_packet', { ...packetAttributes(packet), connection_id, packet_channel_ordering }), channelModule)
  onTimeout(packet)
  return 'done'
}
