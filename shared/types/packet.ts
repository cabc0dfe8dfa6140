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

export const diagnosisCodes = [
  'undelivered', 'delivered_ack_missing', 'error_ack_pending', 'timed_out', 'timing_out_soon', 'in_flight', 'client_expired', 'client_frozen',
  'channel_closed', 'ordered_channel_blocked', 'destination_unreachable', 'destination_halted', 'source_unreachable', 'async_ack_pending',
  'packet_data_pruned', 'receiver_or_memo_too_long', 'route_not_served', 'not_found', 'completed', 'cannot_tell',
] as const
export type DiagnosisCode = typeof diagnosisCodes[number]

export const payingHelpsAnswers = ['yes', 'no', 'not_needed', 'unknown'] as const
export type PayingHelps = typeof payingHelpsAnswers[number]
