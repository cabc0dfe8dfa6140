import { and, asc, eq, sql } from 'drizzle-orm'
import { chainCursors, scanGaps } from '../../../drizzle/schema'
import type { OperationId } from '../../domain/clearing/operation'
import type { ScanGapRow } from '../../usecases/reconciliation-ports'
import type { CursorRow } from '../../usecases/store-ports'
import type { Database } from './database'
import type { Tx } from './transaction-types'

/** Height of a cursor that only holds a scanner's lease so far. */
const unread = -1n

export async function lockCursor(tx: Tx, chainId: string, purpose: CursorRow['purpose'], firstHeight: bigint): Promise<CursorRow> {
  const lock = async () => {
    const [row] = await tx.select({ chainId: chainCursors.chainId, purpose: chainCursors.purpose, height: chainCursors.height })
      .from(chainCursors).where(and(eq(chainCursors.chainId, chainId), eq(chainCursors.purpose, purpose))).for('update')
    return row
  }
  const row = await lock()
  if (row && row.height !== unread) return row
  await tx.insert(chainCursors).values({ chainId, purpose, height: firstHeight })
    .onConflictDoUpdate({ target: [chainCursors.chainId, chainCursors.purpose], set: { height: firstHeight }, setWhere: eq(chainCursors.height, unread) })
  const first = await lock()
  if (!first) throw new Error(`cursor of ${chainId} vanished`)
  return first
}

/** Compare-and-set. False: another writer moved it. */
async function moveCursor(tx: Tx, cursor: CursorRow, to: { readonly height: bigint, readonly blockTime?: Date }): Promise<boolean> {
  const moved = await tx.update(chainCursors).set(to)
    .where(and(eq(chainCursors.chainId, cursor.chainId), eq(chainCursors.purpose, cursor.purpose), eq(chainCursors.height, cursor.height)))
    .returning({ height: chainCursors.height })
  return moved.length > 0
}

/** Throws when another writer moved it, so that the caller's transaction rolls back. */
export async function advanceCursor(tx: Tx, cursor: CursorRow, to: bigint, blockTime: Date): Promise<void> {
  const moved = await moveCursor(tx, cursor, { height: to, blockTime })
  if (!moved || to <= cursor.height) throw new Error(`cursor of ${cursor.chainId} is not at ${cursor.height} any more`)
}

/** Over blocks that nobody can show: the time of the last block that was read stays. False: another writer moved the cursor. */
export function passBlocks(tx: Tx, cursor: CursorRow, to: bigint): Promise<boolean> {
  return moveCursor(tx, cursor, { height: to })
}

/** Blocks that a person let the scanner pass, in order. */
export async function scanGapsOf(db: Database, chainId: string): Promise<readonly ScanGapRow[]> {
  return db.select({ fromHeight: scanGaps.fromHeight, toHeight: scanGaps.toHeight, reason: scanGaps.reason }).from(scanGaps).where(eq(scanGaps.chainId, chainId)).orderBy(asc(scanGaps.fromHeight))
}

/**
 * One scanner per chain: takes or renews the lease. Works on database time, the one clock all instances share. Who finds
 * another one's lease does not touch the row: the leader's transaction has it locked, and everybody would queue for it.
 */
export async function holdScannerLease(db: Database, chainId: string, purpose: CursorRow['purpose'], instanceId: string, leaseMs: number): Promise<boolean> {
  const held = await db.execute(sql`
    insert into chain_cursors as c (chain_id, purpose, height, leader, lease_until)
      select ${chainId}, ${purpose}, ${unread}::bigint, ${instanceId}, now() + ${leaseMs} * interval '1 millisecond'
      where not exists (select 1 from chain_cursors o where o.chain_id = ${chainId} and o.purpose = ${purpose} and o.leader <> ${instanceId} and o.lease_until >= now())
    on conflict (chain_id, purpose) do update set leader = excluded.leader, lease_until = excluded.lease_until
      where c.leader is null or c.leader = excluded.leader or c.lease_until < now()
    returning 1`)
  return held.length > 0
}

export async function operationsPastGrace(tx: Tx, chainId: string, blockTime: Date, limit: number): Promise<readonly OperationId[]> {
  const rows = await tx.execute<{ id: OperationId }>(sql`
    select o.id from clearing_operations o join clearing_tokens t on t.token = o.token
    where o.status = 'awaiting_payment' and o.payment_chain_id = ${chainId} and o.grace_until < ${blockTime.toISOString()}
      and not exists (select 1 from payments p where p.chain_id = ${chainId} and p.state = 'seen' and p.kind = 'msg_send' and upper(p.memo) like '%' || t.memo_code || '%')
      and not exists (select 1 from payments p where p.chain_id = ${chainId} and p.state = 'seen' and p.kind = 'msg_send' and lower(p.memo) like '%' || t.token::text || '%')
    order by o.grace_until limit ${limit}`)
  return rows.map(row => row.id)
}
