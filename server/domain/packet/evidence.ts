import type { EvidenceRow } from '../clearing/evidence'
import type { Answer, ClientTrust, PacketFacts, RouteFacts } from './facts'
import { trustEndsAt } from './route-rules'

function row<T>(query: string, chainId: string, answer: Answer<T>, text: (value: T) => string): EvidenceRow[] {
  return answer.known ? [{ query, chainId, height: answer.height, endpointCount: answer.endpointCount, answer: text(answer.value) }] : []
}

function trustText(trust: ClientTrust): string {
  return `${trust.clientId}: newest header of ${trust.newestHeaderTime.toISOString()}, trusted for ${trust.trustingPeriodSeconds} s, until ${trustEndsAt(trust).toISOString()}`
}

function routeEvidence(route: RouteFacts): EvidenceRow[] {
  const destination = route.destination?.chainId
  return [
    ...row('channel state', route.source.chainId, route.sourceChannelState, String),
    ...row('client status', route.source.chainId, route.sourceClientStatus, String),
    ...row('client trust', route.source.chainId, route.sourceClientTrust, trustText),
    ...destination ? row('channel state', destination, route.destinationChannelState, String) : [],
    ...destination ? row('client status', destination, route.destinationClientStatus, String) : [],
    ...destination ? row('client trust', destination, route.destinationClientTrust, trustText) : [],
  ]
}

const acknowledgementTexts = {
  none: 'none stored',
  success: 'stored: success',
  other_success: 'stored: success of another kind',
  error: 'stored: error',
  unreadable: 'stored, but its bytes were not found',
} as const

/** The chain answers that a packet's state rests on; what was not answered is not evidence. */
export function evidenceOf(facts: PacketFacts, route?: RouteFacts): EvidenceRow[] {
  const destination = facts.destination?.chainId
  const asked = facts.commitment.known && facts.commitment.value
  return [
    ...row('packet commitment', facts.id.chainId, facts.commitment, present => present ? 'present' : 'absent'),
    ...asked ? [] : row('next sequence to send', facts.id.chainId, facts.nextSequenceSend, String),
    ...asked ? row('sending transaction', facts.id.chainId, facts.sent, sent => sent ? 'found' : 'not found') : [],
    ...destination ? row('packet receipt', destination, facts.received, received => received ? 'received' : 'not received') : [],
    ...destination && facts.received.known && facts.received.value ? row('packet acknowledgement', destination, facts.acknowledgement, reading => acknowledgementTexts[reading]) : [],
    ...destination && asked ? row('newest block', destination, facts.destinationTip, tip => tip.time.toISOString()) : [],
    ...route ? routeEvidence(route) : [],
  ]
}

/** What could not be asked and would have mattered, one text each. */
export function unansweredOf(facts: PacketFacts): string[] {
  const pending = facts.commitment.known && facts.commitment.value
  const reasons: [string, Answer<unknown>, boolean][] = [
    ['packet commitment', facts.commitment, true],
    ['packet receipt', facts.received, pending],
    ['packet acknowledgement', facts.acknowledgement, pending && facts.received.known && facts.received.value],
    ['sending transaction', facts.sent, true],
    ['destination time', facts.destinationTip, pending],
    ['how it ended', facts.finishedBy, facts.commitment.known && !facts.commitment.value],
  ]
  const destination = facts.destinationUnread === undefined ? [] : [`other end of the channel: ${facts.destinationUnread}`]
  return [...destination, ...reasons.flatMap(([what, answer, matters]) => matters && !answer.known ? [`${what}: ${answer.reason}`] : [])]
}
