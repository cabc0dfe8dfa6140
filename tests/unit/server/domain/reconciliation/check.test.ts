import { describe, expect, it } from 'vitest'
import { cannotTell, checkOf, wasJudged, worstOf, type Finding } from '../../../../../server/domain/reconciliation/check'

const aFinding = (subject: string, invariant: Finding['invariant'] = 'I2'): Finding => ({ invariant, chainId: 'hub-1', subject, sentence: `${subject} is wrong.` })

describe('a result', () => {
  it('is never rounded: broken outweighs all, and what cannot be told outweighs what is sound', () => {
    expect(worstOf([])).toBe('sound')
    expect(worstOf(['sound', 'sound'])).toBe('sound')
    expect(worstOf(['sound', 'cannot_tell'])).toBe('cannot_tell')
    expect(worstOf(['cannot_tell', 'broken', 'sound'])).toBe('broken')
  })

  it('says what is sound, the one thing that is wrong, or how many and the first', () => {
    expect(checkOf('I2', 'a', [], 'All is well.')).toMatchObject({ result: 'sound', sentence: 'All is well.' })
    expect(checkOf('I2', 'a', [aFinding('a/uatom')], 'All is well.')).toMatchObject({ result: 'broken', sentence: 'a/uatom is wrong.' })
    expect(checkOf('I2', 'a', [aFinding('a/uatom'), aFinding('a/uosmo')], '').sentence).toBe('2 things are wrong, the first: a/uatom is wrong.')
  })
})

describe('a finding', () => {
  it('was judged by a check of its invariant whose scope it lies in', () => {
    const checks = [checkOf('I2', 'wallet:service:a/', [], '')]
    expect(wasJudged(aFinding('wallet:service:a/uatom'), checks)).toBe(true)
    expect(wasJudged(aFinding('wallet:service:b/uatom'), checks)).toBe(false)
    expect(wasJudged(aFinding('wallet:service:a/uatom', 'I3'), checks)).toBe(false)
  })

  it('was not judged when any look at it could not tell', () => {
    const checks = [checkOf('I3', 'block:', [], ''), cannotTell('I3', 'block:7/', 'Block 7 is pruned.')]
    expect(wasJudged(aFinding('block:7/in/0/0/a/uatom', 'I3'), checks)).toBe(false)
    expect(wasJudged(aFinding('block:77/in/0/0/a/uatom', 'I3'), checks)).toBe(true)
  })
})
