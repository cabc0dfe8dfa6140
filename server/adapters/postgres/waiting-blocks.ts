import { and, eq, isNull, sql, type SQL } from 'drizzle-orm'
import { payments, walletFunding, walletOutgoing } from '../../../drizzle/schema'
import type { PaymentConfirmation } from '../../../shared/types/clearing'
import type { UnconfirmedBlock } from '../../usecases/admin-ports'
import type { RefutedRow, WaitingBlock } from '../../usecases/ledger-ports'
import type { Database } from './database'
import type { Tx } from './transaction-types'

type BlockRows = typeof payments | typeof walletOutgoing | typeof walletFunding

/** Rows that one reading of a block gave: another reading of the same height may have told otherwise. */
const ofReading = (table: BlockRows, chainId: string, { height, blockHash, codes, toldByEvents }: Omit<WaitingBlock, 'endpoint'>): SQL | undefined =>
  and(eq(table.chainId, chainId), eq(table.height, height), eq(table.blockHash, blockHash), sql`${table.resultCodes} = ${`{${codes.join(',')}}`}::integer[]`, sql`${table.toldByEvents} is not distinct from ${toldByEvents}`)

/** In no book yet. */
const unsettled = { payment: eq(payments.state, 'seen'), outgoing: isNull(walletOutgoing.kind), funding: isNull(walletFunding.bookedAt) }

/** Readings of blocks whose rows wait for a second endpoint. */
const waitingRows = sql`(
  select chain_id, height, block_hash, result_codes, endpoint, told_by_events, block_time from payments where state = 'seen' and confirmation = 'none'
  union all select chain_id, height, block_hash, result_codes, endpoint, told_by_events, block_time from wallet_outgoing where kind is null and confirmation = 'none'
  union all select chain_id, height, block_hash, result_codes, endpoint, told_by_events, block_time from wallet_funding where booked_at is null and confirmation = 'none')`

/** Lowest first. */
export async function heightsAwaitingSecond(db: Database, chainId: string): Promise<readonly WaitingBlock[]> {
  const rows = await db.execute<{ height: string, blockHash: string, codes: number[], endpoint: string, toldByEvents: string | null }>(sql`
    select w.height::text as height, w.block_hash as "blockHash", w.result_codes as codes, min(w.endpoint) as endpoint, w.told_by_events as "toldByEvents"
    from ${waitingRows} w where w.chain_id = ${chainId}
    group by w.height, w.block_hash, w.result_codes, w.told_by_events order by w.height`)
  return rows.map(row => ({ ...row, height: BigInt(row.height) }))
}

/** What waits on any chain, oldest first, at most 200 blocks; `rows`: movements of our wallets in it. */
export async function unconfirmedBlocks(db: Database): Promise<readonly UnconfirmedBlock[]> {
  const rows = await db.execute<{ chainId: string, height: string, endpoint: string, rows: number, blockTime: string }>(sql`
    select w.chain_id as "chainId", w.height::text as height, w.endpoint, count(*)::int as rows, min(w.block_time)::text as "blockTime"
    from ${waitingRows} w group by w.chain_id, w.height, w.endpoint order by min(w.block_time) limit 200`)
  return rows.map(({ height, blockTime, ...row }) => ({ ...row, height: BigInt(height), blockTime: new Date(blockTime) }))
}

export async function setConfirmation(tx: Tx, chainId: string, reading: Omit<WaitingBlock, 'endpoint'>, confirmation: PaymentConfirmation): Promise<void> {
  await tx.update(payments).set({ confirmation }).where(and(ofReading(payments, chainId, reading), unsettled.payment))
  await tx.update(walletOutgoing).set({ confirmation }).where(and(ofReading(walletOutgoing, chainId, reading), unsettled.outgoing))
  await tx.update(walletFunding).set({ confirmation }).where(and(ofReading(walletFunding, chainId, reading), unsettled.funding))
}

const said = (coins: readonly { readonly denom: string, readonly amount: bigint | string }[]) => coins.map(({ denom, amount }) => `${amount}${denom}`).join(',')

/** Deletes what one reading gave and is in no book; returns what it had said. */
export async function removeRefuted(tx: Tx, chainId: string, reading: Omit<WaitingBlock, 'endpoint'>): Promise<readonly RefutedRow[]> {
  const inbound = await tx.delete(payments).where(and(ofReading(payments, chainId, reading), unsettled.payment)).returning()
  const outgoing = await tx.delete(walletOutgoing).where(and(ofReading(walletOutgoing, chainId, reading), unsettled.outgoing)).returning()
  const funding = await tx.delete(walletFunding).where(and(ofReading(walletFunding, chainId, reading), unsettled.funding)).returning()
  return [
    ...inbound.map(row => ({ kind: 'payment' as const, id: row.id, memo: row.memo, from: row.fromAddress, to: row.toAddress, coins: said([row]), txHash: row.txHash, place: `${row.txIndex}/${row.msgIndex}` })),
    ...outgoing.map(row => ({ kind: 'outgoing' as const, id: null, memo: row.memo, from: row.address, to: row.toAddress, coins: said([...row.coins, ...row.fee]), txHash: row.txHash, place: `${row.txIndex}/${row.msgIndex}` })),
    ...funding.map(row => ({ kind: 'funding' as const, id: null, memo: '', from: row.fromAddress, to: row.address, coins: said([row]), txHash: row.txHash, place: `${row.txIndex}/${row.msgIndex}` })),
  ]
}
