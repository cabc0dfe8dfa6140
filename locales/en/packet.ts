import type { EvidenceAnswer, EvidenceQuery, OpenQuestion, PacketLegName, PacketNeed, PacketOutcome, PacketRefundState, PacketState, PayingHelps } from '#shared/types/packet'
import { englishDiagnosis } from '#shared/utils/diagnosis-texts'
import { makeCounter } from '../counter'

const count = makeCounter('en')

const states: Readonly<Record<PacketState, string>> = {
  in_flight: 'On its way',
  stuck_undelivered: 'Stuck: not delivered',
  stuck_unacknowledged: 'Arrived, not confirmed',
  stuck_error_acknowledged: 'Refused, refund waiting',
  timed_out: 'Timed out, refund waiting',
  completed: 'Finished',
  unknown: 'Cannot tell',
}

/** Of a packet that is not known to carry tokens. */
const withoutMoney: Readonly<Partial<Record<PacketState | PacketOutcome, string>>> = {
  stuck_error_acknowledged: 'Refused, not confirmed',
  timed_out: 'Timed out',
  returned_by_timeout: 'Timed out',
  returned_by_error: 'Refused',
}

const outcomes: Readonly<Record<PacketOutcome, string>> = {
  delivered: 'Delivered',
  returned_by_timeout: 'Returned to sender',
  returned_by_error: 'Returned to sender',
}

const needs: Readonly<Record<PacketNeed, string>> = {
  deliver: 'Deliver and confirm',
  acknowledge: 'Bring back the confirmation',
  timeout: 'Return to the sender',
  nothing: 'Nothing to do',
  unknown: 'Not known',
}

const legs: Readonly<Record<PacketLegName, string>> = {
  send: 'Sent',
  receive: 'Received',
  write_acknowledgement: 'Acknowledgement written',
  acknowledge: 'Acknowledged',
  timeout: 'Timed out, returned',
}

const notPayable: Readonly<Record<PayingHelps, string>> = {
  yes: '',
  not_needed: 'Nothing to pay.',
  no: 'Paying would not help.',
  unknown: 'We cannot tell whether paying would help, so we do not ask for money.',
}

/** What heads the refund of a packet. */
const refundHeads: Readonly<Record<PacketRefundState, string>> = {
  predicted: 'What comes back',
  paid: 'What came back, as the events of its transaction show',
  unconfirmed: 'What must have come back; its transaction was not found',
  differs: 'What should have come back; the events of its transaction show something else',
}

const evidenceQueries: Readonly<Record<EvidenceQuery, string>> = {
  packet_commitment: 'Commitment of the packet',
  next_sequence_send: 'Next sequence to be sent on the channel',
  sending_transaction: 'Transaction that sent it',
  packet_receipt: 'Receipt of the packet',
  packet_acknowledgement: 'Acknowledgement of the packet',
  newest_block: 'Time of the newest block',
  finished_by: 'What finished it',
  channel_state: 'State of the channel',
  client_status: 'State of the light client',
  client_newest_header: 'Newest header that the light client knows',
  client_trusted_until: 'The light client trusts it until',
}

const evidenceAnswers: Readonly<Record<EvidenceAnswer, string>> = {
  present: 'present',
  absent: 'absent',
  found: 'found',
  not_found: 'not found',
  received: 'received',
  not_received: 'not received',
  none: 'none stored',
  success: 'stored: success',
  other_success: 'stored: success of another kind',
  error: 'stored: error',
  unreadable: 'stored, but its bytes were not found',
  acknowledged_success: 'an acknowledgement: success',
  acknowledged_error: 'an acknowledgement: error',
  timed_out: 'a timeout',
  open: 'open',
  closed: 'closed',
  not_open: 'not open',
  active: 'active',
  expired: 'expired',
  frozen: 'frozen',
  unknown: 'not known to the chain',
}

/** What could not be asked; `place`: the name of a chain. */
const open: Readonly<Record<OpenQuestion, (place: string) => string>> = {
  packet_commitment: place => `whether the packet is still pending on ${place}`,
  packet_receipt: place => `whether ${place} received it`,
  packet_acknowledgement: place => `what ${place} answered`,
  sending_transaction: place => `the transaction that sent it on ${place}`,
  destination_time: place => `the time on ${place}`,
  finished_by: place => `how it ended on ${place}`,
  counterparty: place => `where a channel of ${place} leads`,
  transaction: place => `the transaction on ${place}`,
  transfers: place => `transfers on ${place}`,
  older_transfers: place => `older transfers on ${place}: only the newest were looked at`,
  chain: place => `${place} did not answer`,
}

export const packet = {
  evidenceQueries,
  evidenceAnswers,
  open,
  diagnosis: englishDiagnosis,
  refundHeads,
  hop: (sequence: string, chain: string, channel: string) => `Packet ${sequence} of ${chain}, ${channel}`,
  states,
  withoutMoney,
  outcomes,
  needs,
  legs,
  notPayable,
  title: (key: string) => `Packet ${key}`,
  number: (sequence: string) => `Packet ${sequence}`,
  id: 'packet id',
  from: 'From',
  to: 'To',
  sent: 'Sent',
  usually: (median: string, p95: string) => `Half of the packets of this route arrive within ${median}, 95 % within ${p95}.`,
  usuallySample: (sample: number, days: number, waiting: number) => `Seen on ${count(sample, 'packet', 'packets')} of the last ${count(days, 'day', 'days')}${waiting > 0 ? `; ${waiting} more not delivered yet` : ''}.`,
  seePrice: 'See the price',
  seePriceToClear: 'See the price to clear it',
  details: 'Details',
  askAgain: 'Ask the chains again',
  asking: 'Asking the chains…',
  notAsked: 'We could not ask everything:',
  howWeKnow: (answers: number) => `How we know (${count(answers, 'answer', 'answers')} from the chains)`,
  height: (height: string) => `height ${height}`,
  endpoints: (endpoints: number): string => endpoints === 1 ? 'one endpoint' : `${endpoints} endpoints`,
  facts: 'All facts',
  sentFrom: 'Sent from',
  sentTo: 'Sent to',
  notKnown: 'not known to us',
  sequence: 'Sequence',
  memo: 'Memo',
  timesOutAtHeight: 'Times out at height',
  timesOut: 'Times out',
  readAt: 'Read from the chains',
  unknownChain: 'unknown chain',
  theDestination: 'the destination',
  on: (place: string) => `on ${place}`,
  onNotYet: (place: string) => `on ${place}: not yet`,
  block: (height: string) => `block ${height}`,
  provedByState: 'Proved by the chain\'s state; its transaction was not found.',
}
