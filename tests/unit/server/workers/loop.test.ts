import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startLoop } from '../../../../server/workers/loop'
import { silent } from '../../../builders/quiet'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('startLoop', () => {
  it('runs at once and then every interval', async () => {
    let runs = 0
    const loop = startLoop({ name: 'test', intervalMs: 1000, logger: silent, task: async () => void (runs += 1) })
    await vi.advanceTimersByTimeAsync(0)
    expect(runs).toBe(1)
    await vi.advanceTimersByTimeAsync(2000)
    expect(runs).toBe(3)
    await loop.stop()
  })

  it('runs once more for wake-ups during a run, with the latest hint', async () => {
    const hints: (bigint | undefined)[] = []
    let release = () => {}
    const loop = startLoop<bigint>({
      name: 'test', intervalMs: 60_000, logger: silent,
      task: async (hint) => {
        hints.push(hint)
        await new Promise<void>(resolve => (release = resolve))
      },
    })
    loop.wake(5n)
    loop.wake(6n)
    release()
    await vi.advanceTimersByTimeAsync(0)
    expect(hints).toEqual([undefined, 6n])
    const stopped = loop.stop()
    release()
    await stopped
  })

  it('backs off after failures and recovers on a wake-up', async () => {
    let runs = 0
    const loop = startLoop({
      name: 'test', intervalMs: 10, logger: silent,
      task: async () => {
        runs += 1
        if (runs < 3) throw new Error('endpoint down')
      },
    })
    await vi.advanceTimersByTimeAsync(400)
    expect(runs).toBe(1)
    loop.wake()
    await vi.advanceTimersByTimeAsync(0)
    expect(runs).toBe(2)
    loop.wake()
    await vi.advanceTimersByTimeAsync(0)
    expect(runs).toBe(3)
    await loop.stop()
  })

  it('waits for the run under way when stopped', async () => {
    let ended = false
    let release = () => {}
    const loop = startLoop({
      name: 'test', intervalMs: 10, logger: silent,
      task: async () => {
        await new Promise<void>(resolve => (release = resolve))
        ended = true
      },
    })
    const stopped = loop.stop()
    expect(ended).toBe(false)
    release()
    await stopped
    expect(ended).toBe(true)
  })
})
