import { toBech32 } from '@cosmjs/encoding'
import { describe, expect, it } from 'vitest'
import { readBech32Prefix } from '#shared/utils/bech32'
import { countdownText, durationText, shortAddress, shortHash } from '#shared/utils/short-text'
import { aHash, aliceOnHub } from '../../../builders/dto'

describe('short texts', () => {
  it('an address keeps prefix, four characters and the last four', () => {
    expect(shortAddress(aliceOnHub)).toBe('cosmos1zuvk…nxtl')
    expect(shortHash(aHash)).toBe('A1B2C3…7E8F90')
  })

  it('whatever else a sender wrote as the receiver is cut, too, so that our sentence does not say it', () => {
    expect(shortAddress('0x7a56e1c57c7475ccf742a1832b028f0456652f97')).toBe('0x7a56e1…2f97')
    expect(shortAddress('send 10 to relayooor-refund.example now')).toBe('send 10 … now')
    expect(shortAddress('cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtm')).toBe('cosmos1z…nxtm')
    expect(shortAddress('nobody')).toBe('nobody')
    // Its checksum holds, and its prefix is a sentence.
    const prefix = 'pay-at-relayooor-refund.example'
    const sentence = toBech32(prefix, new Uint8Array(20))
    expect(readBech32Prefix(sentence)).toBe(prefix)
    expect(shortAddress(sentence)).toBe(`pay-at-r…${sentence.slice(-4)}`)
  })

  it('durations have at most two units', () => {
    expect([5, 59, 60, 3599, 3600, 12_000, 86_400, 200_000].map(durationText)).toEqual(['5 s', '59 s', '1 min', '59 min', '1 h', '3 h 20 min', '1 day', '2 days'])
  })

  it('a count-down never goes below zero', () => {
    expect([301, 60, 9.2, 0, -4, 3661].map(countdownText)).toEqual(['5:01', '1:00', '0:10', '0:00', '0:00', '1:01:01'])
  })
})
