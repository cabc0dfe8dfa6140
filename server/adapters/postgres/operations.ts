import { and, asc, eq, sql } from 'drizzle-orm'
import { clearingOperations, clearingTokens, operationEvents, packetClearingResults, payments } from '../../../drizzle/schema'
import type { MemoCode, MemoReading } from '../../../shared/utils/memo-code'
import type { Credit, Operation, OperationId, PaymentId } from '../../domain/clearing/operation'
import type { Effect } from '../../domain/clearing/transition'
import type { Cause } from '../../usecases/store-ports'
import type { Tx } from './transaction-types'

/** NOTIFY channel on which instances hear of new operation events; payload: the token. */
export const operationEventsChannel = 'operation_events'

export async function appendEvent(tx: Tx, operationId: string, token: string, entry: Extract<Effect, { type: 'log' }>, cause: Cause, now: Date): Promise<void> {
  await tx.insert(operationEvents).values({ operationId, type: entry.event, detail: { ...entry.detail }, actor: cause.actor, cause: cause.cause, createdAt: now })
  await tx.execute(sql`select pg_notify(${operationEventsChannel}, ${token})`)
}

type OperationRow = typeof clearingOperations.$inferSelect

const parts = (rows: readonly { readonly id: string, readonly amount: bigint }[]): Credit[] =>
  rows.filter(row => row.amount > 0n).map(row => ({ paymentId: row.id as PaymentId, amount: row.amount }))

async function assemble(tx: Tx, row: OperationRow): Promise<Operation> {
  const [[token], packets, credits] = await Promise.all([
    tx.select().from(clearingTokens).where(eq(clearingTokens.token, row.token)),
    tx.select().from(packetClearingResults).where(eq(packetClearingResults.operationId, row.id)).orderBy(asc(packetClearingResults.position)),
    tx.select({ id: payments.id, amount: payments.creditedAmount, received: payments.amount, planned: payments.refundPlannedAmount, consumed: payments.consumedAmount }).from(payments)
      .where(and(eq(payments.operationId, row.id), eq(payments.state, 'credited')))
      .orderBy(asc(payments.height), asc(payments.txIndex), asc(payments.msgIndex)),
  ])
  if (!token) throw new Error(`operation ${row.id} has no token`)
  return {
    id: row.id as OperationId, token: row.token, memoCode: token.memoCode as MemoCode, status: row.status, paymentIssue: row.paymentIssue, refundStatus: row.refundStatus,
    walletAddress: token.walletAddress, paymentChainId: row.paymentChainId, total: { denom: token.totalDenom, amount: token.totalAmount },
    issuedAt: token.issuedAt, expiresAt: token.expiresAt, graceUntil: token.graceUntil,
    creditedAt: row.creditedAt, deadlineAt: row.deadlineAt, finishedAt: row.finishedAt, attempted: row.attempted,
    credits: credits.map(credit => ({ paymentId: credit.id as PaymentId, amount: credit.amount })),
    // A surplus goes back too, but was never credited.
    givenBack: parts(credits.map(({ id, amount, received, planned }) => ({ id, amount: planned - (received - amount) }))),
    consumed: parts(credits.map(({ id, consumed }) => ({ id, amount: consumed }))),
    packets: packets.map(packet => ({
      id: { chainId: packet.chainId, portId: packet.portId, channelId: packet.channelId, sequence: packet.sequence },
      need: packet.need, share: packet.shareAmount, result: packet.result, relayedBy: packet.relayedBy, refundReason: packet.refundReason,
    })),
  }
}

/** Locks the operation's row until the transaction ends. */
export async function lockOperation(tx: Tx, id: string): Promise<Operation | null> {
  const [row] = await tx.select().from(clearingOperations).where(eq(clearingOperations.id, id)).for('update')
  return row ? assemble(tx, row) : null
}

/** By memo code or by the token itself; null for anything that names no operation. */
export async function lockOperationByMemo(tx: Tx, reading: MemoReading): Promise<Operation | null> {
  if (reading.kind !== 'memo_code' && reading.kind !== 'token') return null
  const named = reading.kind === 'memo_code' ? eq(clearingTokens.memoCode, reading.memoCode) : eq(clearingTokens.token, reading.token)
  const [token] = await tx.select({ token: clearingTokens.token }).from(clearingTokens).where(named)
  if (!token) return null
  const [row] = await tx.select().from(clearingOperations).where(eq(clearingOperations.token, token.token)).for('update')
  return row ? assemble(tx, row) : null
}
