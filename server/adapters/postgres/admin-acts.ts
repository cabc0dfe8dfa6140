import { and, eq, isNull } from 'drizzle-orm'
import { pauses, payments, refunds, scanGaps, walletOutgoing } from '../../../drizzle/schema'
import type { PaymentId } from '../../domain/clearing/operation'
import { isPayerCaused } from '../../domain/refund/plan'
import type { LockedPayment, PaidOutside, Pause, ScanGap } from '../../usecases/admin-ports'
import { passBlocks } from './cursors'
import { ledger } from './ledger'
import { readCoins } from './stored-coins'
import type { Tx } from './transaction-types'

export async function lockPayment(tx: Tx, id: string): Promise<LockedPayment | null> {
  const [row] = await tx.select().from(payments).where(eq(payments.id, id)).for('update')
  return row ? { id: row.id as PaymentId, chainId: row.chainId, coin: { denom: row.denom, amount: row.amount }, blockTime: row.blockTime, fromAddress: row.fromAddress, kind: row.kind, state: row.state } : null
}

export async function planUnallocatedReturn(tx: Tx, payment: LockedPayment, reason: string, now: Date, rowId: () => string): Promise<string> {
  const { id: paymentId, chainId, coin } = payment
  const moved = await tx.update(payments).set({ state: 'refund_owed', refundPlannedAmount: coin.amount, reason: 'unallocated' })
    .where(and(eq(payments.id, paymentId), eq(payments.state, 'unallocated'))).returning({ id: payments.id })
  if (moved.length === 0) throw new Error(`payment ${paymentId} is not unallocated any more`)
  const id = rowId()
  await tx.insert(refunds).values({
    id, paymentId, operationId: null, chainId, denom: coin.denom, amount: coin.amount, destination: payment.fromAddress,
    reason: 'unallocated', state: 'planned', networkFeeDeducted: isPayerCaused('unallocated'), plannedAt: now,
  })
  await ledger(tx, rowId(), now).unallocatedReturned(chainId, paymentId, coin, reason)
  return id
}

const unexplained = (chainId: string, txHash: string) => and(eq(walletOutgoing.chainId, chainId), eq(walletOutgoing.txHash, txHash), eq(walletOutgoing.kind, 'stranger'), isNull(walletOutgoing.acceptedReason))

export async function acceptStranger(tx: Tx, chainId: string, txHash: string, by: string, reason: string): Promise<boolean> {
  const accepted = await tx.update(walletOutgoing).set({ acceptedReason: reason, acceptedBy: by }).where(unexplained(chainId, txHash)).returning({ height: walletOutgoing.height })
  return accepted.length > 0
}

export async function strangerPaying(tx: Tx, chainId: string, txHash: string): Promise<PaidOutside | null> {
  const [row, ...others] = await tx.select().from(walletOutgoing).where(unexplained(chainId, txHash)).for('update')
  const [coin, ...otherCoins] = readCoins(row?.coins ?? [])
  if (!row?.toAddress || !coin || others.length + otherCoins.length > 0 || row.code !== 0) return null
  return { txHash, height: row.height, toAddress: row.toAddress, coin, fee: readCoins(row.fee) }
}

export async function insertPause(tx: Tx, pause: Pause): Promise<boolean> {
  const inserted = await tx.insert(pauses).values(pause).onConflictDoNothing().returning({ scope: pauses.scope })
  return inserted.length > 0
}

export async function deletePause(tx: Tx, scope: string): Promise<boolean> {
  const deleted = await tx.delete(pauses).where(eq(pauses.scope, scope)).returning({ scope: pauses.scope })
  return deleted.length > 0
}

export async function skipGap(tx: Tx, gap: ScanGap, reason: string, by: string, now: Date): Promise<boolean> {
  if (!await passBlocks(tx, { chainId: gap.chainId, purpose: 'primary', height: gap.fromHeight - 1n }, gap.toHeight)) return false
  await tx.insert(scanGaps).values({ ...gap, reason, skippedBy: by, skippedAt: now })
  return true
}
