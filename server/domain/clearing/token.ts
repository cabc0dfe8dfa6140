import type { PacketNeed } from '../../../shared/types/packet'
import type { Coin } from '../../../shared/utils/coin'
import type { MemoCode } from '../../../shared/utils/memo-code'
import { formatPacketId, type ChannelEnd, type PacketId } from '../../../shared/utils/packet-id'

export interface FeeLine {
  readonly kind: 'service' | 'packets' | 'gas'
  readonly coin: Coin
  readonly detail: string
}

export interface QuotedPacket {
  readonly id: PacketId
  readonly destination: ChannelEnd
  readonly need: PacketNeed
  readonly share: Coin
}

export interface Quote {
  readonly paymentChainId: string
  readonly packets: readonly QuotedPacket[]
  readonly feeLines: readonly FeeLine[]
  readonly total: Coin
}

/** Everything promised to the person who asked; immutable once signed. */
export interface TokenPromise extends Quote {
  /** UUIDv4: the secret by which its status is read. */
  readonly token: string
  readonly memoCode: MemoCode
  readonly walletAddress: string
  readonly paymentAddress: string
  readonly issuedAt: Date
  readonly expiresAt: Date
  readonly graceUntil: Date
}

export interface SignedToken extends TokenPromise {
  readonly signature: string
}

/** The exact text under a token's signature: a JSON array in fixed order, so that no field can run into another. */
export function canonicalTokenText(promise: TokenPromise): string {
  const money = (amount: Coin) => [amount.denom, amount.amount.toString()]
  return JSON.stringify([
    'relayooor-token', 1, promise.token, promise.memoCode, promise.walletAddress, promise.paymentChainId, promise.paymentAddress,
    money(promise.total),
    promise.feeLines.map(line => [line.kind, money(line.coin)]),
    promise.packets.map(packet => [formatPacketId(packet.id), packet.need, money(packet.share)]),
    promise.issuedAt.toISOString(), promise.expiresAt.toISOString(), promise.graceUntil.toISOString(),
  ])
}
