import { describe, expect, it } from 'vitest'
import { makeReconcileWhenDue } from '../../../../server/usecases/reconcile-schedule'

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
