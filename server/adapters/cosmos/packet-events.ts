import type { PacketLegName } from '../../../shared/types/packet'
import { parseAmount } from '../../../shared/utils/coin'
import { parseSequence, type ChannelEnd } from '../../../shared/utils/packet-id'
import type { FungibleTokenPacketData, SentPacket } from '../../domain/packet/facts'
import type { ChainEvent } from '../../domain/payment/inbound'
import { sha256, upperHex } from './merkle'

/** One packet event of a tx (ibc-go core/04-channel events); the chain ids are the reader's business. */
export interface PacketEvent {
  readonly leg: PacketLegName
  readonly sequence: bigint
  readonly source: Omit<ChannelEnd, 'chainId'>
  readonly destination: Omit<ChannelEnd, 'chainId'>
  readonly msgIndex: number | null
  readonly ordering: string | undefined
  readonly timeoutHeight: SentPacket['timeoutHeight']
  readonly timeoutTimestampNs: bigint | null
  readonly data: Uint8Array | null
  /** write_acknowledgement only. */
  readonly acknowledgement: Uint8Array | null
}

export const legOfEvent: Readonly<Record<string, PacketLegName>> = {
  send_packet: 'send',
  recv_packet: 'receive',
  write_acknowledgement: 'write_acknowledgement',
  acknowledge_packet: 'acknowledge',
  timeout_packet: 'timeout',
}

export const eventOfLeg: Readonly<Record<PacketLegName, string>> = {
  send: 'send_packet',
  receive: 'recv_packet',
  write_acknowledgement: 'write_acknowledgement',
  acknowledge: 'acknowledge_packet',
  timeout: 'timeout_packet',
}

/** Bytes from the hex attribute, or from the older plain-text one (gone in ibc-go 10). */
function bytesOf(attributes: ReadonlyMap<string, string>, hexKey: string, textKey: string): Uint8Array | null {
  const hex = attributes.get(hexKey)
  if (hex !== undefined && hex.length % 2 === 0 && /^[\da-f]*$/i.test(hex)) return Buffer.from(hex, 'hex')
  const text = attributes.get(textKey)
  return text === undefined ? null : Buffer.from(text, 'utf8')
}

/** `1-1200`; `0-0` means none. */
function readTimeoutHeight(text: string | undefined): SentPacket['timeoutHeight'] {
  const match = /^(\d{1,20})-(\d{1,20})$/.exec(text ?? '')
  if (!match) return null
  const height = { revisionNumber: BigInt(match[1]!), revisionHeight: BigInt(match[2]!) }
  return height.revisionNumber === 0n && height.revisionHeight === 0n ? null : height
}

function readTimestamp(text: string | undefined): bigint | null {
  return text !== undefined && /^[1-9]\d{0,19}$/.test(text) ? BigInt(text) : null
}

function readPacketEvent(event: ChainEvent): PacketEvent | null {
  const leg = legOfEvent[event.type]
  if (!leg) return null
  const attributes = new Map(event.attributes.map(({ key, value }) => [key, value]))
  const sequence = parseSequence(attributes.get('packet_sequence') ?? '')
  const [sourcePort, sourceChannel] = [attributes.get('packet_src_port'), attributes.get('packet_src_channel')]
  const [destinationPort, destinationChannel] = [attributes.get('packet_dst_port'), attributes.get('packet_dst_channel')]
  if (sequence === undefined || !sourcePort || !sourceChannel || !destinationPort || !destinationChannel) return null
  const msgIndex = attributes.get('msg_index')
  return {
    leg,
    sequence,
    source: { portId: sourcePort, channelId: sourceChannel },
    destination: { portId: destinationPort, channelId: destinationChannel },
    msgIndex: msgIndex !== undefined && /^\d{1,6}$/.test(msgIndex) ? Number(msgIndex) : null,
    ordering: attributes.get('packet_channel_ordering'),
    timeoutHeight: readTimeoutHeight(attributes.get('packet_timeout_height')),
    timeoutTimestampNs: readTimestamp(attributes.get('packet_timeout_timestamp')),
    data: bytesOf(attributes, 'packet_data_hex', 'packet_data'),
    acknowledgement: leg === 'write_acknowledgement' ? bytesOf(attributes, 'packet_ack_hex', 'packet_ack') : null,
  }
}

/** Whether a tx moves a packet of IBC v2: its events have the same names, but a client where a channel would be (ibc-go 10 core/04-channel/v2 events). */
export function carriesV2Packet(events: readonly ChainEvent[]): boolean {
  return events.some(({ type, attributes }) => type in legOfEvent && attributes.some(({ key }) => key === 'packet_source_client'))
}

/** The packet events among a tx's events; anything malformed, and packets of IBC v2, are left out. */
export function readPacketEvents(events: readonly ChainEvent[]): PacketEvent[] {
  return events.map(readPacketEvent).filter(event => event !== null)
}

/**
 * Whether a trace path starts with a hop: over a channel, or over a client as IBC v2 has it (source: ibc-go 10
 * ExtractDenomFromPath, IsValidChannelID, IsValidClientID). A base denom may hold slashes, too.
 */
const hopPattern = /^[^/]+\/\w(?:[\w-]*\w)?-\d{1,20}\/./

/** What the bank of the chain that wrote it calls a denom of a packet: `ibc/` and the hash of a trace path, a base denom as it is. */
function localDenomOf(path: string): string {
  return hopPattern.test(path) ? `ibc/${upperHex(sha256(Buffer.from(path)))}` : path
}

/** ICS-20 packet data (JSON, source: ibc-go FungibleTokenPacketData); null when it is anything else. */
export function readTransfer(data: Uint8Array | null): FungibleTokenPacketData | null {
  if (!data) return null
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data))
    if (typeof parsed !== 'object' || parsed === null) return null
    const { denom, amount, sender, receiver, memo } = parsed as Record<string, unknown>
    const units = typeof amount === 'string' ? parseAmount(amount) : undefined
    if (typeof denom !== 'string' || denom === '' || units === undefined || typeof sender !== 'string' || typeof receiver !== 'string') return null
    return { sender, receiver, coin: { denom, amount: units }, localDenom: localDenomOf(denom), memo: typeof memo === 'string' ? memo : '' }
  }
  catch {
    return null
  }
}

export function sentPacket(event: PacketEvent): SentPacket {
  return { timeoutHeight: event.timeoutHeight, timeoutTimestampNs: event.timeoutTimestampNs, transfer: readTransfer(event.data) }
}
