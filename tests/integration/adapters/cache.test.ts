import { afterEach, describe, expect, it, vi } from 'vitest'
import { openCache, type OpenCache } from '../../../server/adapters/cache/cache'
import { hasRedis, startRedis, type TestRedis } from '../../builders/redis'
import { keptLog } from '../../builders/services'

// Said aloud, as a test that did not run proves nothing.
if (!hasRedis) process.stderr.write('\n!! redis-server is not installed: the tests of the cache over Redis are SKIPPED (apt-get install redis-server)\n\n')

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function redis(port?: number) {
  const server = await startRedis(port)
  closing.push(server.stop)
  return server
}

function cacheOver(redisUrl: string | null, now?: () => number): OpenCache {
  const cache = openCache({ redisUrl, logger: keptLog(), now })
  closing.push(cache.close)
  return cache
}

/** A client connects in the background: until then every read is a miss. */
async function untilCaching(cache: OpenCache): Promise<void> {
  await vi.waitFor(async () => {
    await cache.remember('probe', 60_000, async () => 1)
    await cache.remember('probe', 60_000, () => Promise.reject(new Error('not kept yet')))
  }, { timeout: 5_000, interval: 20 })
}

const value = { height: 18_446_744_073_709_551_615n, at: new Date('2026-01-01T00:00:00Z'), list: [1n, null, { $: 'odd', text: 'kept' }], text: '"quoted"', gone: undefined }

describe.each(['memory', ...(hasRedis ? ['Redis'] : [])])('the cache over %s', (kind) => {
  const open = async (now?: () => number) => {
    const cache = cacheOver(kind === 'Redis' ? (await redis()).url : null, now)
    await untilCaching(cache)
    return cache
  }

  it('loads once and gives the value back as it was, bigints and dates too', async () => {
    const cache = await open()
    const load = vi.fn(async () => value)
    await cache.remember('a:b/c', 60_000, load)
    const again = await cache.remember('a:b/c', 60_000, load)
    expect(load).toHaveBeenCalledTimes(1)
    expect(again).toEqual({ ...value, gone: undefined })
    expect(again.at).toBeInstanceOf(Date)
  })

  it('keeps keys apart that look alike', async () => {
    const cache = await open()
    expect([await cache.remember('a:b', 60_000, async () => 1), await cache.remember('a/b', 60_000, async () => 2), await cache.remember('A:B', 60_000, async () => 3)]).toEqual([1, 2, 3])
  })

  it('loads again when the time is over or the value was forgotten', async () => {
    let now = 1_000_000
    const cache = await open(() => now)
    await cache.remember('k', 500, async () => 'old')
    now += 499
    expect(await cache.remember('k', 500, async () => 'new')).toBe('old')
    now += 1
    expect(await cache.remember('k', 500, async () => 'new')).toBe('new')
    await cache.forget('k')
    expect(await cache.remember('k', 500, async () => 'newest')).toBe('newest')
  })

  it('shares one load among callers at the same time', async () => {
    const cache = await open()
    const load = vi.fn(async () => 5)
    expect(await Promise.all(Array.from({ length: 10 }, () => cache.remember('shared', 60_000, load)))).toEqual(Array.from({ length: 10 }, () => 5))
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('passes a failed load on and keeps nothing of it', async () => {
    const cache = await open()
    await expect(cache.remember('f', 60_000, () => Promise.reject(new Error('chain away')))).rejects.toThrow('chain away')
    expect(await cache.remember('f', 60_000, async () => 'fine')).toBe('fine')
  })

  it('does not keep what was loaded before a change and arrived after it', async () => {
    const cache = await open()
    let arrive: ((text: string) => void) | undefined
    const slow = cache.remember('r', 60_000, () => new Promise<string>((resolve) => {
      arrive = resolve
    }))
    await vi.waitFor(() => expect(arrive).toBeDefined())
    await cache.forget('r')
    arrive?.('before the change')
    await slow
    expect(await cache.remember('r', 60_000, async () => 'after the change')).toBe('after the change')
  })
})

describe('Redis is only a cache', () => {
  it('case 29a: answers from the source when no Redis is there, and quickly', async () => {
    const cache = cacheOver('redis://127.0.0.1:1')
    const started = performance.now()
    expect(await cache.remember('k', 60_000, async () => 'from the source')).toBe('from the source')
    await cache.forget('k')
    expect(performance.now() - started).toBeLessThan(1_500)
  })

  it.runIf(hasRedis)('goes on when Redis dies and uses it again when it is back', async () => {
    const first: TestRedis & { port: number } = await redis()
    const cache = cacheOver(first.url)
    await untilCaching(cache)
    await first.stop()
    expect(await cache.remember('k', 60_000, async () => 'from the source')).toBe('from the source')
    await redis(first.port)
    await untilCaching(cache)
  })
})
