import { describe, expect, it } from 'vitest'
import { makePayoutStop, makeReconcileWhenDue } from '../../../../server/usecases/reconcile-schedule'

/** A reconciler that only counts, over one chain whose scanner is at `scanned` of 100 blocks. */
function given({ scanned = 100n as bigint | null, taken = false, lastMsAgo = null as number | null } = {}) {
  const world = { nowMs: 1_000_000, runs: 0, scanned, last: lastMsAgo === null ? null : new Date(1_000_000 - lastMsAgo) }
  const whenDue = makeReconcileWhenDue({
    everyMs: 300_000, clock: { now: () => new Date(world.nowMs) },
    reconcile: async () => {
      if (taken) return null
      world.runs += 1
      world.last = new Date(world.nowMs)
      return { result: 'sound', runs: [] }
    },
    books: { lastFinishedAt: async () => world.last },
    store: { watchedWallets: async () => [{}], cursor: async () => world.scanned === null ? null : { height: world.scanned, blockTime: null } },
    reader: { endpoints: () => [{ endpoint: 'a', status: 'ok', height: 100n, checkedAt: null }] },
    directory: { chains: () => [{ chainId: 'hub-1' }] },
  } as unknown as Parameters<typeof makeReconcileWhenDue>[0])
  return { world, whenDue }
}

describe('the schedule of the reconciler', () => {
  it('runs at once when none ran yet, and again when the newest run of any instance is old enough', async () => {
    const { world, whenDue } = given()
    expect(await whenDue()).toEqual({ did: 'reconciled' })
    world.nowMs += 299_999
    expect(await whenDue()).toEqual({ did: 'not_due' })
    world.nowMs += 1
    expect(await whenDue()).toEqual({ did: 'reconciled' })
    expect(world.runs).toBe(2)
  })

  it('does nothing while another instance does it, or has just done it', async () => {
    expect(await given({ taken: true }).whenDue()).toEqual({ did: 'another_does' })
    expect(await given({ lastMsAgo: 1_000 }).whenDue()).toEqual({ did: 'not_due' })
  })

  it('waits after a start for the scanners, but not for ever', async () => {
    const { world, whenDue } = given({ scanned: 89n })
    expect(await whenDue()).toEqual({ did: 'waits_for_scanners' })
    world.scanned = 90n
    expect(await whenDue()).toEqual({ did: 'reconciled' })
    const away = given({ scanned: null })
    away.world.nowMs += 119_999
    expect(await away.whenDue()).toEqual({ did: 'waits_for_scanners' })
    away.world.nowMs += 1
    expect(await away.whenDue()).toEqual({ did: 'reconciled' })
  })
})

describe('what stops payouts', () => {
  const startedAt = Date.parse('2026-11-24T02:00:00Z')
  function given({ broken = null as string | null, last = null as Date | null, everyMs = 300_000 } = {}) {
    const world = { nowMs: startedAt, last }
    const stop = makePayoutStop({ books: { payoutStop: async () => broken, lastFinishedAt: async () => world.last }, clock: { now: () => new Date(world.nowMs) }, everyMs })
    return { world, stop: () => stop('hub-1') }
  }

  it('an open finding does, however new the run is', async () => {
    expect(await given({ broken: 'I1 is broken: 3 are missing.', last: new Date(startedAt) }).stop()).toBe('I1 is broken: 3 are missing.')
  })

  it('books that no run came to the end of for an hour do, until one does', async () => {
    const { world, stop } = given({ last: new Date(startedAt) })
    world.nowMs = startedAt + 3_599_999
    expect(await stop()).toBeNull()
    world.nowMs += 1
    expect(await stop()).toBe('the last complete reconciliation ended at 2026-11-24T02:00:00.000Z')
    world.last = new Date(world.nowMs)
    expect(await stop()).toBeNull()
  })

  it('a reconciler that never comes to its end does, counted from the start', async () => {
    const { world, stop } = given()
    expect(await stop()).toBeNull()
    world.nowMs += 3_600_000
    expect(await stop()).toBe('no reconciliation has come to its end')
  })

  it('one that is due seldom may be four times as old', async () => {
    const { world, stop } = given({ last: new Date(startedAt), everyMs: 86_400_000 })
    world.nowMs += 4 * 86_400_000 - 1
    expect(await stop()).toBeNull()
    world.nowMs += 1
    expect(await stop()).toContain('ended at')
  })
})
