import type { DiagnosisReason } from '../types/packet'

/**
 * One sentence and the next step. `{name}` is replaced (names: DiagnosisWords); a part in `[…]` is left out when one of
 * its names is not known.
 */
export interface DiagnosisText {
  readonly sentence: string
  readonly nextStep: string
}

/** `{count}` is replaced. */
export interface CountForms {
  readonly one: string
  readonly other: string
}

/** Reasons whose words speak of money, which only an ICS-20 packet is known to carry. */
type MoneyReason = 'in_flight_returning' | 'delivered_ack_missing' | 'error_ack_pending' | 'timed_out' | 'timing_out_soon' | 'timing_out_soon_by_height'
  | 'ordered_refund_blocked' | 'ordered_refund_blocked_payable' | 'completed_delivered' | 'completed_returned_by_timeout' | 'completed_returned_by_error' | 'completed_somehow' | 'cannot_tell_acknowledged'

export interface DiagnosisTexts {
  readonly reasons: Readonly<Record<DiagnosisReason, DiagnosisText>>
  /** Instead of those of `reasons`, of a packet that carries no ICS-20 transfer, or whose data is not known. */
  readonly withoutTransfer: Readonly<Record<MoneyReason, DiagnosisText>>
  /** `{what}` of a packet that carries no ICS-20 transfer; inside of a sentence. */
  readonly packet: string
  /** `{blocks}`: so many are left. */
  readonly blocks: CountForms
  /** `{nodes}`: so many were asked, and none still has it. */
  readonly nodes: CountForms
  /** `{destination}` while it is not known. */
  readonly somewhere: string
  /** Next step where paying would help if everything could have been asked. */
  readonly askAgain: string
  /** Next step where only the destination stands in the way, of a transfer and of any other packet. */
  readonly refundAfterTimeout: string
  readonly timeoutAfterTimeout: string
}

const payForIt = 'Have exactly this packet cleared: the relayer then carries it, and what could not be done is paid back.'
const waitSomeMinutes = 'Wait some minutes: a relayer usually does it without your doing.'
const tryAgain = 'Try again in some minutes. Nothing is lost by waiting.'
const nothingToDo = 'There is nothing to do.'
const safeMeanwhile = 'nothing is lost meanwhile'

const payForRefusal = 'Have exactly this packet cleared: then {source} learns that it was refused.'
const waitForTimeout = 'Wait until it has timed out; then its timeout can be cleared.'

export const englishDiagnosis: DiagnosisTexts = {
  packet: 'packet {sequence}',
  blocks: { one: '{count} block', other: '{count} blocks' },
  nodes: { one: 'the one node we can ask no longer has', other: 'none of the {count} nodes we can ask still has' },
  somewhere: 'the destination',
  askAgain: 'We could not ask everything about this route, so we do not take money for it now. Try again in some minutes.',
  refundAfterTimeout: 'Paying would not help now. Once it has timed out[ (in {timesOutIn})], the refund on {source} can be cleared here.',
  timeoutAfterTimeout: 'Paying would not help now. Once it has timed out[ (in {timesOutIn})], its timeout can be cleared here.',
  reasons: {
    in_flight: { sentence: '{what}[ from {sender}] left {source}[ {age} ago][ for {receiver}] and is on its way to {destination}; that is not long enough to be called stuck.', nextStep: waitSomeMinutes },
    in_flight_returning: { sentence: '{destination} refused {what}[ for {receiver}]; the refund[ of {refund} to {refundAddress}] on {source} waits for that answer, which is on its way.', nextStep: waitSomeMinutes },
    undelivered: { sentence: '{what}[ from {sender}] left {source}[ {age} ago][ for {receiver}], and no relayer has delivered it to {destination}.', nextStep: payForIt },
    delivered_ack_missing: { sentence: 'Your money has already arrived: {what} was received on {destination}[ for {receiver}], and only the acknowledgement has not come back to {source}.', nextStep: 'Nothing to pay and nothing to do: the acknowledgement changes nothing for you.' },
    delivered_forwarded: { sentence: '{what} was received on {destination} and sent on from there as packet {hop}; only the acknowledgement of this one has not come back to {source}.', nextStep: 'Nothing to pay here. Whether the money arrived is said by packet {hop}.' },
    delivered_forward_asked: { sentence: '{what} was received on {destination}, and its memo asks to send it on to {hopReceiver} over {hopChannel}; only the acknowledgement has not come back to {source}.', nextStep: 'Nothing to pay here. Look for what {destination} sent on {hopChannel}: that says whether the money arrived.' },
    error_ack_pending: { sentence: '{destination} refused {what}[ for {receiver}]; your refund[ of {refund} to {refundAddress}] on {source} waits for its error acknowledgement, and no relayer has brought it.', nextStep: 'Have exactly this packet cleared: then {source} pays the refund.' },
    timed_out: { sentence: '{what}[ for {receiver}] was not delivered to {destination} in time; your refund[ of {refund} to {refundAddress}] on {source} waits for a relayer to prove that.', nextStep: 'Have exactly this packet cleared: then {source} pays the refund.' },
    timing_out_soon: { sentence: '{what}[ for {receiver}] is not delivered to {destination} and times out in {left}, by the clock of {destination}.', nextStep: 'Wait until it has timed out; then the refund on {source} can be cleared.' },
    timing_out_soon_by_height: { sentence: '{what}[ for {receiver}] is not delivered to {destination} and times out there in {blocks}.', nextStep: 'Wait until it has timed out; then the refund on {source} can be cleared.' },
    client_expired: { sentence: '{what} cannot move, because the light client[ {client}] on {place} expired[ {trustEnded} ago, after {trustingPeriod} without an update].', nextStep: `Paying would not help. Wait for the governance of {place} to recover the client; ${safeMeanwhile}.` },
    client_frozen: { sentence: '{what} cannot move, because the light client[ {client}] on {place} is frozen: it was shown two different headers of one height.', nextStep: `Paying would not help. Wait for the governance of {place} to recover the client; ${safeMeanwhile}.` },
    client_not_active: { sentence: '{what} cannot move, because {place} does not accept its light client[ {client}] now.', nextStep: `Paying would not help. Wait for {place} to accept it again; ${safeMeanwhile}.` },
    channel_closed: { sentence: '{what} is held up, because the channel {channel} on {place} is closed.', nextStep: 'It can still come back by a timeout, which our relayer does not bring over a closed channel: ask the operator of a relayer on this channel.' },
    channel_closed_refused: { sentence: '{destination} refused {what}[ for {receiver}], and its error acknowledgement cannot come back, because the channel {channel} on {place} is closed.', nextStep: 'Paying would not help: no relayer can bring it over a closed channel. Ask the community of {source} what can be done.' },
    channel_not_open_refused: { sentence: '{destination} refused {what}[ for {receiver}], and its error acknowledgement cannot come back, because the channel {channel} on {place} is not open.', nextStep: 'Paying would not help until the channel is open again.' },
    channel_not_open: { sentence: '{what} is held up, because the channel {channel} on {place} is not open.', nextStep: 'Paying would not help until the channel is open again.' },
    ordered_channel_blocked: { sentence: '{what} waits behind packet {blocker} of {channel} on {source}, which delivers in order.', nextStep: 'Paying for this one alone would not help. Look at packet {blocker}: it says what it waits for.' },
    ordered_channel_blocked_payable: { sentence: '{what} waits behind packet {blocker} of {channel} on {source}, which delivers in order.', nextStep: 'Have the packets from {blocker} on cleared first, or all of them together with this one.' },
    ordered_channel_closing: { sentence: '{what} cannot be delivered any more: packet {blocker} has timed out before it, and {channel} of {source} delivers in order.', nextStep: 'Paying would not help now. Look again once this one has timed out, too: if the channel is still open, its timeout can be cleared here.' },
    ordered_refund_blocked: { sentence: '{destination} refused {what}[ for {receiver}]; your refund[ of {refund} to {refundAddress}] on {source} waits behind packet {blocker} of {channel}, which is acknowledged in order.', nextStep: 'Paying for this one alone would not help. Look at packet {blocker}: once it is finished, this refund can be cleared.' },
    ordered_refund_blocked_payable: { sentence: '{destination} refused {what}[ for {receiver}]; your refund[ of {refund} to {refundAddress}] on {source} waits behind packet {blocker} of {channel}, which is acknowledged in order.', nextStep: 'Have the packets from {blocker} on cleared first, or all of them together with this one.' },
    destination_unreachable: { sentence: 'We cannot tell where {what} is, because {destination} could not be asked.', nextStep: tryAgain },
    destination_halted: { sentence: '{what} waits, because {destination} has made no block for {stopped}.', nextStep: 'Paying would not help. Wait until {destination} makes blocks again.' },
    source_unreachable: { sentence: 'We cannot tell where {what} is, because {source} could not be asked.', nextStep: tryAgain },
    source_halted: { sentence: '{what} waits, because {source} has made no block for {stopped}.', nextStep: 'Paying would not help. Wait until {source} makes blocks again.' },
    async_ack_pending: { sentence: '{what} was received on {destination}[ by {receiver}], which has not answered yet: it may still be at work on it.', nextStep: 'Nothing can be relayed back before {destination} answers. Ask those who run what received it.' },
    forwarding: { sentence: '{what} was received on {destination}, which forwards it to {hopReceiver} over {hopChannel}; the answer to this packet waits for that one.', nextStep: 'Open this packet alone: then the one that carries it on is looked for.' },
    forwarded: { sentence: '{what} was received on {destination} and sent on as packet {hop}; the answer to this one waits for that one.', nextStep: 'Look at packet {hop}: it says what it waits for.' },
    forwarded_payable: { sentence: '{what} was received on {destination} and sent on as packet {hop}, which is stuck.', nextStep: 'Do not pay for this packet; have packet {hop} cleared instead.' },
    forwarded_unseen: { sentence: '{what} was received on {destination}, which forwards it to {hopReceiver} over {hopChannel}; that next packet was not found.', nextStep: 'Look for transfers that {destination} sent on {hopChannel}; nothing can be relayed back before they end.' },
    packet_data_pruned: { sentence: '{what} is pending on {source}, but {nodes} the transaction that sent it, which a relayer needs.', nextStep: 'Paying us would not help. Ask the operator of a relayer who runs an archive node of {source}.' },
    memo_too_long: { sentence: '{what}[ for {receiver}] carries a memo of {bytes} bytes, and our relayer carries at most {limit}: neither the packet nor its refund.', nextStep: 'Paying us would not help. Ask the operator of a relayer with a higher limit (ics20_max_memo_size).' },
    receiver_too_long: { sentence: '{what} names a receiver of {bytes} bytes, and our relayer carries at most {limit}: neither the packet nor its refund.', nextStep: 'Paying us would not help. Ask the operator of a relayer with a higher limit (ics20_max_receiver_size).' },
    route_not_served: { sentence: '{what}[ from {sender}] left {source} on {channel}, which leads to a chain that we do not serve.', nextStep: 'Paying us would not help. Ask the operator of a relayer on that channel.' },
    route_not_relayed: { sentence: '{what}[ from {sender}] left {source} on {channel}, which our relayer is not set up for.', nextStep: 'Paying us would not help. Ask the operator of a relayer on that channel.' },
    not_found: { sentence: 'Packet {sequence} was never sent on {channel} of {source}.', nextStep: 'Check the chain, the channel and the sequence.' },
    completed_delivered: { sentence: 'Your money has arrived: {what} was received on {destination}[ for {receiver}], and the acknowledgement came back.', nextStep: nothingToDo },
    completed_forwarded: { sentence: '{what} was received on {destination} and sent on from there as packet {hop}, and the acknowledgement of this one came back.', nextStep: 'There is nothing to do here. Whether the money arrived is said by packet {hop}.' },
    completed_forward_asked: { sentence: '{what} was received on {destination}, its memo asks to send it on to {hopReceiver} over {hopChannel}, and the acknowledgement came back.', nextStep: 'There is nothing to do here. Look for what {destination} sent on {hopChannel}: that says whether the money arrived.' },
    completed_returned_by_timeout: { sentence: '{what} timed out and was returned[: {refund} to {refundAddress}] on {source}.', nextStep: nothingToDo },
    completed_returned_by_error: { sentence: '{destination} refused {what}, and it was returned[: {refund} to {refundAddress}] on {source}.', nextStep: nothingToDo },
    completed_somehow: { sentence: '{what} is finished on {source}; how it ended could not be read.', nextStep: 'There is nothing to pay. Look at the balances of sender and receiver.' },
    cannot_tell_counterparty: { sentence: 'We cannot tell where {what} is, because it could not be asked where {channel} of {source} leads.', nextStep: tryAgain },
    cannot_tell_sent: { sentence: 'We cannot tell where {what} is: {source} holds no commitment of it and does not say whether it ever sent it.', nextStep: tryAgain },
    cannot_tell_acknowledged: { sentence: '{what} was received on {destination}, but what {destination} answered could not be read: it may have paid the receiver or refused.', nextStep: tryAgain },
    cannot_tell_timeout: { sentence: '{what} is pending on {source}, but the transaction that sent it could not be read, so that we do not know when it times out.', nextStep: tryAgain },
  },
  withoutTransfer: {
    in_flight_returning: { sentence: '{destination} refused {what}; {source} waits for that answer, which is on its way.', nextStep: waitSomeMinutes },
    delivered_ack_missing: { sentence: '{what} has already arrived on {destination}, and only its acknowledgement has not come back to {source}.', nextStep: 'Nothing to pay: it has arrived, and was not refused.' },
    error_ack_pending: { sentence: '{destination} refused {what}, and no relayer has brought the error acknowledgement to {source}.', nextStep: payForRefusal },
    timed_out: { sentence: '{what} was not delivered to {destination} in time, and no relayer has proved that to {source}.', nextStep: 'Have exactly this packet cleared: then {source} learns that it timed out.' },
    timing_out_soon: { sentence: '{what} is not delivered to {destination} and times out in {left}, by the clock of {destination}.', nextStep: waitForTimeout },
    timing_out_soon_by_height: { sentence: '{what} is not delivered to {destination} and times out there in {blocks}.', nextStep: waitForTimeout },
    ordered_refund_blocked: { sentence: '{destination} refused {what}, and its error acknowledgement waits behind packet {blocker} of {channel} on {source}, which is acknowledged in order.', nextStep: 'Paying for this one alone would not help. Look at packet {blocker}: once it is finished, this one can be cleared.' },
    ordered_refund_blocked_payable: { sentence: '{destination} refused {what}, and its error acknowledgement waits behind packet {blocker} of {channel} on {source}, which is acknowledged in order.', nextStep: 'Have the packets from {blocker} on cleared first, or all of them together with this one.' },
    completed_delivered: { sentence: '{what} was received on {destination}, and its acknowledgement came back.', nextStep: nothingToDo },
    completed_returned_by_timeout: { sentence: '{what} timed out, and {source} knows it.', nextStep: nothingToDo },
    completed_returned_by_error: { sentence: '{destination} refused {what}, and {source} knows it.', nextStep: nothingToDo },
    completed_somehow: { sentence: '{what} is finished on {source}; how it ended could not be read.', nextStep: 'There is nothing to pay.' },
    cannot_tell_acknowledged: { sentence: '{what} was received on {destination}, but what {destination} answered could not be read: it may have accepted or refused it.', nextStep: tryAgain },
  },
}
