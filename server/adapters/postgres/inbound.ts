import { and, asc, eq, lte } from 'drizzle-orm'
import { payments } from '../../../drizzle/schema'
import type { PaymentConfirmation } from '../../../shared/types/clearing'
import { readMemo } from '../../../shared/utils/memo-code'
import type { PaymentId } from '../../domain/clearing/operation'
import type { InboundTransfer } from '../../domain/payment/inbound'
import type { SeenPayment, StoreTransaction } from '../../usecases/store-ports'
import { ledger } from './ledger'
import type { Tx } from './transaction-types'

type Source = Parameters<StoreTransaction['insertInbound']>[1]

/** PostgreSQL text cannot hold NUL; a memo with one names no token anyway. */
const storable = (memo: string) => memo.replaceAll('\0', '\u{FFFD}')

/** Inserts rows that are new by key, as `seen`; what only bank events show is unallocated at once. Returns the new ids. */
export async function insertInbound(tx: Tx, rows: readonly InboundTransfer[], source: Source, now: Date, rowId: () => string): Promise<readonly PaymentId[]> {
  const inserted: PaymentId[] = []
  for (const row of rows) {
    const creditable = row.kind === 'msg_send'
    const [added] = await tx.insert(payments).values({
      id: rowId(), chainId: row.chainId, height: row.height, txIndex: row.txIndex, msgIndex: row.msgIndex, denom: row.coin.denom, amount: row.coin.amount,
      blockTime: row.blockTime, txHash: row.txHash, fromAddress: row.fromAddress, memo: storable(row.memo), kind: row.kind,
      state: creditable ? 'seen' : 'unallocated', reason: creditable ? null : 'not a top-level MsgSend',
      blockHash: source.blockHash, resultCodes: [...source.codes], endpoint: source.endpoint, confirmation: source.confirmation, createdAt: now,
    }).onConflictDoNothing().returning({ id: payments.id })
    if (!added) continue
    await ledger(tx, rowId(), now).paymentSeen(row.chainId, added.id, row.coin)
    inserted.push(added.id as PaymentId)
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
      coin: { denom: row.denom, amount: row.amount }, fromAddress: row.fromAddress, memo: row.memo, kind: row.kind,
    },
    blockHash: row.blockHash, codes: row.resultCodes, endpoint: row.endpoint, confirmation: row.confirmation,
  }))
}

export async function setConfirmation(tx: Tx, chainId: string, height: bigint, confirmation: PaymentConfirmation): Promise<void> {
  await tx.update(payments).set({ confirmation }).where(and(eq(payments.chainId, chainId), eq(payments.height, height), eq(payments.state, 'seen')))
}

export async function leaveUnallocated(tx: Tx, id: PaymentId, reason: string): Promise<void> {
  const [row] = await tx.select({ memo: payments.memo }).from(payments).where(eq(payments.id, id))
  const reading = readMemo(row?.memo ?? '')
  await tx.update(payments)
    .set({ state: 'unallocated', reason, suggestion: reading.kind === 'near_miss' ? reading.text : null })
    .where(and(eq(payments.id, id), eq(payments.state, 'seen')))
}
