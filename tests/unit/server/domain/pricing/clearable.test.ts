import { describe, expect, it } from 'vitest'
import type { RouteFacts } from '../../../../../server/domain/packet/facts'
import { duplicatesIn, judgeClearable, type JudgedPacket } from '../../../../../server/domain/pricing/clearable'

const known = <T>(value: T) => ({ known: true as const, value, height: 10n, endpointCount: 1 })
const notAsked = { known: false as const, reason: 'not asked' }
const source = { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' }
const destination = { chainId: 'zone-1', portId: 'transfer', channelId: 'channel-7' }

function aRoute(over: Partial<RouteFacts> = {}): RouteFacts {
  return {
    source, destination, ordering: 'unordered', sourceChannelState: known('open' as const), destinationChannelState: known('open' as const),
    sourceClientStatus: known('Active' as const), destinationClientStatus: known('Active' as const), sourceClientTrust: notAsked, destinationClientTrust: notAsked, ...over,
  }
}

function aJudgedPacket(over: Partial<JudgedPacket> = {}): JudgedPacket {
  return {
    id: { ...source, sequence: 1n }, destination, state: 'stuck_undelivered', need: 'deliver',
    diagnosis: { code: 'undelivered', sentence: 'Nobody delivered it.', payingHelps: 'yes' }, ...over,
  }
}

const refusalCode = (packet: JudgedPacket, route: RouteFacts | undefined = aRoute()) => {
  const verdict = judgeClearable(packet, route)
  return verdict.clearable ? 'clearable' : verdict.refusal.code
}

describe('whether a packet may be sold', () => {
  it('sells what is stuck and can be cleared', () => {
    expect(judgeClearable(aJudgedPacket(), aRoute())).toEqual({ clearable: true, packet: { id: { ...source, sequence: 1n }, destination, need: 'deliver' } })
    expect(refusalCode(aJudgedPacket({ state: 'timed_out', need: 'timeout', diagnosis: { code: 'timed_out', sentence: '', payingHelps: 'yes' } }))).toBe('clearable')
    expect(refusalCode(aJudgedPacket({ state: 'stuck_error_acknowledged', need: 'acknowledge', diagnosis: { code: 'error_ack_pending', sentence: '', payingHelps: 'yes' } }))).toBe('clearable')
  })

  it.each([
    ['completed', 'completed', 'nothing', 'not_needed', 'already_completed'],
    ['stuck_unacknowledged', 'delivered_ack_missing', 'acknowledge', 'not_needed', 'already_delivered'],
    ['in_flight', 'in_flight', 'deliver', 'no', 'in_flight'],
    ['unknown', 'not_found', 'unknown', 'no', 'not_found'],
    ['unknown', 'cannot_tell', 'unknown', 'unknown', 'state_unknown'],
    ['unknown', 'destination_unreachable', 'unknown', 'unknown', 'state_unknown'],
    ['stuck_unacknowledged', 'async_ack_pending', 'nothing', 'no', 'async_ack_pending'],
    ['stuck_undelivered', 'client_expired', 'deliver', 'no', 'client_not_active'],
    ['stuck_undelivered', 'channel_closed', 'deliver', 'no', 'channel_not_open'],
    ['stuck_undelivered', 'packet_data_pruned', 'deliver', 'no', 'packet_data_pruned'],
    ['stuck_undelivered', 'receiver_or_memo_too_long', 'deliver', 'no', 'receiver_or_memo_too_long'],
    ['in_flight', 'timing_out_soon', 'deliver', 'no', 'in_flight'],
    ['stuck_undelivered', 'client_frozen', 'deliver', 'no', 'client_not_active'],
    ['stuck_undelivered', 'ordered_channel_blocked', 'deliver', 'no', 'earlier_packet_pending'],
    ['stuck_undelivered', 'client_not_active', 'deliver', 'no', 'client_not_active'],
    ['stuck_undelivered', 'destination_halted', 'deliver', 'no', 'chain_halted'],
    ['timed_out', 'source_halted', 'timeout', 'no', 'chain_halted'],
    ['stuck_undelivered', 'route_not_served', 'deliver', 'no', 'route_not_served'],
    ['completed', 'cannot_tell', 'nothing', 'not_needed', 'already_completed'],
    // A need that nobody can be paid for is never sold, whatever the diagnosis says of paying.
    ['unknown', 'cannot_tell', 'unknown', 'yes', 'state_unknown'],
    ['in_flight', 'async_ack_pending', 'nothing', 'yes', 'async_ack_pending'],
  ] as const)('refuses a packet that is %s (%s)', (state, code, need, payingHelps, refusal) => {
    expect(refusalCode(aJudgedPacket({ state, need, diagnosis: { code, sentence: 'So it is.', payingHelps } }))).toBe(refusal)
  })

  it('refuses without a served route', () => {
    expect(judgeClearable(aJudgedPacket(), undefined)).toMatchObject({ clearable: false, refusal: { code: 'route_not_served' } })
    expect(refusalCode(aJudgedPacket({ destination: null }))).toBe('route_not_served')
  })

  it('refuses a delivery unless both clients are Active and both channel ends open', () => {
    expect(refusalCode(aJudgedPacket(), aRoute({ destinationClientStatus: known('Expired') }))).toBe('client_not_active')
    expect(refusalCode(aJudgedPacket(), aRoute({ sourceClientStatus: known('Frozen') }))).toBe('client_not_active')
    expect(refusalCode(aJudgedPacket(), aRoute({ destinationChannelState: known('closed') }))).toBe('channel_not_open')
    expect(refusalCode(aJudgedPacket(), aRoute({ sourceChannelState: known('closed') }))).toBe('channel_not_open')
    expect(refusalCode(aJudgedPacket(), aRoute({ destinationClientStatus: { known: false, reason: 'no endpoint answers' } }))).toBe('state_unknown')
  })

  it('says what stands in the way, and where', () => {
    const reason = (route: RouteFacts | undefined, packet = aJudgedPacket()) => {
      const verdict = judgeClearable(packet, route)
      return verdict.clearable ? 'clearable' : `${verdict.refusal.code}: ${verdict.refusal.reason}`
    }
    const silent = { known: false as const, reason: 'no endpoint answers' }
    expect(reason(aRoute({ sourceClientStatus: silent }))).toBe('state_unknown: The light client on hub-1 could not be read: no endpoint answers')
    expect(reason(aRoute({ destinationClientStatus: known('Frozen') }))).toBe('client_not_active: The light client on zone-1 is Frozen, so nothing can be relayed over this channel.')
    expect(reason(aRoute({ sourceChannelState: silent }))).toBe('state_unknown: The channel on hub-1 could not be read: no endpoint answers')
    expect(reason(aRoute({ destinationChannelState: known('closed') }))).toBe('channel_not_open: The channel on zone-1 is closed.')
    expect(reason(aRoute({ destinationChannelState: known('not_open') }))).toBe('channel_not_open: The channel on zone-1 is not open.')
    expect(judgeClearable(aJudgedPacket(), undefined)).toMatchObject({ refusal: { id: { ...source, sequence: 1n }, reason: 'The channel of this packet is not served here.' } })
    expect(reason(aRoute(), aJudgedPacket({ diagnosis: { code: 'in_flight', sentence: 'So it is.', payingHelps: 'no' } }))).toBe('in_flight: So it is.')
  })

  it('needs only the source chain for a timeout', () => {
    const timedOut = aJudgedPacket({ state: 'timed_out', need: 'timeout', diagnosis: { code: 'timed_out', sentence: '', payingHelps: 'yes' } })
    expect(refusalCode(timedOut, aRoute({ destinationClientStatus: known('Expired') }))).toBe('clearable')
    expect(refusalCode(timedOut, aRoute({ sourceClientStatus: known('Expired') }))).toBe('client_not_active')
  })

  it('finds what stands twice in a request', () => {
    expect(duplicatesIn(['a', 'b', 'a', 'c', 'a', 'b'])).toEqual(['a', 'b'])
  })
})
