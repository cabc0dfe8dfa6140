import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { multiplyRoundedUp } from '../../../../../server/domain/refund/gas'
import { mostRefundsPerTransaction, readRefundMemo, writeRefundMemo } from '../../../../../server/domain/refund/memo'
import { refundStatusOf, totalOf } from '../../../../../server/domain/refund/refund'
import { aRefund } from '../../../../builders/refunds'

describe('the memo of a refund', () => {
  it('reads back what it wrote, forgiving white space and case', () => {
    const ids = [randomUUID(), randomUUID()]
    expect(readRefundMemo(writeRefundMemo(ids))).toEqual(ids)
    expect(readRefundMemo(` ${ids[0]!.toUpperCase()}\n`)).toEqual([ids[0]])
  })

  it('reads nothing from anything else', () => {
    const id = randomUUID()
    for (const memo of ['', 'hello', `${id},`, `${id},${id}`, `${id} ${id}`, `x${id}`, Array.from({ length: 7 }, () => randomUUID()).join(',')]) expect(readRefundMemo(memo)).toEqual([])
    expect(() => writeRefundMemo([])).toThrow(RangeError)
    expect(() => writeRefundMemo(['1'])).toThrow(RangeError)
    expect(() => writeRefundMemo([id, '1'])).toThrow(RangeError)
  })

  it('names as many refunds as one transaction may pay, and no more', () => {
    const ids = Array.from({ length: mostRefundsPerTransaction + 1 }, () => randomUUID())
    expect(readRefundMemo(writeRefundMemo(ids.slice(1)))).toEqual(ids.slice(1))
    expect(() => writeRefundMemo(ids)).toThrow(`1 to ${mostRefundsPerTransaction} refunds`)
  })
})

describe('what an operation says about its refunds', () => {
  it.each([
    [[], 'none'], [['planned'], 'owed'], [['planned', 'held'], 'owed'], [['held'], 'held'], [['held', 'confirmed'], 'held'], [['signed', 'held'], 'in_progress'],
    [['broadcast', 'confirmed'], 'in_progress'], [['planned', 'confirmed'], 'in_progress'], [['confirmed', 'confirmed'], 'done'],
  ] as const)('%j is %s', (states, status) => {
    expect(refundStatusOf(states)).toBe(status)
  })
})

describe('sums', () => {
  it('refuse to mix denoms or to be empty', () => {
    expect(() => totalOf([])).toThrow(new RangeError('no refunds'))
    expect(() => totalOf([aRefund(), aRefund({ coin: { denom: 'uosmo', amount: 1n } })])).toThrow(new TypeError('refunds of several denoms'))
  })

  it('round gas up to a whole unit', () => {
    expect(multiplyRoundedUp(100_001n, '0.025')).toBe(2_501n)
    expect(multiplyRoundedUp(100_000n, '0.025')).toBe(2_500n)
    expect(() => multiplyRoundedUp(1n, 'cheap')).toThrow(new RangeError('a gas price is a decimal text'))
  })
})
