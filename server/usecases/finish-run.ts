import type { ChannelEnd } from '../../shared/utils/packet-id'
import { formatPacketId } from '../../shared/utils/packet-id'
import { isRouteFailure, nextBreaker, type FinishedRun } from '../domain/clearing/schedule'
import { transition } from '../domain/clearing/transition'
import { progress, type RelayerAccounts } from '../domain/clearing/verdict'
import type { ClaimedRun } from './claim-run'
import type { ClearingDeps } from './clearing-deps'
import { decideAfterRun } from './decide-waiting'
import { judgeUntilKnown, type JudgedPacket } from './judge-packets'
import type { RelayReport } from './ports'
import type { WatchedRun } from './relay-watched'
import { outcomesByOperation, settleOperation, tellSettled, type PacketOutcome } from './settle-packets'
import type { Cause, StoreTransaction } from './store-ports'

const afterRun: Cause = { actor: 'worker', cause: 'chain state after a run' }

class LeaseLost extends Error {}

/** Writes arrivals that nobody saw while the program ran. */
async function announceArrivals(tx: StoreTransaction, deps: ClearingDeps, before: readonly JudgedPacket[], after: readonly JudgedPacket[], announced: ReadonlySet<string>): Promise<void> {
  // One order for everybody who locks several operations.
  const inOrder = [...after.entries()].sort(([, a], [, b]) => a.packet.operationId < b.packet.operationId ? -1 : 1)
  for (const [index, { packet, facts }] of inOrder) {
    const wasThere = before[index]?.facts.received
    const isThere = facts.received.known && facts.received.value
    if (!isThere || (wasThere?.known && wasThere.value) || announced.has(formatPacketId(packet.id))) continue
    await tx.appendEvent(packet.operationId, { type: 'log', event: 'packet_received', detail: { packet: formatPacketId(packet.id) } }, afterRun, deps.clock.now())
  }
}

function resultOf(report: RelayReport, moved: number, size: number): string {
  if (moved === size) return 'all_moved'
  return moved > 0 ? 'some_moved' : report.ending === 'exit_0' ? 'nothing_moved' : report.ending
}

async function writeRun(deps: ClearingDeps, run: ClaimedRun, watched: WatchedRun, before: readonly JudgedPacket[], after: readonly JudgedPacket[], outcomes: readonly PacketOutcome[], moved: number) {
  const { report } = watched
  const now = deps.clock.now()
  return deps.store.transaction(async (tx) => {
    if (!await tx.finishRun(run.row.id, { ...report }, resultOf(report, moved, after.length), now)) throw new LeaseLost()
    await announceArrivals(tx, deps, before, after, watched.announced)
    const settled = []
    for (const [id, own] of outcomesByOperation(outcomes)) {
      const operation = await settleOperation(tx, deps, id, own, 'clearing', afterRun)
      settled.push(operation)
      if (operation?.status !== 'clearing') continue
      const detail = { executor: run.executor, ending: report.ending, tryAgainAt: nextTry(own)?.toISOString() ?? null }
      const ended = transition(operation, { type: 'run_ended', failed: own.some(outcome => outcome.kind !== 'decided'), detail }, now)
      await tx.saveTransition(operation, ended.operation, ended.effects, afterRun, now)
    }
    const routeFailed = before.every(({ packet }) => isRouteFailure({ executor: run.executor, ending: report.ending }, packet))
    const breaker = await tx.breaker(run.executor, run.row.route)
    await tx.saveBreaker({ ...breaker, ...nextBreaker(breaker, moved > 0 ? 'moved' : routeFailed ? 'route_failure' : 'nothing_moved', now) })
    return settled
  })
}

function nextTry(outcomes: readonly PacketOutcome[]): Date | null {
  const times = outcomes.flatMap(outcome => outcome.kind === 'again' ? [outcome.attempt.nextAttemptAt.getTime()] : [])
  return times.length === 0 ? null : new Date(Math.min(...times))
}

const writeAttempts = 10
const writeAgainMs = 1_000

/**
 * What a run did is known here alone: while the database is away it is written again, or its packets would wait for the
 * lease. Writing twice is impossible, since the second time finds the run finished.
 */
async function writePatiently(deps: ClearingDeps, run: ClaimedRun, write: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write()
    }
    catch (cause) {
      if (cause instanceof LeaseLost) return deps.logger.warn({ runId: run.row.id }, 'a run was finished by somebody else before it was written; its packets are read again')
      if (attempt === writeAttempts) throw cause
      deps.logger.warn({ runId: run.row.id, attempt, error: cause }, 'a run could not be written, will retry')
      await new Promise(resolve => setTimeout(resolve, writeAgainMs))
    }
  }
}

/** After the program ended: reads the chain, decides, writes everything in one transaction. Returns the routes to look at next. */
export async function finishRun(deps: ClearingDeps, run: ClaimedRun, watched: WatchedRun, before: readonly JudgedPacket[], relayer: RelayerAccounts): Promise<readonly ChannelEnd[]> {
  const { report } = watched
  const after = await judgeUntilKnown(deps, before.map(({ packet }) => packet), relayer, report.statusLine === 'success' && report.errors.length === 0)
  const finished: FinishedRun = { executor: run.executor, ending: report.ending, batchSize: before.length, now: deps.clock.now() }
  const movedFlags = after.map(({ facts }, index) => {
    const [was, is] = [progress(before[index]!.facts), progress(facts)]
    return was !== null && is !== null && is > was
  })
  const moved = movedFlags.filter(Boolean).length
  const outcomes = after.map((judged, index) => decideAfterRun(deps, judged, relayer, finished, movedFlags[index]!))
  deps.metrics.relayerRunFinished(run.executor, resultOf(report, moved, after.length))
  deps.metrics.stageObserved('run', report.durationMs / 1000)
  const facts = { runId: run.row.id, executor: run.executor, packets: after.length, moved, ending: report.ending, durationMs: report.durationMs, errors: report.errors.slice(0, 3) }
  deps.logger[moved === after.length ? 'info' : 'warn'](facts, 'relayer run finished')
  await writePatiently(deps, run, async () => tellSettled(deps, await writeRun(deps, run, watched, before, after, outcomes, moved)))
  return deps.store.unfinishedRoutes()
}
