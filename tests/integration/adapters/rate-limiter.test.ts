import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { rateLimits } from '../../../drizzle/schema'
import { openRateLimiter, type OpenRateLimiter, type SqlQuery } from '../../../server/adapters/cache/rate-limiter'
import { preparedQuery } from '../../../server/adapters/postgres/client'
import { openDatabase } from '../../../server/adapters/postgres/database'
import { hasRedis, startRedis } from '../../builders/redis'
import { keptLog, limitsOf } from '../../builders/services'
import { createTestDatabase, type TestDatabase } from '../database'

// Said aloud, as a test that did not run proves nothing.
if (!hasRedis) process.stderr.write('\n!! redis-server is not installed: the tests of limits over Redis are SKIPPED (apt-get install redis-server)\n\n')

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  vi.useRealTimers()
})

async function redis() {
  const server = await startRedis()
  closing.push(server.stop)
  return server
}

interface Over { readonly redisUrl?: string, readonly query?: SqlQuery | null, readonly log?: ReturnType<typeof keptLog> }

function limiterOver(points: number, { redisUrl, query = null, log = keptLog() }: Over = {}): OpenRateLimiter {
  const limiter = openRateLimiter({ redisUrl: redisUrl ?? null, query, limits: limitsOf(points), logger: log })
  closing.push(limiter.close)
  return limiter
}

/** PostgreSQL as another instance reaches it, and the statements it ran. */
function anotherInstance() {
  const { db, close } = openDatabase(database.url, { poolSize: 4 })
  closing.push(close)
  const statements: string[] = []
  const query: SqlQuery = (text, values) => {
    statements.push(text.trim().split(/\s/)[0]!)
    return preparedQuery(db)(text, values)
  }
  return { query, statements }
}

async function passed(limiters: readonly OpenRateLimiter[], key: string, calls: number): Promise<number> {
  const answers = await Promise.allSettled(Array.from({ length: calls }, (_, index) => limiters[index % limiters.length]!.consume('tokens', key)))
  return answers.filter(answer => answer.status === 'fulfilled').length
}

let callers = 0
const aCaller = () => `caller ${callers += 1} of ${Math.random()}`

describe.each(['memory', 'PostgreSQL'])('a limit counted in %s', (kind) => {
  const open = (points: number) => limiterOver(points, { query: kind === 'memory' ? null : preparedQuery(database.db) })

  it('refuses what is too much and says when to come back', async () => {
    const limiter = open(2)
    const caller = aCaller()
    expect(await limiter.consume('tokens', caller)).toEqual({ limit: 2, remaining: 1, resetSeconds: 60 })
    await limiter.consume('tokens', caller)
    const refusal = await limiter.consume('tokens', caller).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'rate_limited', retryAfterSeconds: expect.any(Number) })
    const { retryAfterSeconds } = refusal as { retryAfterSeconds: number }
    expect(retryAfterSeconds).toBeGreaterThan(50)
    expect(retryAfterSeconds).toBeLessThanOrEqual(60)
  })

  it('counts limits and callers apart', async () => {
    const limiter = open(1)
    const [one, other] = [aCaller(), aCaller()]
    await limiter.consume('tokens', one)
    expect((await limiter.consume('reads', one)).remaining).toBe(0)
    expect((await limiter.consume('tokens', other)).remaining).toBe(0)
  })

  it('begins anew when the window is over', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] })
    const limiter = open(1)
    const caller = aCaller()
    await limiter.consume('tokens', caller)
    await expect(limiter.consume('tokens', caller)).rejects.toMatchObject({ code: 'rate_limited' })
    vi.advanceTimersByTime(60_001)
    expect((await limiter.consume('tokens', caller)).remaining).toBe(0)
  })
})

describe('limits over instances', () => {
  it('are one limit in PostgreSQL, exactly, however many ask at once', async () => {
    const limiters = [1, 2, 3].map(() => limiterOver(7, { query: anotherInstance().query }))
    expect(await passed(limiters, aCaller(), 30)).toBe(7)
  })

  it('hold for an instance that starts in the middle of a window', async () => {
    const caller = aCaller()
    expect(await passed([limiterOver(3, { query: anotherInstance().query })], caller, 2)).toBe(2)
    expect(await passed([limiterOver(3, { query: anotherInstance().query })], caller, 5)).toBe(1)
  })

  it.runIf(hasRedis)('are one limit in Redis', async () => {
    const { url } = await redis()
    const limiters = [1, 2].map(() => limiterOver(4, { redisUrl: url }))
    // Until both are connected each counts for itself.
    await vi.waitFor(async () => {
      const probe = aCaller()
      expect(await passed(limiters, probe, 8)).toBe(4)
    }, { timeout: 5_000, interval: 50 })
    expect(await passed(limiters, aCaller(), 12)).toBe(4)
  })

  it.runIf(hasRedis)('stay one limit when Redis dies: PostgreSQL counts on', async () => {
    const server = await redis()
    const log = keptLog()
    const instances = [anotherInstance(), anotherInstance()]
    const limiters = instances.map(({ query }) => limiterOver(4, { redisUrl: server.url, query, log }))
    await vi.waitFor(async () => {
      const before = instances.map(({ statements }) => statements.length)
      expect(await passed(limiters, aCaller(), 8)).toBe(4)
      expect(instances.map(({ statements }) => statements.length)).toEqual(before)
    }, { timeout: 5_000, interval: 50 })
    await server.stop()
    expect(await passed(limiters, aCaller(), 12)).toBe(4)
    expect(instances.every(({ statements }) => statements.length > 0)).toBe(true)
    await vi.waitFor(() => expect(log.lines.filter(line => line.level === 'warn')).toHaveLength(2), { timeout: 5_000 })
  })

  it('are counted by each instance for itself when nothing shared answers', async () => {
    const limiter = limiterOver(2, { redisUrl: 'redis://127.0.0.1:1', query: () => Promise.reject(new Error('the database is away')) })
    expect(await passed([limiter], aCaller(), 5)).toBe(2)
  })
})

describe('what counting leaves behind', () => {
  it('is no statement for a caller who was refused already', async () => {
    const { query, statements } = anotherInstance()
    const limiter = limiterOver(2, { query })
    const caller = aCaller()
    await passed([limiter], caller, 2)
    await expect(limiter.consume('tokens', caller)).rejects.toMatchObject({ code: 'rate_limited' })
    expect(statements).toHaveLength(3)
    for (let call = 0; call < 20; call++) await expect(limiter.consume('tokens', caller)).rejects.toMatchObject({ code: 'rate_limited' })
    expect(statements).toHaveLength(3)
  })

  it('is cleared away: rows that ended an hour ago go', async () => {
    await database.db.insert(rateLimits).values([{ key: 'ended long ago', points: 5, expire: BigInt(Date.now() - 3_700_000) }, { key: 'still counting', points: 5, expire: BigInt(Date.now() + 30_000) }])
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { query, statements } = anotherInstance()
    limiterOver(2, { query })
    await vi.advanceTimersByTimeAsync(300_001)
    vi.useRealTimers()
    expect(statements).toEqual(['DELETE'])
    await vi.waitFor(async () => {
      const keys = (await database.db.select({ key: rateLimits.key }).from(rateLimits)).map(row => row.key)
      expect(keys).toContain('still counting')
      expect(keys).not.toContain('ended long ago')
    }, { timeout: 5_000 })
  })
})
