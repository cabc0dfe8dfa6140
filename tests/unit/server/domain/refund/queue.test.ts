import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { multiplyRoundedUp } from '../../../../../server/domain/refund/gas'
import { mostRefundsPerTransaction, readRefundMemo, writeRefundMemo } from '../../../../../server/domain/refund/memo'
import { payoutGroups } from '../../../../../server/domain/refund/queue'
import { refundStatusOf, totalOf } from '../../../../../server/domain/refund/refund'
import { aRefund } from '../../../../builders/refunds'
import { at } from '../../../../builders/tokens'

describe('the queue of refunds', () => {
  it('keeps the order and takes what was too small along to the same payer', () => {
    const small = aRefund({ state: 'held', holdReason: 'minimum' })
    const foreign = aRefund({ state: 'held', holdReason: 'minimum', coin: { denom: 'uosmo', amount: 1n } })
    const others = aRefund({ state: 'held', holdReason: 'minimum', destination: 'cosmos1other' })
    const large = aRefund({ state: 'held', holdReason: 'approval' })
    const [first, second] = [aRefund(), aRefund()]
    expect(payoutGroups([first, second, small, foreign, others, large], at(0))).toEqual([[first, small], [second]])
  })

  it('lets a refused one lead again when its time has come, and never one that waits for a person', () => {
    const parked = aRefund({ state: 'held', holdReason: 'refused', nextTryAt: at(10) })
    expect(payoutGroups([parked], at(9))).toEqual([])
    expect(payoutGroups([parked], at(10))).toEqual([[parked]])
    expect(payoutGroups([aRefund({ state: 'held', holdReason: 'approval' }), aRefund({ state: 'held', holdReason: 'no_destination', destination: null }), aRefund({ state: 'held', holdReason: 'minimum' })], at(10))).toEqual([])
  })

  it('lets none lead but the planned and the refused whose time has come', () => {
    const due = { nextTryAt: at(1) }
    const resting = [aRefund({ state: 'held', holdReason: 'refused' }), aRefund({ state: 'held', holdReason: 'approval', ...due }), aRefund({ state: 'held', holdReason: 'minimum', ...due }), aRefund({ state: 'broadcast', holdReason: 'refused', ...due }), aRefund({ state: 'signed', ...due })]
    expect(payoutGroups(resting, at(10))).toEqual([])
  })

  it('takes along only what is held as too small, and for nobody known nothing', () => {
    const [lead, planned] = [aRefund(), aRefund({ holdReason: 'minimum' })]
    expect(payoutGroups([lead, planned], at(0))).toEqual([[lead], [planned]])
    const nowhere = aRefund({ destination: null })
    expect(payoutGroups([nowhere, aRefund({ destination: null, state: 'held', holdReason: 'minimum' })], at(0))).toEqual([[nowhere]])
  })

  it('whatever waits: each refund goes once at most, with its own kind, in order', () => {
    const refund = fc.record({
      destination: fc.constantFrom('cosmos1payer', 'cosmos1other', null), coin: fc.constantFrom({ denom: 'uatom', amount: 5n }, { denom: 'uosmo', amount: 5n }),
      state: fc.constantFrom('planned', 'held', 'held', 'held'), holdReason: fc.constantFrom('minimum', 'minimum', 'approval', 'refused', 'no_destination'), nextTryAt: fc.constantFrom(null, at(1), at(99)),
    }).map(over => aRefund({ ...over, holdReason: over.state === 'planned' ? null : over.holdReason } as Parameters<typeof aRefund>[0]))
    fc.assert(fc.property(fc.array(refund, { maxLength: 25 }), (waiting) => {
      const groups = payoutGroups(waiting, at(50))
      const going = groups.flat().map(each => each.id)
      expect(new Set(going).size).toBe(going.length)
      expect(groups.map(([lead]) => waiting.indexOf(lead))).toEqual(groups.map(([lead]) => waiting.indexOf(lead)).toSorted((a, b) => a - b))
      for (const group of groups) {
        expect(new Set(group.map(each => `${each.destination} ${each.coin.denom}`)).size).toBe(1)
        expect(group.length).toBeLessThanOrEqual(mostRefundsPerTransaction)
        expect(group.every(each => each.holdReason !== 'approval' && each.holdReason !== 'no_destination')).toBe(true)
      }
      const planned = waiting.filter(each => each.state === 'planned').map(each => each.id)
      expect(going).toEqual(expect.arrayContaining(planned))
    }))
  })

  it('puts no more into a transaction than its memo can name', () => {
    const small = Array.from({ length: 8 }, () => aRefund({ state: 'held', holdReason: 'minimum' }))
    const [group] = payoutGroups([aRefund(), ...small], at(0))
    expect(group).toHaveLength(mostRefundsPerTransaction)
    expect(writeRefundMemo(group!.map(refund => refund.id)).length).toBeLessThanOrEqual(256)
  })
})

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
