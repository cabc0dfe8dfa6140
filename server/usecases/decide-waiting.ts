import { lastWord, type RelayerAccounts } from '../domain/clearing/verdict'
import { nextAttempt, restUntil, type FinishedRun } from '../domain/clearing/schedule'
import type { ClearingDeps } from './clearing-deps'
import { contextOf, type JudgedPacket } from './judge-packets'
import type { PacketOutcome } from './settle-packets'
import type { AttemptUpdate } from './store-ports'

function attemptOf(judged: JudgedPacket, change: Partial<AttemptUpdate> & { readonly nextAttemptAt: Date, readonly note: string | null }): PacketOutcome {
  const { operationId, id, attempts, batchLimit, aloneFailures } = judged.packet
  return { kind: 'again', judged, attempt: { operationId, id, attempts, batchLimit, aloneFailures, ...change } }
}

const reasonOf = (judged: JudgedPacket) => judged.verdict.kind === 'decided' ? null : judged.verdict.reason

/** `attempts`: runs so far, one that ended just now included. */
function pastDeadline(deps: ClearingDeps, judged: JudgedPacket, relayer: RelayerAccounts, now: Date, attempts: number): PacketOutcome {
  const { packet } = judged
  const decided = lastWord(judged.facts, contextOf(deps, packet, relayer), 'deadline', attempts > 0)
  const note = reasonOf(judged)
  if (decided) return { kind: 'decided', judged, decided, note }
  const patienceEndsAt = packet.deadlineAt.getTime() + deps.settings.unknownPatienceMs
  if (now.getTime() > patienceEndsAt) return { kind: 'undecidable', judged, reason: note ?? 'no verdict' }
  return attemptOf(judged, { attempts, nextAttemptAt: restUntil(now, packet.creditedAt), note })
}

/**
 * What becomes of a packet that no run is started for now: finished by somebody, past its deadline, or it waits. `now`:
 * when it was chosen what is read of it, for only of a packet past its deadline is all read that a last word needs.
 */
export function decideWaiting(deps: ClearingDeps, judged: JudgedPacket, relayer: RelayerAccounts, now: Date, waitsFor: string | null): PacketOutcome {
  const { packet, verdict } = judged
  if (verdict.kind === 'decided') return { kind: 'decided', judged, decided: verdict.decided, note: null }
  if (packet.deadlineAt <= now) return pastDeadline(deps, judged, relayer, now, packet.attempts)
  return attemptOf(judged, { nextAttemptAt: restUntil(now, packet.creditedAt), note: waitsFor ?? verdict.reason })
}

/** What becomes of a packet after a run it was in. `moved`: it got further than before. */
export function decideAfterRun(deps: ClearingDeps, judged: JudgedPacket, relayer: RelayerAccounts, run: FinishedRun, moved: boolean): PacketOutcome {
  const { packet, verdict } = judged
  if (verdict.kind === 'decided') return { kind: 'decided', judged, decided: verdict.decided, note: null }
  if (packet.deadlineAt <= run.now) return pastDeadline(deps, judged, relayer, run.now, packet.attempts + 1)
  const { giveUp, ...next } = nextAttempt(packet, run, moved)
  // Blame needs knowledge: what could not be read after the run, or can move by itself now, is looked at again.
  if (verdict.kind === 'unknown' || !verdict.relayable) return attemptOf(judged, { attempts: next.attempts, nextAttemptAt: restUntil(run.now, packet.creditedAt), note: verdict.reason })
  const decided = giveUp ? lastWord(judged.facts, contextOf(deps, packet, relayer), 'not_cleared', true) : null
  if (decided) return { kind: 'decided', judged, decided, note: verdict.reason }
  return attemptOf(judged, { ...next, note: verdict.reason })
}
