import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeOutgoing, type KnownAboutOutgoing } from '../../../../../server/domain/refund/judge-outgoing'
import { aPayout, anOutgoingTx, aRefund } from '../../../../builders/refunds'

const nothing: KnownAboutOutgoing = { signed: null, named: null, alike: null, ownAddresses: new Set(['cosmos1owner']) }
const uatom = (amount: bigint) => ({ denom: 'uatom', amount })
const toOwner = { toAddress: 'cosmos1owner', coins: [uatom(5n)] }

describe('what left the wallet', () => {
  it('is the refund whose hash we signed', () => {
    const refund = aRefund({ state: 'broadcast', txHash: 'AB'.repeat(32) })
    const signed = { payout: aPayout(), refunds: [refund] }
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, signed })).toEqual({ kind: 'refund', refunds: [refund], sent: uatom(1_000n) })
    expect(judgeOutgoing(anOutgoingTx({ sends: [toOwner] }), { ...nothing, signed })).toMatchObject({ kind: 'stranger' })
  })

  it('is relaying when a relayer paid its fee and moved nothing else, failed or not', () => {
    const relayed = anOutgoingTx({ role: 'relayer', sends: [] })
    const toItself = { toAddress: relayed.address, coins: [uatom(5n)] }
    for (const tx of [relayed, { ...relayed, code: 11 }, { ...relayed, sends: [toItself] }]) expect(judgeOutgoing(tx, nothing)).toEqual({ kind: 'relay' })
    expect(judgeOutgoing({ ...relayed, role: 'service' }, nothing)).toMatchObject({ kind: 'stranger' })
  })

  it('is judged as any wallet\'s when a relayer moved more than its fee', () => {
    const relayer = anOutgoingTx({ role: 'relayer' })
    expect(judgeOutgoing(relayer, nothing)).toMatchObject({ kind: 'stranger' })
    expect(judgeOutgoing({ ...relayer, sends: [], unnamed: [uatom(1n)] }, nothing)).toMatchObject({ kind: 'stranger' })
    expect(judgeOutgoing({ ...relayer, sends: [toOwner] }, nothing)).toEqual({ kind: 'operator' })
    const refund = aRefund()
    expect(judgeOutgoing(relayer, { ...nothing, named: [refund] })).toMatchObject({ kind: 'refund', refunds: [refund] })
  })

  it('alarms when a hash that was given up is in a block after all, and its refund went elsewhere', () => {
    for (const refund of [aRefund({ state: 'confirmed', txHash: 'CD' }), aRefund({ state: 'signed', txHash: 'CD' })]) {
      expect(judgeOutgoing(anOutgoingTx(), { ...nothing, signed: { payout: aPayout({ state: 'void' }), refunds: [refund] } })).toMatchObject({ kind: 'stranger', note: expect.stringContaining('given up') })
    }
  })

  it('is a refund that its memo names, for exactly what is owed or less the gas that the payer bears', () => {
    const refund = aRefund()
    const payers = aRefund({ networkFeeDeducted: true, coin: uatom(1_010n) })
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, named: [refund] })).toMatchObject({ kind: 'refund' })
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, named: [payers] })).toMatchObject({ kind: 'refund', sent: uatom(1_000n) })
    for (const wrong of [aRefund({ coin: uatom(1_010n) }), aRefund({ networkFeeDeducted: true, coin: uatom(1_009n) }), aRefund({ coin: uatom(999n) }), aRefund({ destination: 'cosmos1other' }), aRefund({ coin: { denom: 'uosmo', amount: 1_000n } }), aRefund({ state: 'confirmed', txHash: 'CD' })]) {
      expect(judgeOutgoing(anOutgoingTx(), { ...nothing, named: [wrong] })).toMatchObject({ kind: 'stranger' })
    }
  })

  it('sums the refunds that one memo names', () => {
    const named = [aRefund({ coin: uatom(400n) }), aRefund({ coin: uatom(600n) })]
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, named })).toMatchObject({ kind: 'refund', refunds: named })
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, named: [named[0]!] })).toMatchObject({ kind: 'stranger' })
  })

  it('is a withdrawal when all of it went to operators', () => {
    expect(judgeOutgoing(anOutgoingTx({ sends: [toOwner, toOwner] }), nothing)).toEqual({ kind: 'operator' })
    expect(judgeOutgoing(anOutgoingTx({ sends: [toOwner, { toAddress: 'cosmos1thief', coins: [uatom(1n)] }] }), nothing)).toMatchObject({ kind: 'stranger' })
    expect(judgeOutgoing(anOutgoingTx({ sends: [toOwner], unnamed: [uatom(1n)] }), nothing)).toMatchObject({ kind: 'stranger' })
  })

  it('is the relayer\'s work when a relayer\'s tx cost its fee and moved nothing away', () => {
    const relayer = { role: 'relayer' as const, address: 'osmo1relayer' }
    const toItself = { toAddress: 'osmo1relayer', coins: [uatom(5n)] }
    for (const over of [{ sends: [] }, { sends: [toItself] }, { code: 11, sends: [] }, { code: 11, sends: [toOwner], unnamed: [uatom(1n)] }]) expect(judgeOutgoing(anOutgoingTx({ ...relayer, ...over }), nothing)).toEqual({ kind: 'relay' })
    expect(judgeOutgoing(anOutgoingTx({ ...relayer, sends: [toOwner] }), nothing)).toEqual({ kind: 'operator' })
    for (const over of [{ sends: [toItself, { toAddress: 'cosmos1thief', coins: [uatom(1n)] }] }, { sends: [], unnamed: [uatom(1n)] }]) expect(judgeOutgoing(anOutgoingTx({ ...relayer, ...over }), nothing)).toMatchObject({ kind: 'stranger' })
    expect(judgeOutgoing(anOutgoingTx({ sends: [] }), nothing)).toMatchObject({ kind: 'stranger' })
  })

  it('is a refund sent by hand when it fits one exactly', () => {
    const alike = aRefund()
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, alike })).toMatchObject({ kind: 'refund', refunds: [alike] })
  })

  it('is a failure of ours when it failed and we signed or named it, and a stranger otherwise', () => {
    const failed = anOutgoingTx({ code: 5, sends: [] })
    expect(judgeOutgoing(failed, { ...nothing, signed: { payout: aPayout(), refunds: [] } })).toEqual({ kind: 'failed_refund' })
    expect(judgeOutgoing(failed, { ...nothing, named: [aRefund()] })).toEqual({ kind: 'failed_refund' })
    expect(judgeOutgoing(failed, nothing)).toMatchObject({ kind: 'stranger' })
    expect(judgeOutgoing({ ...failed, sequence: null }, { ...nothing, named: [aRefund()] })).toMatchObject({ kind: 'stranger' })
  })

  it('is a stranger when nothing fits, or it left without a send', () => {
    expect(judgeOutgoing(anOutgoingTx(), nothing)).toMatchObject({ kind: 'stranger' })
    expect(judgeOutgoing(anOutgoingTx({ sends: [], unnamed: [uatom(5n)] }), nothing)).toMatchObject({ kind: 'stranger' })
  })

  it('is not the signed refund unless it moved exactly that: one send, one coin, nothing beside it', () => {
    const signed = { payout: aPayout(), refunds: [aRefund({ state: 'broadcast', txHash: 'AB'.repeat(32) })] }
    const send = { toAddress: 'cosmos1payer', coins: [uatom(1_000n)] }
    for (const moved of [
      { sends: [] }, { sends: [{ toAddress: 'cosmos1payer', coins: [] }] }, { sends: [send, send] }, { sends: [send, { toAddress: 'cosmos1payer', coins: [] }] },
      { sends: [{ ...send, coins: [uatom(1_000n), { denom: 'uosmo', amount: 1n }] }] }, { sends: [send], unnamed: [uatom(1n)] },
      { sends: [{ ...send, toAddress: 'cosmos1other' }] }, { sends: [{ ...send, coins: [uatom(999n)] }] }, { sends: [{ ...send, coins: [{ denom: 'uosmo', amount: 1_000n }] }] },
    ]) {
      expect(judgeOutgoing(anOutgoingTx(moved), { ...nothing, signed })).toEqual({ kind: 'stranger', note: 'has the hash of a refund, but moves something else' })
    }
  })

  it('still is the signed refund when its bytes were given up and nothing else was sent for it', () => {
    const refunds = [aRefund({ state: 'planned', txHash: null }), aRefund({ state: 'held', txHash: null })]
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, signed: { payout: aPayout({ state: 'void' }), refunds } })).toMatchObject({ kind: 'refund', refunds })
    const confirmed = aRefund({ state: 'confirmed', txHash: 'AB'.repeat(32) })
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, signed: { payout: aPayout(), refunds: [confirmed] } })).toMatchObject({ kind: 'stranger', note: expect.stringContaining(confirmed.id) })
  })

  it('takes the payer\'s share of gas off only where every refund is the payer\'s, in the denom that is sent', () => {
    const payers = aRefund({ networkFeeDeducted: true, coin: uatom(600n) })
    const named = (...refunds: ReturnType<typeof aRefund>[]) => judgeOutgoing(anOutgoingTx(), { ...nothing, named: refunds })
    expect(named(payers, aRefund({ networkFeeDeducted: true, coin: uatom(410n) }))).toMatchObject({ kind: 'refund' })
    expect(named(payers, aRefund({ coin: uatom(410n) }))).toMatchObject({ kind: 'stranger' })
    const feeElsewhere = anOutgoingTx({ fee: [{ denom: 'uosmo', amount: 10n }] })
    expect(judgeOutgoing(feeElsewhere, { ...nothing, named: [aRefund({ networkFeeDeducted: true, coin: uatom(1_010n) })] })).toMatchObject({ kind: 'stranger' })
    expect(judgeOutgoing(feeElsewhere, { ...nothing, named: [aRefund({ networkFeeDeducted: true })] })).toMatchObject({ kind: 'refund' })
    const bothFees = anOutgoingTx({ fee: [{ denom: 'uosmo', amount: 3n }, uatom(10n)] })
    expect(judgeOutgoing(bothFees, { ...nothing, named: [aRefund({ networkFeeDeducted: true, coin: uatom(1_010n) })] })).toMatchObject({ kind: 'refund' })
    expect(judgeOutgoing(anOutgoingTx({ fee: [] }), { ...nothing, named: [aRefund({ networkFeeDeducted: true })] })).toMatchObject({ kind: 'refund' })
  })

  it('pays none of the refunds that a memo names when one of them is another\'s or was paid', () => {
    const mine = aRefund({ coin: uatom(400n) })
    for (const other of [aRefund({ coin: uatom(600n), destination: 'cosmos1other' }), aRefund({ coin: uatom(600n), state: 'confirmed', txHash: 'CD' })]) {
      expect(judgeOutgoing(anOutgoingTx(), { ...nothing, named: [mine, other] })).toMatchObject({ kind: 'stranger' })
    }
  })

  it('says in words what does not fit', () => {
    const note = (known: Partial<KnownAboutOutgoing>, over: Parameters<typeof anOutgoingTx>[0] = {}) => {
      const verdict = judgeOutgoing(anOutgoingTx(over), { ...nothing, ...known })
      return verdict.kind === 'stranger' ? verdict.note : undefined
    }
    const paid = aRefund({ state: 'confirmed', txHash: 'CD' })
    expect(note({ named: [paid] })).toBe(`pays refund ${paid.id} again; CD had paid it`)
    const other = aRefund({ destination: 'cosmos1other' })
    expect(note({ named: [other] })).toBe(`names refund ${other.id}, but pays another address or denom`)
    const more = aRefund({ coin: uatom(1_001n) })
    expect(note({ named: [more] })).toBe(`names refund ${more.id} of 1001uatom, but pays 1000uatom`)
    expect(note({}, { code: 5 })).toBe('a failed transaction that we did not sign')
    expect(note({})).toBe('left the wallet, but is neither a refund nor a withdrawal to one of OPERATOR_ADDRESSES')
  })

  it('without any send is no withdrawal, and an empty list of names names nothing', () => {
    expect(judgeOutgoing(anOutgoingTx({ sends: [] }), nothing)).toMatchObject({ kind: 'stranger' })
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, named: [] })).toMatchObject({ kind: 'stranger', note: expect.stringContaining('OPERATOR_ADDRESSES') })
  })

  it('whatever it moved: settles a refund only for what is owed, to its payer, and none that was paid', () => {
    const coin = fc.record({ denom: fc.constantFrom('uatom', 'uosmo'), amount: fc.constantFrom(990n, 1_000n, 1_010n, 2_000n) })
    const tx = fc.record({
      sends: fc.array(fc.record({ toAddress: fc.constantFrom('cosmos1payer', 'cosmos1other', 'cosmos1owner'), coins: fc.array(coin, { maxLength: 2 }) }), { maxLength: 2 }),
      unnamed: fc.array(coin, { maxLength: 1 }), code: fc.constantFrom(0, 0, 5), fee: fc.array(coin.map(({ denom }) => ({ denom, amount: 10n })), { maxLength: 1 }),
    })
    const refund = fc.record({
      coin, destination: fc.constantFrom('cosmos1payer', 'cosmos1other', null), networkFeeDeducted: fc.boolean(), state: fc.constantFrom('planned', 'held', 'broadcast', 'confirmed'), txHash: fc.constantFrom(null, 'CD', 'AB'.repeat(32)),
    }).map(over => aRefund(over))
    const known = fc.record({
      signed: fc.option(fc.record({ payout: coin.map(own => aPayout({ coin: own })), refunds: fc.array(refund, { minLength: 1, maxLength: 2 }) })),
      named: fc.option(fc.array(refund, { maxLength: 3 })),
    })
    fc.assert(fc.property(tx, known, (moved, facts) => {
      const verdict = judgeOutgoing(anOutgoingTx(moved), { ...nothing, ...facts })
      if (verdict.kind === 'failed_refund') expect(moved.code).not.toBe(0)
      if (verdict.kind === 'operator') expect(moved.sends.every(send => send.toAddress === 'cosmos1owner') && moved.unnamed.length === 0).toBe(true)
      if (verdict.kind !== 'refund') return
      expect([moved.code, moved.sends.length, moved.sends[0]!.coins, moved.unnamed]).toEqual([0, 1, [verdict.sent], []])
      expect(verdict.refunds.some(own => own.state === 'confirmed')).toBe(false)
      if (facts.signed) {
        expect(verdict.sent).toEqual(facts.signed.payout.coin)
      }
      else {
        const owed = verdict.refunds.reduce((sum, own) => sum + own.coin.amount, 0n)
        expect(verdict.refunds.every(own => own.destination === moved.sends[0]!.toAddress && own.coin.denom === verdict.sent.denom)).toBe(true)
        expect(owed - verdict.sent.amount === 0n || owed - verdict.sent.amount === 10n).toBe(true)
      }
    }), { numRuns: 2_000 })
  })
})
