import type { EvidenceAnswer, EvidenceQuery, PacketLegName } from '../../../shared/types/packet'
import type { Answer } from '../packet/facts'

/** One chain answer kept as proof of a result. */
export interface EvidenceRow {
  /** EvidenceQuery; proofs kept by older versions say others. */
  readonly query: string
  readonly chainId: string
  readonly height: bigint | null
  readonly endpointCount: number
  /** EvidenceAnswer, a whole number or an ISO-8601 time. */
  readonly answer: string
}

/** A known answer as one row; an unknown one is no evidence. */
export function evidenceRow<T>(query: EvidenceQuery, chainId: string, answer: Answer<T>, say: (value: T) => EvidenceAnswer | bigint | Date): EvidenceRow[] {
  if (!answer.known) return []
  const said = say(answer.value)
  return [{ query, chainId, height: answer.height, endpointCount: answer.endpointCount, answer: said instanceof Date ? said.toISOString() : said.toString() }]
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
