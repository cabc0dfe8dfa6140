import type { OperationEventType, PaymentIssue, RefundReason } from '../../../shared/types/clearing'
import type { Coin } from '../../../shared/utils/coin'
import { formatPacketId, type PacketId } from '../../../shared/utils/packet-id'
import { isPayerCaused, planShareRefunds } from '../refund/plan'
import { refundDecided, resolved, retried } from './admin-transition'
import { log, planned, unchanged } from './effects'
import type { DecidedPacket, Operation, PaymentId, PlannedRefund } from './operation'
import { afterGivingBack, afterSettling, cappedAt, finalStatus, leftOf, owedShares, sumOf, withResults } from './settlement'

/** A payment row that names the operation's token, confirmed as configured. */
export interface ConfirmedPayment {
  readonly id: PaymentId
  readonly coin: Coin
  readonly blockTime: Date
}

export type OperationEvent
  = | { readonly type: 'payment_confirmed', readonly payment: ConfirmedPayment, readonly wrongDenomRefundable: boolean, readonly clearingDeadlineMs: number }
    | { readonly type: 'grace_passed', readonly blockTime: Date }
    | { readonly type: 'run_started', readonly runId: string, readonly executor: string }
    /** `failed`: some packet of this operation was in the run and is not decided. */
    | { readonly type: 'run_ended', readonly failed: boolean, readonly detail: EventDetail }
    | { readonly type: 'packets_decided', readonly decided: readonly DecidedPacket[] }
    | { readonly type: 'undecidable', readonly reason: string }
    /** A person has it tried at once; one that had left the queue until a new deadline. */
    | { readonly type: 'retried', readonly deadlineAt: Date }
    /** A person ends it: shares of undecided packets are ours if they are in `keep`, and go back otherwise. */
    | { readonly type: 'resolved', readonly keep: readonly PacketId[], readonly reason: string }
    /** A person gives back some of what is left of it, or of what it had earned. */
    | { readonly type: 'refund_decided', readonly amount: bigint }

export type EventDetail = Readonly<Record<string, string | number | boolean | null>>

export type Effect
  = | { readonly type: 'credit_payment', readonly paymentId: PaymentId, readonly amount: bigint }
    | { readonly type: 'return_payment', readonly paymentId: PaymentId, readonly reason: RefundReason }
    | { readonly type: 'leave_unallocated', readonly paymentId: PaymentId, readonly reason: string }
    | { readonly type: 'plan_refund', readonly refund: PlannedRefund }
    /** What was earned from this payment is not earned any more; comes before the refund of the same money. */
    | { readonly type: 'reverse_revenue', readonly paymentId: PaymentId, readonly amount: bigint }
    | { readonly type: 'queue_clearing' }
    /** The claims are held already: the undecided packets are due now. */
    | { readonly type: 'wake_clearing' }
    | { readonly type: 'release_claims' }
    | { readonly type: 'log', readonly event: OperationEventType, readonly detail: EventDetail }

export interface Transition {
  readonly operation: Operation
  readonly effects: readonly Effect[]
}

/** The whole payment goes back to its sender. */
function giveBack(operation: Operation, payment: ConfirmedPayment, reason: RefundReason & PaymentIssue, ourFault = false): Transition {
  const refund = { paymentId: payment.id, coin: payment.coin, reason, networkFeeDeducted: !ourFault && isPayerCaused(reason) }
  return {
    operation: { ...operation, paymentIssue: reason, refundStatus: 'owed' },
    effects: [{ type: 'return_payment', paymentId: payment.id, reason }, log('payment_returned', { reason }), ...planned([refund])],
  }
}

function wrongDenom(operation: Operation, payment: ConfirmedPayment, refundable: boolean): Transition {
  const noted = operation.status === 'awaiting_payment' ? { ...operation, paymentIssue: 'wrong_denom' as const } : operation
  if (refundable) return giveBack(noted, payment, 'wrong_denom')
  return {
    operation: noted,
    effects: [
      { type: 'leave_unallocated', paymentId: payment.id, reason: `paid in ${payment.coin.denom}, quoted in ${operation.total.denom}` },
      log('payment_set_aside', { amount: payment.coin.amount.toString(), denom: payment.coin.denom }),
    ],
  }
}

function creditPayment(operation: Operation, payment: ConfirmedPayment, clearingDeadlineMs: number): Transition {
  const missing = operation.total.amount - sumOf(operation.credits)
  const amount = payment.coin.amount < missing ? payment.coin.amount : missing
  const surplus = payment.coin.amount - amount
  const credits = [...operation.credits, { paymentId: payment.id, amount }]
  const creditEffects: Effect[] = [
    { type: 'credit_payment', paymentId: payment.id, amount },
    log('payment_credited', { amount: amount.toString(), denom: payment.coin.denom }),
  ]
  if (amount < missing) {
    return { operation: { ...operation, status: 'awaiting_payment', credits, paymentIssue: 'underpaid', finishedAt: null }, effects: creditEffects }
  }
  const late = payment.blockTime > operation.expiresAt
  const paymentIssue = surplus > 0n ? 'overpaid' : late ? 'late' : 'none'
  const over: PlannedRefund[] = surplus > 0n ? [{ paymentId: payment.id, coin: { denom: payment.coin.denom, amount: surplus }, reason: 'overpaid', networkFeeDeducted: true }] : []
  return {
    operation: {
      ...operation, credits, paymentIssue, status: 'queued',
      refundStatus: surplus > 0n ? 'owed' : operation.refundStatus,
      creditedAt: payment.blockTime, finishedAt: null,
      deadlineAt: new Date(payment.blockTime.getTime() + clearingDeadlineMs),
    },
    effects: [...creditEffects, ...planned(over), { type: 'queue_clearing' }, log('queued', { packets: operation.packets.length })],
  }
}

function paymentConfirmed(operation: Operation, event: Extract<OperationEvent, { type: 'payment_confirmed' }>): Transition {
  const { payment } = event
  if (payment.coin.amount === 0n) return { operation, effects: [{ type: 'leave_unallocated', paymentId: payment.id, reason: 'amount is 0' }] }
  if (payment.coin.denom !== operation.total.denom) return wrongDenom(operation, payment, event.wrongDenomRefundable)
  const inTime = payment.blockTime <= operation.graceUntil
  if (operation.status === 'awaiting_payment') {
    return inTime ? creditPayment(operation, payment, event.clearingDeadlineMs) : giveBack(operation, payment, 'too_late')
  }
  if (operation.status === 'expired') {
    // Paid in time, but our endpoints showed it only after the operation expired: honoured if nothing went back yet.
    if (inTime && operation.credits.length === 0) return creditPayment(operation, payment, event.clearingDeadlineMs)
    return giveBack(operation, payment, 'too_late', inTime)
  }
  return giveBack(operation, payment, 'duplicate')
}

function gracePassed(operation: Operation, blockTime: Date): Transition {
  if (operation.status !== 'awaiting_payment' || blockTime <= operation.graceUntil) return unchanged(operation)
  const left = leftOf(operation)
  const refunds = planShareRefunds(operation.total.denom, left, [{ reason: 'underpaid', amount: sumOf(left) }])
  return {
    operation: { ...afterGivingBack(operation, refunds), status: 'expired', finishedAt: blockTime, refundStatus: refunds.length > 0 ? 'owed' : operation.refundStatus },
    effects: [log('expired'), ...planned(refunds)],
  }
}

function packetsDecided(operation: Operation, decided: readonly DecidedPacket[], now: Date): Transition {
  if (operation.status !== 'queued' && operation.status !== 'clearing') return unchanged(operation)
  const packets = withResults(operation.packets, decided)
  const newly = packets.filter((packet, index) => packet.result !== null && operation.packets[index]?.result === null)
  const finished = newly.map(packet => log('packet_finished', { packet: formatPacketId(packet.id), result: packet.result, relayedBy: packet.relayedBy }))
  if (packets.some(packet => packet.result === null)) return { operation: { ...operation, packets }, effects: finished }
  const status = finalStatus(packets)
  const left = leftOf(operation)
  const refunds = planShareRefunds(operation.total.denom, left, cappedAt(sumOf(left), owedShares(operation, packets, status === 'not_needed')))
  return {
    operation: { ...afterSettling(operation, refunds), packets, status, finishedAt: now, refundStatus: refunds.length > 0 ? 'owed' : operation.refundStatus },
    effects: [...finished, log('settled', { status }), ...planned(refunds), { type: 'release_claims' }],
  }
}

/**
 * The only way an operation changes. Pure: `now` is the caller's clock and is used for `finishedAt` alone; every verdict
 * on time comes from block times inside the event. Effects are written in the same transaction as the operation.
 */
export function transition(operation: Operation, event: OperationEvent, now: Date): Transition {
  switch (event.type) {
    case 'payment_confirmed':
      return paymentConfirmed(operation, event)
    case 'grace_passed':
      return gracePassed(operation, event.blockTime)
    case 'run_started':
      if (operation.status !== 'queued') return unchanged(operation)
      return { operation: { ...operation, status: 'clearing', attempted: true }, effects: [log('run_started', { executor: event.executor })] }
    case 'run_ended':
      if (operation.status !== 'clearing') return unchanged(operation)
      return { operation: { ...operation, status: 'queued' }, effects: event.failed ? [log('attempt_failed', event.detail)] : [] }
    case 'packets_decided':
      return packetsDecided(operation, event.decided, now)
    case 'undecidable':
      if (operation.status !== 'queued' && operation.status !== 'clearing') return unchanged(operation)
      return { operation: { ...operation, status: 'needs_attention' }, effects: [log('needs_attention', { reason: event.reason })] }
    case 'retried':
      return retried(operation, event.deadlineAt)
    case 'resolved':
      return resolved(operation, event.keep, event.reason, now)
    case 'refund_decided':
      return refundDecided(operation, event.amount, now)
    default:
      return event satisfies never
  }
}
