import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PaymentId } from '../../../../../server/domain/clearing/operation'
import { isPayerCaused, planShareRefunds } from '../../../../../server/domain/refund/plan'

const credit = (paymentId: string, amount: bigint) => ({ paymentId: paymentId as PaymentId, amount })

describe('planning refunds', () => {
  it('takes from the latest payment first and never more than it gave', () => {
    expect(planShareRefunds('uatom', [credit('a', 60n), credit('b', 40n)], [{ reason: 'not_cleared', amount: 50n }])).toEqual([
      { paymentId: 'b', coin: { denom: 'uatom', amount: 40n }, reason: 'not_cleared', networkFeeDeducted: false },
      { paymentId: 'a', coin: { denom: 'uatom', amount: 10n }, reason: 'not_cleared', networkFeeDeducted: false },
    ])
  })

  it('refuses to plan more than was credited', () => {
    expect(() => planShareRefunds('uatom', [credit('a', 60n)], [{ reason: 'not_cleared', amount: 61n }])).toThrow(new RangeError('owed 61 uatom, 1 more than was credited'))
    expect(() => planShareRefunds('uatom', [credit('a', 60n)], [{ reason: 'deadline', amount: 60n }, { reason: 'not_cleared', amount: 1n }])).toThrow(RangeError)
  })

  it('takes the network fee off only where the payer is the cause', () => {
    for (const reason of ['overpaid', 'duplicate', 'too_late', 'wrong_denom', 'underpaid', 'unallocated'] as const) expect(isPayerCaused(reason)).toBe(true)
    for (const reason of ['not_cleared', 'relayed_by_other', 'not_needed', 'deadline', 'operator_decision'] as const) expect(isPayerCaused(reason)).toBe(false)
  })

  it('adds up to what is owed, one row per payment and reason', () => {
    const amounts = fc.array(fc.bigInt({ min: 1n, max: 10n ** 30n }), { minLength: 1, maxLength: 6 })
    fc.assert(fc.property(amounts, fc.bigInt({ min: 0n, max: 10n ** 31n }), fc.bigInt({ min: 0n, max: 10n ** 31n }), (given, first, second) => {
      const credits = given.map((amount, index) => credit(`p${index}`, amount))
      const total = given.reduce((sum, amount) => sum + amount, 0n)
      const owed = [{ reason: 'not_cleared' as const, amount: first % (total + 1n) }]
      owed.push({ reason: 'deadline' as never, amount: second % (total - owed[0]!.amount + 1n) })
      const refunds = planShareRefunds('uatom', credits, owed)
      for (const part of owed) expect(refunds.filter(refund => refund.reason === part.reason).reduce((sum, refund) => sum + refund.coin.amount, 0n)).toBe(part.amount)
      for (const own of credits) expect(refunds.filter(refund => refund.paymentId === own.paymentId).reduce((sum, refund) => sum + refund.coin.amount, 0n)).toBeLessThanOrEqual(own.amount)
      expect(new Set(refunds.map(refund => `${refund.paymentId}/${refund.reason}`)).size).toBe(refunds.length)
      expect(refunds.every(refund => refund.coin.amount > 0n)).toBe(true)
    }))
  })
})
