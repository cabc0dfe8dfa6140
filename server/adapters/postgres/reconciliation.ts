import { and, asc, desc, eq, gte, isNull, lt, lte, sql } from 'drizzle-orm'
import { payments, reconciliationFindings, reconciliationRuns, walletCheckpoints, walletFunding, walletOutgoing } from '../../../drizzle/schema'
import { stoppingInvariants, wasJudged, worstOf, type CheckResult, type Finding } from '../../domain/reconciliation/check'
import { inboundMovement, outgoingMovement } from '../../domain/reconciliation/compare-movements'
import type { ReconciliationSummary } from '../../usecases/admin-ports'
import type { OpenFinding, ReconciliationStore } from '../../usecases/reconciliation-ports'
import { answeredWithin, clientOf, prepared } from './client'
import { scanGapsOf } from './cursors'
import { bookGap } from './skipped-blocks'
import type { Database } from './database'
import { moneyQuery } from './reconciliation-money'
import { guardsQuery, overdueQuery, statesQuery } from './reconciliation-states'
import { readCoins } from './stored-coins'

type WrongRow = Omit<Finding, 'chainId'> & { readonly chain_id: string | null }

const toFinding = ({ invariant, chain_id: chainId, subject, sentence }: WrongRow): Finding => ({ invariant, chainId, subject, sentence: `${sentence}.` })

/** What rows alone tell at any moment, whatever the time; the simulator asks this after every commit. */
export async function brokenStates(db: Database): Promise<readonly Finding[]> {
  const client = clientOf(db)
  const [money, states] = await Promise.all([client.unsafe<WrongRow[]>(moneyQuery, [], prepared), client.unsafe<WrongRow[]>(statesQuery, [], prepared)])
  return [...money, ...states].map(toFinding)
}

/** The queries read every row there is: some 15 s for a million unpaid operations on a busy machine of two cores. */
const rowsLimitMs = 300_000
const patient = answeredWithin(rowsLimitMs / 1000 + 15)

/** Everything from one snapshot, which holds up nobody. */
const brokenRows = (db: Database): ReconciliationStore['brokenRows'] => ({ afterDeadline, longestLease, afterLapsedRun }) =>
  clientOf(db).begin('isolation level repeatable read read only', async (tx) => {
    await tx.unsafe(`set local statement_timeout = ${rowsLimitMs}`)
    await tx.unsafe(`select set_config(name, '0', true) from pg_settings where name = 'transaction_timeout'`)
    const found: WrongRow[] = []
    for (const query of [moneyQuery, statesQuery, guardsQuery]) found.push(...await tx.unsafe<WrongRow[]>(query, [], patient))
    found.push(...await tx.unsafe<WrongRow[]>(overdueQuery, [afterDeadline, longestLease, afterLapsedRun], patient))
    return found.map(toFinding)
  })

/** Any constant: one reconciler over all instances of one database. */
const reconcilerLock = 0x52_45_43

/** A lock of the session, on a connection of its own: it ends with the process, and no transaction stays open meanwhile. */
const exclusively = (db: Database): ReconciliationStore['exclusively'] => async (work) => {
  const connection = await clientOf(db).reserve()
  try {
    const [row] = await connection<{ held: boolean }[]>`select pg_try_advisory_lock(${reconcilerLock}) as held`
    if (row?.held !== true) return null
    try {
      return await work()
    }
    finally {
      await connection`select pg_advisory_unlock(${reconcilerLock})`
    }
  }
  finally {
    connection.release()
  }
}

const toOpen = (row: { chainId: string | null, invariant: string, subject: string, sentence: string }): OpenFinding => ({ chainId: row.chainId, invariant: row.invariant as Finding['invariant'], subject: row.subject, sentence: row.sentence })
const openColumns = { chainId: reconciliationFindings.chainId, invariant: reconciliationFindings.invariant, subject: reconciliationFindings.subject, sentence: reconciliationFindings.sentence }

const saveRun = (db: Database, rowId: () => string): ReconciliationStore['saveRun'] => run => db.transaction(async (tx) => {
  const { checks, ...row } = run
  await tx.insert(reconciliationRuns).values({ ...row, checks: checks.map(({ invariant, result, sentence }) => ({ invariant, result, sentence })) })
  const findings = checks.flatMap(check => check.findings)
  const opened: OpenFinding[] = []
  for (const { chainId, invariant, subject, sentence } of findings) {
    const known = await tx.update(reconciliationFindings).set({ sentence, lastSeenAt: run.finishedAt })
      .where(and(sql`${reconciliationFindings.chainId} is not distinct from ${chainId}`, eq(reconciliationFindings.invariant, invariant), eq(reconciliationFindings.subject, subject), isNull(reconciliationFindings.closedAt)))
      .returning({ id: reconciliationFindings.id })
    if (known.length > 0) continue
    await tx.insert(reconciliationFindings).values({ id: rowId(), chainId, invariant, subject, sentence, firstSeenAt: run.finishedAt, lastSeenAt: run.finishedAt })
    opened.push({ chainId, invariant, subject, sentence })
  }
  const open = await tx.select({ id: reconciliationFindings.id, ...openColumns }).from(reconciliationFindings)
    .where(and(isNull(reconciliationFindings.closedAt), run.chainId === null ? undefined : eq(reconciliationFindings.chainId, run.chainId)))
  const same = (a: OpenFinding, b: Finding) => a.chainId === b.chainId && a.invariant === b.invariant && a.subject === b.subject
  const gone = open.filter(row => wasJudged(toOpen(row), checks) && !findings.some(finding => same(toOpen(row), finding)))
  for (const { id } of gone) {
    await tx.update(reconciliationFindings).set({ closedAt: run.finishedAt, closeReason: 'a later check no longer finds it' }).where(eq(reconciliationFindings.id, id))
  }
  return { opened, closed: gone.map(toOpen) }
})

export const movementsBetween = (db: Database): ReconciliationStore['movementsBetween'] => async (chainId, fromHeight, toHeight) => {
  const within = (table: typeof payments | typeof walletFunding | typeof walletOutgoing) => and(eq(table.chainId, chainId), gte(table.height, fromHeight), lte(table.height, toHeight))
  const [paid, funded, left] = await Promise.all([
    db.select().from(payments).where(and(within(payments), sql`(${payments.confirmation} <> 'none' or ${payments.state} <> 'seen')`)),
    db.select().from(walletFunding).where(and(within(walletFunding), sql`${walletFunding.confirmation} <> 'none'`)),
    db.select().from(walletOutgoing).where(and(within(walletOutgoing), sql`${walletOutgoing.confirmation} <> 'none'`)),
  ])
  return [
    ...paid.map(row => inboundMovement({ ...row, coin: { denom: row.denom, amount: row.amount } })),
    ...funded.map(row => inboundMovement({ ...row, toAddress: row.address, coin: { denom: row.denom, amount: row.amount } })),
    ...left.map(row => outgoingMovement({ ...row, coins: readCoins(row.coins), fee: readCoins(row.fee) })),
  ]
}

async function payoutStop(db: Database, chainId: string): Promise<string | null> {
  const [finding] = await db.select(openColumns).from(reconciliationFindings)
    .where(and(isNull(reconciliationFindings.closedAt), sql`(${reconciliationFindings.chainId} is null or ${reconciliationFindings.chainId} = ${chainId})`, sql`${reconciliationFindings.invariant} = any(${`{${stoppingInvariants.join(',')}}`}::text[])`))
    .orderBy(asc(reconciliationFindings.firstSeenAt), asc(reconciliationFindings.id)).limit(1)
  return finding ? `${finding.invariant} is broken: ${finding.sentence}` : null
}

// Ordered by the index's columns: PostgreSQL does not see that a chain which is null is always the same.
const ofRows = isNull(reconciliationRuns.chainId)

async function lastFinishedAt(db: Database): Promise<Date | null> {
  const [complete] = await db.select({ finishedAt: reconciliationRuns.finishedAt }).from(reconciliationRuns).where(ofRows).orderBy(desc(reconciliationRuns.chainId), desc(reconciliationRuns.finishedAt)).limit(1)
  return complete?.finishedAt ?? null
}

/** The newest run of each chain and of the rows. Runs are kept for ever: each is found by the index, none by reading them all. */
export async function newestRuns(db: Database): Promise<readonly (ReconciliationSummary & { readonly result: CheckResult })[]> {
  const rows = await db.execute<{ chain_id: string | null, finished_at: string, result: CheckResult }>(sql`
    select r.chain_id, r.finished_at::text, r.result from (select distinct chain_id from watched_wallets) watched
      cross join lateral (select * from reconciliation_runs where chain_id = watched.chain_id order by finished_at desc limit 1) r
    union all (select r.chain_id, r.finished_at::text, r.result from reconciliation_runs r where r.chain_id is null order by r.chain_id desc, r.finished_at desc limit 1) order by chain_id`)
  return rows.map(row => ({ chainId: row.chain_id, finishedAt: new Date(row.finished_at), result: row.result }))
}

async function newest(db: Database): ReturnType<ReconciliationStore['newest']> {
  const [runs, openFindings] = await Promise.all([newestRuns(db), db.$count(reconciliationFindings, isNull(reconciliationFindings.closedAt))])
  const rows = runs.find(run => run.chainId === null)
  return rows ? { finishedAt: rows.finishedAt, result: worstOf(runs.map(run => run.result)), openFindings } : null
}

export function makeReconciliationStore(db: Database, rowId: () => string): ReconciliationStore {
  const ofWallet = (wallet: { readonly chainId: string, readonly address: string }) => and(eq(walletCheckpoints.chainId, wallet.chainId), eq(walletCheckpoints.address, wallet.address))
  return {
    exclusively: exclusively(db),
    lastFinishedAt: () => lastFinishedAt(db),
    newest: () => newest(db),
    brokenRows: brokenRows(db),
    checkpointsBelow: (wallet, height) => db.selectDistinctOn([walletCheckpoints.denom], { denom: walletCheckpoints.denom, height: walletCheckpoints.height, balance: walletCheckpoints.balance })
      .from(walletCheckpoints).where(and(ofWallet(wallet), lt(walletCheckpoints.height, height))).orderBy(asc(walletCheckpoints.denom), desc(walletCheckpoints.height)),
    saveCheckpoints: async ({ chainId, address }, height, balances, now) => {
      if (balances.length === 0) return
      await db.insert(walletCheckpoints).values(balances.map(({ denom, amount }) => ({ chainId, address, denom, height, balance: amount, readAt: now }))).onConflictDoNothing()
    },
    movementsBetween: movementsBetween(db),
    scanGaps: chainId => scanGapsOf(db, chainId),
    bookGap: bookGap(db, rowId),
    openFindings: async chainId => (await db.select(openColumns).from(reconciliationFindings).where(and(eq(reconciliationFindings.chainId, chainId), isNull(reconciliationFindings.closedAt)))).map(toOpen),
    saveRun: saveRun(db, rowId),
    payoutStop: chainId => payoutStop(db, chainId),
  }
}
