import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecidedPacket, Operation, PaymentId } from '../../../../../server/domain/clearing/operation'
import { transition, type Effect, type OperationEvent } from '../../../../../server/domain/clearing/transition'
import { aToken, anOperation, at } from '../../../../builders/tokens'

const deadlineMs = 1_800_000
const awaiting = (sequences: readonly bigint[] = [1n]) => anOperation(aToken({ sequences }))
const pay = (id: string, amount: bigint, seconds = 10, denom = 'uatom', refundable = false): OperationEvent => ({
  type: 'payment_confirmed', payment: { id: id as PaymentId, coin: { denom, amount }, blockTime: at(seconds) }, wrongDenomRefundable: refundable, clearingDeadlineMs: deadlineMs,
})
const decide = (operation: Operation, verdicts: readonly Partial<DecidedPacket>[]): OperationEvent => ({
  type: 'packets_decided',
  decided: verdicts.map((verdict, index) => ({ id: operation.packets[index]!.id, result: 'delivered', relayedBy: 'us', refundReason: 'relayed_by_other', ...verdict })),
})
const started: OperationEvent = { type: 'run_started', runId: 'run', executor: 'clear_packets' }
const ended: OperationEvent = { type: 'run_ended', failed: true, detail: {} }

/** Applies events in order; returns the operation and everything that happened. */
function after(operation: Operation, ...events: readonly OperationEvent[]): { operation: Operation, effects: Effect[] } {
  const effects: Effect[] = []
  let current = operation
  for (const event of events) {
    const next = transition(current, event, at(1000))
    current = next.operation
    effects.push(...next.effects)
  }
  return { operation: current, effects }
}

const refundsIn = (effects: readonly Effect[]) => effects.flatMap(effect => effect.type === 'plan_refund' ? [[effect.refund.paymentId, effect.refund.coin.amount, effect.refund.reason, effect.refund.networkFeeDeducted]] : [])
const types = (effects: readonly Effect[]) => effects.map(effect => effect.type)

describe('a payment', () => {
  it('case 7b: of exactly the total queues the clearing', () => {
    const { operation, effects } = after(awaiting([1n, 2n]), pay('p', 200n))
    expect(operation).toMatchObject({ status: 'queued', paymentIssue: 'none', refundStatus: 'none', creditedAt: at(10), deadlineAt: at(1810) })
    expect(operation.credits).toEqual([{ paymentId: 'p', amount: 200n }])
    expect(types(effects)).toContain('queue_clearing')
    expect(refundsIn(effects)).toEqual([])
  })

  it('case 7a: short by one unit waits for a top-up, which completes it', () => {
    const short = after(awaiting(), pay('p', 99n))
    expect(short.operation).toMatchObject({ status: 'awaiting_payment', paymentIssue: 'underpaid' })
    const topped = after(short.operation, pay('q', 1n, 20))
    expect(topped.operation).toMatchObject({ status: 'queued', paymentIssue: 'none', creditedAt: at(20) })
    expect(topped.operation.credits).toEqual([{ paymentId: 'p', amount: 99n }, { paymentId: 'q', amount: 1n }])
  })

  it('case 7c: over by one unit gives that unit back, less the refund\'s network fee', () => {
    const { operation, effects } = after(awaiting(), pay('p', 101n))
    expect(operation).toMatchObject({ status: 'queued', paymentIssue: 'overpaid', refundStatus: 'owed' })
    expect(refundsIn(effects)).toEqual([['p', 1n, 'overpaid', true]])
  })

  it('case 7d: of 10^30 units is exact', () => {
    expect(refundsIn(after(awaiting(), pay('p', 10n ** 30n)).effects)).toEqual([['p', 10n ** 30n - 100n, 'overpaid', true]])
  })

  it('takes the surplus from the row that crossed the total', () => {
    expect(refundsIn(after(awaiting(), pay('p', 60n), pay('q', 60n)).effects)).toEqual([['q', 20n, 'overpaid', true]])
  })

  it('after a completed one is a duplicate and goes back whole, once', () => {
    for (const before of [[pay('p', 100n)], [pay('p', 100n), started]]) {
      const { operation, effects } = after(awaiting(), ...before, pay('q', 100n, 30))
      expect(operation.paymentIssue).toBe('duplicate')
      expect(refundsIn(effects)).toEqual([['q', 100n, 'duplicate', true]])
      expect(operation.credits).toHaveLength(1)
    }
  })

  it('after expiry is late but honoured; after the grace it goes back; both by block time', () => {
    expect(after(awaiting(), pay('p', 100n, 301)).operation).toMatchObject({ status: 'queued', paymentIssue: 'late' })
    expect(after(awaiting(), pay('p', 100n, 900)).operation).toMatchObject({ status: 'queued', paymentIssue: 'late' })
    const tooLate = after(awaiting(), pay('p', 100n, 901))
    expect(tooLate.operation).toMatchObject({ status: 'awaiting_payment', paymentIssue: 'too_late' })
    expect(refundsIn(tooLate.effects)).toEqual([['p', 100n, 'too_late', true]])
  })

  it('case 11a: judges time by the block, whatever this instance\'s clock says', () => {
    const early = transition(awaiting(), pay('p', 100n, 100), at(-600))
    const late = transition(awaiting(), pay('p', 100n, 100), at(100_000))
    expect(early.operation.status).toBe('queued')
    expect(late.operation.status).toBe('queued')
  })

  it('in time but shown only after the operation expired is honoured if nothing went back yet', () => {
    const expired = after(awaiting(), { type: 'grace_passed', blockTime: at(901) }).operation
    expect(after(expired, pay('p', 100n, 899)).operation).toMatchObject({ status: 'queued', finishedAt: null })
    const short = after(expired, pay('p', 40n, 899))
    expect(short.operation).toMatchObject({ status: 'awaiting_payment', paymentIssue: 'underpaid', finishedAt: null })
    expect(refundsIn(after(short.operation, { type: 'grace_passed', blockTime: at(950) }).effects)).toEqual([['p', 40n, 'underpaid', true]])
    const partly = after(awaiting(), pay('p', 40n), { type: 'grace_passed', blockTime: at(901) }).operation
    expect(refundsIn(after(partly, pay('q', 60n, 899)).effects)).toEqual([['q', 60n, 'too_late', false]])
  })

  it.each(['ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2', 'factory/x/uatom', 'UATOM', 'uatom\u200b'])('case 6a: in %s never credits', (denom) => {
    const { operation, effects } = after(awaiting(), pay('p', 100n, 10, denom))
    expect(operation).toMatchObject({ status: 'awaiting_payment', paymentIssue: 'wrong_denom', credits: [] })
    expect(effects).toEqual([expect.objectContaining({ type: 'leave_unallocated' }), { type: 'log', event: 'payment_set_aside', detail: { amount: '100', denom } }])
    const back = after(awaiting(), pay('p', 100n, 10, denom, true))
    expect(refundsIn(back.effects)).toEqual([['p', 100n, 'wrong_denom', true]])
  })

  it('in a wrong denom does not touch how a completed payment stands', () => {
    const queued = after(awaiting(), pay('p', 100n)).operation
    expect(after(queued, pay('q', 5n, 20, 'uosmo')).operation).toMatchObject({ status: 'queued', paymentIssue: 'none' })
  })

  it('of nothing changes nothing', () => {
    const { operation, effects } = after(awaiting(), pay('p', 0n))
    expect(operation).toEqual(expect.objectContaining({ status: 'awaiting_payment', paymentIssue: 'none', credits: [] }))
    expect(types(effects)).toEqual(['leave_unallocated'])
  })
})

describe('the end of the grace', () => {
  it('expires what was not paid, and gives back what was underpaid', () => {
    expect(after(awaiting(), { type: 'grace_passed', blockTime: at(901) }).operation).toMatchObject({ status: 'expired', refundStatus: 'none' })
    const { operation, effects } = after(awaiting(), pay('p', 30n), pay('q', 20n), { type: 'grace_passed', blockTime: at(901) })
    expect(operation).toMatchObject({ status: 'expired', refundStatus: 'owed' })
    expect(refundsIn(effects)).toEqual([['q', 20n, 'underpaid', true], ['p', 30n, 'underpaid', true]])
  })

  it('is the passing of a later block, not the last one inside', () => {
    expect(after(awaiting(), { type: 'grace_passed', blockTime: at(900) }).operation.status).toBe('awaiting_payment')
  })

  it('never ends an operation that was paid', () => {
    expect(after(awaiting(), pay('p', 100n), { type: 'grace_passed', blockTime: at(5000) }).operation.status).toBe('queued')
  })
})

describe('decisions', () => {
  const ten = () => after(awaiting([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n]), pay('p', 1000n), started).operation

  it('end an operation only when every packet has one', () => {
    const operation = ten()
    const half = after(operation, decide(operation, [{}, {}, {}]))
    expect(half.operation).toMatchObject({ status: 'clearing', finishedAt: null })
    expect(types(half.effects)).not.toContain('release_claims')
  })

  it('case 24a: give back exactly the shares of what was not cleared: 3 of 10', () => {
    const operation = ten()
    const verdicts = operation.packets.map((_, index) => index < 3 ? {} : { result: 'pending', relayedBy: 'nobody', refundReason: 'not_cleared' } as const)
    const { operation: settled, effects } = after(operation, decide(operation, verdicts))
    expect(settled).toMatchObject({ status: 'partially_cleared', refundStatus: 'owed', finishedAt: at(1000) })
    expect(refundsIn(effects)).toEqual([['p', 700n, 'not_cleared', false]])
    expect(types(effects)).toContain('release_claims')
  })

  it('name each reason', () => {
    const operation = after(awaiting([1n, 2n, 3n]), pay('p', 300n), started).operation
    const { effects } = after(operation, decide(operation, [{}, { relayedBy: 'other' }, { result: 'pending', relayedBy: 'nobody', refundReason: 'deadline' }]))
    expect(refundsIn(effects)).toEqual([['p', 100n, 'relayed_by_other', false], ['p', 100n, 'deadline', false]])
  })

  it('give everything back, fee included, when nothing was needed', () => {
    const operation = after(awaiting([1n, 2n]), pay('p', 200n)).operation
    const { operation: settled, effects } = after(operation, decide(operation, [{ relayedBy: 'other' }, { relayedBy: 'other' }]))
    expect(settled.status).toBe('not_needed')
    expect(refundsIn(effects)).toEqual([['p', 200n, 'not_needed', false]])
  })

  it('say not cleared when nothing was done', () => {
    const operation = after(awaiting(), pay('p', 100n), started).operation
    expect(after(operation, decide(operation, [{ result: 'pending', relayedBy: 'nobody', refundReason: 'not_cleared' }])).operation.status).toBe('not_cleared')
  })

  it('are never changed, and never taken twice', () => {
    const operation = after(awaiting([1n, 2n]), pay('p', 200n), started).operation
    const once = after(operation, decide(operation, [{}])).operation
    const twice = after(once, decide(once, [{ result: 'pending', relayedBy: 'nobody' }]))
    expect(twice.operation.packets[0]).toMatchObject({ result: 'delivered', relayedBy: 'us' })
    const settled = after(operation, decide(operation, [{}, { relayedBy: 'other' }])).operation
    expect(after(settled, decide(settled, [{ relayedBy: 'other' }, {}])).effects).toEqual([])
  })
})

describe('runs and attention', () => {
  it('go from queued to clearing and back', () => {
    const queued = after(awaiting(), pay('p', 100n)).operation
    const running = after(queued, started).operation
    expect(running).toMatchObject({ status: 'clearing', attempted: true })
    expect(after(running, started)).toEqual({ operation: running, effects: [] })
    expect(after(running, ended).operation).toMatchObject({ status: 'queued', attempted: true })
    expect(after(running, ended).effects).toContainEqual(expect.objectContaining({ event: 'attempt_failed' }))
    expect(after(running, { ...ended, failed: false })).toEqual({ operation: after(running, ended).operation, effects: [] })
  })

  it('stop what cannot be decided, without moving money', () => {
    const { operation, effects } = after(awaiting(), pay('p', 100n), { type: 'undecidable', reason: 'why' })
    expect(operation.status).toBe('needs_attention')
    expect(refundsIn(effects)).toEqual([])
    expect(after(operation, decide(operation, [{}])).operation.status).toBe('needs_attention')
  })

  it('do not touch an operation that is over or not paid', () => {
    for (const event of [started, ended, { type: 'undecidable', reason: 'why' } as const]) {
      expect(after(awaiting(), event).effects).toEqual([])
    }
  })
})

describe('whatever happens in whatever order', () => {
  const shares = fc.array(fc.bigInt({ min: 0n, max: 50n }), { minLength: 1, maxLength: 5 }).filter(all => all.some(share => share > 0n))
  const step = fc.oneof(
    fc.record({ kind: fc.constant('pay' as const), amount: fc.bigInt({ min: 0n, max: 150n }), seconds: fc.integer({ min: 1, max: 1200 }), denom: fc.constantFrom('uatom', 'uatom', 'uosmo'), refundable: fc.boolean() }),
    fc.record({ kind: fc.constant('grace' as const), seconds: fc.integer({ min: 800, max: 1200 }) }),
    fc.constantFrom({ kind: 'start' as const }, { kind: 'end' as const }, { kind: 'undecidable' as const }),
    fc.record({ kind: fc.constant('decide' as const), packet: fc.nat(4), relayedBy: fc.constantFrom('us', 'other', 'nobody') }),
  )

  function eventOf(operation: Operation, chosen: typeof step extends fc.Arbitrary<infer T> ? T : never, index: number): OperationEvent {
    switch (chosen.kind) {
      case 'pay': return pay(`p${index}`, chosen.amount, chosen.seconds, chosen.denom, chosen.refundable)
      case 'grace': return { type: 'grace_passed', blockTime: at(chosen.seconds) }
      case 'start': return started
      case 'end': return ended
      case 'undecidable': return { type: 'undecidable', reason: 'why' }
      case 'decide': {
        const packet = operation.packets[chosen.packet % operation.packets.length]!
        const relayedBy = chosen.relayedBy as DecidedPacket['relayedBy']
        return { type: 'packets_decided', decided: [{ id: packet.id, result: relayedBy === 'nobody' ? 'pending' : 'delivered', relayedBy, refundReason: 'not_cleared' }] }
      }
    }
  }

  it('no payment is given back or used beyond its amount, and a settled operation keeps exactly the shares that we earned', () => {
    fc.assert(fc.property(shares, fc.array(step, { maxLength: 25 }), (parts, steps) => {
      const start = awaiting(parts.map((_, index) => BigInt(index + 1)))
      let operation: Operation = { ...start, total: { denom: 'uatom', amount: parts.reduce((sum, part) => sum + part, 0n) }, packets: start.packets.map((packet, index) => ({ ...packet, share: parts[index]! })) }
      const paid = new Map<string, bigint>()
      const back = new Map<string, bigint>()
      const credit = new Map<string, bigint>()
      for (const [index, chosen] of steps.entries()) {
        const event = eventOf(operation, chosen, index)
        if (event.type === 'payment_confirmed') paid.set(event.payment.id, event.payment.coin.amount)
        const next = transition(operation, event, at(2000))
        for (const effect of next.effects) {
          if (effect.type === 'plan_refund') back.set(effect.refund.paymentId, (back.get(effect.refund.paymentId) ?? 0n) + effect.refund.coin.amount)
          if (effect.type === 'credit_payment') credit.set(effect.paymentId, effect.amount)
          if (effect.type === 'plan_refund') expect(effect.refund.coin.amount).toBeGreaterThan(0n)
        }
        operation = next.operation
      }
      for (const [id, amount] of paid) expect(back.get(id) ?? 0n).toBeLessThanOrEqual(amount)
      const credited = [...credit.values()].reduce((sum, amount) => sum + amount, 0n)
      expect(credited).toBeLessThanOrEqual(operation.total.amount)
      expect(operation.credits.reduce((sum, each) => sum + each.amount, 0n)).toBe(credited)
      if (['cleared', 'partially_cleared', 'not_cleared', 'not_needed'].includes(operation.status)) {
        const earned = operation.packets.reduce((sum, packet) => packet.relayedBy === 'us' ? sum + packet.share : sum, 0n)
        const kept = [...credit].reduce((sum, [id]) => sum + paid.get(id)! - (back.get(id) ?? 0n), 0n)
        expect(kept).toBe(earned)
      }
    }), { numRuns: 1_000 })
  })
})
