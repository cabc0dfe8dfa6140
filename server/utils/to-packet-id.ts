import type { PacketIdDto } from '../../shared/schemas/common'
import type { PacketId } from '../../shared/utils/packet-id'

/** A validated id of the wire as the domain has it. */
export function toPacketId(id: PacketIdDto): PacketId {
  return { chainId: id.chainId, portId: id.portId, channelId: id.channelId, sequence: BigInt(id.sequence) }
}
