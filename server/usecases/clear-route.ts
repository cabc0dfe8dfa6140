import { formatChannelEnd, formatPacketId, type ChannelEnd } from '../../shared/utils/packet-id'
import { transition } from '../domain/clearing/transition'
import { progress, type RelayerAccounts } from '../domain/clearing/verdict'
import { claimRun, type Claim, type ClaimedRun, type RelayerForRoute } from './claim-run'
import type { ClearingDeps } from './clearing-deps'
import { decideWaiting } from './decide-waiting'
import { finishRun } from './finish-run'
import { judgeOnce, judgeUntilKnown, type JudgedPacket } from './judge-packets'
import { routePaused } from './pauses'
import { makeRelayerFunds, type Shortages } from './relayer-funds'
import { relayWatched } from './relay-watched'
import { outcomesByOperation, settleOperation, tellSettled, type PacketOutcome } from './settle-packets'
import type { Cause } from './store-ports'
import { rememberRelayers } from './watch-relayer'

/** Does what is due on a route: decides what the chain has finished, runs the relayer once for the rest, says when to look again. */
export type ClearRoute = (route: ChannelEnd) => Promise<void>

const beforeRun: Cause = { actor: 'worker', cause: 'chain state before a run' }
const soonMs = 250

async function askRelayer(deps: ClearingDeps, route: ChannelEnd): Promise<RelayerForRoute> {
  const destination = deps.directory.counterparty(route) ?? null
  const readiness = await deps.relayer.readiness()
  const paused = await routePaused(deps.store, route)
  if (paused !== null) return { destination, keys: readiness.keys, problems: [paused] }
  if (destination === null) return { destination, keys: readiness.keys, problems: [`${formatChannelEnd(route)} is not served`] }
  if (!readiness.ready) return { destination, keys: readiness.keys, problems: readiness.problems.length > 0 ? readiness.problems : ['the relayer is not ready'] }
  return { destination, keys: readiness.keys, problems: await deps.relayer.routeProblems(route, destination) }
}

/** Splits what was read into packets to run now and outcomes to write; what looks finished or overdue is read again with its txs. */
async function sortOut(deps: ClearingDeps, claim: Claim, relayer: RelayerAccounts, now: Date, note: string | null) {
  const inRun = new Set(claim.run?.packets)
  // Whoever waits for lanes or a breaker stays due: the run that frees them wakes this route.
  const looked = claim.due.filter(packet => inRun.has(packet) || packet.deadlineAt <= now || claim.waitsFor === 'relayer')
  const first = await judgeOnce(deps, looked, relayer, false)
  const toRun = first.filter(({ packet, verdict }) => inRun.has(packet) && packet.deadlineAt > now && verdict.kind === 'open' && verdict.relayable)
  const others = first.filter(judged => !toRun.includes(judged))
  const endings = others.filter(({ packet, facts }) => packet.deadlineAt <= now || progress(facts) === 2)
  const waiting = others.filter(judged => !endings.includes(judged))
  const ended = endings.length > 0 ? await judgeUntilKnown(deps, endings.map(({ packet }) => packet), relayer, false) : []
  const judged = [...waiting, ...ended]
  return { toRun, outcomes: judged.map(each => decideWaiting(deps, each, relayer, now, inRun.has(each.packet) ? null : note)) }
}

interface Sorted { readonly toRun: readonly JudgedPacket[], readonly outcomes: readonly PacketOutcome[] }

/** A run that the relayer's wallets cannot pay for is not started: its packets wait, and blame nobody. */
function holdBack(deps: ClearingDeps, { toRun, outcomes }: Sorted, relayer: RelayerAccounts, now: Date, shortages: Shortages): Sorted {
  const shortageOf = ({ packet, verdict }: JudgedPacket) => {
    const delivers = packet.need === 'deliver' && verdict.kind === 'open' && verdict.received !== true
    return shortages.get(packet.id.chainId) ?? (delivers ? shortages.get(packet.destination.chainId) : undefined)
  }
  const held = toRun.filter(shortageOf)
  if (held.length === 0) return { toRun, outcomes }
  deps.logger.error({ shortages: [...shortages.values()] }, 'paid packets wait: a wallet of the relayer holds too little')
  return { toRun: toRun.filter(judged => !held.includes(judged)), outcomes: [...outcomes, ...held.map(judged => decideWaiting(deps, judged, relayer, now, shortageOf(judged) ?? null))] }
}

/** One transaction: writes what is decided, and starts the run for the rest. Returns what may really be run. */
async function writeBeforeRun(deps: ClearingDeps, run: ClaimedRun | null, toRun: readonly JudgedPacket[], outcomes: readonly PacketOutcome[]): Promise<readonly JudgedPacket[]> {
  if (!run && outcomes.length === 0) return []
  const { settled, runnable } = await deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    // Whoever slept past its lease starts nothing: nobody would end it, and its packets may be in another run.
    const held = run && await tx.holdsRun(run.row.id, now) ? run : null
    const settled = []
    for (const [id, own] of outcomesByOperation(outcomes)) settled.push(await settleOperation(tx, deps, id, own, 'queued', beforeRun))
    const runnable: JudgedPacket[] = []
    for (const id of [...new Set(toRun.map(({ packet }) => packet.operationId))].sort()) {
      const operation = await tx.lockOperation(id)
      if (!held || operation?.status !== 'queued') continue
      const undecided = new Set(operation.packets.filter(packet => packet.result === null).map(packet => formatPacketId(packet.id)))
      const own = toRun.filter(({ packet }) => packet.operationId === id && undecided.has(formatPacketId(packet.id)))
      if (own.length === 0) continue
      runnable.push(...own)
      const started = transition(operation, { type: 'run_started', runId: held.row.id, executor: held.executor }, now)
      await tx.saveTransition(operation, started.operation, started.effects, beforeRun, now)
    }
    if (run && runnable.length === 0) await tx.finishRun(run.row.id, {}, 'nothing_to_do', now)
    else if (run) await tx.startRun(run.row.id, [...new Set(runnable.map(({ packet }) => packet.operationId))])
    return { settled, runnable }
  })
  tellSettled(deps, settled)
  return runnable
}

async function scheduleNext(deps: ClearingDeps, route: ChannelEnd, notBefore: Date | null, alsoWake: readonly ChannelEnd[]): Promise<void> {
  const now = deps.clock.now()
  const wakeUp = await deps.store.nextRouteWakeUp(route)
  const others = alsoWake.filter(other => formatChannelEnd(other) !== formatChannelEnd(route))
  if (!wakeUp && others.length === 0) return
  await deps.store.transaction(async (tx) => {
    const runAt = wakeUp && new Date(Math.max(wakeUp.getTime(), notBefore?.getTime() ?? 0, now.getTime() + soonMs))
    if (runAt) await tx.enqueue({ name: 'clear_route', route, runAt })
    for (const other of others) await tx.enqueue({ name: 'clear_route', route: other })
  })
}

const earliest = (times: readonly Date[]): Date | null => times.length === 0 ? null : new Date(Math.min(...times.map(time => time.getTime())))

/** Held lanes, open breakers and overdue packets that cannot be decided yet must not make a busy loop. */
function notBeforeOf(deps: ClearingDeps, claim: Claim, outcomes: readonly PacketOutcome[]): Date | null {
  const resting = outcomes.flatMap(outcome => outcome.kind === 'again' ? [outcome.attempt.nextAttemptAt] : [])
  if (claim.waitsFor !== 'lanes' && claim.waitsFor !== 'breaker') return earliest(resting)
  const now = deps.clock.now()
  const deadlines = claim.due.map(packet => packet.deadlineAt).filter(deadline => deadline > now)
  return earliest([...resting, ...deadlines, claim.retryAt ?? new Date(now.getTime() + soonMs)])
}

export function makeClearRoute(deps: ClearingDeps): ClearRoute {
  const shortagesOf = makeRelayerFunds(deps.chains)
  return async (route) => {
    const asked = await askRelayer(deps, route)
    const relayer = await rememberRelayers(deps, asked.keys)
    const claim = await claimRun(deps, route, asked)
    if (claim.waitsFor === 'relayer') deps.logger.warn({ route: formatChannelEnd(route), problems: asked.problems }, 'paid packets wait for the relayer')
    const now = deps.clock.now()
    const [sorted, shortages] = await Promise.all([
      sortOut(deps, claim, relayer, now, asked.problems[0] ?? null),
      shortagesOf(claim.run ? asked.keys.filter(key => key.chainId === route.chainId || key.chainId === asked.destination?.chainId) : [], now),
    ])
    const { toRun, outcomes } = holdBack(deps, sorted, relayer, now, shortages)
    const runnable = await writeBeforeRun(deps, claim.run, toRun, outcomes)
    if (!claim.run || runnable.length === 0) return scheduleNext(deps, route, notBeforeOf(deps, claim, outcomes), claim.run ? await deps.store.unfinishedRoutes() : [])
    const watched = await relayWatched(deps, claim.run, runnable)
    const waiting = await finishRun(deps, claim.run, watched, runnable, relayer)
    await scheduleNext(deps, route, null, waiting)
  }
}
