import type { PacketLegName, PacketNeed, PacketOutcome, PacketRefundState, PacketState, PayingHelps } from '#shared/types/packet'
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

export const packet = {
  diagnosis: englishDiagnosis,
  refundHeads,
  hop: (sequence: string, chain: string, channel: string) => `Packet ${sequence} of ${chain}, ${channel}`,
  states,
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
  seePrice: 'See the price',
  seePriceToClear: 'See the price to clear it',
  details: 'Details',
  askAgain: 'Ask the chains again',
  asking: 'Asking the chains…',
  share: 'Share',
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
