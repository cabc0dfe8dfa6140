import { and, eq, isNull, sql } from 'drizzle-orm'
import { clearingOperations, packetClearingResults, payments, refunds } from '../../../drizzle/schema'
import { formatChannelEnd, type PacketId } from '../../../shared/utils/packet-id'
import type { Operation, PlannedRefund } from '../../domain/clearing/operation'
import type { Effect } from '../../domain/clearing/transition'
import type { Cause } from '../../usecases/store-ports'
import { placePayment } from './inbound'
import { enqueue } from './jobs'
import { ledger } from './ledger'
import { appendEvent } from './operations'
import { refreshStatus } from './refund-rows'
import type { Tx } from './transaction-types'

interface Saving {
  readonly tx: Tx
  readonly before: Operation
  readonly after: Operation
  readonly cause: Cause
  readonly now: Date
  readonly rowId: () => string
}

async function saveOperationRow({ tx, after }: Saving): Promise<void> {
  await tx.update(clearingOperations).set({
    status: after.status, paymentIssue: after.paymentIssue, attempted: after.attempted,
    creditedAt: after.creditedAt, deadlineAt: after.deadlineAt, finishedAt: after.finishedAt,
  }).where(eq(clearingOperations.id, after.id))
}

async function saveDecisions({ tx, before, after, now }: Saving): Promise<void> {
  for (const [position, packet] of after.packets.entries()) {
    if (packet.result === null || before.packets[position]?.result !== null) continue
    await tx.update(packetClearingResults)
      .set({ result: packet.result, relayedBy: packet.relayedBy, refundReason: packet.refundReason, decidedAt: now })
      .where(and(eq(packetClearingResults.operationId, after.id), eq(packetClearingResults.position, position)))
  }
}

async function creditPayment({ tx, after, now, rowId }: Saving, effect: Extract<Effect, { type: 'credit_payment' }>): Promise<void> {
  await placePayment(tx, effect.paymentId, { state: 'credited', operationId: after.id, creditedAmount: effect.amount }, now, rowId)
  await ledger(tx, rowId(), now).paymentCredited(after, effect.paymentId, effect.amount)
}

async function planRefund({ tx, after, now, rowId }: Saving, refund: PlannedRefund): Promise<void> {
  const [payment] = await tx.update(payments)
    // As text: the client would send a bare bigint as int8, which 18-decimal coins outgrow.
    .set({ refundPlannedAmount: sql`${payments.refundPlannedAmount} + ${refund.coin.amount.toString()}::numeric` })
    .where(eq(payments.id, refund.paymentId))
    .returning({ chainId: payments.chainId, fromAddress: payments.fromAddress })
  if (!payment) throw new Error(`refund of unknown payment ${refund.paymentId}`)
  await tx.insert(refunds).values({
    id: rowId(), paymentId: refund.paymentId, operationId: after.id, chainId: payment.chainId, denom: refund.coin.denom, amount: refund.coin.amount,
    destination: payment.fromAddress, reason: refund.reason, state: 'planned', networkFeeDeducted: refund.networkFeeDeducted, plannedAt: now,
  })
  await ledger(tx, rowId(), now).refundPlanned(after, payment.chainId, refund)
}

/** At settlement what was credited and does not go back is ours: the constraint then forbids giving it back again. */
async function consumeCredits({ tx, before, after, now, rowId }: Saving): Promise<void> {
  for (const { paymentId, amount } of after.consumed) {
    const had = before.consumed.find(part => part.paymentId === paymentId)?.amount ?? 0n
    if (amount <= had) continue
    await tx.update(payments).set({ consumedAmount: amount }).where(eq(payments.id, paymentId))
    await ledger(tx, rowId(), now).revenueRecognised(after, paymentId, amount - had)
  }
}

/** Claims what no live claim holds; the unique index decides between operations, the earlier credit being first. */
async function claimPackets({ tx, after, now }: Saving): Promise<PacketId[]> {
  const claimedByOthers: PacketId[] = []
  for (const [position, packet] of after.packets.entries()) {
    const { id } = packet
    const claimed = await tx.execute(sql`
      update packet_clearing_results set claimed = true, next_attempt_at = ${now.toISOString()}
      where operation_id = ${after.id} and position = ${position} and not exists (
        select 1 from packet_clearing_results other where other.claimed and other.chain_id = ${id.chainId} and other.port_id = ${id.portId}
          and other.channel_id = ${id.channelId} and other.sequence = ${id.sequence.toString()}::numeric)
      returning position`)
    if (claimed.length === 0) claimedByOthers.push(id)
  }
  await enqueueRoutes(tx, after.packets.map(packet => packet.id).filter(id => !claimedByOthers.includes(id)))
  return claimedByOthers
}

async function enqueueRoutes(tx: Tx, ids: readonly PacketId[]): Promise<void> {
  const routes = new Map(ids.map(({ chainId, portId, channelId }) => [formatChannelEnd({ chainId, portId, channelId }), { chainId, portId, channelId }]))
  for (const route of routes.values()) await enqueue(tx, { name: 'clear_route', route })
}

async function wakePackets({ tx, after, now }: Saving): Promise<void> {
  await tx.update(packetClearingResults).set({ nextAttemptAt: now, aloneFailures: 0 }).where(and(eq(packetClearingResults.operationId, after.id), isNull(packetClearingResults.result)))
  await enqueueRoutes(tx, after.packets.filter(packet => packet.result === null).map(packet => packet.id))
}

/** The database refuses to take back more than was earned. */
async function reverseRevenue({ tx, after, now, rowId, cause }: Saving, effect: Extract<Effect, { type: 'reverse_revenue' }>): Promise<void> {
  await tx.update(payments).set({ consumedAmount: sql`${payments.consumedAmount} - ${effect.amount.toString()}::numeric` }).where(eq(payments.id, effect.paymentId))
  await ledger(tx, rowId(), now).revenueReversed(after, effect.paymentId, effect.amount, cause.cause)
}

async function saveEffect(saving: Saving, effect: Effect): Promise<readonly PacketId[]> {
  const { tx, after, now, rowId } = saving
  switch (effect.type) {
    case 'credit_payment':
      await creditPayment(saving, effect)
      return []
    case 'return_payment':
      await placePayment(tx, effect.paymentId, { state: 'refund_owed', operationId: after.id, reason: effect.reason }, now, rowId)
      return []
    case 'leave_unallocated':
      await placePayment(tx, effect.paymentId, { state: 'unallocated', reason: effect.reason, suggestion: after.memoCode }, now, rowId)
      return []
    case 'plan_refund':
      await planRefund(saving, effect.refund)
      return []
    case 'reverse_revenue':
      await reverseRevenue(saving, effect)
      return []
    case 'queue_clearing':
      return claimPackets(saving)
    case 'wake_clearing':
      await wakePackets(saving)
      return []
    case 'release_claims':
      await tx.update(packetClearingResults).set({ claimed: false }).where(eq(packetClearingResults.operationId, after.id))
      return []
    case 'log':
      await appendEvent(tx, after.id, after.token, effect, saving.cause, saving.now)
      return []
    default:
      return effect satisfies never
  }
}

/**
 * Writes the operation and every effect in the caller's transaction. The operation's row must be locked. Returns the
 * packets that another operation owns (after `queue_clearing`).
 */
export async function saveTransition(saving: Saving, effects: readonly Effect[]): Promise<{ readonly claimedByOthers: readonly PacketId[] }> {
  await saveOperationRow(saving)
  await saveDecisions(saving)
  const claimedByOthers: PacketId[] = []
  for (const effect of effects) claimedByOthers.push(...await saveEffect(saving, effect))
  if (effects.some(effect => effect.type === 'release_claims')) await consumeCredits(saving)
  // Earlier refunds of the operation may be on their way or confirmed already, which a transition does not know.
  if (effects.some(effect => effect.type === 'plan_refund')) await refreshStatus(saving.tx, [saving.after.id])
  return { claimedByOthers }
}
