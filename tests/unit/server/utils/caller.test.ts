import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callerNetwork, networkOf } from '../../../../server/utils/caller'

describe('who called', () => {
  it('is the socket without a trusted proxy, whatever a header claims', () => {
    expect(callerNetwork('203.0.113.9', '1.2.3.4, 5.6.7.8', 0)).toBe('203.0.113.9')
  })

  it('is the entry the trusted proxy wrote, never what stands further left', () => {
    expect(callerNetwork('10.0.0.1', 'spoofed, 198.51.100.7', 1)).toBe('198.51.100.7')
    expect(callerNetwork('10.0.0.1', '1.1.1.1, 198.51.100.7, 10.0.0.2', 2)).toBe('198.51.100.7')
  })

  it('falls back to the socket when the header is short or no address', () => {
    expect(callerNetwork('10.0.0.1', undefined, 2)).toBe('10.0.0.1')
    expect(callerNetwork('10.0.0.1', 'unknown', 1)).toBe('10.0.0.1')
  })

  it('counts IPv6 by its /64 and mapped IPv4 as IPv4', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(networkOf('2001:0db8:0001:0002::1')).toBe('2001:db8:1:2::/64')
    expect(networkOf('[::1]')).toBe('0:0:0:0::/64')
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1')
  })

  it('is said of anything without failing', () => {
    fc.assert(fc.property(fc.string(), fc.string(), fc.nat(5), (socket, forwarded, hops) => {
      expect(callerNetwork(socket, forwarded, hops)).toEqual(expect.any(String))
    }))
    fc.assert(fc.property(fc.ipV6(), (address) => {
      expect(networkOf(address)).toMatch(/^(?:[\da-f]{1,4}(?::[\da-f]{1,4}){3}::\/64|\d+\.\d+\.\d+\.\d+)$/)
    }))
  })
})
