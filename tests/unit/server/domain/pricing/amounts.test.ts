import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountIn, parseAmountSetting } from '../../../../../server/domain/pricing/amount-setting'
import { convert } from '../../../../../server/domain/pricing/conversion'
import { invert, parseDecimal, timesRoundedUp } from '../../../../../server/domain/pricing/decimal'

const ratio = (text: string) => {
  const parsed = parseDecimal(text)
  if (!parsed) throw new Error(`${text} is no decimal`)
  return parsed
}

describe('exact decimals', () => {
  it('reads plain decimals only', () => {
    expect(parseDecimal('0.025')).toEqual({ numerator: 25n, denominator: 1000n })
    expect(parseDecimal('7')).toEqual({ numerator: 7n, denominator: 1n })
    for (const text of ['', '-1', '1e3', '.5', '5.', '1,5', ' 1', '0x1', 'NaN', '1'.repeat(41)]) expect(parseDecimal(text)).toBeUndefined()
  })

  it('rounds up, and only when there is a rest', () => {
    expect(timesRoundedUp(100_000n, ratio('0.025'))).toBe(2_500n)
    expect(timesRoundedUp(100_001n, ratio('0.025'))).toBe(2_501n)
    expect(timesRoundedUp(1n, ratio('0.000000000000000001'))).toBe(1n)
    expect(timesRoundedUp(0n, ratio('0.025'))).toBe(0n)
  })

  it('keeps every digit of numbers far beyond a double', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.bigInt({ min: 0n, max: 10n ** 30n }), (amount, digits) => {
      const text = `${digits / 10n ** 18n}.${(digits % 10n ** 18n).toString().padStart(18, '0')}`
      const product = timesRoundedUp(amount, ratio(text))
      const exact = amount * digits
      expect(product * 10n ** 18n).toBeGreaterThanOrEqual(exact)
      expect((product - 1n) * 10n ** 18n).toBeLessThan(exact === 0n ? 1n : exact)
    }))
  })

  it('cannot invert nothing', () => {
    expect(() => invert(ratio('0'))).toThrow(new RangeError('cannot invert 0'))
  })
})

describe('amounts of the operator', () => {
  it('takes a bare number for denoms with 6 decimals, and 0 for all', () => {
    expect(amountIn({ kind: 'bare', amount: 5n }, 'uatom', 6)).toEqual({ denom: 'uatom', amount: 5n })
    expect(amountIn({ kind: 'bare', amount: 5n }, 'aevm', 18)).toBeUndefined()
    expect(amountIn({ kind: 'bare', amount: 0n }, 'aevm', 18)).toEqual({ denom: 'aevm', amount: 0n })
  })

  it('reads a bare number and nothing into it', () => {
    expect(parseAmountSetting('1000000')).toEqual({ kind: 'bare', amount: 1_000_000n })
    expect(parseAmountSetting('5uatom')).toEqual({ kind: 'per_denom', amounts: [{ denom: 'uatom', amount: 5n }] })
  })

  it('takes an amount per denom exactly as written', () => {
    const setting = parseAmountSetting('1000000uatom, 5000000000000000000aevm')
    expect(setting && amountIn(setting, 'aevm', 18)).toEqual({ denom: 'aevm', amount: 5_000_000_000_000_000_000n })
    expect(setting && amountIn(setting, 'uosmo', 6)).toBeUndefined()
  })

  it('refuses doubled denoms, fractions, signs and nothing', () => {
    for (const text of ['', '1.5', '-1', '1uatom,2uatom', 'uatom', '1 2', '01']) expect(parseAmountSetting(text)).toBeUndefined()
  })
})

describe('conversion between denoms', () => {
  const rates = [{ from: 'uosmo', to: 'uatom', rate: ratio('0.05') }]

  it('uses the rate, its inverse, or nothing for the same denom, always rounding up', () => {
    expect(convert({ denom: 'uosmo', amount: 101n }, 'uatom', rates)).toEqual({ denom: 'uatom', amount: 6n })
    expect(convert({ denom: 'uatom', amount: 6n }, 'uosmo', rates)).toEqual({ denom: 'uosmo', amount: 120n })
    expect(convert({ denom: 'uatom', amount: 6n }, 'uatom', [])).toEqual({ denom: 'uatom', amount: 6n })
  })

  it('says nothing without a rate', () => {
    expect(convert({ denom: 'ujuno', amount: 6n }, 'uatom', rates)).toBeUndefined()
  })

  it('prefers the rate that was set for the direction', () => {
    const both = [...rates, { from: 'uatom', to: 'uosmo', rate: ratio('30') }]
    expect(convert({ denom: 'uatom', amount: 6n }, 'uosmo', both)?.amount).toBe(180n)
  })

  it('takes a rate for both of its denoms, and for no others', () => {
    const several = [{ from: 'ujuno', to: 'uosmo', rate: ratio('2') }, { from: 'uosmo', to: 'ujuno', rate: ratio('3') }, { from: 'ustars', to: 'uatom', rate: ratio('4') }, ...rates]
    expect(convert({ denom: 'uosmo', amount: 100n }, 'uatom', several)?.amount).toBe(5n)
    expect(convert({ denom: 'uatom', amount: 5n }, 'uosmo', several)?.amount).toBe(100n)
    expect(convert({ denom: 'uosmo', amount: 100n }, 'ustars', several)).toBeUndefined()
    expect(convert({ denom: 'ujuno', amount: 100n }, 'uatom', several)).toBeUndefined()
    expect(convert({ denom: 'uatom', amount: 100n }, 'ujuno', several)).toBeUndefined()
  })

  it('never makes anything cheaper than the exact price, nor dearer by a whole unit', () => {
    const amounts = fc.bigInt(0n, 10n ** 30n)
    fc.assert(fc.property(amounts, fc.bigInt(1n, 10n ** 12n), fc.boolean(), (amount, millionths, opposite) => {
      const rate = { numerator: millionths, denominator: 1_000_000n }
      const set = opposite ? { from: 'uatom', to: 'uosmo', rate } : { from: 'uosmo', to: 'uatom', rate }
      const [numerator, denominator] = opposite ? [rate.denominator, rate.numerator] : [rate.numerator, rate.denominator]
      const rest = convert({ denom: 'uosmo', amount }, 'uatom', [set])!.amount * denominator - amount * numerator
      expect(rest >= 0n && rest < denominator).toBe(true)
    }))
  })
})
