import type { OpenQuestion } from '../../../shared/types/packet'
import { evidenceRow, type EvidenceRow } from '../clearing/evidence'
import type { Answer, ClientStatus, PacketFacts, RouteFacts, Unanswered } from './facts'
import { trustEndsAt } from './route-rules'

const clientStatusCodes = { Active: 'active', Expired: 'expired', Frozen: 'frozen', Unknown: 'unknown' } as const satisfies Record<ClientStatus, string>

type EndFacts = Pick<RouteFacts, 'sourceChannelState' | 'sourceClientStatus' | 'sourceClientTrust'>

function endEvidence(chainId: string, { sourceChannelState, sourceClientStatus, sourceClientTrust }: EndFacts): EvidenceRow[] {
  return [
    ...evidenceRow('channel_state', chainId, sourceChannelState, state => state),
    ...evidenceRow('client_status', chainId, sourceClientStatus, status => clientStatusCodes[status]),
    ...evidenceRow('client_newest_header', chainId, sourceClientTrust, trust => trust.newestHeaderTime),
    ...evidenceRow('client_trusted_until', chainId, sourceClientTrust, trustEndsAt),
  ]
}

function routeEvidence(route: RouteFacts): EvidenceRow[] {
  return [
    ...endEvidence(route.source.chainId, route),
    ...route.destination
      ? endEvidence(route.destination.chainId, { sourceChannelState: route.destinationChannelState, sourceClientStatus: route.destinationClientStatus, sourceClientTrust: route.destinationClientTrust })
      : [],
  ]
}

/** The chain answers that a packet's state rests on; what was not answered is not evidence. */
export function evidenceOf(facts: PacketFacts, route?: RouteFacts): EvidenceRow[] {
  const source = facts.id.chainId
  const destination = facts.destination?.chainId
  const asked = facts.commitment.known && facts.commitment.value
  return [
    ...evidenceRow('packet_commitment', source, facts.commitment, present => present ? 'present' : 'absent'),
    ...asked ? [] : evidenceRow('next_sequence_send', source, facts.nextSequenceSend, sequence => sequence),
    ...asked ? evidenceRow('sending_transaction', source, facts.sent, sent => sent ? 'found' : 'not_found') : [],
    ...destination ? evidenceRow('packet_receipt', destination, facts.received, received => received ? 'received' : 'not_received') : [],
    ...destination && facts.received.known && facts.received.value ? evidenceRow('packet_acknowledgement', destination, facts.acknowledgement, reading => reading) : [],
    ...destination && asked ? evidenceRow('newest_block', destination, facts.destinationTip, tip => tip.time) : [],
    ...route ? routeEvidence(route) : [],
  ]
}

/** What could not be asked and would have mattered. */
export function unansweredOf(facts: PacketFacts): Unanswered[] {
  const source = facts.id.chainId
  const destination = facts.destination?.chainId ?? null
  const pending = facts.commitment.known && facts.commitment.value
  const open: [OpenQuestion, string | null, Answer<unknown>, boolean][] = [
    ['packet_commitment', source, facts.commitment, true],
    ['packet_receipt', destination, facts.received, pending],
    ['packet_acknowledgement', destination, facts.acknowledgement, pending && facts.received.known && facts.received.value],
    ['sending_transaction', source, facts.sent, true],
    ['destination_time', destination, facts.destinationTip, pending],
    ['finished_by', source, facts.finishedBy, facts.commitment.known && !facts.commitment.value],
  ]
  const counterparty: Unanswered[] = facts.destinationUnread === undefined ? [] : [{ question: 'counterparty', chainId: source, detail: facts.destinationUnread }]
  return [...counterparty, ...open.flatMap(([question, chainId, answer, matters]) => matters && !answer.known ? [{ question, chainId, detail: answer.reason }] : [])]
}
