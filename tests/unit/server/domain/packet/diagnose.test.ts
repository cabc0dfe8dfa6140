import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classifyPacket } from '../../../../../server/domain/packet/classify'
import { diagnose, type Blocker, type DiagnosisContext, type NextHop, type OrderAnswer } from '../../../../../server/domain/packet/diagnose'
import { unansweredOf } from '../../../../../server/domain/packet/evidence'
import type { AcknowledgementReading, Answer, PacketFacts, RouteFacts } from '../../../../../server/domain/packet/facts'
import { judgeClearable } from '../../../../../server/domain/pricing/clearable'
import { aSendLeg, aSentPacket, known, minutesBefore, nanoseconds, packetNow, someClientTrust, somePacketFacts, someRouteFacts, unanswered } from '../../../../builders/packet-facts'

const terms = { served: true, maxMemoBytes: 32_768, maxReceiverBytes: 2_048 }

function diagnosed(changes: Partial<PacketFacts> = {}, route: Partial<RouteFacts> = {}, context: Partial<DiagnosisContext> = {}) {
  const facts = somePacketFacts(changes)
  return diagnose(facts, classifyPacket(facts, packetNow, 600_000), { now: packetNow, route: someRouteFacts(route), haltedAfterMs: 600_000, terms, ...context })
}

const acknowledged = (acknowledgement: AcknowledgementReading) => ({ received: known(true), acknowledgement: known(acknowledgement) })
const timedOut = { sent: known(aSentPacket({ timeoutTimestampNs: nanoseconds(minutesBefore(1)) })) }
const soon = { sent: known(aSentPacket({ timeoutTimestampNs: nanoseconds(minutesBefore(-1)) })) }
const soonByHeight = { sent: known(aSentPacket({ timeoutTimestampNs: null, timeoutHeight: { revisionNumber: 0n, revisionHeight: 112n } })) }
const laterRevision = { sent: known(aSentPacket({ timeoutTimestampNs: null, timeoutHeight: { revisionNumber: 1n, revisionHeight: 5n } })) }
const withTransfer = (memo: string, receiver = 'b') => ({ sent: known(aSentPacket({ transfer: { sender: 'a', receiver, coin: { denom: 'uatom', amount: 1n }, localDenom: 'uatom', memo } })) })
const forwarding = withTransfer('{"forward":{"receiver":"juno1x","port":"transfer","channel":"channel-9"}}')
const gone = { commitment: known(false) }
const stopped = { height: 9n, time: minutesBefore(11) }
const overdue = known(someClientTrust({ newestHeaderTime: minutesBefore(60), trustingPeriodSeconds: 1_800n }))

describe('diagnosis of a packet', () => {
  it.each<[string, Partial<PacketFacts>, Partial<RouteFacts>, string, string, string]>([
    ['stuck', {}, {}, 'undelivered', 'undelivered', 'yes'],
    ['young', { legs: [aSendLeg(3)] }, {}, 'in_flight', 'in_flight', 'not_needed'],
    ['delivered, acknowledgement missing', acknowledged('success'), {}, 'delivered_ack_missing', 'delivered_ack_missing', 'not_needed'],
    ['delivered by middleware', acknowledged('other_success'), {}, 'delivered_ack_missing', 'delivered_ack_missing', 'not_needed'],
    ['refused by the destination', acknowledged('error'), {}, 'error_ack_pending', 'error_ack_pending', 'yes'],
    ['refused a moment ago', { ...acknowledged('error'), legs: [aSendLeg(3)] }, {}, 'in_flight', 'in_flight_returning', 'not_needed'],
    ['refused, by a chain that stopped', { ...acknowledged('error'), destinationTip: known(stopped) }, {}, 'destination_halted', 'destination_halted', 'no'],
    ['received and unanswered', acknowledged('none'), {}, 'async_ack_pending', 'async_ack_pending', 'no'],
    ['received, and to be forwarded', { ...acknowledged('none'), ...forwarding }, {}, 'async_ack_pending', 'forwarding', 'no'],
    ['acknowledged with unreadable bytes', acknowledged('unreadable'), {}, 'cannot_tell', 'cannot_tell_acknowledged', 'unknown'],
    ['timed out', timedOut, {}, 'timed_out', 'timed_out', 'yes'],
    ['timed out, the destination having stopped', { ...timedOut, destinationTip: known(stopped), sent: known(aSentPacket({ timeoutTimestampNs: nanoseconds(minutesBefore(12)) })) }, {}, 'destination_halted', 'destination_halted', 'no'],
    ['about to time out', soon, {}, 'timing_out_soon', 'timing_out_soon', 'no'],
    ['about to time out by height', soonByHeight, {}, 'timing_out_soon', 'timing_out_soon_by_height', 'no'],
    ['timing out in a later revision of the chain', laterRevision, {}, 'undelivered', 'undelivered', 'yes'],
    ['behind an expired client on the destination', {}, { destinationClientStatus: known('Expired') }, 'client_expired', 'client_expired', 'no'],
    ['behind a client past its trusting period, whatever its status says', {}, { destinationClientTrust: overdue }, 'client_expired', 'client_expired', 'no'],
    ['behind a frozen client on the source', {}, { sourceClientStatus: known('Frozen') }, 'client_frozen', 'client_frozen', 'no'],
    ['behind a client with a frozen height', {}, { sourceClientTrust: known(someClientTrust({ frozen: true })) }, 'client_frozen', 'client_frozen', 'no'],
    ['behind a client the chain does not accept', {}, { destinationClientStatus: known('Unknown') }, 'client_not_active', 'client_not_active', 'no'],
    ['timed out behind an expired client on the source', timedOut, { sourceClientStatus: known('Expired') }, 'client_expired', 'client_expired', 'no'],
    ['timed out, whatever the client on the destination', timedOut, { destinationClientStatus: known('Expired') }, 'timed_out', 'timed_out', 'yes'],
    ['on a closed channel', {}, { destinationChannelState: known('closed') }, 'channel_closed', 'channel_closed', 'no'],
    ['on a channel in upgrade', {}, { sourceChannelState: known('not_open') }, 'channel_closed', 'channel_not_open', 'no'],
    ['to a chain that stopped', { destinationTip: known(stopped) }, {}, 'destination_halted', 'destination_halted', 'no'],
    ['from a chain that stopped', { sourceTip: known(stopped) }, {}, 'source_halted', 'source_halted', 'no'],
    ['with a memo too long', withTransfer('é'.repeat(16_385)), {}, 'receiver_or_memo_too_long', 'memo_too_long', 'no'],
    ['with a memo just short enough', withTransfer('é'.repeat(16_384)), {}, 'undelivered', 'undelivered', 'yes'],
    ['with a receiver too long', withTransfer('', 'r'.repeat(2_049)), {}, 'receiver_or_memo_too_long', 'receiver_too_long', 'no'],
    ['with a destination that does not answer', { received: unanswered }, {}, 'destination_unreachable', 'destination_unreachable', 'unknown'],
    ['with a destination whose clock does not answer', { destinationTip: unanswered }, {}, 'destination_unreachable', 'destination_unreachable', 'unknown'],
    ['with a source that does not answer', { commitment: unanswered }, {}, 'source_unreachable', 'source_unreachable', 'unknown'],
    ['to a chain not served', { destination: null, received: unanswered }, {}, 'route_not_served', 'route_not_served', 'no'],
    ['to a chain that could not be named', { destination: null, received: unanswered, destinationUnread: 'timeout' }, {}, 'cannot_tell', 'cannot_tell_counterparty', 'unknown'],
    ['whose sending tx no node has', { sent: known(null) }, {}, 'packet_data_pruned', 'packet_data_pruned', 'no'],
    ['whose sending tx could not be asked', { sent: unanswered }, {}, 'cannot_tell', 'cannot_tell_timeout', 'unknown'],
    ['never sent', { ...gone, nextSequenceSend: known(5n) }, {}, 'not_found', 'not_found', 'no'],
    ['finished', { ...gone, finishedBy: known('acknowledged_success') }, {}, 'completed', 'completed_delivered', 'not_needed'],
    ['finished by a timeout', { ...gone, finishedBy: known('timed_out') }, {}, 'completed', 'completed_returned_by_timeout', 'not_needed'],
    ['finished by a refusal', { ...gone, finishedBy: known('acknowledged_error') }, {}, 'completed', 'completed_returned_by_error', 'not_needed'],
    ['finished, nobody knows how', gone, {}, 'completed', 'completed_somehow', 'not_needed'],
  ])('%s: the code, the reason and whether paying helps', (_, facts, route, code, reason, payingHelps) => {
    expect(diagnosed(facts, route)).toMatchObject({ code, reason, payingHelps })
  })

  it('tells by how much a client outlived its trust, and which client', () => {
    const { params } = diagnosed({}, { destinationClientTrust: overdue })
    expect(params).toEqual({ chainId: 'ibc-b', clientId: '07-tendermint-4', since: minutesBefore(30), trustingPeriodSeconds: 1_800n, clearableAfterTimeout: true })
  })

  it.each<[string, Partial<RouteFacts>]>([
    ['client_expired', { destinationClientStatus: known('Expired') }], ['client_frozen', { destinationClientStatus: known('Frozen') }], ['client_not_active', { destinationClientStatus: known('Unknown') }],
    ['channel_closed', { destinationChannelState: known('closed') }], ['channel_not_open', { destinationChannelState: known('not_open') }],
  ])('%s on the destination ends with the timeout, whose refund can be cleared here', (reason, route) => {
    expect(diagnosed({}, route)).toMatchObject({ reason, payingHelps: 'no', params: { clearableAfterTimeout: true } })
    expect(diagnosed(timedOut, route)).toMatchObject({ reason: 'timed_out', payingHelps: 'yes' })
    // Not where something else would stand in its way then, nor without a timeout.
    const promised = (...of: Parameters<typeof diagnosed>) => diagnosed(...of).params.clearableAfterTimeout
    expect(promised({}, { ...route, sourceClientStatus: known('Expired') })).toBeUndefined()
    expect(promised({}, { ...route, sourceChannelState: unanswered })).toBeUndefined()
    expect(promised({}, route, { terms: { ...terms, served: false } })).toBeUndefined()
    expect(promised(withTransfer('m'.repeat(40_000)), route)).toBeUndefined()
    expect(promised({ sent: known(aSentPacket({ timeoutTimestampNs: null, timeoutHeight: null })) }, route)).toBeUndefined()
  })

  it('does not say that a refused packet cannot be delivered where the channel of the source is closed', () => {
    expect(diagnosed(acknowledged('error'), { sourceChannelState: known('closed') })).toMatchObject({ code: 'channel_closed', reason: 'channel_closed_refused', payingHelps: 'no', params: { chainId: 'ibc-a', channelId: 'channel-0' } })
    expect(diagnosed(acknowledged('error'), { sourceChannelState: known('not_open') })).toMatchObject({ code: 'channel_closed', reason: 'channel_not_open_refused', payingHelps: 'no' })
  })

  it('counts the trust by the clock of the chain that holds the client', () => {
    const late = { sourceTip: known({ height: 100n, time: minutesBefore(31) }) }
    expect(diagnosed(late, { sourceClientTrust: overdue }, { haltedAfterMs: 3_600_000 }).code).toBe('undelivered')
    expect(diagnosed({}, { sourceClientTrust: overdue }, { haltedAfterMs: 3_600_000 }).code).toBe('client_expired')
  })

  it('says what is left until a timeout', () => {
    expect(diagnosed(soon).params).toEqual({ secondsLeft: 60 })
    expect(diagnosed(soonByHeight).params).toEqual({ blocksLeft: 12n })
  })

  it('names the packet that blocks an ordered channel', () => {
    const behind = (kind: Blocker['kind'], facts: Partial<PacketFacts> = {}) => diagnosed(facts, { ordering: 'ordered' }, { blocker: { sequence: 3n, kind } })
    const blocked = (reason: string) => ({ code: 'ordered_channel_blocked', reason, payingHelps: 'no', params: { blockedBySequence: 3n } })
    expect(behind('payable')).toMatchObject(blocked('ordered_channel_blocked_payable'))
    expect(behind('waiting')).toMatchObject(blocked('ordered_channel_blocked'))
    expect(behind('timed_out')).toMatchObject(blocked('ordered_channel_closing'))
    expect(behind('payable', acknowledged('error'))).toMatchObject(blocked('ordered_refund_blocked_payable'))
    expect(behind('waiting', acknowledged('error'))).toMatchObject(blocked('ordered_refund_blocked'))
    expect(behind('waiting', timedOut)).toMatchObject({ reason: 'timed_out', payingHelps: 'yes' })
    expect(behind('waiting', acknowledged('success'))).toMatchObject({ reason: 'delivered_ack_missing' })
  })

  it('cannot tell whether paying helps where the order of an ordered channel was not read', () => {
    expect(diagnosed({}, {}, { blocker: 'unread' })).toMatchObject({ code: 'undelivered', payingHelps: 'unknown' })
    expect(diagnosed(acknowledged('error'), {}, { blocker: 'unread' })).toMatchObject({ code: 'error_ack_pending', payingHelps: 'unknown' })
    expect(diagnosed(timedOut, {}, { blocker: 'unread' })).toMatchObject({ code: 'timed_out', payingHelps: 'yes' })
  })

  it('holds the limits of our relayer against the timeout and the refusal, too', () => {
    const small = { terms: { ...terms, maxMemoBytes: 10 } }
    const long = withTransfer('m'.repeat(11))
    expect(diagnosed(long, {}, small)).toMatchObject({ reason: 'memo_too_long', params: { bytes: 11, limitBytes: 10 } })
    expect(diagnosed({ ...long, ...acknowledged('error') }, {}, small).reason).toBe('memo_too_long')
    expect(diagnosed({ sent: known(aSentPacket({ timeoutTimestampNs: 1n, transfer: { ...aSentPacket().transfer!, memo: 'm'.repeat(11) } })) }, {}, small).reason).toBe('memo_too_long')
    expect(diagnosed(long, {}, { terms: { ...terms, maxMemoBytes: null } }).reason).toBe('undelivered')
    expect(diagnosed(long, {}, { terms: null }).reason).toBe('undelivered')
  })

  it('does not send anybody to pay where our relayer is not set up', () => {
    expect(diagnosed({}, {}, { terms: { ...terms, served: false } })).toMatchObject({ code: 'route_not_served', reason: 'route_not_relayed', payingHelps: 'no' })
  })

  it('points to the packet that carries a forwarded transfer on, and to paying for that one', () => {
    const hop = (over: Partial<NextHop> = {}): NextHop => ({ id: { chainId: 'ibc-b', portId: 'transfer', channelId: 'channel-9', sequence: 4n }, state: 'stuck_undelivered', code: 'undelivered', payingHelps: 'yes', ...over })
    const facts = { ...acknowledged('none'), ...forwarding }
    expect(diagnosed(facts, {}, { nextHops: [hop()] })).toMatchObject({ code: 'async_ack_pending', reason: 'forwarded_payable', payingHelps: 'no', params: { nextHops: [hop()], forward: { channelId: 'channel-9' } } })
    expect(diagnosed(facts, {}, { nextHops: [] })).toMatchObject({ reason: 'forwarded_unseen', params: { forward: { receiver: 'juno1x' } } })
    expect(diagnosed(facts, {}, { nextHops: [hop(), hop({ state: 'in_flight', code: 'in_flight', payingHelps: 'not_needed' })] }).reason).toBe('forwarded')
  })

  it.each<[string, string, Partial<PacketFacts>]>([
    ['delivered_ack_missing', 'delivered', acknowledged('success')],
    ['completed', 'completed', { ...gone, ...acknowledged('success'), finishedBy: known('acknowledged_success') }],
  ])('does not say of a forwarded transfer that ended well that it stayed on the chain between: %s', (code, prefix, ended) => {
    const nextHops: NextHop[] = [{ id: { chainId: 'ibc-b', portId: 'transfer', channelId: 'channel-9', sequence: 4n }, state: 'completed', code: 'completed', payingHelps: 'not_needed' }]
    const facts = { ...forwarding, ...ended }
    expect(diagnosed(facts, {}, { nextHops })).toMatchObject({ code, reason: `${prefix}_forwarded`, payingHelps: 'not_needed', params: { nextHops, forward: { receiver: 'juno1x', channelId: 'channel-9' } } })
    for (const unseen of [undefined, []]) {
      expect(diagnosed(facts, {}, { nextHops: unseen })).toMatchObject({ code, reason: `${prefix}_forward_asked`, payingHelps: 'not_needed', params: { forward: { receiver: 'juno1x' } } })
    }
  })

  it('keeps the code and says "unknown" about paying where the route was not read', () => {
    expect(diagnosed({}, { destinationClientStatus: unanswered })).toMatchObject({ code: 'undelivered', payingHelps: 'unknown' })
    expect(diagnosed(timedOut, { destinationClientStatus: unanswered })).toMatchObject({ code: 'timed_out', payingHelps: 'yes' })
    expect(diagnosed(timedOut, { sourceChannelState: unanswered })).toMatchObject({ code: 'timed_out', payingHelps: 'unknown' })
  })

  it('rests on the answers with chain and height, and on nothing that was not answered', () => {
    const { evidence } = diagnosed({ received: known(true, 77n), acknowledgement: known('success', 78n) })
    expect(evidence).toContainEqual({ query: 'packet_receipt', chainId: 'ibc-b', height: 77n, endpointCount: 1, answer: 'received' })
    expect(evidence).toContainEqual({ query: 'packet_acknowledgement', chainId: 'ibc-b', height: 78n, endpointCount: 1, answer: 'success' })
    expect(evidence).toContainEqual(expect.objectContaining({ query: 'client_newest_header', chainId: 'ibc-b', answer: '2026-11-24T11:00:00.000Z' }))
    expect(evidence).toContainEqual(expect.objectContaining({ query: 'client_trusted_until', chainId: 'ibc-b', answer: '2026-12-04T11:00:00.000Z' }))
    expect(diagnosed({ received: unanswered }).evidence.map(row => row.query)).not.toContain('packet_receipt')
  })

  it('lists what could not be asked', () => {
    expect(unansweredOf(somePacketFacts({ received: unanswered }))).toEqual([{ question: 'packet_receipt', chainId: 'ibc-b', detail: 'nobody answered' }])
    expect(unansweredOf(somePacketFacts({ destination: null, destinationUnread: 'timeout' }))).toEqual([{ question: 'counterparty', chainId: 'ibc-a', detail: 'timeout' }])
    expect(unansweredOf(somePacketFacts())).toEqual([])
  })
})

describe('diagnosis and quote', () => {
  const answer = <T>(values: readonly T[]): fc.Arbitrary<Answer<T>> => fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...values).map(value => known(value)) }, { weight: 1, arbitrary: fc.constant(unanswered) })
  const tip = answer([{ height: 100n, time: packetNow }, stopped])
  const trust = answer([someClientTrust(), someClientTrust({ frozen: true }), someClientTrust({ trustingPeriodSeconds: 1n })])
  const status = answer(['Active', 'Active', 'Active', 'Expired', 'Frozen', 'Unknown'] as const)
  const channel = answer(['open', 'open', 'open', 'closed', 'not_open'] as const)
  const someFacts = fc.record<PacketFacts>({
    id: fc.constant(somePacketFacts().id),
    destination: fc.constantFrom(somePacketFacts().destination, somePacketFacts().destination, null),
    commitment: answer([true, true, false]), nextSequenceSend: answer([9n, 2n]), received: answer([false, true]),
    acknowledgement: answer<AcknowledgementReading>(['none', 'success', 'error', 'other_success', 'unreadable']),
    sourceTip: tip, destinationTip: tip,
    sent: answer([aSentPacket(), aSentPacket({ timeoutTimestampNs: 1n }), aSentPacket({ transfer: { ...aSentPacket().transfer!, memo: 'm'.repeat(40_000) } }), null]),
    legs: fc.constantFrom([aSendLeg()], [aSendLeg(1)], []),
    finishedBy: answer(['acknowledged_success', 'acknowledged_error', 'timed_out'] as const),
  })
  const someRoute = fc.record({ sourceChannelState: channel, destinationChannelState: channel, sourceClientStatus: status, destinationClientStatus: status, sourceClientTrust: trust, destinationClientTrust: trust })
  const context = fc.record({ blocker: fc.constantFrom<OrderAnswer>(null, null, 'unread', { sequence: 3n, kind: 'payable' }, { sequence: 3n, kind: 'waiting' }, { sequence: 3n, kind: 'timed_out' }), terms: fc.constantFrom(terms, null, { ...terms, served: false }) })

  it('agree: what paying does not help is never sold, what it helps is', () => {
    fc.assert(fc.property(someFacts, someRoute, context, (facts, changes, around) => {
      const route = someRouteFacts(changes)
      const classified = classifyPacket(facts, packetNow, 600_000)
      const { code, payingHelps } = diagnose(facts, classified, { now: packetNow, haltedAfterMs: 600_000, route, ...around })
      const verdict = judgeClearable({ id: facts.id, destination: facts.destination, ...classified, diagnosis: { code, payingHelps, sentence: '' } }, route)
      expect({ code, sold: verdict.clearable }).toEqual({ code, sold: payingHelps === 'yes' })
    }), { numRuns: 3_000 })
  })
})
