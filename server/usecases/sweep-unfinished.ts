import { transition } from '../domain/clearing/transition'
import type { ClearingDeps } from './clearing-deps'
import type { Cause, RunRow } from './store-ports'

/** Takes over runs whose instance died, and wakes routes that nobody has a job for. Safe to call at any time, from every instance. */
export type SweepUnfinished = () => Promise<void>

const lapsed: Cause = { actor: 'worker', cause: 'lease of a run is over' }

async function takeOver(deps: Pick<ClearingDeps, 'store' | 'clock' | 'logger'>, run: RunRow): Promise<void> {
  const now = deps.clock.now()
  const taken = await deps.store.transaction(async (tx) => {
    if (!await tx.finishRun(run.id, {}, 'lapsed', now)) return false
    for (const id of [...run.operationIds].sort()) {
      const operation = await tx.lockOperation(id)
      if (operation?.status !== 'clearing') continue
      const ended = transition(operation, { type: 'run_ended', failed: true, detail: { executor: run.executor, ending: 'lapsed', tryAgainAt: now.toISOString() } }, now)
      await tx.saveTransition(operation, ended.operation, ended.effects, lapsed, now)
    }
    // What that run did is unknown here; counting it keeps the last word from assuming that nothing was ever tried.
    const due = await tx.lockDuePackets(run.route, now)
    const ran = due.filter(packet => run.operationIds.includes(packet.operationId) && run.sequences.includes(packet.id.sequence))
    await tx.saveAttempts(ran.map(({ operationId, id, attempts, batchLimit, aloneFailures }) => (
      { operationId, id, attempts: attempts + 1, batchLimit, aloneFailures, nextAttemptAt: now, note: 'a run ended without a word' })))
    await tx.enqueue({ name: 'clear_route', route: run.route })
    return true
  })
  if (taken) deps.logger.warn({ runId: run.id, instanceId: run.instanceId }, 'took over a run whose lease is over')
}

export function makeSweepUnfinished(deps: Pick<ClearingDeps, 'store' | 'clock' | 'logger'>): SweepUnfinished {
  const { store, clock } = deps
  return async () => {
    for (const run of await store.lapsedRuns(clock.now())) await takeOver(deps, run)
    for (const route of await store.unfinishedRoutes()) {
      const wakeUp = await store.nextRouteWakeUp(route)
      if (wakeUp && wakeUp <= clock.now()) await store.transaction(tx => tx.enqueue({ name: 'clear_route', route }))
    }
  }
}
