import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatChannelEnd, formatPacketId, parsePacketId, parseSequence } from '#shared/utils/packet-id'

const part = (pattern: RegExp) => fc.stringMatching(pattern)
const packetId = fc.record({
  chainId: part(/^[a-z][a-z\d.-]{0,20}-\d{1,4}$/), portId: part(/^[a-z.]{2,20}$/), channelId: part(/^channel-\d{1,10}$/), sequence: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
})

describe('packet ids', () => {
  it('are read back as they were written', () => {
    fc.assert(fc.property(packetId, (id) => {
      expect(parsePacketId(formatPacketId(id))).toEqual(id)
    }))
    expect(formatPacketId({ chainId: 'osmosis-1', portId: 'transfer', channelId: 'channel-0', sequence: 123n })).toBe('osmosis-1/transfer/channel-0/123')
    expect(formatChannelEnd({ chainId: 'osmosis-1', portId: 'transfer', channelId: 'channel-0' })).toBe('osmosis-1/transfer/channel-0')
  })

  it.each([
    '', '/', 'osmosis-1', 'osmosis-1/transfer/channel-0', 'osmosis-1/transfer/channel-0/', 'osmosis-1/transfer/channel-0/1/2', 'osmosis-1//channel-0/1',
    'osmosis-1/transfer/channel-0/0', 'osmosis-1/transfer/channel-0/01', 'osmosis-1/transfer/channel-0/-1', 'osmosis-1/transfer/channel-0/1.0', 'osmosis-1/transfer/channel-0/18446744073709551616',
    'osmosis-1/transfer/channel-0\n/1', 'osmosis-1/transfer/chan;id/1', 'osmosis 1/transfer/channel-0/1', 'osmosis-1/transfer/channel-0/1\n', '$(id)/transfer/channel-0/1', 'osmosis-1/tr ansfer/channel-0/1', `${'x'.repeat(51)}/transfer/channel-0/1`,
  ])('case 25e: refuse %j', (text) => {
    expect(parsePacketId(text)).toBeUndefined()
  })
})

describe('sequences', () => {
  it('case 25c: go from 1 to 2^64−1', () => {
    expect(parseSequence('1')).toBe(1n)
    expect(parseSequence('18446744073709551615')).toBe(2n ** 64n - 1n)
    for (const text of ['0', '18446744073709551616', '99999999999999999999', '1e3', ' 1', '١']) expect(parseSequence(text)).toBeUndefined()
  })
})
