import { and, asc, eq, lte } from 'drizzle-orm'
import { payments } from '../../../drizzle/schema'
import type { PaymentState } from '../../../shared/types/clearing'
import { readMemo } from '../../../shared/utils/memo-code'
import type { PaymentId } from '../../domain/clearing/operation'
import type { InboundTransfer } from '../../domain/payment/inbound'
import type { BlockSource } from '../../usecases/ledger-ports'
import type { SeenPayment } from '../../usecases/store-ports'
import { audit } from './audit'
import { ledger } from './ledger'
import type { Tx } from './transaction-types'

/** PostgreSQL text cannot hold NUL; a memo with one names no token anyway. */
const storable = (memo: string) => memo.replaceAll('\0', '\u{FFFD}')

/** Inserts rows that are new by key, as `seen`: in no book until they leave that state. Returns the new ids. */
export async function insertInbound(tx: Tx, rows: readonly InboundTransfer[], source: BlockSource, now: Date, rowId: () => string): Promise<readonly PaymentId[]> {
  const inserted: PaymentId[] = []
  for (const row of rows) {
    const [added] = await tx.insert(payments).values({
      id: rowId(), chainId: row.chainId, height: row.height, txIndex: row.txIndex, msgIndex: row.msgIndex, denom: row.coin.denom, amount: row.coin.amount,
      blockTime: row.blockTime, txHash: row.txHash, fromAddress: row.fromAddress, toAddress: row.toAddress, memo: storable(row.memo), kind: row.kind, state: 'seen',
      blockHash: source.blockHash, resultCodes: [...source.codes], endpoint: source.endpoint, confirmation: source.confirmation, toldByEvents: source.toldByEvents, createdAt: now,
    }).onConflictDoNothing().returning({ id: payments.id })
    if (added) inserted.push(added.id as PaymentId)
  }
  return inserted
}

export async function lockSeenPayments(tx: Tx, chainId: string, upToHeight: bigint): Promise<readonly SeenPayment[]> {
  const rows = await tx.select().from(payments)
    .where(and(eq(payments.chainId, chainId), eq(payments.state, 'seen'), lte(payments.height, upToHeight)))
    .orderBy(asc(payments.height), asc(payments.txIndex), asc(payments.msgIndex), asc(payments.denom))
    .for('update')
  return rows.map(row => ({
    id: row.id as PaymentId,
    inbound: {
      chainId: row.chainId, height: row.height, blockTime: row.blockTime, txIndex: row.txIndex, msgIndex: row.msgIndex, txHash: row.txHash,
      coin: { denom: row.denom, amount: row.amount }, fromAddress: row.fromAddress, toAddress: row.toAddress, memo: row.memo, kind: row.kind,
    },
    blockHash: row.blockHash, codes: row.resultCodes, endpoint: row.endpoint, confirmation: row.confirmation,
  }))
}

type Placement = { readonly state: Exclude<PaymentState, 'seen'> } & Partial<Pick<typeof payments.$inferInsert, 'operationId' | 'creditedAmount' | 'reason' | 'suggestion'>>

/**
 * Says what a payment is. One that was only `seen` enters the books by it, at its own height; an unallocated one is in
 * them already. What belongs to no operation has no events: its line in the audit trail tells of it. Throws when it has its place, so that nothing is ever given twice.
 */
export async function placePayment(tx: Tx, id: string, placement: Placement, now: Date, rowId: () => string): Promise<void> {
  const [row] = await tx.select().from(payments).where(eq(payments.id, id)).for('update')
  if (row?.state !== 'seen' && row?.state !== 'unallocated') throw new Error(`payment ${id} is ${row?.state ?? 'unknown'} and cannot become ${placement.state}`)
  await tx.update(payments).set(placement).where(eq(payments.id, id))
  if (row.state !== 'seen') return
  const wallet = { role: 'service' as const, address: row.toAddress, height: row.height }
  const received = { denom: row.denom, amount: row.amount }
  if (!placement.operationId) {
    await audit(tx, {
      actor: 'scanner', actorAddress: null, action: `payment.${placement.state}`, subjectType: 'payment', subjectId: id, reason: placement.reason ?? 'it came from one of OPERATOR_ADDRESSES',
      detail: { chainId: row.chainId, height: row.height.toString(), txHash: row.txHash, amount: row.amount.toString(), denom: row.denom },
    }, now)
  }
  const books = ledger(tx, rowId(), now)
  await (placement.state === 'owner_capital' ? books.capitalReceived(row.chainId, id, wallet, received) : books.paymentReceived(row.chainId, id, wallet, received))
}

export async function leaveUnallocated(tx: Tx, id: PaymentId, reason: string, now: Date, rowId: () => string): Promise<void> {
  const [row] = await tx.select({ memo: payments.memo }).from(payments).where(eq(payments.id, id))
  const reading = readMemo(row?.memo ?? '')
  await placePayment(tx, id, { state: 'unallocated', reason, suggestion: reading.kind === 'near_miss' ? reading.text : null }, now, rowId)
}
