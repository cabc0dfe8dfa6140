import type { RefundReason } from '../../../shared/types/clearing'
import { formatPacketId } from '../../../shared/utils/packet-id'
import type { OwedBack } from '../refund/plan'
import type { Credit, Operation, OperationPacket, PlannedRefund } from './operation'

/** Adds results to packets that have none yet. */
export function withResults(packets: readonly OperationPacket[], decided: readonly Pick<OperationPacket, 'id' | 'result' | 'relayedBy' | 'refundReason'>[]): OperationPacket[] {
  return packets.map((packet) => {
    const verdict = decided.find(candidate => formatPacketId(candidate.id) === formatPacketId(packet.id))
    return verdict && packet.result === null ? { ...packet, result: verdict.result, relayedBy: verdict.relayedBy, refundReason: verdict.refundReason } : packet
  })
}

const finishedOnChain = (packet: OperationPacket) => packet.result === 'delivered' || packet.result === 'returned_by_timeout' || packet.result === 'returned_by_error'

export function finalStatus(packets: readonly OperationPacket[]): 'cleared' | 'partially_cleared' | 'not_needed' | 'not_cleared' {
  const byUs = packets.filter(packet => packet.relayedBy === 'us').length
  if (byUs === packets.length) return 'cleared'
  if (byUs > 0) return 'partially_cleared'
  return packets.every(packet => finishedOnChain(packet) || packet.relayedBy === 'other') ? 'not_needed' : 'not_cleared'
}

/** Shares of packets that were not relayed by us, by reason. */
export function owedShares(operation: Operation, packets: readonly OperationPacket[], notNeeded: boolean): OwedBack[] {
  const owed = new Map<RefundReason, bigint>()
  for (const packet of packets) {
    if (packet.relayedBy === 'us') continue
    const reason = notNeeded && !operation.attempted ? 'not_needed' : packet.refundReason ?? 'not_cleared'
    owed.set(reason, (owed.get(reason) ?? 0n) + packet.share)
  }
  return [...owed].map(([reason, amount]) => ({ reason, amount })).filter(part => part.amount > 0n)
}

const partOf = (parts: readonly Credit[], paymentId: Credit['paymentId']) => parts.reduce((sum, part) => part.paymentId === paymentId ? sum + part.amount : sum, 0n)

export const sumOf = (credits: readonly Credit[]): bigint => credits.reduce((sum, credit) => sum + credit.amount, 0n)

/** What of each credit is neither given back nor ours: all of it until something is decided. */
export function leftOf({ credits, givenBack, consumed }: Pick<Operation, 'credits' | 'givenBack' | 'consumed'>): Credit[] {
  return credits.map(({ paymentId, amount }) => ({ paymentId, amount: amount - partOf(givenBack, paymentId) - partOf(consumed, paymentId) }))
}

/** An admin may have given some of it back before: nobody gets more than is left. */
export function cappedAt(left: bigint, owed: readonly OwedBack[]): OwedBack[] {
  let rest = left
  return owed.flatMap(({ reason, amount }) => {
    const part = amount < rest ? amount : rest
    rest -= part
    return part > 0n ? [{ reason, amount: part }] : []
  })
}

/** One entry per payment; empty ones are left out. */
function added(parts: readonly Credit[], more: readonly Credit[]): Credit[] {
  const ids = new Set([...parts, ...more].map(part => part.paymentId))
  return [...ids].map(paymentId => ({ paymentId, amount: partOf(parts, paymentId) + partOf(more, paymentId) })).filter(part => part.amount > 0n)
}

const refunded = (refunds: readonly PlannedRefund[]): Credit[] => refunds.map(({ paymentId, coin }) => ({ paymentId, amount: coin.amount }))

/** The operation's credits after these refunds of them, before it is settled. */
export function afterGivingBack<O extends Operation>(operation: O, refunds: readonly PlannedRefund[]): O {
  return { ...operation, givenBack: added(operation.givenBack, refunded(refunds)) }
}

/** At the end, what does not go back is ours. */
export function afterSettling<O extends Operation>(operation: O, refunds: readonly PlannedRefund[]): O {
  const given = afterGivingBack(operation, refunds)
  return { ...given, consumed: added(given.consumed, leftOf(given)) }
}

/** What was ours goes back after all. */
export function afterCorrecting<O extends Operation>(operation: O, refunds: readonly PlannedRefund[]): O {
  const back = refunded(refunds)
  return { ...afterGivingBack(operation, refunds), consumed: operation.consumed.map(part => ({ ...part, amount: part.amount - partOf(back, part.paymentId) })).filter(part => part.amount > 0n) }
}
