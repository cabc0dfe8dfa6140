import { describe, expect, it } from 'vitest'
import { isRouteFailure, nextAttempt, nextBreaker, restUntil, runTimeLimitMs, type FinishedRun } from '../../../../../server/domain/clearing/schedule'
import { at } from '../../../../builders/tokens'

const fresh = { attempts: 0, batchLimit: 100, aloneFailures: 0 }
const run = (over: Partial<FinishedRun> = {}): FinishedRun => ({ executor: 'clear_packets', ending: 'exit_0', batchSize: 1, now: at(0), ...over })

describe('after a run that moved nothing', () => {
  it('halves the batch until a packet is alone, blaming nobody yet', () => {
    const limits: number[] = []
    let packet = fresh
    for (let batchSize = 10; batchSize > 1; batchSize = packet.batchLimit) {
      const next = nextAttempt(packet, run({ batchSize }), false)
      expect(next).toMatchObject({ aloneFailures: 0, giveUp: false })
      limits.push(next.batchLimit)
      packet = next
    }
    expect(limits).toEqual([5, 2, 1])
  })

  it('counts failures alone, waits longer each time, and gives up after two with each executor', () => {
    const waits: number[] = []
    let packet = { ...fresh, batchLimit: 1 }
    for (let failures = 1; failures <= 4; failures++) {
      const next = nextAttempt(packet, run({ executor: failures > 2 ? 'tx_packet' : 'clear_packets', ending: failures > 2 ? 'exit_error' : 'exit_0' }), false)
      expect([next.aloneFailures, next.giveUp]).toEqual([failures, failures === 4])
      waits.push(next.nextAttemptAt.getTime() - at(0).getTime())
      packet = next
    }
    expect(waits).toEqual([3_000, 9_000, 27_000, 60_000])
  })

  it.each(['exit_error', 'timed_out', 'not_started'] as const)('does not blame the packets for %s', (ending) => {
    for (const batchSize of [1, 10]) expect(nextAttempt(fresh, run({ ending, batchSize }), false)).toMatchObject({ batchLimit: 100, aloneFailures: 0, giveUp: false })
  })

  it('does not blame a fresh packet for an error exit of the second executor, used because the first one rests', () => {
    expect(isRouteFailure({ executor: 'tx_packet', ending: 'exit_error' }, fresh)).toBe(true)
    expect(isRouteFailure({ executor: 'tx_packet', ending: 'exit_error' }, { ...fresh, aloneFailures: 2 })).toBe(false)
  })

  it('backs off within two minutes', () => {
    for (const attempts of [0, 3, 10, 50]) {
      const wait = nextAttempt({ ...fresh, attempts }, run({ ending: 'exit_error' }), false).nextAttemptAt.getTime() - at(0).getTime()
      expect(wait).toBeGreaterThanOrEqual(5_000)
      expect(wait).toBeLessThanOrEqual(120_000)
    }
  })
})

describe('after a run that moved the packet, or was called off', () => {
  it('goes on at once without blame', () => {
    for (const next of [nextAttempt(fresh, run(), true), nextAttempt(fresh, run({ ending: 'killed' }), false)]) {
      expect(next).toMatchObject({ attempts: 1, batchLimit: 100, aloneFailures: 0, giveUp: false })
      expect(next.nextAttemptAt.getTime() - at(0).getTime()).toBeLessThan(1_000)
    }
  })
})

describe('the breaker of an executor on a route', () => {
  it('opens at the second route failure, longer each time, at most ten minutes', () => {
    const opened: (number | null)[] = []
    let breaker: { consecutiveFailures: number, openUntil: Date | null } = { consecutiveFailures: 0, openUntil: null }
    for (let failure = 0; failure < 8; failure++) {
      breaker = nextBreaker(breaker, 'route_failure', at(0))
      opened.push(breaker.openUntil && (breaker.openUntil.getTime() - at(0).getTime()) / 1000)
    }
    expect(opened).toEqual([null, 30, 60, 120, 240, 480, 600, 600])
  })

  it('closes when something moved and is left alone by a poison packet', () => {
    const open = { consecutiveFailures: 3, openUntil: at(60) }
    expect(nextBreaker(open, 'moved', at(0))).toEqual({ consecutiveFailures: 0, openUntil: null })
    expect(nextBreaker(open, 'nothing_moved', at(0))).toEqual(open)
  })
})

describe('waiting', () => {
  it('looks often in the first minute and less often later', () => {
    expect(restUntil(at(30), at(0))).toEqual(at(32))
    expect(restUntil(at(120), at(0))).toEqual(at(130))
  })

  it('gives a larger batch more time', () => {
    expect(runTimeLimitMs(100)).toBeGreaterThan(runTimeLimitMs(1))
  })
})
