import type { OperationEventType, OperationStatus, PacketResultName, PaymentIssue, PaymentState, RefundHoldReason, RefundReason, RefundState, RefundStatus, RelayedBy } from '#shared/types/clearing'
import { englishNextRefunds, englishNextSteps } from '#shared/utils/next-step-texts'

const results: Readonly<Record<PacketResultName, string>> = {
  delivered: 'Delivered',
  returned_by_timeout: 'Returned to sender',
  returned_by_error: 'Returned to sender',
  pending: 'Still stuck',
  unknown: 'Cannot tell',
}

const relayedBy: Readonly<Record<RelayedBy, string>> = {
  us: 'Relayed by us',
  other: 'Another relayer was first; your share goes back',
  nobody: 'Not finished by anybody; your share goes back',
}

const statuses: Readonly<Record<OperationStatus, string>> = {
  awaiting_payment: 'Waiting for payment',
  queued: 'Paid, queued',
  clearing: 'Clearing',
  cleared: 'Cleared',
  partially_cleared: 'Partly cleared',
  not_cleared: 'Not cleared',
  not_needed: 'Not needed',
  expired: 'Expired',
  needs_attention: 'A person is looking',
  resolved: 'Settled by a person',
}

const headlines: Readonly<Record<OperationStatus, string>> = {
  awaiting_payment: 'Waiting for your payment',
  queued: 'Paid. In line for the relayer',
  clearing: 'The relayer is at work',
  cleared: 'Cleared',
  partially_cleared: 'Partly cleared; the rest is refunded',
  not_cleared: 'We could not clear it; your money goes back',
  not_needed: 'Nothing was left to do; your money goes back',
  expired: 'Not paid in time',
  needs_attention: 'A person has to look at this',
  resolved: 'Settled by a person',
}

const paymentIssues: Readonly<Record<PaymentIssue, string>> = {
  none: '',
  underpaid: 'Less arrived than the price. Send the rest with the same memo code, or wait for it to come back.',
  overpaid: 'More arrived than the price. The surplus goes back to where it came from.',
  late: 'The payment came after the price had run out, and was still honoured.',
  too_late: 'The payment came too late. It goes back to where it came from.',
  wrong_denom: 'The payment was made in another token than asked for.',
  duplicate: 'The price was paid more than once. The second payment goes back to where it came from.',
}

const paymentStates: Readonly<Record<PaymentState, string>> = {
  seen: 'Seen, being confirmed',
  credited: 'Credited',
  refund_owed: 'Goes back',
  unallocated: 'Kept aside for a person',
  owner_capital: 'From the operator',
}

const refundStatuses: Readonly<Record<Exclude<RefundStatus, 'none'>, string>> = {
  owed: 'Refund planned',
  in_progress: 'Refund under way',
  done: 'Refunded',
  held: 'Refund held',
}

const refundStates: Readonly<Record<RefundState, string>> = {
  planned: 'Planned',
  held: 'Held',
  signed: 'Being sent',
  broadcast: 'Sent, waiting for its block',
  confirmed: 'On chain',
}

/** Why a refund is held, and when it goes on. */
const refundHolds: Readonly<Record<RefundHoldReason, { readonly why: string, readonly goesOn: string }>> = {
  minimum: { why: 'it is too small to be worth the fee of sending it', goesOn: 'It goes along with your next refund to the same address.' },
  approval: { why: 'an operator has to approve it first', goesOn: 'A person looks at it and lets it go.' },
  exchange: { why: 'the address belongs to an exchange, which may not know whose money it gets', goesOn: 'A person looks at it first; or name another address of yours.' },
  refused: { why: 'the chain refuses to pay this address', goesOn: 'It is tried again by itself; or name another address of yours.' },
  no_destination: { why: 'the chain does not show which address paid', goesOn: 'A person decides where it goes.' },
}

/** When a refund that is not held goes on. */
const refundNext: Readonly<Record<Exclude<RefundState, 'held'>, string>> = {
  planned: 'It is sent by itself, in its turn.',
  signed: 'It is in the next blocks, or sent again.',
  broadcast: 'It is in the next blocks, or sent again.',
  confirmed: '',
}

const refundReasons: Readonly<Record<RefundReason, string>> = {
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

const events: Readonly<Record<OperationEventType, string>> = {
  token_issued: 'Price fixed, memo code issued',
  payment_seen: 'Payment seen on chain',
  payment_credited: 'Payment credited',
  payment_refuted: 'Payment is not on chain: one node had shown it, others refute it',
  payment_returned: 'Payment goes back',
  payment_set_aside: 'Payment in another coin than asked: not counted, a person looks at it',
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

export const clearing = { results, relayedBy, statuses, headlines, next: englishNextSteps, timeLimit: 'Time limit:', nextRefund: englishNextRefunds, paymentIssues, paymentStates, refundStatuses, refundStates, refundHolds, refundNext, refundReasons, events }
