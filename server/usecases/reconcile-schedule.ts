import type { Clock } from './ports'
import type { Reconcile, ReconcileDeps } from './reconcile'
import type { ReconciliationStore } from './reconciliation-ports'

interface ScheduleDeps extends Pick<ReconcileDeps, 'store' | 'books' | 'reader' | 'directory'> {
  readonly reconcile: Reconcile
  readonly clock: Clock
  readonly everyMs: number
}

/** How far the scanners may be behind at the first run after a start, and how long it is put off for them. */
const nearBlocks = 10n
const patienceMs = 120_000

async function isNear({ store, reader, directory }: ScheduleDeps): Promise<boolean> {
  const near = await Promise.all(directory.chains().map(async ({ chainId }) => {
    if ((await store.watchedWallets(chainId)).length === 0) return true
    const cursor = await store.cursor(chainId, 'primary')
    const heights = reader.endpoints(chainId).flatMap(({ height }) => height ?? [])
    return cursor !== null && heights.length > 0 && heights.every(height => height - cursor.height <= nearBlocks)
  }))
  return near.every(Boolean)
}

/**
 * Reconciles when the newest run of any instance is older than `everyMs`; called often. The first of a process waits
 * until its scanners are near the tips, but not for a chain that stays away.
 */
export function makeReconcileWhenDue(deps: ScheduleDeps): () => Promise<{ readonly did: 'reconciled' | 'not_due' | 'waits_for_scanners' | 'another_does' }> {
  const startedAt = deps.clock.now()
  let caughtUp = false
  return async () => {
    const now = deps.clock.now().getTime()
    const last = await deps.books.lastFinishedAt()
    if (last && now - last.getTime() < deps.everyMs) return { did: 'not_due' }
    caughtUp ||= now - startedAt.getTime() >= patienceMs || await isNear(deps)
    if (!caughtUp) return { did: 'waits_for_scanners' }
    return { did: await deps.reconcile('schedule') === null ? 'another_does' : 'reconciled' }
  }
}

interface StopDeps {
  readonly books: Pick<ReconciliationStore, 'payoutStop' | 'lastFinishedAt'>
  readonly clock: Clock
  readonly everyMs: number
}

/** Books that nobody has compared for so long are trusted no more. */
const trustedForMs = (everyMs: number) => Math.max(3_600_000, 4 * everyMs)

/** Why nothing may be paid out on a chain: an open finding, or a reconciler that no longer gets to its end; null: nothing is in the way. */
export function makePayoutStop({ books, clock, everyMs }: StopDeps): (chainId: string) => Promise<string | null> {
  const startedAt = clock.now()
  return async (chainId) => {
    const broken = await books.payoutStop(chainId)
    if (broken) return broken
    const checkedAt = await books.lastFinishedAt()
    const uncheckedMs = clock.now().getTime() - (checkedAt ?? startedAt).getTime()
    if (uncheckedMs < trustedForMs(everyMs)) return null
    return checkedAt ? `the last complete reconciliation ended at ${checkedAt.toISOString()}` : 'no reconciliation has come to its end'
  }
}
