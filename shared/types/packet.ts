export const packetStates = ['in_flight', 'stuck_undelivered', 'stuck_unacknowledged', 'stuck_error_acknowledged', 'timed_out', 'completed', 'unknown'] as const
/** Where a packet is, judged from chain facts (`timed_out` by the destination chain's time). */
export type PacketState = typeof packetStates[number]

export const packetOutcomes = ['delivered', 'returned_by_timeout', 'returned_by_error'] as const
/** How a completed packet ended. */
export type PacketOutcome = typeof packetOutcomes[number]

export const packetNeeds = ['deliver', 'acknowledge', 'timeout', 'nothing', 'unknown'] as const
/** What a relayer still has to do: `deliver` = receive on the destination and acknowledge on the source. */
export type PacketNeed = typeof packetNeeds[number]

export const packetLegs = ['send', 'receive', 'write_acknowledgement', 'acknowledge', 'timeout'] as const
export type PacketLegName = typeof packetLegs[number]

export const evidenceQueries = [
  'packet_commitment', 'next_sequence_send', 'sending_transaction', 'packet_receipt', 'packet_acknowledgement', 'newest_block', 'finished_by',
  'channel_state', 'client_status', 'client_newest_header', 'client_trusted_until',
] as const
/** What a chain was asked, as proof of a diagnosis or a result. */
export type EvidenceQuery = typeof evidenceQueries[number]

export const evidenceAnswers = [
  'present', 'absent', 'found', 'not_found', 'received', 'not_received', 'none', 'success', 'other_success', 'error', 'unreadable',
  'acknowledged_success', 'acknowledged_error', 'timed_out', 'open', 'closed', 'not_open', 'active', 'expired', 'frozen', 'unknown',
] as const
/** What it answered, where that is neither a number nor a time. */
export type EvidenceAnswer = typeof evidenceAnswers[number]

export const openQuestions = [
  'packet_commitment', 'packet_receipt', 'packet_acknowledgement', 'sending_transaction', 'destination_time', 'finished_by', 'counterparty',
  'transaction', 'transfers', 'older_transfers', 'chain',
] as const
/** What could not be asked. `counterparty`: the other end of a channel of `chainId`. `older_transfers`: only the newest ones were looked at. `chain`: nothing of it. */
export type OpenQuestion = typeof openQuestions[number]

export const transactionFindings = ['ibc_v2', 'failed', 'succeeded', 'unknown'] as const
/**
 * What became of a transaction that was searched by its hash; of several chains, the first of these holds. `ibc_v2`: it
 * succeeded, and carries a packet between light clients, which is not supported. `failed`: its block refused it.
 * `unknown`: no node that was asked has it.
 */
export type TransactionFinding = typeof transactionFindings[number]

/** Why a packet is where it is, finer than its code: each has words of its own. */
export const diagnosisReasons = [
  'in_flight', 'in_flight_returning', 'undelivered', 'delivered_ack_missing', 'delivered_forwarded', 'delivered_forward_asked', 'error_ack_pending', 'timed_out', 'timing_out_soon', 'timing_out_soon_by_height',
  'client_expired', 'client_frozen', 'client_not_active', 'channel_closed', 'channel_closed_refused', 'channel_not_open', 'channel_not_open_refused', 'ordered_channel_blocked', 'ordered_channel_blocked_payable', 'ordered_channel_closing', 'ordered_refund_blocked', 'ordered_refund_blocked_payable',
  'destination_unreachable', 'destination_halted', 'source_unreachable', 'source_halted',
  'async_ack_pending', 'forwarding', 'forwarded', 'forwarded_payable', 'forwarded_unseen',
  'packet_data_pruned', 'memo_too_long', 'receiver_too_long', 'route_not_served', 'route_not_relayed', 'not_found',
  'completed_delivered', 'completed_forwarded', 'completed_forward_asked', 'completed_returned_by_timeout', 'completed_returned_by_error', 'completed_somehow',
  'cannot_tell_counterparty', 'cannot_tell_sent', 'cannot_tell_acknowledged', 'cannot_tell_timeout',
] as const
export type DiagnosisReason = typeof diagnosisReasons[number]

export const diagnosisCodes = [
  'undelivered', 'delivered_ack_missing', 'error_ack_pending', 'timed_out', 'timing_out_soon', 'in_flight', 'client_expired', 'client_frozen', 'client_not_active',
  'channel_closed', 'ordered_channel_blocked', 'destination_unreachable', 'destination_halted', 'source_unreachable', 'source_halted', 'async_ack_pending',
  'packet_data_pruned', 'receiver_or_memo_too_long', 'route_not_served', 'not_found', 'completed', 'cannot_tell',
] as const
/** Closed list that clients of the API switch on. */
export type DiagnosisCode = typeof diagnosisCodes[number]

export const codeOfReason: Readonly<Record<DiagnosisReason, DiagnosisCode>> = {
  in_flight: 'in_flight',
  in_flight_returning: 'in_flight',
  undelivered: 'undelivered',
  delivered_ack_missing: 'delivered_ack_missing',
  delivered_forwarded: 'delivered_ack_missing',
  delivered_forward_asked: 'delivered_ack_missing',
  error_ack_pending: 'error_ack_pending',
  timed_out: 'timed_out',
  timing_out_soon: 'timing_out_soon',
  timing_out_soon_by_height: 'timing_out_soon',
  client_expired: 'client_expired',
  client_frozen: 'client_frozen',
  client_not_active: 'client_not_active',
  channel_closed: 'channel_closed',
  channel_closed_refused: 'channel_closed',
  channel_not_open: 'channel_closed',
  channel_not_open_refused: 'channel_closed',
  ordered_channel_blocked: 'ordered_channel_blocked',
  ordered_channel_blocked_payable: 'ordered_channel_blocked',
  ordered_channel_closing: 'ordered_channel_blocked',
  ordered_refund_blocked: 'ordered_channel_blocked',
  ordered_refund_blocked_payable: 'ordered_channel_blocked',
  destination_unreachable: 'destination_unreachable',
  destination_halted: 'destination_halted',
  source_unreachable: 'source_unreachable',
  source_halted: 'source_halted',
  async_ack_pending: 'async_ack_pending',
  forwarding: 'async_ack_pending',
  forwarded: 'async_ack_pending',
  forwarded_payable: 'async_ack_pending',
  forwarded_unseen: 'async_ack_pending',
  packet_data_pruned: 'packet_data_pruned',
  memo_too_long: 'receiver_or_memo_too_long',
  receiver_too_long: 'receiver_or_memo_too_long',
  route_not_served: 'route_not_served',
  route_not_relayed: 'route_not_served',
  not_found: 'not_found',
  completed_delivered: 'completed',
  completed_forwarded: 'completed',
  completed_forward_asked: 'completed',
  completed_returned_by_timeout: 'completed',
  completed_returned_by_error: 'completed',
  completed_somehow: 'completed',
  cannot_tell_counterparty: 'cannot_tell',
  cannot_tell_sent: 'cannot_tell',
  cannot_tell_acknowledged: 'cannot_tell',
  cannot_tell_timeout: 'cannot_tell',
}

export const payingHelpsAnswers = ['yes', 'no', 'not_needed', 'unknown'] as const
export type PayingHelps = typeof payingHelpsAnswers[number]

export const refundCauses = ['timeout', 'error_acknowledgement'] as const
/** Why the source chain gives a sender the coins back. */
export type RefundCause = typeof refundCauses[number]

export const packetRefundStates = ['predicted', 'paid', 'unconfirmed', 'differs'] as const
/**
 * `predicted`: waits for the timeout or acknowledgement. `paid`: the events of its transaction show exactly this.
 * `unconfirmed`: finished, but that transaction was not found. `differs`: its events show something else.
 */
export type PacketRefundState = typeof packetRefundStates[number]
