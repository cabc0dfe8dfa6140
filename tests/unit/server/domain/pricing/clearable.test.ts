import { describe, expect, it } from 'vitest'
import type { RouteFacts } from '../../../../../server/domain/packet/facts'
import { duplicatesIn, judgeClearable, type JudgedPacket } from '../../../../../server/domain/pricing/clearable'

const known = <T>(value: T) => ({ known: true as const, value, height: 10n, endpointCount: 1 })
const source = { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' }
const destination = { chainId: 'zone-1', portId: 'transfer', channelId: 'channel-7' }

function aRoute(over: Partial<RouteFacts> = {}): RouteFacts {
  return {
    source, destination, ordering: 'unordered', sourceChannelState: known('open' as const), destinationChannelState: known('open' as const),
    sourceClientStatus: known('Active' as const), destinationClientStatus: known('Active' as const), ...over,
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

  it('needs only the source chain for a timeout', () => {
    const timedOut = aJudgedPacket({ state: 'timed_out', need: 'timeout', diagnosis: { code: 'timed_out', sentence: '', payingHelps: 'yes' } })
    expect(refusalCode(timedOut, aRoute({ destinationClientStatus: known('Expired') }))).toBe('clearable')
    expect(refusalCode(timedOut, aRoute({ sourceClientStatus: known('Expired') }))).toBe('client_not_active')
  })

  it('finds what stands twice in a request', () => {
    expect(duplicatesIn(['a', 'b', 'a', 'c', 'a', 'b'])).toEqual(['a', 'b'])
  })
})
