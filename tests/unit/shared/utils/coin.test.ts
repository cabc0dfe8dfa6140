import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addCoins, coin, parseAmount, parseCoins, splitByWeights, subtractCoins, sumCoins, toDisplayAmount } from '#shared/utils/coin'

const amount = fc.bigInt({ min: 0n, max: 10n ** 40n })

describe('coins', () => {
  it('add and subtract exactly, and only within a denom', () => {
    fc.assert(fc.property(amount, amount, (a, b) => {
      expect(subtractCoins(addCoins(coin('uatom', a), coin('uatom', b)), coin('uatom', b))).toEqual(coin('uatom', a))
    }))
    expect(() => addCoins(coin('uatom', 1n), coin('uosmo', 1n))).toThrow(TypeError)
    expect(() => sumCoins('uatom', [coin('uosmo', 1n)])).toThrow(TypeError)
    expect(() => subtractCoins(coin('uatom', 1n), coin('uatom', 2n))).toThrow(RangeError)
    expect(() => coin('uatom', -1n)).toThrow(RangeError)
  })
})

describe('sums of coins', () => {
  it('do not depend on order or grouping, and lose nothing', () => {
    fc.assert(fc.property(fc.array(amount, { maxLength: 8 }), fc.nat(8), (amounts, cut) => {
      const of = (some: readonly bigint[]) => sumCoins('uatom', some.map(each => coin('uatom', each)))
      const exact = coin('uatom', amounts.reduce((sum, each) => sum + each, 0n))
      expect(of(amounts)).toEqual(exact)
      expect(of(amounts.toReversed())).toEqual(exact)
      expect(addCoins(of(amounts.slice(0, cut)), of(amounts.slice(cut)))).toEqual(exact)
    }))
  })

  it('subtract to nothing below zero, and never across denoms', () => {
    fc.assert(fc.property(amount, amount, (a, b) => {
      if (b > a) expect(() => subtractCoins(coin('uatom', a), coin('uatom', b))).toThrow(RangeError)
      else expect(subtractCoins(coin('uatom', a), coin('uatom', b)).amount + b).toBe(a)
      expect(() => subtractCoins(coin('uatom', a), coin('uosmo', b))).toThrow(TypeError)
    }))
  })
})

describe('reading amounts', () => {
  it('takes what the SDK prints and nothing else', () => {
    fc.assert(fc.property(amount, (value) => {
      expect(parseAmount(value.toString())).toBe(value)
    }))
    for (const text of ['', ' 1', '1 ', '+1', '-1', '01', '1.0', '1e3', '0x1', '١', '1'.repeat(79)]) expect(parseAmount(text)).toBeUndefined()
  })

  it('reads back every list of coins that the SDK would print', () => {
    const denom = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/)
    fc.assert(fc.property(fc.array(fc.record({ denom, amount }), { maxLength: 5 }), (coins) => {
      expect(parseCoins(coins.map(each => `${each.amount}${each.denom}`).join(','))).toEqual(coins)
    }))
  })

  it('takes lists of coins whole or not at all', () => {
    expect(parseCoins('')).toEqual([])
    expect(parseCoins('12uatom,5ibc/AB12,7factory/osmo1x/u.y-z')).toEqual([coin('uatom', 12n), coin('ibc/AB12', 5n), coin('factory/osmo1x/u.y-z', 7n)])
    for (const text of ['12uatom,', ',', '12uatom,x', '12', 'uatom', '1.5uatom', '012uatom', '12uatom, 5uosmo']) expect(parseCoins(text)).toBeUndefined()
  })
})

describe('splitting by weights', () => {
  it('adds up exactly and gives nothing to a weight of 0', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 1, maxLength: 50 }).filter(all => all.some(weight => weight > 0n))
    fc.assert(fc.property(amount, weights, (total, all) => {
      const parts = splitByWeights(total, all)
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(total)
      for (const [index, weight] of all.entries()) {
        expect(parts[index]).toBeGreaterThanOrEqual(0n)
        if (weight === 0n) expect(parts[index]).toBe(0n)
      }
    }))
  })

  it('gives nobody a unit more than their part but the first, who bears the rest', () => {
    const weights = fc.array(fc.bigInt({ min: 1n, max: 1_000n }), { minLength: 1, maxLength: 50 })
    fc.assert(fc.property(amount, weights, (total, all) => {
      const sum = all.reduce((weight, each) => weight + each, 0n)
      for (const [index, part] of splitByWeights(total, all).entries()) {
        const over = part * sum - total * all[index]!
        expect(over > -sum && over < (index === 0 ? sum * BigInt(all.length) : 1n)).toBe(true)
      }
    }))
  })

  it('puts the remainder on the first part', () => {
    expect(splitByWeights(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n])
    expect(splitByWeights(100n, [0n, 1n, 1n, 1n])).toEqual([0n, 34n, 33n, 33n])
  })

  it('refuses weights that cannot be split by', () => {
    for (const weights of [[], [0n, 0n], [1n, -1n, 5n]]) expect(() => splitByWeights(1n, weights)).toThrow(RangeError)
  })
})

describe('showing amounts', () => {
  it('is the exact decimal', () => {
    expect(['0', '1', '1500000', '1000000', '123456789'].map(text => toDisplayAmount(BigInt(text), 6))).toEqual(['0', '0.000001', '1.5', '1', '123.456789'])
    expect(toDisplayAmount(1_500_000_000_000_000_001n, 18)).toBe('1.500000000000000001')
    expect(toDisplayAmount(7n, 0)).toBe('7')
    expect(toDisplayAmount(1000n, 0)).toBe('1000')
  })

  it('can be read back', () => {
    fc.assert(fc.property(amount, fc.integer({ min: 0, max: 18 }), (value, exponent) => {
      const [whole, fraction = ''] = toDisplayAmount(value, exponent).split('.')
      expect(BigInt(whole! + fraction.padEnd(exponent, '0'))).toBe(value)
    }))
  })
})
