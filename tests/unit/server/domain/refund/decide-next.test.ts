import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextRefundStep, type RefundWorld } from '../../../../../server/domain/refund/decide-next'
import type { Refund } from '../../../../../server/domain/refund/refund'
import { aPayout, aRefund } from '../../../../builders/refunds'
import { at } from '../../../../builders/tokens'

const now = at(1_000)
const uatom = (amount: bigint) => ({ denom: 'uatom', amount })
const known = (fee: bigint, balance = 1_000_000n) => ({ state: 'known' as const, fee: uatom(fee), balances: [uatom(balance)] })

function aWorld(over: Partial<RefundWorld> = {}): RefundWorld {
  return { rules: { minimum: 0n, approvalAbove: null, feeLimit: 5_000n, rebroadcastAfterMs: 10_000 }, cursorHeight: 110n, blocked: null, estimate: null, includedCode: null, sequenceUsed: true, sequenceUsedBy: null, absence: 'unasked', ...over }
}
const waiting = (refund: Refund | [Refund, ...Refund[]], over: Partial<RefundWorld> = {}) => nextRefundStep({ kind: 'waiting', refunds: Array.isArray(refund) ? refund : [refund] }, aWorld(over), now)
const signed = (payout = aPayout(), over: Partial<RefundWorld> = {}, failures = 0) => nextRefundStep({ kind: 'signed', payout, failures }, aWorld(over), now)

describe('a refund that waits', () => {
  it('is estimated before it is signed, and signed for what it is owed', () => {
    expect(waiting(aRefund())).toEqual({ do: 'estimate' })
    expect(waiting(aRefund(), { estimate: known(10n) })).toEqual({ do: 'sign', sent: uatom(1_000n), fee: uatom(10n) })
  })

  it('bears its own network fee where the payer caused it, and nothing where we caused a part of it', () => {
    const payers = aRefund({ reason: 'overpaid', networkFeeDeducted: true })
    expect(waiting(payers, { estimate: known(10n) })).toMatchObject({ do: 'sign', sent: uatom(990n) })
    expect(waiting([payers, aRefund()], { estimate: known(10n) })).toMatchObject({ do: 'sign', sent: uatom(2_000n) })
  })

  it('does not mix denoms: gas in another denom is never taken off', () => {
    const foreign = aRefund({ reason: 'wrong_denom', networkFeeDeducted: true, coin: { denom: 'ibc/AA', amount: 50n } })
    const estimate = { state: 'known' as const, fee: uatom(10n), balances: [uatom(10n), { denom: 'ibc/AA', amount: 50n }] }
    expect(waiting(foreign, { estimate })).toEqual({ do: 'sign', sent: { denom: 'ibc/AA', amount: 50n }, fee: uatom(10n) })
    expect(waiting(foreign, { estimate: { ...estimate, balances: [uatom(9n), { denom: 'ibc/AA', amount: 50n }] } })).toMatchObject({ do: 'wait', alert: true })
  })

  it('is held when it is below the minimum or not more than its own fee', () => {
    const rules = { minimum: 1_001n, approvalAbove: null, feeLimit: 5_000n, rebroadcastAfterMs: 1 }
    expect(waiting(aRefund(), { rules })).toMatchObject({ do: 'hold', reason: 'minimum' })
    expect(waiting([aRefund(), aRefund({ coin: uatom(1n) })], { rules })).toEqual({ do: 'estimate' })
    const payers = aRefund({ networkFeeDeducted: true, coin: uatom(10n) })
    expect(waiting(payers, { estimate: known(10n) })).toMatchObject({ do: 'hold', reason: 'minimum' })
    expect(waiting(payers, { estimate: known(9n) })).toMatchObject({ do: 'sign', sent: uatom(1n) })
  })

  it('waits for an approval above the limit, and only above it', () => {
    const rules = { minimum: 0n, approvalAbove: 999n, feeLimit: 5_000n, rebroadcastAfterMs: 1 }
    expect(waiting(aRefund(), { rules })).toMatchObject({ do: 'hold', reason: 'approval' })
    expect(waiting(aRefund({ approved: true }), { rules })).toEqual({ do: 'estimate' })
    expect(waiting(aRefund({ coin: uatom(999n) }), { rules })).toEqual({ do: 'estimate' })
  })

  it('is held when nobody knows who paid', () => {
    expect(waiting(aRefund({ destination: null }))).toMatchObject({ do: 'hold', reason: 'no_destination' })
  })

  it('waits while the chain is blocked, for the reason that blocks it', () => {
    expect(waiting(aRefund(), { blocked: { reason: 'a stranger', alert: true }, estimate: known(1n) })).toEqual({ do: 'wait', reason: 'a stranger', alert: true })
  })

  it('waits with an alert for funds, to the unit, and while gas costs more than the minimum', () => {
    expect(waiting(aRefund(), { estimate: known(10n, 1_009n) })).toMatchObject({ do: 'wait', alert: true })
    expect(waiting(aRefund(), { estimate: known(10n, 1_010n) })).toMatchObject({ do: 'sign' })
    const rules = { minimum: 9n, approvalAbove: null, feeLimit: 5_000n, rebroadcastAfterMs: 1 }
    expect(waiting(aRefund(), { rules, estimate: known(10n) })).toMatchObject({ do: 'wait', alert: true, reason: expect.stringContaining('REFUND_MINIMUM') })
    expect(waiting(aRefund(), { rules, estimate: known(9n) })).toMatchObject({ do: 'sign' })
  })

  it('waits with an alert while its transaction would cost more than the limit, whoever bears the fee, approved or in another denom', () => {
    const above = { do: 'wait', reason: 'the network fee of 5001uatom is above REFUND_FEE_LIMIT (5000uatom)', alert: true }
    const large = uatom(100_000n)
    expect(waiting(aRefund(), { estimate: known(5_001n) })).toEqual(above)
    expect(waiting(aRefund(), { estimate: known(5_000n) })).toMatchObject({ do: 'sign' })
    expect(waiting(aRefund({ approved: true, coin: large }), { estimate: known(5_001n) })).toEqual(above)
    expect(waiting(aRefund({ networkFeeDeducted: true, coin: large }), { estimate: known(5_001n) })).toEqual(above)
    expect(waiting(aRefund({ networkFeeDeducted: true }), { estimate: known(5_001n) })).toEqual(above)
    const foreign = aRefund({ coin: { denom: 'ibc/AA', amount: 50n } })
    expect(waiting(foreign, { estimate: { state: 'known', fee: uatom(5_001n), balances: [uatom(9_000n), { denom: 'ibc/AA', amount: 50n }] } })).toEqual(above)
  })

  it('case 6c: is held where no minimum is known for its denom, until an admin lets it go', () => {
    const rules = { minimum: null, approvalAbove: null, feeLimit: 5_000n, rebroadcastAfterMs: 1 }
    expect(waiting(aRefund(), { rules })).toEqual({ do: 'hold', reason: 'approval', note: 'REFUND_MINIMUM names no amount in uatom' })
    expect(waiting(aRefund({ approved: true }), { rules })).toEqual({ do: 'estimate' })
    expect(waiting(aRefund({ approved: true }), { rules, estimate: known(10n) })).toMatchObject({ do: 'sign' })
  })

  it('is parked when the chain refuses it, longer every time, up to a day', () => {
    const until = (failures: number) => {
      const step = waiting(aRefund({ failures }), { estimate: { state: 'refused', reason: 'no such address' } })
      return step.do === 'park' ? step.until.getTime() - now.getTime() : undefined
    }
    expect([0, 1, 2, 50].map(until)).toEqual([600_000, 1_200_000, 2_400_000, 86_400_000])
    expect(waiting(aRefund({ nextTryAt: at(1_001) }))).toMatchObject({ do: 'wait' })
    expect(waiting(aRefund({ nextTryAt: at(1_000) }))).toEqual({ do: 'estimate' })
    expect(waiting(aRefund(), { estimate: { state: 'unavailable', reason: 'node', alert: false } })).toMatchObject({ do: 'wait', alert: false })
  })
})

describe('what a person reads about a refund that waits', () => {
  it('names the limit that it is above or below, and its denom', () => {
    expect(waiting(aRefund({ destination: null }))).toEqual({ do: 'hold', reason: 'no_destination', note: 'nobody knows who paid' })
    expect(waiting(aRefund(), { rules: { minimum: 0n, approvalAbove: 999n, feeLimit: 5_000n, rebroadcastAfterMs: 1 } })).toEqual({ do: 'hold', reason: 'approval', note: 'above 999uatom' })
    expect(waiting(aRefund(), { rules: { minimum: 0n, approvalAbove: null, exchangeAddresses: new Set(['cosmos1payer']), feeLimit: 5_000n, rebroadcastAfterMs: 1 } })).toEqual({ do: 'hold', reason: 'exchange', note: 'the address is a wallet of an exchange' })
    expect(waiting(aRefund(), { rules: { minimum: 1_001n, approvalAbove: null, feeLimit: 5_000n, rebroadcastAfterMs: 1 } })).toEqual({ do: 'hold', reason: 'minimum', note: 'below 1001uatom' })
    expect(waiting(aRefund({ networkFeeDeducted: true }), { estimate: known(1_000n) })).toEqual({ do: 'hold', reason: 'minimum', note: 'not more than its network fee of 1000uatom' })
    expect(waiting(aRefund(), { estimate: known(10n, 1_009n) })).toEqual({ do: 'wait', reason: 'the wallet has less than 1010uatom', alert: true })
    expect(waiting(aRefund({ nextTryAt: at(1_001) }))).toEqual({ do: 'wait', reason: 'was refused, tried again later', alert: false })
    expect(waiting(aRefund(), { estimate: { state: 'refused', reason: 'no such address' } })).toMatchObject({ do: 'park', note: 'no such address' })
    expect(waiting(aRefund(), { estimate: { state: 'unavailable', reason: 'node', alert: false } })).toEqual({ do: 'wait', reason: 'node', alert: false })
    expect(waiting(aRefund(), { estimate: { state: 'unavailable', reason: 'insufficient fee', alert: true } })).toEqual({ do: 'wait', reason: 'insufficient fee', alert: true })
  })

  it('waits for approval of each one above the limit, with others or alone', () => {
    const rules = { minimum: 0n, approvalAbove: 999n, feeLimit: 5_000n, rebroadcastAfterMs: 1 }
    const small = aRefund({ coin: uatom(1n) })
    expect(waiting([small, aRefund()], { rules })).toMatchObject({ do: 'hold', reason: 'approval' })
    expect(waiting([aRefund({ coin: uatom(999n) }), small], { rules })).toEqual({ do: 'estimate' })
  })

  it('waits for gas of another denom alone where the wallet has none of it', () => {
    const foreign = aRefund({ coin: { denom: 'ibc/AA', amount: 50n } })
    expect(waiting(foreign, { estimate: { state: 'known', fee: uatom(10n), balances: [{ denom: 'ibc/AA', amount: 50n }] } })).toEqual({ do: 'wait', reason: 'the wallet has less than 10uatom', alert: true })
    const rules = { minimum: 9n, approvalAbove: null, feeLimit: 5_000n, rebroadcastAfterMs: 1 }
    expect(waiting(foreign, { rules, estimate: { state: 'known', fee: uatom(10n), balances: [uatom(10n), { denom: 'ibc/AA', amount: 50n }] } })).toMatchObject({ do: 'sign' })
  })
})

describe('a refund that is signed', () => {
  it('is sent at once and again after a pause, the same bytes', () => {
    expect(signed()).toEqual({ do: 'rebroadcast' })
    expect(signed(aPayout({ lastBroadcastAt: at(991) }))).toMatchObject({ do: 'wait' })
    expect(signed(aPayout({ lastBroadcastAt: at(990) }))).toEqual({ do: 'rebroadcast' })
  })

  it('is given up after its timeout height only when verified blocks are free of it', () => {
    expect(signed(aPayout(), { cursorHeight: 129n })).toEqual({ do: 'rebroadcast' })
    expect(signed(aPayout(), { cursorHeight: 130n })).toEqual({ do: 'verify_absence' })
    expect(signed(aPayout(), { cursorHeight: 130n, absence: 'unproven' })).toMatchObject({ do: 'wait' })
    expect(signed(aPayout(), { cursorHeight: 130n, absence: 'proven' })).toMatchObject({ do: 'sign_anew' })
  })

  it('is signed anew when its sequence is used up or it failed in a block, and parked when it fails twice', () => {
    expect(signed(aPayout(), { sequenceUsedBy: 'CD' })).toMatchObject({ do: 'sign_anew', reason: expect.stringContaining('CD') })
    expect(signed(aPayout(), { includedCode: 5 })).toMatchObject({ do: 'sign_anew' })
    expect(signed(aPayout(), { includedCode: 5 }, 1)).toMatchObject({ do: 'park' })
  })

  it('is kept after a block refused it without using its sequence, until no block can hold it any more', () => {
    const refused = { includedCode: 11, sequenceUsed: false }
    expect(signed(aPayout(), refused)).toEqual({ do: 'rebroadcast' })
    expect(signed(aPayout({ lastBroadcastAt: at(991) }), { ...refused, cursorHeight: 139n })).toMatchObject({ do: 'wait', reason: 'waits to be included' })
    expect(signed(aPayout(), { ...refused, cursorHeight: 140n })).toEqual({ do: 'verify_absence' })
    expect(signed(aPayout(), { ...refused, cursorHeight: 140n, absence: 'unproven' })).toMatchObject({ do: 'wait' })
    expect(signed(aPayout(), { ...refused, cursorHeight: 140n, absence: 'proven' })).toEqual({ do: 'sign_anew', reason: 'was refused with code 11 without using its sequence' })
    expect(signed(aPayout(), { ...refused, cursorHeight: 140n, absence: 'proven' }, 1)).toMatchObject({ do: 'park', note: 'was refused with code 11 without using its sequence' })
    expect(signed(aPayout(), { ...refused, sequenceUsedBy: 'CD' })).toEqual({ do: 'rebroadcast' })
    expect(signed(aPayout(), { ...refused, sequenceUsedBy: 'CD', sequenceUsed: true })).toMatchObject({ do: 'sign_anew' })
  })

  it('says why it waits or is given up', () => {
    expect(signed(aPayout({ lastBroadcastAt: at(991) }))).toEqual({ do: 'wait', reason: 'waits to be included', alert: false })
    expect(signed(aPayout(), { cursorHeight: 130n, absence: 'unproven' })).toEqual({ do: 'wait', reason: 'blocks up to 130 are not verified yet', alert: false })
    expect(signed(aPayout(), { cursorHeight: 130n, absence: 'unreadable' })).toEqual({ do: 'wait', reason: expect.stringContaining('no endpoint has all blocks from 101 to 130'), alert: true })
    expect(signed(aPayout(), { cursorHeight: 130n, absence: 'disproven' })).toEqual({ do: 'record' })
    expect(signed(aPayout(), { cursorHeight: 130n, absence: 'proven' })).toEqual({ do: 'sign_anew', reason: 'in no block up to its timeout height 130' })
    expect(signed(aPayout(), { includedCode: 5 })).toEqual({ do: 'sign_anew', reason: 'was included with code 5' })
    expect(signed(aPayout(), { includedCode: 5 }, 1)).toMatchObject({ do: 'park', note: 'was included with code 5' })
    expect(signed(aPayout(), { sequenceUsedBy: 'CD' })).toEqual({ do: 'sign_anew', reason: 'its sequence 7 was used by CD' })
  })

  it('is not given up for having succeeded in a block', () => {
    expect(signed(aPayout(), { includedCode: 0 })).toEqual({ do: 'rebroadcast' })
  })

  it('is never given up on anything else, whatever the world looks like', () => {
    fc.assert(fc.property(fc.record({
      cursorHeight: fc.bigInt(0n, 300n), absence: fc.constantFrom('unasked', 'proven', 'unproven', 'unreadable', 'disproven'), includedCode: fc.option(fc.integer({ min: 0, max: 40 })), sequenceUsed: fc.boolean(), sequenceUsedBy: fc.option(fc.constant('CD')),
      blocked: fc.option(fc.record({ reason: fc.string(), alert: fc.boolean() })),
    }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2_000 }), (over, failures, second) => {
      const step = signed(aPayout({ lastBroadcastAt: at(second) }), over, failures)
      const failed = over.includedCode !== null && over.includedCode !== 0
      const impossible = ((failed || over.sequenceUsedBy !== null) && over.sequenceUsed) || (over.cursorHeight >= (failed ? 140n : 130n) && over.absence === 'proven')
      expect(step.do === 'sign_anew' || step.do === 'park').toBe(impossible)
      expect(['sign', 'hold', 'estimate']).not.toContain(step.do)
    }))
  })

  it('is never replaced while a chain may have included it or still could, however far we have read', () => {
    const fate = fc.oneof(fc.constant({ kind: 'lost' as const }), fc.record({ kind: fc.constantFrom('paid' as const, 'failed' as const, 'overtaken' as const), height: fc.bigInt(101n, 130n) }))
    fc.assert(fc.property(fate, fc.bigInt(100n, 140n), fc.boolean(), fc.boolean(), fc.integer({ min: 0, max: 2 }), (chain, cursorHeight, asked, vouched, failures) => {
      const seen = chain.kind !== 'lost' && chain.height <= cursorHeight
      // What the scanner saw paid is settled and not in hand any more; a node may have hidden it, though.
      const step = signed(aPayout({ lastBroadcastAt: at(999) }), {
        cursorHeight, includedCode: seen && chain.kind === 'failed' ? 5 : null, sequenceUsedBy: seen && chain.kind === 'overtaken' ? 'CD' : null,
        absence: asked ? (vouched && chain.kind !== 'paid' ? 'proven' : 'unproven') : 'unasked',
      }, failures)
      if (step.do !== 'sign_anew' && step.do !== 'park') return
      expect(chain.kind).not.toBe('paid')
      expect(seen || cursorHeight >= 130n).toBe(true)
    }), { numRuns: 1_000 })
  })

  it('never sends more than is owed, and with the fee never more than the wallet has', () => {
    const amounts = fc.bigInt(1n, 2_000n)
    fc.assert(fc.property(fc.array(fc.record({ amount: amounts, networkFeeDeducted: fc.boolean() }), { minLength: 1, maxLength: 6 }), fc.bigInt(0n, 500n), fc.bigInt(0n, 8_000n), fc.bigInt(0n, 600n), (owed, fee, balance, minimum) => {
      const [first, ...rest] = owed.map(({ amount, networkFeeDeducted }) => aRefund({ coin: uatom(amount), networkFeeDeducted }))
      const step = waiting([first!, ...rest], { estimate: known(fee, balance), rules: { minimum, approvalAbove: null, feeLimit: 5_000n, rebroadcastAfterMs: 1 } })
      const total = owed.reduce((sum, { amount }) => sum + amount, 0n)
      if (step.do !== 'sign') return
      expect(step.sent.amount).toBeGreaterThan(0n)
      expect(step.sent.amount).toBe(owed.every(refund => refund.networkFeeDeducted) ? total - fee : total)
      expect(step.sent.amount + step.fee.amount).toBeLessThanOrEqual(balance)
    }))
  })
})
