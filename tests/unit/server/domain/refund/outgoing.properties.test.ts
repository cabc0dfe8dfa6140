import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recogniseOutgoing } from '../../../../../server/domain/refund/outgoing'
import { blockOf, coins, event, forgedEvents, movingTx, totals, type Move, type MovingTx } from '../../../../builders/bank-events'

const us = 'cosmos1service'
const accounts = [us, us, 'cosmos1alice', 'cosmos1operator']
const move: fc.Arbitrary<Move> = fc.record({ kind: fc.constantFrom('send', 'other'), from: fc.constantFrom(...accounts), to: fc.constantFrom(...accounts), coin: coins })
const tx: fc.Arbitrary<MovingTx> = fc.record({
  moves: fc.array(move, { minLength: 1, maxLength: 4 }), code: fc.constantFrom(0, 0, 0, 5),
  fee: fc.record({ payer: fc.constantFrom(...accounts), sequence: fc.bigInt(0n, 10n ** 18n), amount: fc.bigInt(1n, 10n ** 9n) }),
})
const run = (all: readonly MovingTx[], messagesNamed: boolean) => all.map((each, index) => movingTx(each, index, messagesNamed))

describe('whatever a block holds', () => {
  it('every unit that left us is recorded once, as a send, as a fee or as unexplained', () => {
    fc.assert(fc.property(fc.array(tx, { maxLength: 4 }), fc.array(coins, { maxLength: 2 }), fc.boolean(), (all, byBlock, messagesNamed) => {
      const blockEvents = byBlock.map(({ denom, amount }) => event('coin_spent', { spender: us, amount: `${amount}${denom}` }))
      const rows = recogniseOutgoing(blockOf(run(all, messagesNamed), blockEvents), new Set([us]))
      const left = all.flatMap(each => [
        ...each.fee.payer === us ? [{ denom: 'uatom', amount: each.fee.amount }] : [],
        ...each.code === 0 ? each.moves.filter(own => own.from === us).map(own => own.coin) : [],
      ])
      expect(totals(rows.flatMap(row => [...row.coins, ...row.fee]))).toEqual(totals([...left, ...byBlock]))
      const keys = rows.map(row => `${row.txIndex}/${row.msgIndex}`)
      expect(new Set(keys).size).toBe(keys.length)
    }))
  })

  it('fees are what we paid for gas, and every sequence that we used is seen', () => {
    fc.assert(fc.property(fc.array(tx, { maxLength: 4 }), fc.boolean(), (all, messagesNamed) => {
      const rows = recogniseOutgoing(blockOf(run(all, messagesNamed)), new Set([us]))
      for (const [index, { fee }] of all.entries()) {
        const own = rows.filter(row => row.txIndex === index)
        expect(totals(own.flatMap(row => row.fee))).toEqual(fee.payer === us ? { uatom: fee.amount } : {})
        if (fee.payer === us) expect(new Set(own.map(row => row.sequence))).toEqual(new Set([fee.sequence]))
        else expect(own.every(row => row.sequence === null)).toBe(true)
      }
    }))
  })

  it('events that contracts and failed callbacks make up change nothing', () => {
    fc.assert(fc.property(fc.array(tx, { maxLength: 4 }), forgedEvents(us), (all, forged) => {
      const honest = run(all, true)
      const noisy = honest.map(each => ({ ...each, events: each.code === 0 ? [...each.events, ...forged] : each.events }))
      expect(recogniseOutgoing(blockOf(noisy, forged), new Set([us]))).toEqual(recogniseOutgoing(blockOf(honest), new Set([us])))
    }))
  })
})
