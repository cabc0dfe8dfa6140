import type { PacketIdDto } from '#shared/schemas/common'
import { parsePacketId } from '#shared/utils/packet-id'

/** `osmosis-1/transfer/channel-0/123` of an id as the API writes it. */
export function packetKey(id: PacketIdDto): string {
  return `${id.chainId}/${id.portId}/${id.channelId}/${id.sequence}`
}

/** The page of one packet. */
export function packetPage(id: PacketIdDto): string {
  return `/packets/${[id.chainId, id.portId, id.channelId, id.sequence].map(encodeURIComponent).join('/')}`
}

/** The wizard for these packets. */
export function clearPage(ids: readonly PacketIdDto[]): string {
  return `/clear?packets=${ids.map(id => encodeURIComponent(packetKey(id)).replaceAll('%2F', '/')).join(',')}`
}

/** Reads `?packets=a,b`: valid ids in order, without doubles. */
export function readPacketKeys(text: string): PacketIdDto[] {
  const keys = new Set(text.split(',').map(part => part.trim()))
  return [...keys].flatMap((key) => {
    const id = parsePacketId(key)
    return id ? [{ ...id, sequence: id.sequence.toString() }] : []
  })
}

/** Fills an explorer's link template (`https://…/tx/${txHash}`, as the chain registry writes it). */
export function explorerLink(template: string, name: 'txHash' | 'accountAddress', value: string): string {
  return template.replace(`\${${name}}`, encodeURIComponent(value))
}
