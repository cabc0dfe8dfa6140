import { describe, expect, it } from 'vitest'
import { classifyPacket } from '../../../../../server/domain/packet/classify'
import { diagnose, type DiagnosisContext } from '../../../../../server/domain/packet/diagnose'
import { unansweredOf } from '../../../../../server/domain/packet/evidence'
import type { PacketFacts, RouteFacts } from '../../../../../server/domain/packet/facts'
import { aSendLeg, aSentPacket, known, minutesBefore, nanoseconds, packetNow, somePacketFacts, someRouteFacts, unanswered } from '../../../../builders/packet-facts'

function diagnosed(changes: Partial<PacketFacts> = {}, route: Partial<RouteFacts> = {}, context: Partial<DiagnosisContext> = {}) {
  const facts = somePacketFacts(changes)
  return diagnose(facts, classifyPacket(facts, packetNow, 600_000), {
    now: packetNow, route: someRouteFacts(route), haltedAfterMs: 600_000,
    chainName: chainId => chainId === 'ibc-a' ? 'Chain A' : 'Chain B', coinText: coin => `${coin.amount} of ${coin.denom}`, ...context,
  })
}

describe('diagnosis of a packet', () => {
  it('says in one sentence what waits, for how long and where', () => {
    expect(diagnosed()).toMatchObject({
      code: 'undelivered', payingHelps: 'yes',
      sentence: '1500000 of uatom from cosmos1zuvk…nxtl to osmo12ecy…8wqj waits for 3 h to be delivered to Chain B: no relayer has carried it.',
    })
  })

  const acknowledged = (acknowledgement: 'success' | 'other_success' | 'error' | 'none' | 'unreadable') => ({ received: known(true), acknowledgement: known(acknowledgement) })
  const timedOut = { sent: known(aSentPacket({ timeoutTimestampNs: nanoseconds(minutesBefore(1)) })) }
  const soon = { sent: known(aSentPacket({ timeoutTimestampNs: nanoseconds(minutesBefore(-1)) })) }
  const gone = { commitment: known(false) }

  it.each<[string, Partial<PacketFacts>, Partial<RouteFacts>, string, string]>([
    ['young', { legs: [aSendLeg(3)] }, {}, 'in_flight', 'not_needed'],
    ['delivered, acknowledgement missing', acknowledged('success'), {}, 'delivered_ack_missing', 'not_needed'],
    ['delivered by middleware', acknowledged('other_success'), {}, 'delivered_ack_missing', 'not_needed'],
    ['refused by the destination', acknowledged('error'), {}, 'error_ack_pending', 'yes'],
    ['being forwarded', acknowledged('none'), {}, 'async_ack_pending', 'no'],
    ['acknowledged with unreadable bytes', acknowledged('unreadable'), {}, 'cannot_tell', 'unknown'],
    ['timed out', timedOut, {}, 'timed_out', 'yes'],
    ['about to time out', soon, {}, 'timing_out_soon', 'no'],
    ['behind an expired client on the destination', {}, { destinationClientStatus: known('Expired') }, 'client_expired', 'no'],
    ['behind a frozen client on the source', {}, { sourceClientStatus: known('Frozen') }, 'client_frozen', 'no'],
    ['timed out behind an expired client on the source', timedOut, { sourceClientStatus: known('Expired') }, 'client_expired', 'no'],
    ['timed out, whatever the client on the destination', timedOut, { destinationClientStatus: known('Expired') }, 'timed_out', 'yes'],
    ['on a closed channel', {}, { destinationChannelState: known('closed') }, 'channel_closed', 'no'],
    ['to a chain that stopped', { destinationTip: known({ height: 9n, time: minutesBefore(11) }) }, {}, 'destination_halted', 'no'],
    ['with a memo too long', { sent: known(aSentPacket({ transfer: { sender: 'a', receiver: 'b', coin: { denom: 'uatom', amount: 1n }, memo: 'é'.repeat(16_385) } })) }, {}, 'receiver_or_memo_too_long', 'no'],
    ['with a destination that does not answer', { received: unanswered }, {}, 'destination_unreachable', 'unknown'],
    ['with a source that does not answer', { commitment: unanswered }, {}, 'source_unreachable', 'unknown'],
    ['to a chain not served', { destination: null, received: unanswered }, {}, 'route_not_served', 'no'],
    ['whose sending tx no node has', { sent: known(null) }, {}, 'packet_data_pruned', 'no'],
    ['whose sending tx could not be asked', { sent: unanswered }, {}, 'cannot_tell', 'unknown'],
    ['never sent', { ...gone, nextSequenceSend: known(5n) }, {}, 'not_found', 'no'],
    ['finished', { ...gone, finishedBy: known('acknowledged_success') }, {}, 'completed', 'not_needed'],
    ['finished, nobody knows how', gone, {}, 'completed', 'not_needed'],
  ])('%s: the code and whether paying helps', (_, facts, route, code, payingHelps) => {
    expect(diagnosed(facts, route)).toMatchObject({ code, payingHelps })
  })

  it('names the packet that blocks an ordered channel', () => {
    const diagnosis = diagnosed({}, { ordering: 'ordered' }, { blockedBySequence: 3n })
    expect(diagnosis).toMatchObject({ code: 'ordered_channel_blocked', payingHelps: 'no' })
    expect(diagnosis.sentence).toContain('packet 3')
  })

  it('says nothing about clients that were not read', () => {
    expect(diagnosed({}, { destinationClientStatus: unanswered, sourceClientStatus: unanswered }).code).toBe('undelivered')
  })

  it('rests on the answers with chain and height, and on nothing that was not answered', () => {
    const { evidence } = diagnosed({ received: known(true, 77n), acknowledgement: known('success', 78n) })
    expect(evidence).toContainEqual({ query: 'packet receipt', chainId: 'ibc-b', height: 77n, endpointCount: 1, answer: 'received' })
    expect(evidence).toContainEqual({ query: 'packet acknowledgement', chainId: 'ibc-b', height: 78n, endpointCount: 1, answer: 'stored: success' })
    expect(diagnosed({ received: unanswered }).evidence.map(row => row.query)).not.toContain('packet receipt')
  })

  it('lists what could not be asked', () => {
    expect(unansweredOf(somePacketFacts({ received: unanswered }))).toEqual(['packet receipt: nobody answered'])
    expect(unansweredOf(somePacketFacts())).toEqual([])
  })
})
