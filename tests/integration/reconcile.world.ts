import { asc, eq, isNull, sql } from 'drizzle-orm'
import { reconciliationFindings, reconciliationRuns } from '../../drizzle/schema'
import { makeReconciliationStore } from '../../server/adapters/postgres/reconciliation'
import type { Invariant } from '../../server/domain/reconciliation/check'
import { makePayRefunds } from '../../server/usecases/pay-refunds'
import { makeReconcile, type ReconcileDeps, type ReconciliationReport } from '../../server/usecases/reconcile'
import { makeAuditChain } from '../../server/usecases/scan-chain'
import { openRefundWorld, type RefundWorldOptions } from './refunds.world'

/** The refund world with a reconciler that reads every block, and refunds that its findings stop. */
export async function openReconcileWorld(options: RefundWorldOptions = {}) {
  const world = await openRefundWorld(options)
  const { database: { db }, ids, chainId } = world
  const books = makeReconciliationStore(db, ids.rowId)
  const everything = { recentBlocks: 10_000n, olderBlocks: 0n }
  const deps: ReconcileDeps = {
    store: world.store, books, reader: world.reader, directory: world.directory, clock: world.clock, ids, logger: world.logger,
    windows: { demand: everything, schedule: { recentBlocks: 2n, olderBlocks: 3n } }, overdue: { afterDeadline: 600, longestLease: 600, afterLapsedRun: 600 },
  }
  const reconcile = makeReconcile(deps)
  const audit = makeAuditChain(world.scanDependencies)
  const pay = makePayRefunds({ ...world.deps, stopped: books.payoutStop })

  const now = async (cause: 'demand' | 'schedule' = 'demand'): Promise<ReconciliationReport> => {
    const report = await reconcile(cause)
    if (!report) throw new Error('another reconciler is at it')
    return report
  }
  return {
    ...world, db, books, reconcileDeps: deps, reconcile: now, payBooked: () => pay(chainId),
    /** Lets the second reading come to where the first one is now. */
    readTwice: async () => {
      const { height } = (await world.store.cursor(chainId, 'primary'))!
      await world.block(25)
      do await audit(chainId)
      while ((await world.store.cursor(chainId, 'audit'))!.height < height)
    },
    /** Of one invariant, over all runs of a report. */
    checksOf: (report: ReconciliationReport, invariant: Invariant) => report.runs.flatMap(run => run.checks).filter(check => check.invariant === invariant),
    brokenIn: (report: ReconciliationReport) => report.runs.flatMap(run => run.checks).flatMap(check => check.findings).map(({ invariant, subject, sentence }) => ({ invariant, subject, sentence })),
    open: () => db.select().from(reconciliationFindings).where(isNull(reconciliationFindings.closedAt)).orderBy(asc(reconciliationFindings.firstSeenAt), asc(reconciliationFindings.id)),
    runs: () => db.select().from(reconciliationRuns).where(eq(reconciliationRuns.chainId, chainId)).orderBy(asc(reconciliationRuns.finishedAt)),
    /** As the owner of the database could: triggers and foreign keys rest. */
    asSuperuser: (statement: ReturnType<typeof sql>) => db.transaction(async (tx) => {
      await tx.execute(sql`set local session_replication_role = replica`)
      await tx.execute(statement)
    }),
  }
}

export type ReconcileWorld = Awaited<ReturnType<typeof openReconcileWorld>>
