import { formatPacketId, type PacketId } from '../../../shared/utils/packet-id'
import { planShareRefunds } from '../refund/plan'
import { log, planned, unchanged } from './effects'
import type { Operation, OperationPacket } from './operation'
import { afterCorrecting, afterGivingBack, afterSettling, cappedAt, leftOf, owedShares, sumOf, withResults } from './settlement'
import type { Effect, Transition } from './transition'

/** What a person may give back of an operation now. */
export interface Refundable {
  readonly amount: bigint
  /** It was recognised as ours: giving it back corrects the books. */
  readonly correction: boolean
  /** Any amount up to it, or only all of it. */
  readonly inParts: boolean
}

/** Nothing while a run may be earning it. A half-paid operation that lost some of its money could never be completed: all or nothing. */
export function refundableOf(operation: Operation): Refundable {
  const left = sumOf(leftOf(operation))
  if (operation.status === 'clearing') return { amount: 0n, correction: false, inParts: false }
  if (left > 0n) return { amount: left, correction: false, inParts: operation.status !== 'awaiting_payment' }
  return { amount: sumOf(operation.consumed), correction: true, inParts: true }
}

export function retried(operation: Operation, deadlineAt: Date): Transition {
  if (operation.status === 'queued') return { operation, effects: [log('retried'), { type: 'wake_clearing' }] }
  if (operation.status !== 'needs_attention') return unchanged(operation)
  return { operation: { ...operation, status: 'queued', deadlineAt }, effects: [log('retried', { deadlineAt: deadlineAt.toISOString() }), { type: 'wake_clearing' }] }
}

/** `unknown` by nobody is all that can be said of a packet that a person decided; its share is ours, or goes back. */
const decidedByPerson = (kept: ReadonlySet<string>, { id }: OperationPacket): Pick<OperationPacket, 'id' | 'result' | 'relayedBy' | 'refundReason'> =>
  ({ id, result: 'unknown', relayedBy: 'nobody', refundReason: kept.has(formatPacketId(id)) ? null : 'operator_decision' })

export function resolved(operation: Operation, keep: readonly PacketId[], reason: string, now: Date): Transition {
  if (operation.status !== 'needs_attention' && operation.status !== 'queued') return unchanged(operation)
  const kept = new Set(keep.map(formatPacketId))
  const verdicts = operation.packets.filter(packet => packet.result === null).map(packet => decidedByPerson(kept, packet))
  const packets = withResults(operation.packets, verdicts)
  const left = leftOf(operation)
  const owed = owedShares(operation, packets.filter(packet => packet.refundReason !== null), false)
  const refunds = planShareRefunds(operation.total.denom, left, cappedAt(sumOf(left), owed))
  const told = verdicts.map(({ id, refundReason }) => log('packet_finished', { packet: formatPacketId(id), result: 'unknown', relayedBy: 'nobody', share: refundReason === null ? 'kept' : 'refunded' }))
  return {
    operation: { ...afterSettling(operation, refunds), packets, status: 'resolved', finishedAt: now, refundStatus: refunds.length > 0 ? 'owed' : operation.refundStatus },
    effects: [...told, log('resolved', { reason, kept: kept.size }), ...planned(refunds), { type: 'release_claims' }],
  }
}

function corrected(operation: Operation, amount: bigint): Transition {
  const refunds = planShareRefunds(operation.total.denom, operation.consumed, [{ reason: 'operator_decision', amount }])
  const reversals = refunds.map((refund): Effect => ({ type: 'reverse_revenue', paymentId: refund.paymentId, amount: refund.coin.amount }))
  return { operation: { ...afterCorrecting(operation, refunds), refundStatus: 'owed' }, effects: [...reversals, ...planned(refunds)] }
}

/** Latest payment first. With all that is left gone, the operation is over. */
export function refundDecided(operation: Operation, amount: bigint, now: Date): Transition {
  const refundable = refundableOf(operation)
  if (amount <= 0n || amount > refundable.amount || (!refundable.inParts && amount !== refundable.amount)) return unchanged(operation)
  if (refundable.correction) return corrected(operation, amount)
  const refunds = planShareRefunds(operation.total.denom, leftOf(operation), [{ reason: 'operator_decision', amount }])
  const after = { ...afterGivingBack(operation, refunds), refundStatus: 'owed' as const }
  if (amount < refundable.amount) return { operation: after, effects: planned(refunds) }
  return { operation: { ...after, status: 'resolved', finishedAt: now }, effects: [log('resolved', { givenBack: amount.toString() }), ...planned(refunds), { type: 'release_claims' }] }
}
