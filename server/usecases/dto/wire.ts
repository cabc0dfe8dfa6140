import type { CoinDto, PacketIdDto } from '../../../shared/schemas/common'
import type { Coin } from '../../../shared/utils/coin'
import type { PacketId } from '../../../shared/utils/packet-id'

export function toCoinDto(coin: Coin): CoinDto {
  return { denom: coin.denom, amount: coin.amount.toString() }
}

export function toPacketIdDto(id: PacketId): PacketIdDto {
  return { chainId: id.chainId, portId: id.portId, channelId: id.channelId, sequence: id.sequence.toString() }
}

export function toInstant(time: Date): string {
  return time.toISOString()
}

export function toInstantOrNull(time: Date | null): string | null {
  return time === null ? null : time.toISOString()
}
