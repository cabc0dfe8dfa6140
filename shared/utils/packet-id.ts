/** A packet, named from the chain that sent it (ICS-04: source port, source channel, sequence). */
export interface PacketId {
  readonly chainId: string
  readonly portId: string
  readonly channelId: string
  readonly sequence: bigint
}

/** One end of a channel. */
export interface ChannelEnd {
  readonly chainId: string
  readonly portId: string
  readonly channelId: string
}

// ICS-24 identifiers; chain ids as CometBFT allows them (at most 50 characters), without "/".
export const chainIdPattern = /^[\w.+-]{1,50}$/
export const portIdPattern = /^[\w.+\-#[\]<>]{2,128}$/
export const channelIdPattern = /^[\w.+\-#[\]<>]{8,64}$/
export const sequencePattern = /^[1-9]\d{0,19}$/

const maxSequence = 2n ** 64n - 1n

/** Parses a packet sequence 1 … 2^64−1; undefined otherwise. */
export function parseSequence(text: string): bigint | undefined {
  if (!sequencePattern.test(text)) return undefined
  const sequence = BigInt(text)
  return sequence <= maxSequence ? sequence : undefined
}

/** `osmosis-1/transfer/channel-0/123` */
export function formatPacketId(id: PacketId): string {
  return `${id.chainId}/${id.portId}/${id.channelId}/${id.sequence}`
}

/** Inverse of formatPacketId; undefined when any part is not a valid identifier. */
export function parsePacketId(text: string): PacketId | undefined {
  const [chainId, portId, channelId, last, ...rest] = text.split('/')
  if (!chainId || !portId || !channelId || !last || rest.length > 0) return undefined
  const sequence = parseSequence(last)
  if (sequence === undefined || !chainIdPattern.test(chainId) || !portIdPattern.test(portId) || !channelIdPattern.test(channelId)) return undefined
  return { chainId, portId, channelId, sequence }
}

/** `osmosis-1/transfer/channel-0`: the key of a channel end, and of the route that starts there. */
export function formatChannelEnd(end: ChannelEnd): string {
  return `${end.chainId}/${end.portId}/${end.channelId}`
}
