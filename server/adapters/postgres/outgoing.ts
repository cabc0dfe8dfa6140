import { and, asc, eq, inArray, isNull, ne, sql } from 'drizzle-orm'
import { ledgerEntries, refunds, refundTransactions, walletOutgoing } from '../../../drizzle/schema'
import type { Coin } from '../../../shared/utils/coin'
import type { OutgoingTx, OutgoingVerdict } from '../../domain/refund/judge-outgoing'
import type { OutgoingTransfer } from '../../domain/refund/outgoing'
import { totalOf, type Payout, type Refund } from '../../domain/refund/refund'
import type { BlockSource } from '../../usecases/ledger-ports'
import type { RefundTransaction } from '../../usecases/refund-ports'
import type { Cause } from '../../usecases/store-ports'
import type { Database } from './database'
import { tellOperations, toPayout } from './refund-rows'
import { readCoins, storeCoins } from './stored-coins'
import type { Tx } from './transaction-types'
import { readWallets } from './wallets'

/** Bytes that PostgreSQL's text cannot hold never name a refund. */
const storable = (memo: string) => memo.replaceAll('\0', '\u{FFFD}')

export async function insertOutgoing(tx: Tx, rows: readonly OutgoingTransfer[], source: BlockSource): Promise<void> {
  for (const row of rows) {
    await tx.insert(walletOutgoing).values({
      chainId: row.chainId, height: row.height, txIndex: row.txIndex, msgIndex: row.msgIndex, address: row.address, txHash: row.txHash, code: row.code, memo: storable(row.memo),
      sequence: row.sequence, toAddress: row.toAddress, coins: storeCoins(row.coins), fee: storeCoins(row.fee), blockTime: row.blockTime,
      blockHash: source.blockHash, resultCodes: [...source.codes], endpoint: source.endpoint, confirmation: source.confirmation, toldByEvents: source.toldByEvents,
    }).onConflictDoNothing()
  }
}

/** Vouched for: another endpoint's reading of the same transaction may stand beside it until it is refuted. */
const unjudged = and(isNull(walletOutgoing.kind), ne(walletOutgoing.confirmation, 'none'))

export async function lockUnjudgedOutgoing(tx: Tx, chainId: string): Promise<readonly OutgoingTx[]> {
  const rows = await tx.select().from(walletOutgoing)
    .where(and(unjudged, eq(walletOutgoing.chainId, chainId)))
    .orderBy(asc(walletOutgoing.height), asc(walletOutgoing.txIndex), asc(walletOutgoing.msgIndex)).for('update')
  if (rows.length === 0) return []
  const relayers = new Set((await readWallets(tx, chainId)).filter(wallet => wallet.role === 'relayer').map(wallet => wallet.address))
  const txs = new Map<string, OutgoingTx>()
  for (const row of rows) {
    const key = `${row.height}/${row.txIndex}/${row.address}`
    const before = txs.get(key) ?? {
      chainId, address: row.address, role: relayers.has(row.address) ? 'relayer' : 'service', height: row.height, txIndex: row.txIndex, txHash: row.txHash, code: row.code, memo: row.memo, sequence: row.sequence, sends: [], unnamed: [], fee: [],
    }
    const coins = readCoins(row.coins)
    txs.set(key, {
      ...before,
      sends: row.toAddress === null ? before.sends : [...before.sends, { toAddress: row.toAddress, coins }],
      unnamed: row.toAddress === null ? [...before.unnamed, ...coins] : before.unnamed,
      fee: [...before.fee, ...readCoins(row.fee)],
    })
  }
  return [...txs.values()]
}

export async function saveJudgement(tx: Tx, judged: OutgoingTx, kind: OutgoingVerdict['kind'], note: string | null): Promise<void> {
  await tx.update(walletOutgoing).set({ kind, note })
    .where(and(unjudged, eq(walletOutgoing.chainId, judged.chainId), eq(walletOutgoing.height, judged.height), eq(walletOutgoing.txIndex, judged.txIndex), eq(walletOutgoing.address, judged.address)))
}

export async function payoutByHash(tx: Tx, chainId: string, txHash: string): Promise<Payout | null> {
  const [row] = await tx.select().from(refundTransactions).where(and(eq(refundTransactions.chainId, chainId), eq(refundTransactions.txHash, txHash))).for('update')
  return row ? toPayout(row) : null
}

export async function refundAlike(tx: Tx, chainId: string, destination: string, coin: Coin): Promise<string | null> {
  const [row] = await tx.select({ id: refunds.id }).from(refunds)
    .where(and(eq(refunds.chainId, chainId), inArray(refunds.state, ['planned', 'held']), eq(refunds.destination, destination), eq(refunds.denom, coin.denom), eq(refunds.amount, coin.amount)))
    .orderBy(asc(refunds.plannedAt), asc(refunds.id)).limit(1)
  return row?.id ?? null
}

export async function confirmRefunds(tx: Tx, paid: readonly Refund[], txHash: string, detail: { readonly height: bigint, readonly sent: Coin }, cause: Cause, now: Date): Promise<void> {
  // What the payer bore of the fee stands on the first of those that travelled together, so that sums hold.
  const borne = totalOf(paid).amount - detail.sent.amount
  for (const [index, refund] of paid.entries()) {
    const networkFee = index === 0 ? borne : 0n
    const changed = await tx.update(refunds).set({ state: 'confirmed', txHash, confirmedAt: now, networkFee, holdReason: null, holdNote: null, nextTryAt: null })
      .where(and(eq(refunds.id, refund.id), ne(refunds.state, 'confirmed'))).returning({ id: refunds.id })
    if (changed.length === 0) throw new Error(`refund ${refund.id} is confirmed already`)
  }
  await tx.update(refundTransactions).set({ state: 'confirmed', closedAt: now, closeReason: `in block ${detail.height}` })
    .where(and(eq(refundTransactions.chainId, paid[0]?.chainId ?? ''), eq(refundTransactions.txHash, txHash)))
  await tellOperations(tx, paid, 'refund_confirmed', () => ({ txHash, height: detail.height.toString(), sent: detail.sent.amount.toString() }), cause, now)
}

/** One entry set; the database refuses it unless it sums to zero per denom. */
export async function bookOutgoing(tx: Tx, entrySet: string, chainId: string, cause: string, legs: Parameters<RefundTransaction['bookOutgoing']>[2], now: Date, reason: string | null = null): Promise<void> {
  if (legs.length === 0) return
  await tx.insert(ledgerEntries).values(legs.map(leg => ({
    entrySet, account: leg.account, chainId, denom: leg.denom, amount: leg.amount, cause, height: leg.height ?? null, paymentId: leg.refund?.paymentId ?? null, operationId: leg.refund?.operationId ?? null, reason, createdAt: now,
  })))
}

export async function failedInclusion(db: Database, chainId: string, txHash: string): Promise<number | null> {
  const [row] = await db.select({ code: walletOutgoing.code }).from(walletOutgoing).where(and(eq(walletOutgoing.chainId, chainId), eq(walletOutgoing.txHash, txHash), eq(walletOutgoing.kind, 'failed_refund')))
  return row?.code ?? null
}

export async function forgetSequence(tx: Tx, payout: Payout): Promise<void> {
  await tx.update(walletOutgoing).set({ sequence: null, note: `refused without using sequence ${payout.accountSequence}` })
    .where(and(eq(walletOutgoing.chainId, payout.chainId), eq(walletOutgoing.address, payout.address), eq(walletOutgoing.txHash, payout.txHash), eq(walletOutgoing.kind, 'failed_refund')))
}

export async function sequenceUsedBy(db: Database, payout: Payout): Promise<string | null> {
  const [row] = await db.select({ txHash: walletOutgoing.txHash }).from(walletOutgoing)
    .where(and(eq(walletOutgoing.chainId, payout.chainId), eq(walletOutgoing.address, payout.address), sql`${walletOutgoing.kind} is not null`, eq(walletOutgoing.sequence, payout.accountSequence), ne(walletOutgoing.txHash, payout.txHash)))
    .limit(1)
  return row?.txHash ?? null
}
