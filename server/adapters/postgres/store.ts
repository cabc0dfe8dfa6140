import { and, eq, isNull, lt, max, sql } from 'drizzle-orm'
import { chainCursors, clearingOperations, pauses, relayerLanes, relayerRuns } from '../../../drizzle/schema'
import type { ChannelEnd } from '../../../shared/utils/packet-id'
import type { Store, StoreTransaction } from '../../usecases/store-ports'
import { acceptStranger, deletePause, insertPause, lockPayment, planUnallocatedReturn, skipGap, strangerPaying } from './admin-acts'
import { audit } from './audit'
import { advanceCursor, holdScannerLease, lockCursor, operationsPastGrace, passBlocks, scanGapsOf } from './cursors'
import type { Database } from './database'
import { insertInbound, leaveUnallocated, lockSeenPayments, placePayment } from './inbound'
import { issueToken } from './issue-token'
import { enqueue } from './jobs'
import { appendEvent, lockOperation, lockOperationByMemo } from './operations'
import { bookOutgoing, confirmRefunds, failedInclusion, forgetSequence, insertOutgoing, lockUnjudgedOutgoing, payoutByHash, refundAlike, saveJudgement, sequenceUsedBy } from './outgoing'
import { approveRefund, checkFence, claimRefund, holdPayoutLane, holdRefund, insertPayout, lockPayout, markSigned, noteBroadcast, openPayout, setBaselineSequence, setPayoutWait, voidPayout, walletFacts } from './payouts'
import { lockRefunds, nextRefunds } from './refund-rows'
import { claimLanes, finishRun, holdsRun, insertRun, lanesMatching, lockDuePackets, readBreaker, saveAttempts, saveBreaker, saveEvidence, startRun, toRunRow } from './runs'
import { retryDeadlocks } from './retry-deadlocks'
import { saveTransition } from './save-transition'
import type { Tx } from './transaction-types'
import { takeBackSkipped } from './skipped-blocks'
import { beginWatching, bookedUpTo, bookFunding, bookOpening, insertFunding, readWallets, walletLegs, watchWallets } from './wallets'
import { heightsAwaitingSecond, removeRefuted, setConfirmation } from './waiting-blocks'

function makeTransaction(tx: Tx, rowId: () => string): StoreTransaction {
  return {
    lockOperation: id => lockOperation(tx, id),
    lockOperationByMemo: reading => lockOperationByMemo(tx, reading),
    saveTransition: (before, after, effects, cause, now) => saveTransition({ tx, before, after, cause, now, rowId }, effects),
    appendEvent: async (id, entry, cause, now) => {
      const [row] = await tx.select({ token: clearingOperations.token }).from(clearingOperations).where(eq(clearingOperations.id, id)).for('update')
      if (row) await appendEvent(tx, id, row.token, entry, cause, now)
    },
    insertInbound: (rows, source, now) => insertInbound(tx, rows, source, now, rowId),
    lockSeenPayments: (chainId, upToHeight) => lockSeenPayments(tx, chainId, upToHeight),
    setConfirmation: (chainId, reading, confirmation) => setConfirmation(tx, chainId, reading, confirmation),
    removeRefuted: (chainId, reading) => removeRefuted(tx, chainId, reading),
    leaveUnallocated: (id, reason, now) => leaveUnallocated(tx, id, reason, now, rowId),
    takeAsCapital: (id, now) => placePayment(tx, id, { state: 'owner_capital' }, now, rowId),
    lockCursor: (chainId, purpose, firstHeight) => lockCursor(tx, chainId, purpose, firstHeight),
    advanceCursor: (cursor, to, blockTime) => advanceCursor(tx, cursor, to, blockTime),
    passBlocks: (cursor, to) => passBlocks(tx, cursor, to),
    operationsPastGrace: (chainId, blockTime, limit) => operationsPastGrace(tx, chainId, blockTime, limit),
    lockDuePackets: (route, now) => lockDuePackets(tx, route, now),
    saveAttempts: updates => saveAttempts(tx, updates),
    saveEvidence: (operationId, id, evidence, legs, note, now) => saveEvidence(tx, operationId, id, evidence, legs, note, now),
    claimLanes: (lanes, runId, leaseUntil, now) => claimLanes(tx, lanes, runId, leaseUntil, now),
    insertRun: run => insertRun(tx, run),
    startRun: (id, operationIds) => startRun(tx, id, operationIds),
    holdsRun: (id, now) => holdsRun(tx, id, now),
    finishRun: (id, report, result, now) => finishRun(tx, id, report, result, now),
    breaker: (executor, route) => readBreaker(tx, executor, route),
    saveBreaker: breaker => saveBreaker(tx, breaker),
    audit: (entry, now) => audit(tx, entry, now),
    lockPayment: id => lockPayment(tx, id),
    planUnallocatedReturn: (payment, reason, now) => planUnallocatedReturn(tx, payment, reason, now, rowId),
    acceptStranger: (chainId, txHash, by, reason) => acceptStranger(tx, chainId, txHash, by, reason),
    strangerPaying: (chainId, txHash) => strangerPaying(tx, chainId, txHash),
    insertPause: pause => insertPause(tx, pause),
    deletePause: scope => deletePause(tx, scope),
    skipGap: (gap, reason, by, now) => skipGap(tx, gap, reason, by, now),
    enqueue: job => enqueue(tx, job),
    beginWatching: (chainId, addresses, fromHeight) => beginWatching(tx, chainId, addresses, fromHeight),
    insertFunding: (rows, source) => insertFunding(tx, rows, source),
    bookFunding: (chainId, now) => bookFunding(tx, chainId, now, rowId),
    bookOpening: (wallet, height, balances, now) => bookOpening(tx, wallet, height, balances, now, rowId()),
    insertOutgoing: (rows, source) => insertOutgoing(tx, rows, source),
    lockUnjudgedOutgoing: chainId => lockUnjudgedOutgoing(tx, chainId),
    saveJudgement: (judged, kind, note) => saveJudgement(tx, judged, kind, note),
    payoutByHash: (chainId, txHash) => payoutByHash(tx, chainId, txHash),
    lockRefunds: ids => lockRefunds(tx, ids),
    refundAlike: (chainId, destination, coin) => refundAlike(tx, chainId, destination, coin),
    confirmRefunds: (paid, txHash, detail, cause, now) => confirmRefunds(tx, paid, txHash, detail, cause, now),
    bookOutgoing: (chainId, cause, legs, now) => bookOutgoing(tx, rowId(), chainId, cause, legs, now),
    takeBackSkipped: (outgoing, coins, now) => takeBackSkipped(tx, rowId(), outgoing, coins, now),
    checkFence: lane => checkFence(tx, lane),
    insertPayout: (payout, lane, now) => insertPayout(tx, payout, lane, now),
    markSigned: (signed, payout, cause, now) => markSigned(tx, signed, payout, cause, now),
    lockPayout: id => lockPayout(tx, id),
    noteBroadcast: (payout, answer, cause, now) => noteBroadcast(tx, payout, answer, cause, now),
    forgetSequence: payout => forgetSequence(tx, payout),
    voidPayout: (payout, reason, failed, now) => voidPayout(tx, payout, reason, failed, now),
    approveRefund: (refund, by, cause, now) => approveRefund(tx, refund, by, cause, now),
    claimRefund: (refund, destination, cause, now) => claimRefund(tx, refund, destination, cause, now),
    holdRefund: (refund, reason, note, nextTryAt, cause, now) => holdRefund(tx, refund, reason, note, nextTryAt, cause, now),
  }
}

/** Routes of undecided, claimed packets: what a starting or sweeping instance looks at again. */
async function unfinishedRoutes(db: Database): Promise<readonly ChannelEnd[]> {
  const rows = await db.execute<{ chain_id: string, port_id: string, channel_id: string }>(sql`
    select distinct r.chain_id, r.port_id, r.channel_id from packet_clearing_results r join clearing_operations o on o.id = r.operation_id
    where r.claimed and r.result is null and o.status in ('queued', 'clearing')`)
  return rows.map(row => ({ chainId: row.chain_id, portId: row.port_id, channelId: row.channel_id }))
}

async function nextRouteWakeUp(db: Database, route: ChannelEnd): Promise<Date | null> {
  const [row] = await db.execute<{ at: string | null }>(sql`
    select min(least(r.next_attempt_at, o.deadline_at))::text as at from packet_clearing_results r join clearing_operations o on o.id = r.operation_id
    where r.claimed and r.result is null and o.status = 'queued' and r.chain_id = ${route.chainId} and r.port_id = ${route.portId} and r.channel_id = ${route.channelId}`)
  return row?.at ? new Date(row.at) : null
}

/** `rowId` makes UUIDv7. */
export function makeStore(db: Database, rowId: () => string): Store {
  return {
    transaction: work => retryDeadlocks(() => db.transaction(tx => work(makeTransaction(tx, rowId)))),
    issueToken: (token, operation, requester, quotas) => issueToken(db, token, operation, requester, quotas),
    holdScannerLease: (chainId, purpose, instanceId, leaseMs) => holdScannerLease(db, chainId, purpose, instanceId, leaseMs),
    cursor: async (chainId, purpose) => {
      const [row] = await db.select({ height: chainCursors.height, blockTime: chainCursors.blockTime }).from(chainCursors)
        .where(and(eq(chainCursors.chainId, chainId), eq(chainCursors.purpose, purpose)))
      return row && row.height >= 0n ? row : null
    },
    scanGaps: chainId => scanGapsOf(db, chainId),
    heightsAwaitingSecond: chainId => heightsAwaitingSecond(db, chainId),
    unfinishedRoutes: () => unfinishedRoutes(db),
    nextRouteWakeUp: route => nextRouteWakeUp(db, route),
    lapsedRuns: async (now) => {
      const rows = await db.select().from(relayerRuns).where(and(isNull(relayerRuns.finishedAt), lt(relayerRuns.leaseUntil, now)))
      return rows.map(toRunRow)
    },
    holdPayoutLane: (chainId, address, instanceId, leaseMs) => holdPayoutLane(db, chainId, address, instanceId, leaseMs),
    setBaselineSequence: (lane, sequence) => setBaselineSequence(db, lane, sequence),
    setPayoutWait: (lane, reason) => setPayoutWait(db, lane, reason),
    walletFacts: (chainId, address) => walletFacts(db, chainId, address),
    openPayout: (chainId, address) => openPayout(db, chainId, address),
    nextRefunds: (chainId, now) => nextRefunds(db, chainId, now),
    failedInclusion: (chainId, txHash) => failedInclusion(db, chainId, txHash),
    sequenceUsedBy: payout => sequenceUsedBy(db, payout),
    pauses: () => db.select().from(pauses),
    watchedWallets: chainId => readWallets(db, chainId),
    watchWallets: (wallets, now) => watchWallets(db, wallets, now),
    walletLegs: (chainId, account, upToHeight) => walletLegs(db, chainId, account, upToHeight),
    bookedUpTo: chainId => bookedUpTo(db, chainId),
    lanesBusyUntil: async (lanes, now) => {
      const [row] = await db.select({ until: max(relayerLanes.leaseUntil) }).from(relayerLanes)
        .where(and(lanesMatching(lanes), sql`${relayerLanes.leaseUntil} > ${now.toISOString()}`))
      return row?.until ?? null
    },
  }
}
