import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecidedPacket, Operation, PaymentId } from '../../../../../server/domain/clearing/operation'
import { transition, type OperationEvent } from '../../../../../server/domain/clearing/transition'
import type { OperationStatus } from '../../../../../shared/types/clearing'
import { aToken, anOperation, at } from '../../../../builders/tokens'

const packets = 3
const start = anOperation(aToken({ sequences: Array.from({ length: packets }, (_, index) => BigInt(index + 1)) }))
const ids = start.packets.map(packet => packet.id)

const decided: fc.Arbitrary<DecidedPacket> = fc.record({
  id: fc.constantFrom(...ids),
  result: fc.constantFrom('delivered', 'returned_by_timeout', 'returned_by_error', 'pending'),
  relayedBy: fc.constantFrom('us', 'other', 'nobody'),
  refundReason: fc.constantFrom('not_cleared', 'relayed_by_other', 'deadline'),
})

const event: fc.Arbitrary<OperationEvent> = fc.oneof(
  fc.record({
    type: fc.constant('payment_confirmed' as const),
    payment: fc.record({ id: fc.uuid() as fc.Arbitrary<string> as fc.Arbitrary<PaymentId>, coin: fc.record({ denom: fc.constantFrom('uatom', 'uatom', 'uatom', 'uosmo'), amount: fc.bigInt(0n, 400n) }), blockTime: fc.integer({ min: 0, max: 1_500 }).map(at) }),
    wrongDenomRefundable: fc.boolean(),
    clearingDeadlineMs: fc.constant(1_800_000),
  }),
  fc.record({ type: fc.constant('grace_passed' as const), blockTime: fc.integer({ min: 0, max: 1_500 }).map(at) }),
  fc.record({ type: fc.constant('run_started' as const), runId: fc.constant('run'), executor: fc.constant('clear_packets') }),
  fc.record({ type: fc.constant('run_ended' as const), failed: fc.boolean(), detail: fc.constant({}) }),
  fc.record({ type: fc.constant('packets_decided' as const), decided: fc.array(decided, { minLength: 1, maxLength: packets }) }),
  fc.record({ type: fc.constant('undecidable' as const), reason: fc.constant('no verdict') }),
  fc.record({ type: fc.constant('retried' as const), deadlineAt: fc.integer({ min: 1_000, max: 9_000 }).map(at) }),
  fc.record({ type: fc.constant('resolved' as const), keep: fc.subarray(ids), reason: fc.constant('a person says so') }),
)

/** Where one event may lead, as the design draws it; an operation may always stay where it is. */
const ways: Readonly<Record<OperationStatus, readonly OperationStatus[]>> = {
  awaiting_payment: ['queued', 'expired'],
  queued: ['clearing', 'cleared', 'partially_cleared', 'not_cleared', 'not_needed', 'needs_attention', 'resolved'],
  clearing: ['queued', 'cleared', 'partially_cleared', 'not_cleared', 'not_needed', 'needs_attention'],
  // Paid in time, but shown to us only after the operation had expired.
  expired: ['queued', 'awaiting_payment'],
  // A person decides.
  needs_attention: ['queued', 'resolved'],
  cleared: [], partially_cleared: [], not_cleared: [], not_needed: [], resolved: [],
}
const settled: readonly OperationStatus[] = ['cleared', 'partially_cleared', 'not_cleared', 'not_needed', 'resolved']

const creditedIn = (operation: Operation) => operation.credits.reduce((sum, credit) => sum + credit.amount, 0n)

function expectPossible(operation: Operation): void {
  const { status } = operation
  const results = operation.packets.map(packet => packet.result)
  const paid = creditedIn(operation) === operation.total.amount
  expect(creditedIn(operation) <= operation.total.amount).toBe(true)
  // Only the full price starts anything, and it always does.
  expect(paid).toBe(status !== 'awaiting_payment' && status !== 'expired')
  expect(operation.creditedAt !== null && operation.deadlineAt !== null).toBe(paid)
  if (settled.includes(status)) {
    expect(results).not.toContain(null)
    expect(operation.finishedAt).not.toBeNull()
  }
  else if (status !== 'needs_attention') {
    expect(results).toContain(null)
  }
  const byUs = operation.packets.filter(packet => packet.relayedBy === 'us').length
  if (status === 'cleared') expect(byUs).toBe(packets)
  if (status === 'partially_cleared') expect(byUs > 0 && byUs < packets).toBe(true)
  if (status === 'not_cleared' || status === 'not_needed') expect(byUs).toBe(0)
  if (status === 'clearing') expect(operation.attempted).toBe(true)
}

describe('whatever comes in whatever order', () => {
  it('an operation moves along the drawn ways only, into states that make sense', () => {
    fc.assert(fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let operation: Operation = start
      for (const each of events) {
        const next = transition(operation, each, at(2_000)).operation
        if (next.status !== operation.status) expect(ways[operation.status]).toContain(next.status)
        expectPossible(next)
        operation = next
      }
    }), { numRuns: 2_000 })
  })

  it('a decided packet, a credit and the words of the promise never change again', () => {
    fc.assert(fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let operation: Operation = start
      for (const each of events) {
        const next = transition(operation, each, at(2_000)).operation
        for (const [index, packet] of operation.packets.entries()) if (packet.result !== null) expect(next.packets[index]).toEqual(packet)
        expect(next.credits.slice(0, operation.credits.length)).toEqual(operation.credits)
        expect([next.total, next.graceUntil, next.memoCode, next.packets.map(packet => packet.share)]).toEqual([operation.total, operation.graceUntil, operation.memoCode, operation.packets.map(packet => packet.share)])
        if (operation.attempted) expect(next.attempted).toBe(true)
        operation = next
      }
    }), { numRuns: 1_000 })
  })

  it('each event leaves a trace whenever it changes the status', () => {
    fc.assert(fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let operation: Operation = start
      for (const each of events) {
        const { operation: next, effects } = transition(operation, each, at(2_000))
        // A run that ended without a failure goes back to the queue silently: its packets' own events tell the story.
        if (next.status !== operation.status && !(each.type === 'run_ended' && !each.failed)) expect(effects.some(effect => effect.type === 'log')).toBe(true)
        operation = next
      }
    }), { numRuns: 1_000 })
  })

  it('each payment comes to exactly one place: credited, given back whole, or left for a person', () => {
    fc.assert(fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let operation: Operation = start
      for (const each of events) {
        const { operation: next, effects } = transition(operation, each, at(2_000))
        const places = effects.filter(effect => effect.type === 'credit_payment' || effect.type === 'return_payment' || effect.type === 'leave_unallocated')
        expect(places).toHaveLength(each.type === 'payment_confirmed' ? 1 : 0)
        if (each.type === 'payment_confirmed') {
          const { id, coin, blockTime } = each.payment
          const [place] = places
          const back = effects.flatMap(effect => effect.type === 'plan_refund' && effect.refund.paymentId === id ? [effect.refund.coin.amount] : []).reduce((sum, amount) => sum + amount, 0n)
          const credited = place?.type === 'credit_payment' ? place.amount : 0n
          // To the unit, and nothing but the quoted denom in time is ever credited.
          expect(credited + back).toBe(place?.type === 'leave_unallocated' ? 0n : coin.amount)
          if (credited > 0n) expect(coin.denom === 'uatom' && blockTime <= start.graceUntil).toBe(true)
        }
        operation = next
      }
    }), { numRuns: 1_000 })
  })

  it('what was paid in time is never refused for lateness unless something went back before', () => {
    const paid = (amount: bigint, second: number): OperationEvent => ({ type: 'payment_confirmed', payment: { id: `p${second}` as PaymentId, coin: { denom: 'uatom', amount }, blockTime: at(second) }, wrongDenomRefundable: false, clearingDeadlineMs: 1_800_000 })
    const late = fc.array(fc.oneof(fc.record({ type: fc.constant('grace_passed' as const), blockTime: fc.integer({ min: 901, max: 1_500 }).map(at) }), fc.integer({ min: 901, max: 1_500 }).map(second => paid(300n, second))), { maxLength: 5 })
    fc.assert(fc.property(late, fc.integer({ min: 0, max: 900 }), (before, second) => {
      const operation = before.reduce<Operation>((current, each) => transition(current, each, at(2_000)).operation, start)
      expect(transition(operation, paid(300n, second), at(2_000)).operation).toMatchObject({ status: 'queued', paymentIssue: second > 300 ? 'late' : 'none' })
    }))
  })

  it('no payment gives back more than it brought, whatever people decide, and what is kept was earned or kept by a person', () => {
    fc.assert(fc.property(fc.array(event, { maxLength: 30 }), fc.integer({ min: 1, max: 100 }), (events, percent) => {
      let operation: Operation = start
      const paid = new Map<string, bigint>()
      const back = new Map<string, bigint>()
      /** What of a credit went back: all but surpluses and whole payments. */
      const uncredited = new Map<string, bigint>()
      let reversed = 0n
      const apply = (each: OperationEvent) => {
        const { operation: next, effects } = transition(operation, each, at(2_000))
        if (each.type === 'payment_confirmed') paid.set(each.payment.id, each.payment.coin.amount)
        for (const effect of effects) {
          if (effect.type === 'reverse_revenue') reversed += effect.amount
          if (effect.type !== 'plan_refund') continue
          const { paymentId, coin: { amount } } = effect.refund
          back.set(paymentId, (back.get(paymentId) ?? 0n) + amount)
          if (operation.credits.some(credit => credit.paymentId === paymentId)) uncredited.set(paymentId, (uncredited.get(paymentId) ?? 0n) + amount)
        }
        operation = next
      }
      for (const each of events) apply(each)
      if (settled.includes(operation.status)) {
        const kept = operation.packets.filter(packet => packet.relayedBy === 'us' || packet.refundReason === null).reduce((sum, packet) => sum + packet.share, 0n)
        const remaining = operation.credits.reduce((sum, credit) => sum + credit.amount - (uncredited.get(credit.paymentId) ?? 0n), 0n)
        expect(remaining).toBe(kept)
        const given = remaining * BigInt(percent) / 100n
        apply({ type: 'refund_decided', amount: given })
        expect(reversed).toBe(given)
        // One unit more than is left is never given, and changes nothing.
        apply({ type: 'refund_decided', amount: remaining - given + 1n })
        expect(reversed).toBe(given)
      }
      for (const [id, amount] of paid) expect(back.get(id) ?? 0n).toBeLessThanOrEqual(amount)
    }), { numRuns: 2_000 })
  })
})
