import type { PacketLegName } from '../../../shared/types/packet'

/** One chain answer kept as proof of a result. */
export interface EvidenceRow {
  readonly query: string
  readonly chainId: string
  readonly height: bigint | null
  readonly endpointCount: number
  readonly answer: string
}

/** A tx that carried the packet a step further, as proof of who did it. */
export interface ResultLeg {
  readonly leg: PacketLegName
  readonly chainId: string
  readonly height: bigint
  readonly time: Date | null
  readonly txHash: string
  readonly signer: string | null
}
