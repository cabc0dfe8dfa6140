import type { Answer, PacketFacts } from '../packet/facts'
import type { EvidenceRow, ResultLeg } from './evidence'

function row<T>(query: string, chainId: string, answer: Answer<T>, text: (value: T) => string): EvidenceRow[] {
  return answer.known ? [{ query, chainId, height: answer.height, endpointCount: answer.endpointCount, answer: text(answer.value) }] : []
}

/** The chain answers that a result rests on. */
export function evidenceOf(facts: PacketFacts): EvidenceRow[] {
  const source = facts.id.chainId
  const destination = facts.destination?.chainId
  return [
    ...row('packetCommitment', source, facts.commitment, present => present ? 'present' : 'absent'),
    ...destination === undefined ? [] : row('packetReceipt', destination, facts.received, received => received ? 'received' : 'not received'),
    ...destination === undefined ? [] : row('packetAcknowledgement', destination, facts.acknowledgement, reading => reading),
    ...row('finishedBy', source, facts.finishedBy, ending => ending),
  ]
}

/** The txs that carried it, as they are kept with the result. */
export function legsOf(facts: PacketFacts): ResultLeg[] {
  return facts.legs.map(({ leg, chainId, height, time, txHash, signer }) => ({ leg, chainId, height, time, txHash, signer }))
}
