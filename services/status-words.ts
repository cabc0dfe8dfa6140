import type { OperationEventType, OperationStatus, PacketResultName, PaymentIssue, PaymentState, RefundHoldReason, RefundReason, RefundState, RefundStatus, RelayedBy } from '#shared/types/clearing'
import type { PacketLegName, PacketNeed, PacketOutcome, PacketState } from '#shared/types/packet'

/** Colour family of a label; the text always says the same. */
export type Tone = 'good' | 'wait' | 'warn' | 'bad' | 'quiet'

export interface Label {
  readonly text: string
  readonly tone: Tone
}

export const packetStateLabels: Readonly<Record<PacketState, Label>> = {
  in_flight: { text: 'On its way', tone: 'wait' },
  stuck_undelivered: { text: 'Stuck: not delivered', tone: 'warn' },
  stuck_unacknowledged: { text: 'Arrived, not confirmed', tone: 'wait' },
  stuck_error_acknowledged: { text: 'Refused, refund waiting', tone: 'warn' },
  timed_out: { text: 'Timed out, refund waiting', tone: 'warn' },
  completed: { text: 'Finished', tone: 'good' },
  unknown: { text: 'Cannot tell', tone: 'quiet' },
}

export const outcomeLabels: Readonly<Record<PacketOutcome, Label>> = {
  delivered: { text: 'Delivered', tone: 'good' },
  returned_by_timeout: { text: 'Returned to sender', tone: 'good' },
  returned_by_error: { text: 'Returned to sender', tone: 'good' },
}

export const needWords: Readonly<Record<PacketNeed, string>> = {
  deliver: 'Deliver and confirm',
  acknowledge: 'Bring back the confirmation',
  timeout: 'Return to the sender',
  nothing: 'Nothing to do',
  unknown: 'Not known',
}

export const resultLabels: Readonly<Record<PacketResultName, Label>> = {
  delivered: { text: 'Delivered', tone: 'good' },
  returned_by_timeout: { text: 'Returned to sender', tone: 'good' },
  returned_by_error: { text: 'Returned to sender', tone: 'good' },
  pending: { text: 'Still stuck', tone: 'bad' },
  unknown: { text: 'Cannot tell', tone: 'quiet' },
}

export const relayedByWords: Readonly<Record<RelayedBy, string>> = {
  us: 'Relayed by us',
  other: 'Another relayer was first; your share goes back',
  nobody: 'Not finished by anybody; your share goes back',
}

export const operationLabels: Readonly<Record<OperationStatus, Label>> = {
  awaiting_payment: { text: 'Waiting for payment', tone: 'wait' },
  queued: { text: 'Paid, queued', tone: 'wait' },
  clearing: { text: 'Clearing', tone: 'wait' },
  cleared: { text: 'Cleared', tone: 'good' },
  partially_cleared: { text: 'Partly cleared', tone: 'warn' },
  not_cleared: { text: 'Not cleared', tone: 'bad' },
  not_needed: { text: 'Not needed', tone: 'good' },
  expired: { text: 'Expired', tone: 'quiet' },
  needs_attention: { text: 'A person is looking', tone: 'warn' },
  resolved: { text: 'Settled by a person', tone: 'good' },
}

export const paymentIssueWords: Readonly<Record<PaymentIssue, string | null>> = {
  none: null,
  underpaid: 'Less arrived than the price. Send the rest with the same memo code, or wait for it to come back.',
  overpaid: 'More arrived than the price. The surplus goes back to where it came from.',
  late: 'The payment came after the price had run out, and was still honoured.',
  too_late: 'The payment came too late. It goes back to where it came from.',
  wrong_denom: 'The payment was made in another token than asked for.',
  duplicate: 'The price was paid more than once. The second payment goes back to where it came from.',
}

export const paymentStateLabels: Readonly<Record<PaymentState, Label>> = {
  seen: { text: 'Seen, being confirmed', tone: 'wait' },
  credited: { text: 'Credited', tone: 'good' },
  refund_owed: { text: 'Goes back', tone: 'warn' },
  unallocated: { text: 'Kept aside for a person', tone: 'warn' },
  owner_capital: { text: 'From the operator', tone: 'quiet' },
}

export const refundStatusLabels: Readonly<Record<RefundStatus, Label | null>> = {
  none: null,
  owed: { text: 'Refund planned', tone: 'wait' },
  in_progress: { text: 'Refund under way', tone: 'wait' },
  done: { text: 'Refunded', tone: 'good' },
  held: { text: 'Refund held', tone: 'warn' },
}

export const refundStateLabels: Readonly<Record<RefundState, Label>> = {
  planned: { text: 'Planned', tone: 'wait' },
  held: { text: 'Held', tone: 'warn' },
  signed: { text: 'Being sent', tone: 'wait' },
  broadcast: { text: 'Sent, waiting for its block', tone: 'wait' },
  confirmed: { text: 'On chain', tone: 'good' },
}

/** Why a refund is held, and when it goes on. */
export const refundHoldWords: Readonly<Record<RefundHoldReason, { readonly why: string, readonly goesOn: string }>> = {
  minimum: { why: 'it is too small to be worth the fee of sending it', goesOn: 'It goes along with your next refund to the same address.' },
  approval: { why: 'it is large', goesOn: 'A person looks at it and lets it go.' },
  exchange: { why: 'the address belongs to an exchange, which may not know whose money it gets', goesOn: 'A person looks at it first; or name another address of yours.' },
  refused: { why: 'the chain refuses to pay this address', goesOn: 'It is tried again by itself; or name another address of yours.' },
  no_destination: { why: 'the chain does not show which address paid', goesOn: 'A person decides where it goes.' },
}

/** When a refund that is not held goes on. */
export const refundNextWords: Readonly<Record<Exclude<RefundState, 'held'>, string>> = {
  planned: 'It is sent by itself, in its turn.',
  signed: 'It is in the next blocks, or sent again.',
  broadcast: 'It is in the next blocks, or sent again.',
  confirmed: '',
}

export const refundReasonWords: Readonly<Record<RefundReason, string>> = {
  overpaid: 'more than the price was paid',
  duplicate: 'the price was paid twice',
  too_late: 'the payment came too late',
  wrong_denom: 'another token than asked for',
  underpaid: 'less than the price was paid',
  not_cleared: 'we could not clear the packet',
  relayed_by_other: 'another relayer was first',
  not_needed: 'there was nothing left to do',
  deadline: 'it was not done in time',
  operator_decision: 'decided by a person',
  unallocated: 'the payment named no clearing',
}

export const eventWords: Readonly<Record<OperationEventType, string>> = {
  token_issued: 'Price fixed, memo code issued',
  payment_seen: 'Payment seen on chain',
  payment_credited: 'Payment credited',
  payment_refuted: 'Payment is not on chain: one node had shown it, others refute it',
  payment_returned: 'Payment goes back',
  queued: 'In line for the relayer',
  run_started: 'Relayer started',
  packet_received: 'Packet received on the destination',
  packet_finished: 'Packet finished on the source',
  attempt_failed: 'A run is over; what is not finished is looked at again',
  settled: 'Result read from the chain',
  refund_planned: 'Refund planned',
  refund_held: 'Refund held',
  refund_approved: 'Refund approved by a person',
  refund_claimed: 'Refund redirected by the payer',
  refund_signed: 'Refund signed',
  refund_sent: 'Refund sent',
  refund_confirmed: 'Refund confirmed on chain',
  expired: 'Expired unpaid',
  needs_attention: 'Handed to a person',
  retried: 'Tried again by a person',
  resolved: 'Settled by a person',
}

export const legWords: Readonly<Record<PacketLegName, string>> = {
  send: 'Sent',
  receive: 'Received',
  write_acknowledgement: 'Acknowledgement written',
  acknowledge: 'Acknowledged',
  timeout: 'Timed out, returned',
}

/** After these nothing happens by itself any more, refunds aside. */
export const finalStatuses: ReadonlySet<OperationStatus> = new Set(['cleared', 'partially_cleared', 'not_cleared', 'not_needed', 'expired', 'resolved'])
