import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refundableOf } from '../../../../../server/domain/clearing/admin-transition'
import type { DecidedPacket, Operation, PaymentId } from '../../../../../server/domain/clearing/operation'
import { transition, type Effect, type OperationEvent, type Transition } from '../../../../../server/domain/clearing/transition'
import { operationStatuses } from '../../../../../shared/types/clearing'
import { aToken, anOperation, at } from '../../../../builders/tokens'

const now = at(5_000)
const payment = (id: string) => id as PaymentId
const pay = (id: string, amount: bigint): OperationEvent => ({ type: 'payment_confirmed', payment: { id: payment(id), coin: { denom: 'uatom', amount }, blockTime: at(10) }, wrongDenomRefundable: false, clearingDeadlineMs: 1_800_000 })
const refund = (amount: bigint): OperationEvent => ({ type: 'refund_decided', amount })
const retry: OperationEvent = { type: 'retried', deadlineAt: at(9_000) }
const stuck: OperationEvent = { type: 'undecidable', reason: 'no verdict' }
const started: OperationEvent = { type: 'run_started', runId: 'run', executor: 'clear_packets' }
const decide = (operation: Operation, ...relayedBy: readonly DecidedPacket['relayedBy'][]): OperationEvent => ({
  type: 'packets_decided', decided: relayedBy.map((by, index) => ({ id: operation.packets[index]!.id, result: by === 'us' ? 'delivered' : 'pending', relayedBy: by, refundReason: 'not_cleared' })),
})
const shares = (operation: Operation, ...decided: readonly ('kept' | 'refunded')[]): OperationEvent => ({ type: 'resolved', keep: operation.packets.flatMap(({ id }, index) => decided[index] === 'kept' ? [id] : []), reason: 'asked for it' })

/** Two packets of 100, paid by 150 and 50. */
const awaiting = () => anOperation(aToken({ sequences: [1n, 2n] }))
function after(operation: Operation, ...events: readonly OperationEvent[]): Transition {
  return events.reduce<Transition>((so, event) => {
    const next = transition(so.operation, event, now)
    return { operation: next.operation, effects: [...so.effects, ...next.effects] }
  }, { operation, effects: [] })
}
const queued = () => after(awaiting(), pay('a', 150n), pay('b', 50n)).operation
const needsAttention = () => after(queued(), stuck).operation
const cleared = () => after(queued(), decide(queued(), 'us', 'us')).operation

const refunds = (effects: readonly Effect[]) => effects.flatMap(effect => effect.type === 'plan_refund' ? [[effect.refund.paymentId, effect.refund.coin.amount, effect.refund.reason, effect.refund.networkFeeDeducted]] : [])
const types = (effects: readonly Effect[]) => effects.map(effect => effect.type === 'log' ? effect.event : effect.type)
const sum = (parts: readonly { readonly amount: bigint }[]) => parts.reduce((total, part) => total + part.amount, 0n)

describe('an admin who retries', () => {
  it('puts an operation that needs attention back into the queue with a new deadline, and tries at once', () => {
    const { operation, effects } = transition(needsAttention(), retry, now)
    expect(operation).toMatchObject({ status: 'queued', deadlineAt: at(9_000) })
    expect(types(effects)).toEqual(['retried', 'wake_clearing'])
  })

  it('tries a queued one at once and leaves its deadline alone', () => {
    const { operation, effects } = transition(queued(), retry, now)
    expect(operation).toMatchObject({ status: 'queued', deadlineAt: at(1_810) })
    expect(types(effects)).toEqual(['retried', 'wake_clearing'])
  })
})

describe('an admin who gives money back', () => {
  it('ends a queued operation with all that is left, latest payment first, without a fee for the payer', () => {
    const { operation, effects } = transition(queued(), refund(200n), now)
    expect(operation).toMatchObject({ status: 'resolved', refundStatus: 'owed', finishedAt: now, consumed: [] })
    expect(refunds(effects)).toEqual([['b', 50n, 'operator_decision', false], ['a', 150n, 'operator_decision', false]])
    expect(types(effects)).toEqual(['resolved', 'plan_refund', 'refund_planned', 'plan_refund', 'refund_planned', 'release_claims'])
  })

  it('gives a part back and lets the clearing go on; at the end we keep what is left of what we earned', () => {
    const part = transition(queued(), refund(30n), now)
    expect(part.operation).toMatchObject({ status: 'queued', refundStatus: 'owed', givenBack: [{ paymentId: 'b', amount: 30n }] })
    expect(types(part.effects)).not.toContain('release_claims')
    const end = transition(part.operation, decide(part.operation, 'us', 'nobody'), now)
    expect(refunds(end.effects)).toEqual([['b', 20n, 'not_cleared', false], ['a', 80n, 'not_cleared', false]])
    expect(end.operation.consumed).toEqual([{ paymentId: 'a', amount: 70n }])
  })

  it('never owes more than is left when nothing was cleared either', () => {
    const part = transition(queued(), refund(30n), now)
    const end = transition(part.operation, decide(part.operation, 'nobody', 'nobody'), now)
    expect(refunds(end.effects).reduce((total, [, amount]) => total + (amount as bigint), 0n)).toBe(170n)
    expect(end.operation.consumed).toEqual([])
  })

  it('gives a half-paid operation back whole or not at all', () => {
    const half = after(awaiting(), pay('a', 150n)).operation
    expect(refundableOf(half)).toEqual({ amount: 150n, correction: false, inParts: false })
    expect(transition(half, refund(149n), now)).toEqual({ operation: half, effects: [] })
    expect(transition(half, refund(150n), now).operation).toMatchObject({ status: 'resolved', refundStatus: 'owed' })
  })

  it('gives earned money back only by taking it out of the revenue first, in parts until nothing is left', () => {
    const first = transition(cleared(), refund(60n), now)
    expect(types(first.effects)).toEqual(['reverse_revenue', 'reverse_revenue', 'plan_refund', 'refund_planned', 'plan_refund', 'refund_planned'])
    expect(first.effects[0]).toEqual({ type: 'reverse_revenue', paymentId: 'b', amount: 50n })
    expect(first.operation).toMatchObject({ status: 'cleared', refundStatus: 'owed', consumed: [{ paymentId: 'a', amount: 140n }] })
    const second = transition(first.operation, refund(140n), now)
    expect(second.operation.consumed).toEqual([])
    expect(transition(second.operation, refund(1n), now).effects).toEqual([])
  })

  it.each([0n, -1n, 201n])('refuses %s of 200', (amount) => {
    const operation = queued()
    expect(transition(operation, refund(amount), now)).toEqual({ operation, effects: [] })
  })

  it('gives nothing back while a run may be earning it, nor what went back before', () => {
    const clearing = after(queued(), started).operation
    expect(transition(clearing, refund(200n), now)).toEqual({ operation: clearing, effects: [] })
    const expired = after(awaiting(), pay('a', 150n), { type: 'grace_passed', blockTime: at(901) }).operation
    expect(refundableOf(expired).amount).toBe(0n)
    expect(transition(expired, refund(150n), now).effects).toEqual([])
  })
})

describe('an admin who resolves', () => {
  it('decides each undecided share, and the chains\' answer stays unknown', () => {
    const { operation, effects } = transition(needsAttention(), shares(needsAttention(), 'kept', 'refunded'), now)
    expect(operation).toMatchObject({ status: 'resolved', refundStatus: 'owed', finishedAt: now })
    expect(operation.packets.map(({ result, relayedBy, refundReason }) => [result, relayedBy, refundReason])).toEqual([['unknown', 'nobody', null], ['unknown', 'nobody', 'operator_decision']])
    expect(refunds(effects)).toEqual([['b', 50n, 'operator_decision', false], ['a', 50n, 'operator_decision', false]])
    expect(operation.consumed).toEqual([{ paymentId: 'a', amount: 100n }])
    expect(types(effects).at(-1)).toBe('release_claims')
  })

  it('leaves the decided packets as they are: what was not ours goes back by its own reason', () => {
    const operation = after(queued(), decide(queued(), 'nobody'), stuck).operation
    const resolved = transition(operation, { type: 'resolved', keep: [operation.packets[1]!.id], reason: 'asked for it' }, now)
    expect(refunds(resolved.effects).map(([, amount, reason]) => [amount, reason])).toEqual([[50n, 'not_cleared'], [50n, 'not_cleared']])
    expect(sum(resolved.operation.consumed)).toBe(100n)
  })
})

describe('in every status', () => {
  const where: Readonly<Record<string, readonly string[]>> = { retried: ['queued', 'needs_attention'], resolved: ['queued', 'needs_attention'] }
  for (const status of operationStatuses) {
    it.each(Object.keys(where))(`%s of ${status} acts where it is drawn, and nowhere else`, (type) => {
      const operation: Operation = { ...needsAttention(), status }
      const event = type === 'retried' ? retry : shares(operation, 'kept', 'kept')
      const next = transition(operation, event, now)
      expect(next.effects.length > 0).toBe(where[type]!.includes(status))
      if (next.effects.length === 0) expect(next.operation).toBe(operation)
    })
  }
})

describe('whatever an admin does in whatever order', () => {
  const act = fc.oneof(
    fc.bigInt(1n, 250n).map(amount => () => refund(amount)),
    fc.constant(() => retry), fc.constant(() => stuck), fc.constant(() => started),
    fc.constant((): OperationEvent => ({ type: 'run_ended', failed: true, detail: {} })),
    fc.constant(() => pay('c', 70n)),
    fc.array(fc.constantFrom('us' as const, 'other' as const, 'nobody' as const), { minLength: 1, maxLength: 2 }).map(by => (operation: Operation) => decide(operation, ...by)),
    fc.array(fc.constantFrom('kept' as const, 'refunded' as const), { minLength: 2, maxLength: 2 }).map(each => (operation: Operation) => shares(operation, ...each)),
  )

  it('each unit credited is left, given back or ours, and never two of them', () => {
    fc.assert(fc.property(fc.array(act, { maxLength: 15 }), (acts) => {
      let operation = queued()
      const back = new Map<string, bigint>()
      for (const each of acts) {
        const next = transition(operation, each(operation), now)
        const corrected = next.effects.flatMap(effect => effect.type === 'reverse_revenue' ? [effect] : [])
        for (const effect of corrected) expect(operation.consumed.find(part => part.paymentId === effect.paymentId)?.amount ?? 0n).toBeGreaterThanOrEqual(effect.amount)
        for (const effect of next.effects) if (effect.type === 'plan_refund') back.set(effect.refund.paymentId, (back.get(effect.refund.paymentId) ?? 0n) + effect.refund.coin.amount)
        operation = next.operation
        for (const credit of operation.credits) {
          const ours = sum(operation.consumed.filter(part => part.paymentId === credit.paymentId))
          const given = back.get(credit.paymentId) ?? 0n
          expect(sum(operation.givenBack.filter(part => part.paymentId === credit.paymentId))).toBe(given)
          expect(ours + given).toBeLessThanOrEqual(credit.amount)
          if (operation.finishedAt !== null) expect(ours + given).toBe(credit.amount)
        }
        if (operation.status === 'resolved') expect(operation.finishedAt).not.toBeNull()
      }
    }), { numRuns: 2_000 })
  })
})
