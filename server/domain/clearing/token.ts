import type { PacketNeed } from '../../../shared/types/packet'
import type { Coin } from '../../../shared/utils/coin'
import type { MemoCode } from '../../../shared/utils/memo-code'
import { formatPacketId, type ChannelEnd, type PacketId } from '../../../shared/utils/packet-id'

/** The work that a gas line pays for on one chain: how many messages of each kind, and what they cost there. */
export interface GasBasis {
  readonly chainId: string
  readonly updateClient: number
  readonly receive: number
  readonly acknowledge: number
  readonly timeout: number
  /** Units of gas. */
  readonly gas: bigint
  /** In that chain's own fee denom; the line itself is in that of the payment chain. */
  readonly cost: Coin
}

export interface FeeLine {
  readonly kind: 'service' | 'packets' | 'gas'
  readonly coin: Coin
  /** How the amount came about, in English. */
  readonly detail: string
  /** Of a `packets` line; lines that were stored before it was kept have none. */
  readonly each?: { readonly count: number, readonly coin: Coin }
  /** Of a `gas` line; as above. */
  readonly gas?: GasBasis
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
