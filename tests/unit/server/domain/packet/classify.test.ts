import { describe, expect, it } from 'vitest'
import { classifyPacket, neverSent } from '../../../../../server/domain/packet/classify'
import type { PacketFacts } from '../../../../../server/domain/packet/facts'
import { aSendLeg, aSentPacket, known, minutesBefore, nanoseconds, packetNow, somePacketFacts, unanswered } from '../../../../builders/packet-facts'

const thresholdMs = 10 * 60_000
const classify = (changes: Partial<PacketFacts>) => classifyPacket(somePacketFacts(changes), packetNow, thresholdMs)

describe('a packet whose commitment stands', () => {
  it('is stuck undelivered once it is older than the threshold', () => {
    expect(classify({})).toEqual({ state: 'stuck_undelivered', outcome: null, need: 'deliver' })
  })

  it('is in flight while it is younger', () => {
    expect(classify({ legs: [aSendLeg(9)] })).toEqual({ state: 'in_flight', outcome: null, need: 'deliver' })
  })

  it('has timed out when the time of the destination says so, whatever our clock says', () => {
    const sent = known(aSentPacket({ timeoutTimestampNs: nanoseconds(minutesBefore(1)) }))
    expect(classify({ sent })).toEqual({ state: 'timed_out', outcome: null, need: 'timeout' })
    expect(classify({ sent, destinationTip: known({ height: 100n, time: minutesBefore(2) }) }).state).toBe('stuck_undelivered')
  })

  it('has timed out in the very block that reaches the timeout', () => {
    const sent = known(aSentPacket({ timeoutTimestampNs: nanoseconds(packetNow) }))
    expect(classify({ sent }).state).toBe('timed_out')
    expect(classify({ sent: known(aSentPacket({ timeoutTimestampNs: nanoseconds(packetNow) + 1_000_000n })) }).state).toBe('stuck_undelivered')
  })

  it('has timed out by height only in the same revision or an earlier one', () => {
    const withHeight = (revisionNumber: bigint, revisionHeight: bigint, chainId = 'osmosis-2') => classify({
      destination: { chainId, portId: 'transfer', channelId: 'channel-7' },
      sent: known(aSentPacket({ timeoutTimestampNs: null, timeoutHeight: { revisionNumber, revisionHeight } })),
    }).state
    expect(withHeight(2n, 100n)).toBe('timed_out')
    expect(withHeight(2n, 101n)).toBe('stuck_undelivered')
    expect(withHeight(1n, 1_000n)).toBe('timed_out')
    expect(withHeight(3n, 1n)).toBe('stuck_undelivered')
    expect(withHeight(0n, 100n, 'ibc-b')).toBe('timed_out')
  })

  it('is delivered with the acknowledgement missing', () => {
    expect(classify({ received: known(true), acknowledgement: known('success') })).toEqual({ state: 'stuck_unacknowledged', outcome: null, need: 'acknowledge' })
    expect(classify({ received: known(true), acknowledgement: known('other_success') }).state).toBe('stuck_unacknowledged')
  })

  it('waits for an error acknowledgement', () => {
    expect(classify({ received: known(true), acknowledgement: known('error') })).toEqual({ state: 'stuck_error_acknowledged', outcome: null, need: 'acknowledge' })
  })

  it('needs nothing while its acknowledgement is not written', () => {
    expect(classify({ received: known(true), acknowledgement: known('none') })).toEqual({ state: 'in_flight', outcome: null, need: 'nothing' })
  })

  it.each<[string, Partial<PacketFacts>]>([
    ['the source does not answer', { commitment: unanswered }],
    ['the destination does not answer', { received: unanswered }],
    ['the sending tx is not known', { sent: unanswered }],
    ['no node has the sending tx', { sent: known(null) }],
    ['the time of the destination is not known', { destinationTip: unanswered }],
    ['the acknowledgement cannot be asked', { received: known(true), acknowledgement: unanswered }],
    ['the acknowledgement cannot be read', { received: known(true), acknowledgement: known('unreadable') }],
  ])('is unknown when %s', (_, changes) => {
    expect(classify(changes)).toEqual({ state: 'unknown', outcome: null, need: 'unknown' })
  })
})

describe('a packet without a commitment', () => {
  const gone = { commitment: known(false) }

  it.each([['acknowledged_success', 'delivered'], ['acknowledged_error', 'returned_by_error'], ['timed_out', 'returned_by_timeout']] as const)('that was %s ended as %s', (finishedBy, outcome) => {
    expect(classify({ ...gone, finishedBy: known(finishedBy) })).toEqual({ state: 'completed', outcome, need: 'nothing' })
  })

  it('is completed without an outcome when nobody says how', () => {
    expect(classify(gone)).toEqual({ state: 'completed', outcome: null, need: 'nothing' })
  })

  it('was never sent when its sequence is not reached yet', () => {
    const facts = somePacketFacts({ ...gone, nextSequenceSend: known(5n) })
    expect(neverSent(facts)).toBe(true)
    expect(classifyPacket(facts, packetNow, thresholdMs)).toEqual({ state: 'unknown', outcome: null, need: 'nothing' })
  })

  it('is unknown when nothing shows that it ever existed', () => {
    expect(classify({ ...gone, nextSequenceSend: unanswered, legs: [] }).state).toBe('unknown')
    expect(classify({ ...gone, nextSequenceSend: unanswered }).state).toBe('completed')
  })
})
