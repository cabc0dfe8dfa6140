import { formatPacketId } from '../../shared/utils/packet-id'
import type { DecidedPacket, Operation, OperationId } from '../domain/clearing/operation'
import { transition } from '../domain/clearing/transition'
import { evidenceOf, legsOf } from '../domain/clearing/verdict-evidence'
import type { ClearingDeps } from './clearing-deps'
import type { JudgedPacket } from './judge-packets'
import type { AttemptUpdate, Cause, StoreTransaction } from './store-ports'

/** What is to be written about one packet. */
export type PacketOutcome
  = | { readonly kind: 'decided', readonly judged: JudgedPacket, readonly decided: DecidedPacket, readonly note: string | null }
    | { readonly kind: 'again', readonly judged: JudgedPacket, readonly attempt: AttemptUpdate }
    | { readonly kind: 'undecidable', readonly judged: JudgedPacket, readonly reason: string }

export function outcomesByOperation(outcomes: readonly PacketOutcome[]): [OperationId, PacketOutcome[]][] {
  const groups = new Map<OperationId, PacketOutcome[]>()
  for (const outcome of outcomes) {
    const { operationId } = outcome.judged.packet
    groups.set(operationId, [...groups.get(operationId) ?? [], outcome])
  }
  // One order for everybody who locks several operations.
  return [...groups].sort(([a], [b]) => a < b ? -1 : 1)
}

/**
 * Writes decisions and attempts of one operation in the caller's transaction, if it still has the status they were made
 * for; returns it as it is now, null when it has moved on.
 */
export async function settleOperation(tx: StoreTransaction, deps: ClearingDeps, id: OperationId, outcomes: readonly PacketOutcome[], expected: Operation['status'], cause: Cause): Promise<Operation | null> {
  const now = deps.clock.now()
  const operation = await tx.lockOperation(id)
  if (!operation || operation.status !== expected) return null
  const undecided = new Set(operation.packets.filter(packet => packet.result === null).map(packet => formatPacketId(packet.id)))
  const current = outcomes.filter(outcome => undecided.has(formatPacketId(outcome.judged.packet.id)))
  const decided = current.filter(outcome => outcome.kind === 'decided')
  for (const { judged, note } of decided) {
    await tx.saveEvidence(id, judged.packet.id, evidenceOf(judged.facts), legsOf(judged.facts), note, now)
  }
  await tx.saveAttempts(current.flatMap(outcome => outcome.kind === 'again' ? [outcome.attempt] : []))
  let after = operation
  if (decided.length > 0) {
    const next = transition(after, { type: 'packets_decided', decided: decided.map(outcome => outcome.decided) }, now)
    await tx.saveTransition(after, next.operation, next.effects, cause, now)
    after = next.operation
  }
  const stuck = current.find(outcome => outcome.kind === 'undecidable')
  if (stuck?.kind === 'undecidable') {
    const next = transition(after, { type: 'undecidable', reason: `${formatPacketId(stuck.judged.packet.id)}: ${stuck.reason}` }, now)
    await tx.saveTransition(after, next.operation, next.effects, cause, now)
    after = next.operation
  }
  return after
}

/** Tells what ended or needs a person; called after the transaction, so that a rolled-back one tells nothing. */
export function tellSettled(deps: ClearingDeps, operations: readonly (Operation | null)[]): void {
  for (const operation of operations) {
    if (operation?.status === 'needs_attention') deps.logger.error({ operationId: operation.id }, 'an operation needs a person: the chain does not tell what became of a packet')
    if (!operation || operation.finishedAt === null) continue
    if (operation.creditedAt && operation.status === 'cleared') deps.metrics.stageObserved('credit_to_cleared', (operation.finishedAt.getTime() - operation.creditedAt.getTime()) / 1000)
    deps.logger.info({ operationId: operation.id, status: operation.status }, 'operation settled')
  }
}
