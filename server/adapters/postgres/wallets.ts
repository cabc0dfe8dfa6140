import { and, asc, eq, inArray, isNull, ne, sql } from 'drizzle-orm'
import { ledgerEntries, walletFunding, watchedWallets } from '../../../drizzle/schema'
import type { Coin } from '../../../shared/utils/coin'
import { openingOf, walletAccount } from '../../domain/ledger/entries'
import type { InboundTransfer } from '../../domain/payment/inbound'
import type { BlockSource, LedgerReads, LedgerTransaction, OpeningAnswer, WatchedWallet } from '../../usecases/ledger-ports'
import type { Database } from './database'
import { ledger } from './ledger'
import type { Tx } from './transaction-types'

const walletColumns = { chainId: watchedWallets.chainId, address: watchedWallets.address, role: watchedWallets.role, watchedFrom: watchedWallets.watchedFrom, openedHeight: watchedWallets.openedHeight }

export async function readWallets(db: Database | Tx, chainId?: string): Promise<readonly WatchedWallet[]> {
  return db.select(walletColumns).from(watchedWallets).where(chainId === undefined ? undefined : eq(watchedWallets.chainId, chainId)).orderBy(asc(watchedWallets.chainId), asc(watchedWallets.address))
}

export async function watchWallets(db: Database, wallets: Parameters<LedgerReads['watchWallets']>[0], now: Date): Promise<void> {
  if (wallets.length === 0) return
  await db.insert(watchedWallets).values(wallets.map(({ chainId, address, role }) => ({ chainId, address, role, addedAt: now }))).onConflictDoNothing()
}

export async function beginWatching(tx: Tx, chainId: string, addresses: readonly string[], fromHeight: bigint): Promise<readonly WatchedWallet[]> {
  const wallets = await readWallets(tx, chainId)
  const begun = wallets.filter(wallet => wallet.watchedFrom === null && addresses.includes(wallet.address))
  if (begun.length === 0) return wallets
  await tx.update(watchedWallets).set({ watchedFrom: fromHeight })
    .where(and(eq(watchedWallets.chainId, chainId), inArray(watchedWallets.address, begun.map(wallet => wallet.address)), isNull(watchedWallets.watchedFrom)))
  return wallets.map(wallet => begun.includes(wallet) ? { ...wallet, watchedFrom: fromHeight } : wallet)
}

export async function insertFunding(tx: Tx, rows: readonly InboundTransfer[], source: BlockSource): Promise<void> {
  if (rows.length === 0) return
  await tx.insert(walletFunding).values(rows.map(row => ({
    chainId: row.chainId, height: row.height, txIndex: row.txIndex, msgIndex: row.msgIndex, denom: row.coin.denom, address: row.toAddress, amount: row.coin.amount,
    fromAddress: row.fromAddress, txHash: row.txHash, blockTime: row.blockTime, blockHash: source.blockHash, resultCodes: [...source.codes], endpoint: source.endpoint, confirmation: source.confirmation, toldByEvents: source.toldByEvents,
  }))).onConflictDoNothing()
}

export async function bookFunding(tx: Tx, chainId: string, now: Date, rowId: () => string): Promise<void> {
  const vouchedFor = await tx.update(walletFunding).set({ bookedAt: now })
    .where(and(eq(walletFunding.chainId, chainId), isNull(walletFunding.bookedAt), ne(walletFunding.confirmation, 'none'))).returning()
  for (const row of vouchedFor) {
    await ledger(tx, rowId(), now).capitalReceived(chainId, null, { role: 'relayer', address: row.address, height: row.height }, { denom: row.denom, amount: row.amount })
  }
}

export async function walletLegs(db: Database | Tx, chainId: string, account: string, upToHeight: bigint): Promise<readonly Coin[]> {
  const total = sql<string>`sum(${ledgerEntries.amount})::text`
  const rows = await db.select({ denom: ledgerEntries.denom, amount: total }).from(ledgerEntries)
    .where(and(eq(ledgerEntries.chainId, chainId), eq(ledgerEntries.account, account), sql`${ledgerEntries.height} <= ${upToHeight.toString()}::bigint`))
    .groupBy(ledgerEntries.denom).having(sql`sum(${ledgerEntries.amount}) <> 0`).orderBy(asc(ledgerEntries.denom))
  return rows.map(({ denom, amount }) => ({ denom, amount: BigInt(amount) }))
}

export async function bookedUpTo(db: Database, chainId: string): Promise<bigint | null> {
  const [row] = await db.execute<{ height: string | null }>(sql`
    select least(
      (select height from chain_cursors where chain_id = ${chainId} and purpose = 'primary' and height >= 0),
      (select min(height) - 1 from payments where chain_id = ${chainId} and state = 'seen'),
      (select min(height) - 1 from wallet_outgoing where chain_id = ${chainId} and kind is null),
      (select min(height) - 1 from wallet_funding where chain_id = ${chainId} and booked_at is null))::text as height
    from chain_cursors where chain_id = ${chainId} and purpose = 'primary' and height >= 0`)
  return row?.height ? BigInt(row.height) : null
}

export async function bookOpening(tx: Tx, { chainId, address }: Pick<WatchedWallet, 'chainId' | 'address'>, height: bigint, balances: readonly Coin[], now: Date, entrySet: string): ReturnType<LedgerTransaction['bookOpening']> {
  const own = and(eq(watchedWallets.chainId, chainId), eq(watchedWallets.address, address))
  const [wallet] = await tx.select(walletColumns).from(watchedWallets).where(own).for('update')
  if (wallet && wallet.openedHeight !== null) return { state: 'open_already', openedHeight: wallet.openedHeight }
  if (!wallet || wallet.watchedFrom === null || wallet.watchedFrom > height) return { state: 'not_watched' }
  const opening = openingOf(balances, await walletLegs(tx, chainId, walletAccount(wallet.role, address), height))
  if (opening.some(({ amount }) => amount < 0n)) return { state: 'impossible', opening } satisfies OpeningAnswer
  const books = ledger(tx, entrySet, now)
  for (const held of opening) await books.openingBalance(chainId, { role: wallet.role, address, height }, held)
  await tx.update(watchedWallets).set({ openedHeight: height }).where(own)
  return { state: 'opened', opening }
}
