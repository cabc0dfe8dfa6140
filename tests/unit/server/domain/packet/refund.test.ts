import { describe, expect, it } from 'vitest'
import { classifyPacket } from '../../../../../server/domain/packet/classify'
import type { PacketFacts, PacketLeg } from '../../../../../server/domain/packet/facts'
import { refundOf } from '../../../../../server/domain/packet/refund'
import { aSendLeg, aSentPacket, known, minutesBefore, nanoseconds, packetNow, somePacketFacts } from '../../../../builders/packet-facts'

function refund(changes: Partial<PacketFacts> = {}) {
  const facts = somePacketFacts(changes)
  return refundOf(facts, classifyPacket(facts, packetNow, 600_000))
}

const { sender } = aSentPacket().transfer!
const voucher = { transfer: { ...aSentPacket().transfer!, coin: { denom: 'transfer/channel-0/uosmo', amount: 7n }, localDenom: 'ibc/ABC' } }
const late = known(aSentPacket({ ...voucher, timeoutTimestampNs: nanoseconds(minutesBefore(1)) }))
const aLeg = (leg: 'timeout' | 'acknowledge', changes: Partial<PacketLeg> = {}): PacketLeg => ({ ...aSendLeg(), leg, txHash: 'CD'.repeat(32), credits: [{ address: sender, coin: { denom: 'ibc/ABC', amount: 7n } }], ...changes })
const ended = (finishedBy: 'timed_out' | 'acknowledged_error' | 'acknowledged_success', ...legs: PacketLeg[]): Partial<PacketFacts> => ({ commitment: known(false), sent: late, finishedBy: known(finishedBy), legs })

describe('refund of a packet', () => {
  it('of a timed-out one is predicted: what left, to its sender, in the denom of the source chain', () => {
    expect(refund({ sent: late })).toEqual({ chainId: 'ibc-a', address: sender, coin: { denom: 'ibc/ABC', amount: 7n }, cause: 'timeout', state: 'predicted', txHash: null })
  })

  it('of a refused one is predicted, stuck or on its way', () => {
    const refused = { received: known(true), acknowledgement: known('error' as const) }
    expect(refund(refused)).toMatchObject({ cause: 'error_acknowledgement', coin: { denom: 'uatom' }, state: 'predicted' })
    expect(refund({ ...refused, legs: [aSendLeg(1)] })).toMatchObject({ state: 'predicted' })
  })

  it('is not promised where nothing comes back, or the packet is not known', () => {
    expect(refund()).toBeNull()
    expect(refund({ received: known(true), acknowledgement: known('success') })).toBeNull()
    expect(refund({ received: known(true), acknowledgement: known('none') })).toBeNull()
    expect(refund(ended('acknowledged_success'))).toBeNull()
    expect(refund({ sent: known(aSentPacket({ transfer: null, timeoutTimestampNs: 1n })) })).toBeNull()
  })

  it('is paid once the transaction credited exactly it', () => {
    expect(refund(ended('timed_out', aLeg('timeout')))).toMatchObject({ state: 'paid', cause: 'timeout', txHash: 'CD'.repeat(32) })
    expect(refund(ended('acknowledged_error', aLeg('acknowledge')))).toMatchObject({ state: 'paid', cause: 'error_acknowledgement' })
  })

  it.each([
    ['another address', { address: 'cosmos1other', coin: { denom: 'ibc/ABC', amount: 7n } }],
    ['another amount', { address: sender, coin: { denom: 'ibc/ABC', amount: 6n } }],
    ['another denom', { address: sender, coin: { denom: 'uatom', amount: 7n } }],
  ])('differs when the transaction credited %s', (_, credited) => {
    expect(refund(ended('timed_out', aLeg('timeout', { credits: [credited] })))).toMatchObject({ state: 'differs' })
  })

  it('is not confirmed by a transaction that was not found or not read, nor by one that did something else', () => {
    expect(refund(ended('timed_out'))).toMatchObject({ state: 'unconfirmed', txHash: null })
    expect(refund(ended('timed_out', aLeg('timeout', { credits: undefined })))).toMatchObject({ state: 'unconfirmed' })
    expect(refund(ended('timed_out', aLeg('acknowledge')))).toMatchObject({ state: 'unconfirmed' })
  })
})
