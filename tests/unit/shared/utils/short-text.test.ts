import { describe, expect, it } from 'vitest'
import { countdownText, durationText, shortAddress, shortHash } from '#shared/utils/short-text'
import { aHash, aliceOnHub } from '../../../builders/dto'

describe('short texts', () => {
  it('an address keeps prefix, four characters and the last four', () => {
    expect(shortAddress(aliceOnHub)).toBe('cosmos1zuvk…nxtl')
    expect(shortHash(aHash)).toBe('A1B2C3…7E8F90')
  })

  it('durations have at most two units', () => {
    expect([5, 59, 60, 3599, 3600, 12_000, 86_400, 200_000].map(durationText)).toEqual(['5 s', '59 s', '1 min', '59 min', '1 h', '3 h 20 min', '1 day', '2 days'])
  })

  it('a count-down never goes below zero', () => {
    expect([301, 60, 9.2, 0, -4, 3661].map(countdownText)).toEqual(['5:01', '1:00', '0:10', '0:00', '0:00', '1:01:01'])
  })
})
