import type { Executor, ExecutorBreaker, WaitingPacket } from './batching'

/** How the relayer program ended, as RelayReport says it. */
export type RunEnding = 'exit_0' | 'exit_error' | 'timed_out' | 'killed' | 'not_started'

export interface FinishedRun {
  readonly executor: Executor
  readonly ending: RunEnding
  readonly batchSize: number
  readonly now: Date
}

export interface Attempted extends WaitingPacket {
  readonly attempts: number
}

export interface NextAttempt {
  readonly attempts: number
  readonly batchLimit: number
  readonly aloneFailures: number
  readonly nextAttemptAt: Date
  /** Tried alone often enough with both executors: its share goes back. */
  readonly giveUp: boolean
}

/** Two runs alone with each executor. */
const mostAloneFailures = 4
const breakerThreshold = 2
const afterProgressMs = 300
const afterHalvingMs = 1_000

const later = (now: Date, ms: number) => new Date(now.getTime() + ms)

function grow(firstMs: number, factor: number, times: number, mostMs: number): number {
  return Math.min(firstMs * factor ** Math.max(0, times), mostMs)
}

/**
 * Whether a run failed for a reason that lies with the route, the node or the program, not with its packets. The second
 * executor also exits with an error on a packet that cannot be relayed; it is blamed on the packet only where the first
 * executor had run without an error and moved nothing.
 */
export function isRouteFailure(run: Pick<FinishedRun, 'executor' | 'ending'>, packet: WaitingPacket): boolean {
  if (run.ending === 'exit_0' || run.ending === 'killed') return false
  if (run.ending === 'exit_error' && run.executor === 'tx_packet') return packet.aloneFailures === 0
  return true
}

/** What is tried next for a packet that a run did not finish. `moved`: it got further than before the run. */
export function nextAttempt(packet: Attempted, run: FinishedRun, moved: boolean): NextAttempt {
  const { batchLimit, aloneFailures } = packet
  const attempts = packet.attempts + 1
  const same = { attempts, batchLimit, aloneFailures, giveUp: false }
  if (moved || run.ending === 'killed') return { ...same, nextAttemptAt: later(run.now, afterProgressMs) }
  if (isRouteFailure(run, packet)) return { ...same, nextAttemptAt: later(run.now, grow(5_000, 2, packet.attempts, 120_000)) }
  if (run.batchSize > 1) return { ...same, batchLimit: Math.max(1, Math.floor(run.batchSize / 2)), nextAttemptAt: later(run.now, afterHalvingMs) }
  const failures = aloneFailures + 1
  return { attempts, batchLimit: 1, aloneFailures: failures, giveUp: failures >= mostAloneFailures, nextAttemptAt: later(run.now, grow(3_000, 3, aloneFailures, 60_000)) }
}

/** Opens after repeated failures of the route, longer each time; one packet that moved closes it. */
export function nextBreaker(breaker: ExecutorBreaker, outcome: 'moved' | 'route_failure' | 'nothing_moved', now: Date): ExecutorBreaker {
  if (outcome === 'moved') return { consecutiveFailures: 0, openUntil: null }
  if (outcome === 'nothing_moved') return breaker
  const consecutiveFailures = breaker.consecutiveFailures + 1
  const openUntil = consecutiveFailures < breakerThreshold ? null : later(now, grow(30_000, 2, consecutiveFailures - breakerThreshold, 600_000))
  return { consecutiveFailures, openUntil }
}

/** How long a packet rests on which no run can do anything now (asynchronous acknowledgement, chain down, relayer not ready). */
export function restUntil(now: Date, creditedAt: Date): Date {
  const waitedMs = now.getTime() - creditedAt.getTime()
  return later(now, waitedMs < 60_000 ? 2_000 : 10_000)
}

/** Hard time limit of one run: two transactions per 30 messages and their blocks; `baseMs` is the room for a slow chain. */
export function runTimeLimitMs(packets: number, baseMs = 90_000): number {
  return baseMs + 3_000 * packets
}
