import { and, eq, gte, lte, sql } from 'drizzle-orm'
import { ledgerEntries, scanGaps, walletCheckpoints, watchedWallets } from '../../../drizzle/schema'
import { openingOf, skippedLegs, unskippedLegs, walletAccount, type MovedWallet } from '../../domain/ledger/entries'
import type { ReconciliationStore } from '../../usecases/reconciliation-ports'
import type { RefundTransaction } from '../../usecases/refund-ports'
import type { Database } from './database'
import { bookOutgoing } from './outgoing'
import type { Tx } from './transaction-types'
import { walletLegs } from './wallets'

const isWallet = ({ chainId, address }: { readonly chainId: string, readonly address: string }) => and(eq(watchedWallets.chainId, chainId), eq(watchedWallets.address, address))

export const bookGap = (db: Database, rowId: () => string): ReconciliationStore['bookGap'] => ({ chainId, address, role }, gap, held, now) => db.transaction(async (tx) => {
  // One at a time per wallet, as its opening balance.
  await tx.select({ address: watchedWallets.address }).from(watchedWallets).where(isWallet({ chainId, address })).for('update')
  const differences = openingOf(held.balances, await walletLegs(tx, chainId, walletAccount(role, address), held.height))
  if (differences.length === 0) return false
  await bookOutgoing(tx, rowId(), chainId, 'scan_gap', skippedLegs({ role, address, height: gap.toHeight }, differences), now, `blocks ${gap.fromHeight} to ${gap.toHeight} were skipped: ${gap.reason}`)
  return true
})

/** Whether what the wallet held after the gap is in the books. */
async function isCompared(tx: Tx, chainId: string, { role, address }: MovedWallet, toHeight: bigint): Promise<boolean> {
  const [wallet] = await tx.select({ openedHeight: watchedWallets.openedHeight }).from(watchedWallets).where(isWallet({ chainId, address })).for('update')
  if (wallet && wallet.openedHeight !== null && wallet.openedHeight >= toHeight) return true
  const checkpoints = await tx.$count(walletCheckpoints, and(eq(walletCheckpoints.chainId, chainId), eq(walletCheckpoints.address, address), gte(walletCheckpoints.height, toHeight)))
  if (checkpoints > 0) return true
  return await tx.$count(ledgerEntries, and(eq(ledgerEntries.chainId, chainId), eq(ledgerEntries.account, walletAccount(role, address)), eq(ledgerEntries.cause, 'scan_gap'), eq(ledgerEntries.height, toHeight))) > 0
}

export async function takeBackSkipped(tx: Tx, entrySet: string, ...[outgoing, coins, now]: Parameters<RefundTransaction['takeBackSkipped']>): Promise<void> {
  const { chainId, height } = outgoing
  if (coins.length === 0) return
  const [gap] = await tx.select({ toHeight: scanGaps.toHeight }).from(scanGaps).where(and(eq(scanGaps.chainId, chainId), lte(scanGaps.fromHeight, height), gte(scanGaps.toHeight, height))).limit(1)
  if (!gap || !await isCompared(tx, chainId, outgoing, gap.toHeight)) return
  await bookOutgoing(tx, entrySet, chainId, 'scan_gap', unskippedLegs({ role: outgoing.role, address: outgoing.address, height: gap.toHeight }, coins), now, `transaction ${outgoing.txHash} of the skipped block ${height} is known now`)
}

/** True for heights that the scanner was let pass. */
export const inSkippedBlock = (chainId: string, height: ReturnType<typeof sql>) => sql`exists (select 1 from public.scan_gaps g where g.chain_id = ${chainId} and ${height} between g.from_height and g.to_height)`
