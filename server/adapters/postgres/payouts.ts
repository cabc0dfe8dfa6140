import { and, asc, eq, inArray, isNull, max, sql } from 'drizzle-orm'
import { payoutLanes, refunds, refundTransactions, walletOutgoing } from '../../../drizzle/schema'
import type { RefundHoldReason } from '../../../shared/types/clearing'
import type { Payout, Refund } from '../../domain/refund/refund'
import type { NewPayout, PayoutLane, RefundReads, WalletFacts } from '../../usecases/refund-ports'
import type { Cause } from '../../usecases/store-ports'
import { audit } from './audit'
import type { Database } from './database'
import { lockRefunds, refreshStatus, tellOperations, toPayout } from './refund-rows'
import type { Tx } from './transaction-types'

/** The fence grows when the holder changes or its lease had lapsed: whatever it had in hand then is refused. */
export async function holdPayoutLane(db: Database, chainId: string, address: string, instanceId: string, leaseMs: number): Promise<PayoutLane | null> {
  const [row] = await db.execute<{ fence: string }>(sql`
    insert into payout_lanes as l (chain_id, address, holder, lease_until, fence) values (${chainId}, ${address}, ${instanceId}, now() + ${leaseMs} * interval '1 millisecond', 1)
    on conflict (chain_id, address) do update set holder = excluded.holder, lease_until = excluded.lease_until,
      fence = case when l.holder = excluded.holder and l.lease_until >= now() then l.fence else l.fence + 1 end
      where l.holder is null or l.holder = excluded.holder or l.lease_until < now()
    returning l.fence::text`)
  return row ? { chainId, address, fence: BigInt(row.fence), instanceId } : null
}

const ofLane = (lane: { readonly chainId: string, readonly address: string }) => and(eq(payoutLanes.chainId, lane.chainId), eq(payoutLanes.address, lane.address))

/** Database time, as for the lease. */
export async function checkFence(tx: Tx, lane: PayoutLane): Promise<boolean> {
  const rows = await tx.select({ fence: payoutLanes.fence }).from(payoutLanes)
    .where(and(ofLane(lane), eq(payoutLanes.fence, lane.fence), eq(payoutLanes.holder, lane.instanceId), sql`${payoutLanes.leaseUntil} > now()`)).for('update')
  return rows.length > 0
}

export async function setBaselineSequence(db: Database, lane: PayoutLane, sequence: bigint): Promise<void> {
  await db.update(payoutLanes).set({ baselineSequence: sequence }).where(and(ofLane(lane), isNull(payoutLanes.baselineSequence)))
}

export async function setPayoutWait(db: Database, lane: PayoutLane, reason: string | null): Promise<void> {
  await db.update(payoutLanes).set({ waitReason: reason }).where(and(ofLane(lane), eq(payoutLanes.fence, lane.fence), sql`${payoutLanes.waitReason} is distinct from ${reason}`))
}

/** Between two scanned txs; what an admin let the scanner pass unread is forgiven. */
async function missingSequence(db: Database, chainId: string, address: string): Promise<bigint | null> {
  const [row] = await db.execute<{ missing: string }>(sql`
    with used as (
      select o.sequence, min(o.height) as height from wallet_outgoing o join payout_lanes l using (chain_id, address)
      where o.chain_id = ${chainId} and o.address = ${address} and o.sequence >= l.baseline_sequence group by 1),
    steps as (
      select sequence, height, lag(sequence) over by_sequence as previous, lag(height) over by_sequence as since from used window by_sequence as (order by sequence)
      union all select min(u.sequence), min(u.height), l.baseline_sequence - 1, 0 from used u, payout_lanes l where l.chain_id = ${chainId} and l.address = ${address} group by l.baseline_sequence)
    select (previous + 1)::text as missing from steps
    where sequence > previous + 1 and not exists (select 1 from scan_gaps g where g.chain_id = ${chainId} and g.from_height <= steps.height and g.to_height >= steps.since)
    order by previous limit 1`)
  return row ? BigInt(row.missing) : null
}

export async function walletFacts(db: Database, chainId: string, address: string): Promise<WalletFacts> {
  const own = and(eq(walletOutgoing.chainId, chainId), eq(walletOutgoing.address, address))
  const [[lane], [highest], missing, unjudged, strangers] = await Promise.all([
    db.select({ baselineSequence: payoutLanes.baselineSequence }).from(payoutLanes).where(ofLane({ chainId, address })),
    db.select({ sequence: max(walletOutgoing.sequence) }).from(walletOutgoing).where(own),
    missingSequence(db, chainId, address),
    db.$count(walletOutgoing, and(own, isNull(walletOutgoing.kind))),
    db.select({ txHash: walletOutgoing.txHash, height: walletOutgoing.height, note: walletOutgoing.note }).from(walletOutgoing)
      .where(and(own, eq(walletOutgoing.kind, 'stranger'), isNull(walletOutgoing.acceptedReason))).orderBy(asc(walletOutgoing.height)).limit(20),
  ])
  const sequence = highest?.sequence ?? null
  return {
    baselineSequence: lane?.baselineSequence ?? null, highestSequence: sequence === null ? null : BigInt(sequence), missingSequence: missing, unjudged,
    strangers: strangers.map(row => ({ txHash: row.txHash, height: row.height, note: row.note ?? '' })),
  }
}

export async function openPayout(db: Database, chainId: string, address: string): ReturnType<RefundReads['openPayout']> {
  const [row] = await db.select().from(refundTransactions).where(and(eq(refundTransactions.chainId, chainId), eq(refundTransactions.address, address), eq(refundTransactions.state, 'open')))
  if (!row) return null
  const [lead] = await db.select({ failures: refunds.failures }).from(refunds).where(eq(refunds.id, row.refundIds[0] ?? ''))
  return { payout: toPayout(row), failures: lead?.failures ?? 0 }
}

export async function lockPayout(tx: Tx, id: string): Promise<Payout | null> {
  const [row] = await tx.select().from(refundTransactions).where(eq(refundTransactions.id, id)).for('update')
  return row ? toPayout(row) : null
}

export async function insertPayout(tx: Tx, payout: NewPayout, lane: PayoutLane, now: Date): Promise<void> {
  await tx.insert(refundTransactions).values({
    id: payout.id, chainId: payout.chainId, address: payout.address, txHash: payout.txHash, txBytes: Buffer.from(payout.txBytes).toString('base64'), refundIds: [...payout.refundIds],
    destination: payout.destination, denom: payout.coin.denom, amount: payout.coin.amount, feeDenom: payout.fee.denom, feeAmount: payout.fee.amount,
    accountSequence: payout.accountSequence, signedHeight: payout.signedHeight, timeoutHeight: payout.timeoutHeight,
    fence: lane.fence, instanceId: lane.instanceId, signedAt: now, state: 'open',
  })
}

export async function markSigned(tx: Tx, signed: readonly Refund[], payout: NewPayout, cause: Cause, now: Date): Promise<void> {
  const changed = await tx.update(refunds).set({ state: 'signed', txHash: payout.txHash, holdReason: null, holdNote: null, nextTryAt: null })
    .where(and(inArray(refunds.id, signed.map(refund => refund.id)), inArray(refunds.state, ['planned', 'held']))).returning({ id: refunds.id })
  if (changed.length !== signed.length) throw new Error('a refund to be signed is under way already')
  await tellOperations(tx, signed, 'refund_signed', () => ({ txHash: payout.txHash, sent: payout.coin.amount.toString(), networkFee: payout.fee.amount.toString() }), cause, now)
}

export async function noteBroadcast(tx: Tx, payout: Payout, answer: string, cause: Cause, now: Date): Promise<void> {
  const carried = (await lockRefunds(tx, payout.refundIds)).filter(refund => refund.txHash === payout.txHash && refund.state === 'signed')
  await tx.update(refundTransactions).set({ broadcasts: sql`${refundTransactions.broadcasts} + 1`, lastBroadcastAt: now, lastAnswer: answer }).where(eq(refundTransactions.id, payout.id))
  if (carried.length === 0) return
  await tx.update(refunds).set({ state: 'broadcast' }).where(inArray(refunds.id, carried.map(refund => refund.id)))
  await tellOperations(tx, carried, 'refund_sent', () => ({ txHash: payout.txHash }), cause, now)
}

export async function voidPayout(tx: Tx, payout: Payout, reason: string, failed: boolean, now: Date): Promise<void> {
  const closed = await tx.update(refundTransactions).set({ state: 'void', closedAt: now, closeReason: reason })
    .where(and(eq(refundTransactions.id, payout.id), eq(refundTransactions.state, 'open'))).returning({ id: refundTransactions.id })
  if (closed.length === 0) throw new Error(`payout ${payout.id} is not open any more`)
  const carried = (await lockRefunds(tx, payout.refundIds)).filter(refund => refund.txHash === payout.txHash && refund.state !== 'confirmed')
  if (carried.length === 0) return
  await tx.update(refunds).set({ state: 'planned', txHash: null, ...failed ? { failures: sql`${refunds.failures} + 1` } : {} }).where(inArray(refunds.id, carried.map(refund => refund.id)))
  for (const refund of carried) {
    await audit(tx, { actor: 'worker', actorAddress: null, action: 'refund.waits_again', subjectType: 'refund', subjectId: refund.id, reason, detail: { txHash: payout.txHash } }, now)
  }
  await refreshStatus(tx, carried.flatMap(refund => refund.operationId ?? []))
}

export async function holdRefund(tx: Tx, refund: Refund, reason: RefundHoldReason, note: string, nextTryAt: Date | null, cause: Cause, now: Date): Promise<void> {
  await tx.update(refunds).set({ state: 'held', txHash: null, holdReason: reason, holdNote: note, nextTryAt, ...reason === 'refused' ? { failures: sql`${refunds.failures} + 1` } : {} })
    .where(and(eq(refunds.id, refund.id), inArray(refunds.state, ['planned', 'held'])))
  await tellOperations(tx, [refund], 'refund_held', () => ({ why: reason, note }), cause, now)
}

export async function approveRefund(tx: Tx, refund: Refund, by: string, cause: Cause, now: Date): Promise<void> {
  const changed = await tx.update(refunds).set({ state: 'planned', approvedBy: by, holdReason: null, holdNote: null, nextTryAt: null })
    .where(and(eq(refunds.id, refund.id), eq(refunds.state, 'held'))).returning({ id: refunds.id })
  if (changed.length === 0) throw new Error(`refund ${refund.id} is not held`)
  await tellOperations(tx, [refund], 'refund_planned', () => ({ approvedBy: by }), cause, now)
}

export async function claimRefund(tx: Tx, refund: Refund, destination: string, cause: Cause, now: Date): Promise<void> {
  const changed = await tx.update(refunds).set({ state: 'planned', destination, approvedBy: null, holdReason: null, holdNote: null, nextTryAt: null, failures: 0 })
    .where(and(eq(refunds.id, refund.id), inArray(refunds.state, ['planned', 'held']))).returning({ id: refunds.id })
  if (changed.length === 0) throw new Error(`refund ${refund.id} does not wait any more`)
  // Without an operation the claim's own line in the audit trail tells of it.
  if (refund.operationId !== null) await tellOperations(tx, [refund], 'refund_claimed', () => ({ from: refund.destination, to: destination }), cause, now)
}
