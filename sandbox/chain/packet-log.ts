import type { Packet } from 'cosmjs-types/ibc/core/channel/v1/channel'
import { Packet as PacketCodec } from 'cosmjs-types/ibc/core/channel/v1/channel'
import type { BlockTransaction } from './blocks'
import type { ChainEvent } from './events'

interface LoggedPacket { readonly packet: Packet, readonly height: number, readonly timeNs: bigint, readonly txHash: string }
interface LoggedAcknowledgement { readonly packet: Packet, readonly acknowledgement: Uint8Array, readonly height: number }

function key(portId: string, channelId: string, sequence: bigint): string {
  return `${portId}/${channelId}/${sequence}`
}

function packetOf(event: ChainEvent): Packet {
  const value = Object.fromEntries(event.attributes)
  const [revisionNumber = '0', revisionHeight = '0'] = (value.packet_timeout_height ?? '').split('-')
  return PacketCodec.fromPartial({
    sequence: BigInt(value.packet_sequence ?? '0'),
    sourcePort: value.packet_src_port ?? '',
    sourceChannel: value.packet_src_channel ?? '',
    destinationPort: value.packet_dst_port ?? '',
    destinationChannel: value.packet_dst_channel ?? '',
    data: Buffer.from(value.packet_data_hex ?? '', 'hex'),
    timeoutHeight: { revisionNumber: BigInt(revisionNumber), revisionHeight: BigInt(revisionHeight) },
    timeoutTimestamp: BigInt(value.packet_timeout_timestamp ?? '0'),
  })
}

/** Packets and acknowledgements by their events: what a relayer collects by searching transactions. */
export class PacketLog {
  private readonly sentPackets = new Map<string, LoggedPacket>()
  private readonly writtenAcknowledgements = new Map<string, LoggedAcknowledgement>()

  record(height: number, timeNs: bigint, transactions: readonly BlockTransaction[]): void {
    for (const { result, hash } of transactions) {
      for (const event of result.events) {
        if (event.type === 'send_packet') {
          const packet = packetOf(event)
          this.sentPackets.set(key(packet.sourcePort, packet.sourceChannel, packet.sequence), { packet, height, timeNs, txHash: hash })
        }
        if (event.type === 'write_acknowledgement') {
          const packet = packetOf(event)
          const hex = Object.fromEntries(event.attributes).packet_ack_hex ?? ''
          this.writtenAcknowledgements.set(key(packet.destinationPort, packet.destinationChannel, packet.sequence), { packet, acknowledgement: Buffer.from(hex, 'hex'), height })
        }
      }
    }
  }

  sent(portId: string, channelId: string, sequence: bigint): LoggedPacket | undefined {
    return this.sentPackets.get(key(portId, channelId, sequence))
  }

  acknowledged(portId: string, channelId: string, sequence: bigint): LoggedAcknowledgement | undefined {
    return this.writtenAcknowledgements.get(key(portId, channelId, sequence))
  }
}
