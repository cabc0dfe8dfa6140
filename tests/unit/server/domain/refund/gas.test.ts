import { describe, expect, it } from 'vitest'
import { defaultFeeLimit, multiplyRoundedUp } from '../../../../../server/domain/refund/gas'

describe('what a refund may cost', () => {
  it('is gas times its price, rounded up to a whole unit', () => {
    expect(multiplyRoundedUp(100_000n, '0.025')).toBe(2_500n)
    expect(multiplyRoundedUp(1n, '0.025')).toBe(1n)
    expect(() => multiplyRoundedUp(1n, 'cheap')).toThrow(RangeError)
  })

  it('has a limit of its own where the operator set none: 20 sends of 150,000 gas at the floor price', () => {
    expect(defaultFeeLimit('0.025')).toBe(75_000n)
    expect(defaultFeeLimit('0')).toBe(0n)
  })
})
