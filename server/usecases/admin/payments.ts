import { readMemo } from '../../../shared/utils/memo-code'
import type { DecidedPacket, Operation } from '../../domain/clearing/operation'
import { transition } from '../../domain/clearing/transition'
import { DomainError } from '../../domain/errors'
import type { AdminPaymentRow, LockedPayment } from '../admin-ports'
import type { StoreTransaction } from '../store-ports'
import { auditAct, causeOf, notInThisState, requireSigned, type ActKind, type ActOf, type AdminDeps } from './acts'

async function found(deps: AdminDeps, id: string): Promise<AdminPaymentRow> {
  const payment = await deps.reads.payment(id)
  if (!payment) throw new DomainError('payment_not_found', 'There is no such payment.')
  requireUnallocated(payment.state)
  return payment
}

function requireUnallocated(state: LockedPayment['state']): void {
  if (state !== 'unallocated') throw notInThisState(`The payment is ${state}: only an unallocated one waits for a person.`)
}

async function lockUnallocated(tx: StoreTransaction, id: string): Promise<LockedPayment> {
  const payment = await tx.lockPayment(id)
  if (!payment) throw new DomainError('payment_not_found', 'There is no such payment.')
  requireUnallocated(payment.state)
  return payment
}

async function lockNamed(tx: StoreTransaction, text: string): Promise<Operation> {
  const operation = await tx.lockOperationByMemo(readMemo(text))
  if (!operation) throw new DomainError('token_not_found', 'No clearing has this token or memo code.', { nextStep: 'Check the code; a near miss is shown beside the payment.' })
  return operation
}

function requireFitting(payment: Pick<LockedPayment, 'kind' | 'chainId' | 'coin'>, operation: Operation): void {
  if (payment.kind !== 'msg_send') throw notInThisState('Only a top-level MsgSend can be credited; this one can be sent back.')
  if (payment.chainId !== operation.paymentChainId) throw notInThisState(`The clearing is to be paid on ${operation.paymentChainId}, and this came on ${payment.chainId}.`)
  if (payment.coin.denom !== operation.total.denom) throw notInThisState(`The clearing is priced in ${operation.total.denom}, and this is ${payment.coin.denom}.`)
}

const ownedByOther = (id: DecidedPacket['id']): DecidedPacket => ({ id, result: 'pending', relayedBy: 'other', refundReason: 'relayed_by_other' })

type Received = Pick<LockedPayment, 'kind' | 'chainId' | 'coin' | 'fromAddress'>

function allocating(act: ActOf<'payment.allocate'>, payment: Received, operation: Operation): string {
  requireFitting(payment, operation)
  const { coin, chainId, fromAddress } = payment
  // The code as we know it, not as it was typed: what is signed names a clearing that exists.
  return `Count the payment of ${coin.amount}${coin.denom} on ${chainId} from ${fromAddress ?? 'an unknown sender'} (${act.paymentId}) towards the clearing ${operation.memoCode} (${operation.status})`
}

export const allocatePayment: ActKind<'payment.allocate'> = {
  needsConsent: true,
  describe: async (deps, act) => {
    const payment = await found(deps, act.paymentId)
    return allocating(act, payment, await deps.store.transaction(tx => lockNamed(tx, act.token)))
  },
  perform: async (deps, act, admin) => deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const cause = causeOf(act, admin)
    // Operations are locked before payments, as everywhere.
    const operation = await lockNamed(tx, act.token)
    const payment = await lockUnallocated(tx, act.paymentId)
    requireSigned(admin, allocating(act, payment, operation))
    const paid = transition(operation, {
      type: 'payment_confirmed', payment: { id: payment.id, coin: payment.coin, blockTime: payment.blockTime },
      wrongDenomRefundable: deps.refundableDenoms(payment.chainId).has(payment.coin.denom), clearingDeadlineMs: deps.clearingDeadlineMs,
    }, now)
    // Whoever waits for an admin shall not find the deadline over already: it runs from now.
    const deadlineAt = paid.operation.status === 'queued' && operation.status !== 'queued' ? new Date(now.getTime() + deps.clearingDeadlineMs) : paid.operation.deadlineAt
    const { claimedByOthers } = await tx.saveTransition(operation, { ...paid.operation, deadlineAt }, paid.effects, cause, now)
    if (claimedByOthers.length > 0) {
      const decided = transition({ ...paid.operation, deadlineAt }, { type: 'packets_decided', decided: claimedByOthers.map(ownedByOther) }, now)
      await tx.saveTransition({ ...paid.operation, deadlineAt }, decided.operation, decided.effects, cause, now)
    }
    await auditAct(tx, act, admin, { subjectType: 'payment', subjectId: payment.id, detail: { operationId: operation.id, amount: payment.coin.amount.toString(), denom: payment.coin.denom } }, now)
    return `The payment belongs to ${operation.memoCode} now, which is ${paid.operation.status}.`
  }),
}

/** Throws not_in_this_state where nobody knows who sent it. */
function returning(act: ActOf<'payment.refund'>, { coin, chainId, fromAddress }: Received): string {
  if (fromAddress === null) throw notInThisState('The chain does not show one sender, so nobody knows where this should go.')
  return `Send the payment of ${coin.amount}${coin.denom} on ${chainId} (${act.paymentId}) back to ${fromAddress}, less the network fee`
}

export const returnPayment: ActKind<'payment.refund'> = {
  needsConsent: true,
  describe: async (deps, act) => returning(act, await found(deps, act.paymentId)),
  perform: async (deps, act, admin) => deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const payment = await lockUnallocated(tx, act.paymentId)
    requireSigned(admin, returning(act, payment))
    if (payment.coin.amount === 0n) throw notInThisState('The payment is of nothing: there is nothing to send back.')
    const refundId = await tx.planUnallocatedReturn(payment, causeOf(act, admin).cause, now)
    await auditAct(tx, act, admin, { subjectType: 'payment', subjectId: payment.id, detail: { refundId, destination: payment.fromAddress, amount: payment.coin.amount.toString(), denom: payment.coin.denom } }, now)
    return `Refund ${refundId} to ${payment.fromAddress} is planned.`
  }),
}
