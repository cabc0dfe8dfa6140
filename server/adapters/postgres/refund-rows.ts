import { and, asc, eq, inArray, lte, or, sql } from 'drizzle-orm'
import type { refundTransactions } from '../../../drizzle/schema'
import { clearingOperations, refunds } from '../../../drizzle/schema'
import type { OperationEventType } from '../../../shared/types/clearing'
import type { EventDetail } from '../../domain/clearing/transition'
import { mostRefundsPerTransaction } from '../../domain/refund/memo'
import { refundStatusOf, type Payout, type Refund } from '../../domain/refund/refund'
import type { Cause } from '../../usecases/store-ports'
import { audit } from './audit'
import type { Database } from './database'
import { appendEvent } from './operations'
import type { Tx } from './transaction-types'

export function toRefund(row: typeof refunds.$inferSelect): Refund {
  return {
    id: row.id, chainId: row.chainId, paymentId: row.paymentId, operationId: row.operationId, coin: { denom: row.denom, amount: row.amount }, destination: row.destination,
    reason: row.reason, state: row.state, networkFeeDeducted: row.networkFeeDeducted, txHash: row.txHash, holdReason: row.holdReason,
    nextTryAt: row.nextTryAt, failures: row.failures, approved: row.approvedBy !== null, plannedAt: row.plannedAt,
  }
}

export function toPayout(row: typeof refundTransactions.$inferSelect): Payout {
  return {
    id: row.id, chainId: row.chainId, address: row.address, txHash: row.txHash, txBytes: new Uint8Array(Buffer.from(row.txBytes, 'base64')), refundIds: row.refundIds,
    destination: row.destination, coin: { denom: row.denom, amount: row.amount }, fee: { denom: row.feeDenom, amount: row.feeAmount },
    accountSequence: row.accountSequence, signedHeight: row.signedHeight, timeoutHeight: row.timeoutHeight, broadcasts: row.broadcasts, lastBroadcastAt: row.lastBroadcastAt, state: row.state,
  }
}

/** Locks the operations first, in one order, as everybody who changes an operation does; then the refunds. */
export async function lockRefunds(tx: Tx, ids: readonly string[]): Promise<readonly Refund[]> {
  if (ids.length === 0) return []
  const found = await tx.select({ operationId: refunds.operationId }).from(refunds).where(inArray(refunds.id, [...ids]))
  const operationIds = [...new Set(found.flatMap(row => row.operationId ?? []))].sort()
  for (const id of operationIds) await tx.select({ id: clearingOperations.id }).from(clearingOperations).where(eq(clearingOperations.id, id)).for('update')
  const rows = await tx.select().from(refunds).where(inArray(refunds.id, [...ids])).orderBy(asc(refunds.id)).for('update')
  return ids.flatMap((id) => {
    const row = rows.find(candidate => candidate.id === id)
    return row ? [toRefund(row)] : []
  })
}

/** A refund without an operation is told of in the audit trail. */
const auditRefund = (tx: Tx, refund: Refund, event: OperationEventType, detail: EventDetail, { actor, cause }: Cause, now: Date) => audit(tx, {
  actor, actorAddress: null, action: `refund.${event.replace(/^refund_/, '')}`, subjectType: 'refund', subjectId: refund.id, reason: cause, detail: { paymentId: refund.paymentId, ...detail },
}, now)

/** Makes the operations of changed refunds say so: their refundStatus, and one event for each refund. */
export async function tellOperations(tx: Tx, changed: readonly Refund[], event: OperationEventType, detail: (refund: Refund) => EventDetail, cause: Cause, now: Date): Promise<void> {
  for (const refund of changed) {
    const told = { amount: refund.coin.amount.toString(), denom: refund.coin.denom, reason: refund.reason, ...detail(refund) }
    if (refund.operationId === null) {
      await auditRefund(tx, refund, event, told, cause, now)
      continue
    }
    const rows = await tx.select({ state: refunds.state }).from(refunds).where(eq(refunds.operationId, refund.operationId))
    const [operation] = await tx.update(clearingOperations).set({ refundStatus: refundStatusOf(rows.map(row => row.state)) })
      .where(eq(clearingOperations.id, refund.operationId)).returning({ token: clearingOperations.token })
    if (operation) await appendEvent(tx, refund.operationId, operation.token, { type: 'log', event, detail: told }, cause, now)
  }
}

/** Recomputes refundStatus without an event: what waits again had been told before. */
export async function refreshStatus(tx: Tx, operationIds: Iterable<string>): Promise<void> {
  for (const operationId of new Set(operationIds)) {
    const rows = await tx.select({ state: refunds.state }).from(refunds).where(eq(refunds.operationId, operationId))
    await tx.update(clearingOperations).set({ refundStatus: refundStatusOf(rows.map(row => row.state)) }).where(eq(clearingOperations.id, operationId))
  }
}

/** Held ones that come to rest by a person or by time stand aside, so that however many of them hide nobody else. */
export async function nextRefunds(db: Database, chainId: string, now: Date): Promise<readonly [Refund, ...Refund[]] | null> {
  const held = eq(refunds.state, 'held')
  const mayLead = or(eq(refunds.state, 'planned'), and(held, eq(refunds.holdReason, 'refused'), lte(refunds.nextTryAt, now)))
  const [lead] = await db.select().from(refunds).where(and(eq(refunds.chainId, chainId), mayLead)).orderBy(sql`${refunds.state} = 'held'`, asc(refunds.plannedAt), asc(refunds.id)).limit(1)
  if (!lead) return null
  if (lead.destination === null) return [toRefund(lead)]
  const small = await db.select().from(refunds)
    .where(and(eq(refunds.chainId, chainId), held, eq(refunds.holdReason, 'minimum'), eq(refunds.destination, lead.destination), eq(refunds.denom, lead.denom)))
    .orderBy(asc(refunds.plannedAt), asc(refunds.id)).limit(mostRefundsPerTransaction - 1)
  return [toRefund(lead), ...small.map(toRefund)]
}
