import type { PacketFacts } from '../packet/facts'
import { evidenceRow, type EvidenceRow, type ResultLeg } from './evidence'

/** The chain answers that a result rests on. */
export function evidenceOf(facts: PacketFacts): EvidenceRow[] {
  const source = facts.id.chainId
  const destination = facts.destination?.chainId
  return [
    ...evidenceRow('packet_commitment', source, facts.commitment, present => present ? 'present' : 'absent'),
    ...destination === undefined ? [] : evidenceRow('packet_receipt', destination, facts.received, received => received ? 'received' : 'not_received'),
    ...destination === undefined ? [] : evidenceRow('packet_acknowledgement', destination, facts.acknowledgement, reading => reading),
    ...evidenceRow('finished_by', source, facts.finishedBy, ending => ending),
  ]
}

/** The txs that carried it, as they are kept with the result. */
export function legsOf(facts: PacketFacts): ResultLeg[] {
  return facts.legs.map(({ leg, chainId, height, time, txHash, signer }) => ({ leg, chainId, height, time, txHash, signer }))
}
