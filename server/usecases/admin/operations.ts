import { formatPacketId, parseSequence, type PacketId } from '../../../shared/utils/packet-id'
import type { PacketIdDto } from '../../../shared/schemas/common'
import type { Credit, Operation, OperationId } from '../../domain/clearing/operation'
import { transition, type OperationEvent } from '../../domain/clearing/transition'
import { DomainError } from '../../domain/errors'
import type { AdminOperationRow } from '../admin-ports'
import type { StoreTransaction } from '../store-ports'
import { auditAct, causeOf, notInThisState, type ActingAdmin, type ActKind, type ActOf, type AdminDeps } from './acts'

type OperationAct = ActOf<'operation.retry' | 'operation.refund' | 'operation.resolve'>

async function found(deps: AdminDeps, id: string): Promise<AdminOperationRow> {
  const operation = await deps.reads.operation(id)
  if (!operation) throw new DomainError('operation_not_found', 'There is no such operation.')
  return operation.row
}

function requireOpen(status: Operation['status']): void {
  if (status !== 'needs_attention' && status !== 'queued') throw notInThisState(`The operation is ${status}: only one that is queued or needs attention can be decided by a person.`)
}

/** Locks the operation, applies the event that `decide` makes of it, and writes both with the audit line. */
async function apply(deps: AdminDeps, act: OperationAct, admin: ActingAdmin, decide: (tx: StoreTransaction, operation: Operation) => Promise<OperationEvent>): Promise<Operation> {
  return deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const operation = await tx.lockOperation(act.operationId as OperationId)
    if (!operation) throw new DomainError('operation_not_found', 'There is no such operation.')
    const next = transition(operation, await decide(tx, operation), now)
    if (next.effects.length === 0) throw notInThisState(`The operation is ${operation.status}, and nothing of this can be done.`)
    await tx.saveTransition(operation, next.operation, next.effects, causeOf(act, admin), now)
    const refunds = next.effects.flatMap(effect => effect.type === 'plan_refund' ? [effect.refund.coin.amount] : [])
    await auditAct(tx, act, admin, { subjectType: 'operation', subjectId: act.operationId, detail: { from: operation.status, to: next.operation.status, givenBack: refunds.reduce((sum, amount) => sum + amount, 0n).toString(), denom: operation.total.denom } }, now)
    return next.operation
  })
}

export const retryOperation: ActKind<'operation.retry'> = {
  needsConsent: false,
  describe: async (deps, act) => {
    const operation = await found(deps, act.operationId)
    requireOpen(operation.status)
    return `Have operation ${operation.memoCode} tried again`
  },
  perform: async (deps, act, admin) => {
    const operation = await apply(deps, act, admin, async (_, { status }) => {
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

export const resolveOperation: ActKind<'operation.resolve'> = {
  needsConsent: true,
  describe: async (deps, act) => {
    const operation = await found(deps, act.operationId)
    requireOpen(operation.status)
    const kept = act.keep.length === 0 ? 'keeping the share of no undecided packet' : `keeping the shares of ${act.keep.map(id => formatPacketId(toPacketId(id))).join(', ')}`
    return `End operation ${operation.memoCode} by decision, ${kept}; all other undecided shares go back`
  },
  perform: async (deps, act, admin) => {
    const keep = act.keep.map(toPacketId)
    const operation = await apply(deps, act, admin, async (_, current) => {
      requireOpen(current.status)
      requireUndecided(current, keep)
      return { type: 'resolved', keep, reason: act.reason }
    })
    return `Operation ${operation.memoCode} is resolved.`
  },
}

/** Latest payment first, never more than was earned from it; throws not_in_this_state when that is not enough. */
function take(earnings: readonly Credit[], amount: bigint): Credit[] {
  let left = amount
  const taken = earnings.flatMap(({ paymentId, amount: earned }) => {
    const part = left < earned ? left : earned
    left -= part
    return part > 0n ? [{ paymentId, amount: part }] : []
  })
  if (left > 0n) throw notInThisState(`Only ${amount - left} base units were earned, and not given back by decision before.`)
  return taken
}

export const refundOperation: ActKind<'operation.refund'> = {
  needsConsent: true,
  describe: async (deps, act) => {
    const operation = await found(deps, act.operationId)
    const amount = act.amount === null ? 'all that was earned' : `${act.amount}${operation.total.denom} of what was earned`
    return `Give back ${amount} from operation ${operation.memoCode} (total ${operation.total.amount}${operation.total.denom}) to whoever paid`
  },
  perform: async (deps, act, admin) => {
    const operation = await apply(deps, act, admin, async (tx, current) => {
      const decided = await tx.paymentsRefundedFor(current.id, 'operator_decision')
      const earnings = (await tx.earningsOf(current.id)).filter(({ paymentId }) => !decided.has(paymentId))
      const earned = earnings.reduce((sum, { amount }) => sum + amount, 0n)
      const amount = act.amount === null ? earned : BigInt(act.amount)
      if (amount === 0n) throw notInThisState('Nothing was earned from this operation that has not been given back.')
      return { type: 'refund_decided', earnings: take(earnings, amount) }
    })
    return `A refund of operation ${operation.memoCode} is planned.`
  },
}
