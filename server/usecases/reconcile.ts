import { DomainError } from '../domain/errors'
import { cannotTell, checkOf, stoppingInvariants, worstOf, type Check, type CheckResult, type Invariant } from '../domain/reconciliation/check'
import type { ChainDirectory, ChainReader, Clock, Ids, Logger } from './ports'
import { reconcileBalances } from './reconcile-balances'
import { reconcileBlocks, reconcileCursor } from './reconcile-blocks'
import type { OverdueBounds, ReconciliationCause, ReconciliationRun, ReconciliationStore } from './reconciliation-ports'
import type { Store } from './store-ports'

/** How many blocks are read anew. */
export interface ReconcileWindow {
  readonly recentBlocks: bigint
  /** At a random place before those. */
  readonly olderBlocks: bigint
}

export interface ReconcileDeps {
  readonly store: Store
  readonly books: ReconciliationStore
  readonly reader: Pick<ChainReader, 'tip' | 'block' | 'confirmBlock' | 'balancesAt' | 'endpoints'>
  readonly directory: Pick<ChainDirectory, 'chains' | 'chain'>
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly windows: Readonly<Record<ReconciliationCause, ReconcileWindow>>
  readonly overdue: OverdueBounds
}

export interface ReconciliationReport {
  readonly result: CheckResult
  /** One per chain with a wallet of ours, and last the one of the rows (chainId null). */
  readonly runs: readonly ReconciliationRun[]
}

/** null: another instance is at it. */
export type Reconcile = (cause: ReconciliationCause) => Promise<ReconciliationReport | null>

async function asked(invariant: Invariant, scope: string, checks: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await checks()
  }
  catch (error) {
    if (!(error instanceof DomainError)) throw error
    return [cannotTell(invariant, scope, `${error.message}.`)]
  }
}

async function finish(deps: ReconcileDeps, run: Omit<ReconciliationRun, 'id' | 'finishedAt' | 'result'>): Promise<ReconciliationRun> {
  const finished = { ...run, id: deps.ids.rowId(), finishedAt: deps.clock.now(), result: worstOf(run.checks.map(check => check.result)) }
  const { opened, closed } = await deps.books.saveRun(finished)
  for (const finding of opened) deps.logger.error({ ...finding }, stoppingInvariants.includes(finding.invariant) ? 'an invariant of the books is broken: payouts stop' : 'an invariant is broken')
  for (const finding of closed) deps.logger.info({ ...finding }, 'an invariant that was broken holds again')
  return finished
}

async function reconcileChain(deps: ReconcileDeps, chainId: string, cause: ReconciliationCause): Promise<ReconciliationRun> {
  const startedAt = deps.clock.now()
  const cursor = await asked('I9', 'cursor:', () => reconcileCursor(deps, chainId))
  const height = await deps.store.bookedUpTo(chainId)
  const inTheWay = cursor.find(check => check.result !== 'sound')
  const notCompared = inTheWay?.sentence ?? `Nothing of ${chainId} is booked yet.`
  // A chain that is away, or another one than was read, tells nothing about wallets either.
  const compared = height === null || inTheWay
    ? [cannotTell('I2', 'nothing', notCompared), cannotTell('I3', 'nothing', notCompared)]
    : [...await reconcileBalances(deps, chainId, height), ...await asked('I3', 'block:', () => reconcileBlocks(deps, chainId, deps.windows[cause], height))]
  return finish(deps, { chainId, cause, startedAt, height, checks: [...compared, ...cursor] })
}

/** What rows can tell of each invariant; I3 is about blocks alone. `scope`: their subjects, where the chain's own looks have others. */
const lookedAt: readonly { readonly invariant: Invariant, readonly scope: string, readonly sound: string }[] = [
  { invariant: 'I1', scope: '', sound: 'Every entry set sums to zero per chain and denom, and the database refuses any other.' },
  { invariant: 'I2', scope: 'legs:', sound: 'Every leg of a wallet is a transfer that stands in the rows, in the same block.' },
  { invariant: 'I4', scope: '', sound: 'Every payment is in exactly one place, and every account holds what its rows come to.' },
  { invariant: 'I5', scope: '', sound: 'Every packet that counts as relayed by us has a transaction of ours.' },
  { invariant: 'I6', scope: '', sound: 'No payment was given back more than once, or by more than it was.' },
  { invariant: 'I7', scope: '', sound: 'Every state has its actor and cause.' },
  { invariant: 'I8', scope: '', sound: 'Nothing is overdue, and no lease outlives its owner.' },
  { invariant: 'I9', scope: 'height:', sound: 'No row is of a block that the scanner has not read.' },
]

async function reconcileRows(deps: ReconcileDeps, cause: ReconciliationCause): Promise<ReconciliationRun> {
  const startedAt = deps.clock.now()
  const found = await deps.books.brokenRows(deps.overdue)
  const checks = lookedAt.map(({ invariant, scope, sound }) => checkOf(invariant, scope, found.filter(finding => finding.invariant === invariant), sound))
  return finish(deps, { chainId: null, cause, startedAt, height: null, checks })
}

/**
 * Checks I1–I9 and keeps what it found: findings open, are refreshed and close by themselves, and payouts stop while one
 * of the books is open. One instance at a time.
 */
export function makeReconcile(deps: ReconcileDeps): Reconcile {
  return cause => deps.books.exclusively(async () => {
    const runs: ReconciliationRun[] = []
    for (const { chainId } of deps.directory.chains()) {
      if ((await deps.store.watchedWallets(chainId)).length > 0) runs.push(await reconcileChain(deps, chainId, cause))
    }
    runs.push(await reconcileRows(deps, cause))
    return { result: worstOf(runs.map(run => run.result)), runs }
  })
}
