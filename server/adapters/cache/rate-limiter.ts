import type Redis from 'ioredis'
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { DomainError } from '../../domain/errors'
import type { Logger, RateLimiter } from '../../usecases/ports'
import { openRedis } from './redis-client'

type LimitName = Parameters<RateLimiter['consume']>[0]

/** Runs one statement with $1, $2 … in place; prepared once per connection. */
export type SqlQuery = (text: string, values: readonly unknown[]) => Promise<readonly object[]>

export interface OpenRateLimiter extends RateLimiter {
  readonly close: () => Promise<void>
}

interface RateLimiterOptions {
  readonly limits: Readonly<Record<LimitName, { readonly points: number, readonly seconds: number }>>
  /** null: PostgreSQL counts. */
  readonly redisUrl: string | null
  /** The table rate_limits; null: each instance counts for itself. */
  readonly query: SqlQuery | null
  readonly logger: Logger
}

const tableName = 'rate_limits'

/** What the library calls of a node-postgres client. */
const clientOver = (query: SqlQuery) => ({
  query: async ({ text, values }: { readonly text: string, readonly values?: readonly unknown[] }) => {
    const rows = await query(text, values ?? [])
    return { rows, rowCount: rows.length }
  },
})

/**
 * Counts calls per limit and key in fixed windows that all instances share: in Redis, or in PostgreSQL while Redis is
 * away or not there; in memory, each instance for itself, only when neither answers.
 */
export function openRateLimiter({ limits, redisUrl, query, logger }: RateLimiterOptions): OpenRateLimiter {
  const redis: Redis | undefined = redisUrl === null ? undefined : openRedis(redisUrl, logger)
  const limiters = new Map(Object.entries(limits).map(([name, { points, seconds }], index) => {
    // Whoever is over the limit is refused from memory until the window ends, without asking again.
    const options = { keyPrefix: `relayooor:limit:${name}`, points, duration: seconds }
    const shared = { ...options, inMemoryBlockOnConsumed: points + 1 }
    let limiter: RateLimiterAbstract = new RateLimiterMemory(options)
    // One of them clears the table, for all.
    if (query) limiter = new RateLimiterPostgres({ ...shared, storeClient: clientOver(query), storeType: 'client', tableName, tableCreated: true, clearExpiredByTimeout: index === 0, insuranceLimiter: limiter })
    if (redis) limiter = new RateLimiterRedis({ ...shared, storeClient: redis, insuranceLimiter: limiter, rejectIfRedisNotReady: true })
    return [name, limiter]
  }))

  return {
    async consume(name, key) {
      const limiter = limiters.get(name)
      if (!limiter) throw new RangeError(`no rate limit is called ${name}`)
      try {
        const used = await limiter.consume(key)
        return { limit: limiter.points, remaining: used.remainingPoints, resetSeconds: Math.ceil(used.msBeforeNext / 1000) }
      }
      catch (cause) {
        if (!(cause instanceof RateLimiterRes)) throw cause
        const retryAfterSeconds = Math.max(1, Math.ceil(cause.msBeforeNext / 1000))
        throw new DomainError('rate_limited', `Too many calls: at most ${limiter.points} in ${limiter.duration} seconds.`, { retryAfterSeconds })
      }
    },
    close: async () => redis?.disconnect(),
  }
}
