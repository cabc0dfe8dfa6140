import { describe, expect, it } from 'vitest'
import { judgeOutgoing, type KnownAboutOutgoing } from '../../../../../server/domain/refund/judge-outgoing'
import { aPayout, anOutgoingTx, aRefund } from '../../../../builders/refunds'

const nothing: KnownAboutOutgoing = { signed: null, named: null, alike: null, operatorAddresses: new Set(['cosmos1owner']) }
const uatom = (amount: bigint) => ({ denom: 'uatom', amount })
const toOwner = { toAddress: 'cosmos1owner', coins: [uatom(5n)] }

describe('what left the wallet', () => {
  it('is the refund whose hash we signed', () => {
    const refund = aRefund({ state: 'broadcast', txHash: 'AB'.repeat(32) })
    const signed = { payout: aPayout(), refunds: [refund] }
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, signed })).toEqual({ kind: 'refund', refunds: [refund], sent: uatom(1_000n) })
    expect(judgeOutgoing(anOutgoingTx({ sends: [toOwner] }), { ...nothing, signed })).toMatchObject({ kind: 'stranger' })
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

  it('is a refund sent by hand when it fits one exactly', () => {
    const alike = aRefund()
    expect(judgeOutgoing(anOutgoingTx(), { ...nothing, alike })).toMatchObject({ kind: 'refund', refunds: [alike] })
  })

  it('is a failure of ours when it failed and we signed or named it, and a stranger otherwise', () => {
    const failed = anOutgoingTx({ code: 5, sends: [] })
    expect(judgeOutgoing(failed, { ...nothing, signed: { payout: aPayout(), refunds: [] } })).toEqual({ kind: 'failed_refund' })
    expect(judgeOutgoing(failed, { ...nothing, named: [aRefund()] })).toEqual({ kind: 'failed_refund' })
    expect(judgeOutgoing(failed, nothing)).toMatchObject({ kind: 'stranger' })
  })

  it('is a stranger when nothing fits, or it left without a send', () => {
    expect(judgeOutgoing(anOutgoingTx(), nothing)).toMatchObject({ kind: 'stranger' })
    expect(judgeOutgoing(anOutgoingTx({ sends: [], unnamed: [uatom(5n)] }), nothing)).toMatchObject({ kind: 'stranger' })
  })
})
