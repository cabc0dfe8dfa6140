export const operationStatuses = ['awaiting_payment', 'queued', 'clearing', 'cleared', 'partially_cleared', 'not_cleared', 'not_needed', 'expired', 'needs_attention', 'resolved'] as const
/** The life of a clearing operation; orthogonal to PaymentIssue and RefundStatus. */
export type OperationStatus = typeof operationStatuses[number]

export const paymentIssues = ['none', 'underpaid', 'overpaid', 'late', 'too_late', 'wrong_denom', 'duplicate'] as const
export type PaymentIssue = typeof paymentIssues[number]

export const refundStatuses = ['none', 'owed', 'in_progress', 'done', 'held'] as const
export type RefundStatus = typeof refundStatuses[number]

export const packetResults = ['delivered', 'returned_by_timeout', 'returned_by_error', 'pending', 'unknown'] as const
/** What became of one paid packet, from chain evidence only. */
export type PacketResultName = typeof packetResults[number]

export const relayedByNames = ['us', 'other', 'nobody'] as const
export type RelayedBy = typeof relayedByNames[number]

export const paymentStates = ['seen', 'credited', 'refund_owed', 'unallocated', 'owner_capital'] as const
/**
 * `seen`: waits for confirmations or a second source, and is in no book yet. `credited`: counts towards its operation (maybe
 * with a surplus owed back). `owner_capital`: an operator's top-up of the wallet.
 */
export type PaymentState = typeof paymentStates[number]

/** `service`: customers pay to it and refunds leave it. `relayer`: pays the gas of clearing. */
export type WalletRole = 'service' | 'relayer'

/** Who vouches for the block of a payment: nobody yet, the only endpoint there is, or two that agree. */
export type PaymentConfirmation = 'none' | 'single' | 'agreed'

export const refundReasons = ['overpaid', 'duplicate', 'too_late', 'wrong_denom', 'underpaid', 'not_cleared', 'relayed_by_other', 'not_needed', 'deadline', 'operator_decision', 'unallocated'] as const
/** `unallocated`: named no clearing, and an admin sends it back. */
export type RefundReason = typeof refundReasons[number]

export const refundStates = ['planned', 'held', 'signed', 'broadcast', 'confirmed'] as const
export type RefundState = typeof refundStates[number]

export const refundHoldReasons = ['minimum', 'approval', 'exchange', 'refused', 'no_destination'] as const
/** Why a refund is held: too small to send alone, waits for an admin (large, or to an exchange's wallet), the chain refuses it, or nobody knows who paid. */
export type RefundHoldReason = typeof refundHoldReasons[number]

export const nextCodes = [
  'pay', 'pay_late', 'top_up', 'payment_confirming', 'window_over', 'queued', 'queued_again', 'clearing', 'cleared', 'partially_cleared', 'not_cleared', 'not_needed', 'resolved',
  'expired_unpaid', 'expired_underpaid', 'needs_attention',
] as const
/** What happens next with an operation. */
export type NextCode = typeof nextCodes[number]

export const nextRefunds = ['to_payer', 'to_named', 'sent', 'held_minimum', 'held_approval', 'held_exchange', 'held_refused', 'held_no_destination', 'held'] as const
/** Where its refunds are; `to_named`: on the way to the address that the payer named. */
export type NextRefund = typeof nextRefunds[number]

export const operationEventTypes = [
  'token_issued', 'payment_seen', 'payment_credited', 'payment_returned', 'payment_set_aside', 'payment_refuted', 'queued', 'run_started', 'packet_received', 'packet_finished',
  'attempt_failed', 'settled', 'refund_planned', 'refund_held', 'refund_approved', 'refund_claimed', 'refund_signed', 'refund_sent', 'refund_confirmed', 'expired', 'needs_attention', 'retried', 'resolved',
] as const
export type OperationEventType = typeof operationEventTypes[number]

/** What one clearing may hold, of whatever channels. */
export const maxPacketsPerToken = 50
