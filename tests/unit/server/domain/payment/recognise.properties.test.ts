import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChainEvent } from '../../../../../server/domain/payment/inbound'
import { recogniseInbound } from '../../../../../server/domain/payment/recognise'
import { recogniseOutgoing } from '../../../../../server/domain/refund/outgoing'
import type { Coin } from '../../../../../shared/utils/coin'
import { blockOf, coins, event, forgedEvents, movingTx, totals, type Move, type MovingTx } from '../../../../builders/bank-events'

const us = 'cosmos1service'
const addresses = new Set([us])
const strangers = ['cosmos1alice', 'cosmos1bob', 'cosmos1contract']

const move: fc.Arbitrary<Move> = fc.record({ kind: fc.constantFrom('send', 'other'), from: fc.constantFrom(...strangers), to: fc.constantFrom(us, us, 'cosmos1elsewhere'), coin: coins })
const tx: fc.Arbitrary<MovingTx> = fc.record({
  moves: fc.array(move, { minLength: 1, maxLength: 4 }), code: fc.constantFrom(0, 0, 0, 5),
  fee: fc.record({ payer: fc.constantFrom(...strangers), sequence: fc.constant(7n), amount: fc.constant(10n) }),
})
const txs = fc.array(tx, { maxLength: 4 })
const run = (all: readonly MovingTx[], messagesNamed: boolean) => all.map((each, index) => movingTx(each, index, messagesNamed))
const creditable = (all: readonly MovingTx[]) => all.flatMap((each, txIndex) => each.code === 0 ? each.moves.flatMap((own, msgIndex) => own.kind === 'send' && own.to === us ? [{ txIndex, msgIndex, fromAddress: own.from, coin: own.coin }] : []) : [])

/** Attributes of x/bank in types of any name, whole or broken. */
const soup: fc.Arbitrary<ChainEvent[]> = fc.array(fc.record({
  type: fc.constantFrom('coin_received', 'transfer', 'coin_spent', 'recv_packet', 'tx', 'message', 'wasm-coin_received', 'coin_received '),
  receiver: fc.constantFrom(us, us, ...strangers, ''), sender: fc.constantFrom(us, ...strangers, ''), amount: fc.constantFrom('5uatom', '7uatom,3ibc/AB12', '', '-5uatom', '5', 'uatom', `${10n ** 80n}uatom`),
  place: fc.constantFrom<Record<string, string>>({}, { msg_index: '0' }, { msg_index: '1' }, { msg_index: '-1' }, { msg_index: '9999999' }, { msg_index: '' }),
}).map(({ type, receiver, sender, amount, place }) => event(type, { receiver, recipient: receiver, sender, spender: sender, amount, ...place })), { maxLength: 12 })

describe('whatever a block holds', () => {
  it('every unit that reached us is recorded once, by whatever way it came', () => {
    fc.assert(fc.property(txs, fc.boolean(), (all, messagesNamed) => {
      const rows = recogniseInbound(blockOf(run(all, messagesNamed)), addresses)
      const reached = all.flatMap(each => each.code === 0 ? each.moves.filter(own => own.to === us).map(own => own.coin) : [])
      expect(totals(rows.map(row => row.coin))).toEqual(totals(reached))
      const keys = rows.map(row => `${row.txIndex}/${row.msgIndex}/${row.coin.denom}`)
      expect(new Set(keys).size).toBe(keys.length)
    }))
  })

  it('case 3c: exactly the top-level MsgSends to us in successful txs can credit, whatever the events say', () => {
    fc.assert(fc.property(txs, fc.array(soup, { maxLength: 4 }), soup, fc.boolean(), (all, noise, blockNoise, messagesNamed) => {
      const block = blockOf(run(all, messagesNamed).map((each, index) => ({ ...each, events: [...noise[index] ?? [], ...each.events] })), blockNoise)
      const rows = recogniseInbound(block, addresses).filter(row => row.kind === 'msg_send')
      expect(rows.map(({ txIndex, msgIndex, fromAddress, coin }) => ({ txIndex, msgIndex, fromAddress, coin }))).toEqual(creditable(all))
    }))
  })

  it('case 3b: events that contracts and failed callbacks make up change nothing', () => {
    fc.assert(fc.property(txs, forgedEvents(us), (all, forged) => {
      const honest = run(all, true)
      const noisy = honest.map(each => ({ ...each, events: [...forged, ...each.events] }))
      expect(recogniseInbound(blockOf(noisy, forged), addresses)).toEqual(recogniseInbound(blockOf(honest), addresses))
    }))
  })

  it('a sender is named only where that account alone was debited for us', () => {
    fc.assert(fc.property(txs, fc.boolean(), (all, messagesNamed) => {
      for (const row of recogniseInbound(blockOf(run(all, messagesNamed)), addresses)) {
        const payers = new Set(all[row.txIndex]?.moves.filter((own, index) => own.to === us && (!messagesNamed || index === row.msgIndex)).map(own => own.from))
        if (row.kind === 'other') expect(row.fromAddress === null ? payers.size > 1 : payers.size === 1 && payers.has(row.fromAddress)).toBe(true)
      }
    }))
  })

  it('what is recorded of a wallet, in and out, adds up to the change of its balance', () => {
    const everybody = [us, us, ...strangers]
    const anyTx = fc.record({
      moves: fc.array(fc.record({ kind: fc.constantFrom<Move['kind']>('send', 'other'), from: fc.constantFrom(...everybody), to: fc.constantFrom(...everybody), coin: coins }), { minLength: 1, maxLength: 4 }),
      code: fc.constantFrom(0, 0, 0, 5), fee: fc.record({ payer: fc.constantFrom(...everybody), sequence: fc.constant(7n), amount: fc.bigInt(1n, 10n ** 9n) }),
    })
    fc.assert(fc.property(fc.array(anyTx, { maxLength: 4 }), fc.boolean(), (all, messagesNamed) => {
      const block = blockOf(run(all, messagesNamed))
      const gone = recogniseOutgoing(block, addresses).flatMap(row => [...row.toAddress === us ? [] : row.coins, ...row.fee])
      const minus = (some: readonly Coin[]) => some.map(({ denom, amount }) => ({ denom, amount: -amount }))
      const moved = all.flatMap(each => each.code === 0 ? each.moves : [])
      const change = [...moved.filter(own => own.to === us).map(own => own.coin), ...minus(moved.filter(own => own.from === us).map(own => own.coin)), ...minus(all.filter(each => each.fee.payer === us).map(each => ({ denom: 'uatom', amount: each.fee.amount })))]
      const nonZero = (sums: Record<string, bigint>) => Object.entries(sums).filter(([, amount]) => amount !== 0n).toSorted()
      expect(nonZero(totals([...recogniseInbound(block, addresses).map(row => row.coin), ...minus(gone)]))).toEqual(nonZero(totals(change)))
    }))
  })
})
