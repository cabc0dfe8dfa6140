import { formatPacketId, parseSequence, type PacketId } from '../../../shared/utils/packet-id'
import type { PacketIdDto } from '../../../shared/schemas/common'
import { refundableOf } from '../../domain/clearing/admin-transition'
import type { Operation, OperationId } from '../../domain/clearing/operation'
import { transition, type OperationEvent } from '../../domain/clearing/transition'
import { DomainError } from '../../domain/errors'
import { auditAct, causeOf, notInThisState, requireSigned, type ActingAdmin, type ActKind, type ActOf, type AdminDeps } from './acts'

type OperationAct = ActOf<'operation.retry' | 'operation.refund' | 'operation.resolve'>

/** As it is at this moment; throws operation_not_found. */
async function looked(deps: AdminDeps, id: string): Promise<Operation> {
  const operation = await deps.store.transaction(tx => tx.lockOperation(id as OperationId))
  if (!operation) throw new DomainError('operation_not_found', 'There is no such operation.')
  return operation
}

function requireOpen(status: Operation['status']): void {
  if (status !== 'needs_attention' && status !== 'queued') throw notInThisState(`The operation is ${status}: only one that is queued or needs attention can be decided by a person.`)
}

/** Locks the operation, applies the event that `decide` makes of it, and writes both with the audit line. */
async function apply(deps: AdminDeps, act: OperationAct, admin: ActingAdmin, decide: (operation: Operation) => OperationEvent): Promise<Operation> {
  return deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const operation = await tx.lockOperation(act.operationId as OperationId)
    if (!operation) throw new DomainError('operation_not_found', 'There is no such operation.')
    const next = transition(operation, decide(operation), now)
    if (next.effects.length === 0) throw notInThisState(`The operation is ${operation.status}, and nothing of this can be done.`)
    await tx.saveTransition(operation, next.operation, next.effects, causeOf(act, admin), now)
    const refunds = next.effects.flatMap(effect => effect.type === 'plan_refund' ? [effect.refund.coin.amount] : [])
    await auditAct(tx, act, admin, { subjectType: 'operation', subjectId: operation.id, detail: { from: operation.status, to: next.operation.status, givenBack: refunds.reduce((sum, amount) => sum + amount, 0n).toString(), denom: operation.total.denom } }, now)
    return next.operation
  })
}

export const retryOperation: ActKind<'operation.retry'> = {
  needsConsent: false,
  describe: async (deps, act) => {
    const operation = await looked(deps, act.operationId)
    requireOpen(operation.status)
    return `Have operation ${operation.memoCode} tried again`
  },
  perform: async (deps, act, admin) => {
    const operation = await apply(deps, act, admin, ({ status }) => {
      requireOpen(status)
      return { type: 'retried', deadlineAt: new Date(deps.clock.now().getTime() + deps.clearingDeadlineMs) }
    })
    return `Operation ${operation.memoCode} is queued again, until ${operation.deadlineAt?.toISOString() ?? 'its deadline'}.`
  },
}

function toPacketId(id: PacketIdDto): PacketId {
  return { chainId: id.chainId, portId: id.portId, channelId: id.channelId, sequence: parseSequence(id.sequence) ?? 0n }
}

function requireUndecided(operation: Operation, keep: readonly PacketId[]): void {
  const undecided = new Set(operation.packets.filter(packet => packet.result === null).map(packet => formatPacketId(packet.id)))
  const wrong = keep.find(id => !undecided.has(formatPacketId(id)))
  if (wrong) throw notInThisState(`${formatPacketId(wrong)} is no undecided packet of this operation.`)
}

function resolving(act: ActOf<'operation.resolve'>, operation: Operation): string {
  requireOpen(operation.status)
  const keep = act.keep.map(toPacketId)
  requireUndecided(operation, keep)
  const kept = new Set(keep.map(formatPacketId))
  const shares = operation.packets.filter(packet => packet.result === null)
    .map(({ id, share }) => `${kept.has(formatPacketId(id)) ? 'keep' : 'give back'} ${share}${operation.total.denom} for ${formatPacketId(id)}`)
  return `End operation ${operation.memoCode} (${operation.status}) by decision: ${shares.join('; ')}`
}

export const resolveOperation: ActKind<'operation.resolve'> = {
  needsConsent: true,
  describe: async (deps, act) => resolving(act, await looked(deps, act.operationId)),
  perform: async (deps, act, admin) => {
    const operation = await apply(deps, act, admin, (current) => {
      requireSigned(admin, resolving(act, current))
      return { type: 'resolved', keep: act.keep.map(toPacketId), reason: act.reason }
    })
    return `Operation ${operation.memoCode} is resolved.`
  },
}

/** The amount as it is now; throws not_in_this_state where that much cannot be given back. */
function amountOf(act: ActOf<'operation.refund'>, operation: Operation): bigint {
  const refundable = refundableOf(operation)
  const amount = act.amount === null ? refundable.amount : BigInt(act.amount)
  if (refundable.amount === 0n) throw notInThisState(`The operation is ${operation.status}, and nothing of it is left to give back${operation.status === 'clearing' ? ' until its run has ended' : ''}.`)
  if (amount === 0n || amount > refundable.amount) throw notInThisState(`Between 1 and ${refundable.amount}${operation.total.denom} can be given back.`)
  if (!refundable.inParts && amount !== refundable.amount) throw notInThisState(`It is paid in part: all ${refundable.amount}${operation.total.denom} of it go back, or nothing.`)
  return amount
}

function givingBack(act: ActOf<'operation.refund'>, operation: Operation): string {
  const { correction, amount: all } = refundableOf(operation)
  const amount = amountOf(act, operation)
  const what = correction ? 'which was earned' : amount === all ? 'all that is left, and end it' : 'and let it go on'
  return `Give back ${amount}${operation.total.denom}, ${what}, from operation ${operation.memoCode} (${operation.status}) to whoever paid`
}

export const refundOperation: ActKind<'operation.refund'> = {
  needsConsent: true,
  describe: async (deps, act) => givingBack(act, await looked(deps, act.operationId)),
  perform: async (deps, act, admin) => {
    const operation = await apply(deps, act, admin, (current) => {
      requireSigned(admin, givingBack(act, current))
      return { type: 'refund_decided', amount: amountOf(act, current) }
    })
    return `A refund of operation ${operation.memoCode} is planned.`
  },
}
