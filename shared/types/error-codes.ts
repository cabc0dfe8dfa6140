export const errorCodes = [
  'invalid_request', 'body_too_large', 'unsupported_media_type', 'method_not_allowed', 'not_found', 'chain_not_served', 'packet_not_found', 'token_not_found', 'operation_not_found', 'payment_not_found', 'refund_not_found', 'outgoing_not_found',
  'packets_not_clearable', 'route_not_quotable', 'relayer_not_ready', 'chain_unavailable', 'clock_skew', 'quota_exceeded', 'rate_limited',
  'not_signed_in', 'forbidden', 'challenge_not_found', 'challenge_expired', 'signature_invalid', 'idempotency_key_reused', 'idempotency_in_progress',
  'transaction_rejected', 'transaction_not_a_payment', 'not_in_this_state', 'fresh_signature_needed', 'paused', 'too_many_results', 'not_ready', 'internal',
] as const
/** Closed list of what the API can refuse with; clients switch on it, never on text. */
export type ErrorCode = typeof errorCodes[number]

export const problemReasons = ['address_of_other_chain', 'address_unchanged', 'address_of_ours', 'address_of_exchange', 'address_of_module', 'payments_not_taken', 'no_conversion_rate', 'refund_on_its_way', 'payer_unknown'] as const
/** Finer than the code, where a person can act on it. */
export type ProblemReason = typeof problemReasons[number]

/** Why one packet of a quote was refused. */
export const packetRefusalCodes = [
  'not_found', 'already_completed', 'already_delivered', 'in_flight', 'state_unknown', 'route_not_served', 'client_not_active', 'channel_not_open',
  'async_ack_pending', 'duplicate_in_request', 'claimed_by_other', 'packet_data_pruned', 'receiver_or_memo_too_long',
  'earlier_packet_pending', 'chain_halted',
] as const
export type PacketRefusalCode = typeof packetRefusalCodes[number]
