import type Redis from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { DomainError } from '../../domain/errors'
import type { Logger, RateLimiter } from '../../usecases/ports'
import { openRedis } from './redis-client'

type LimitName = Parameters<RateLimiter['consume']>[0]

export interface OpenRateLimiter extends RateLimiter {
  readonly close: () => Promise<void>
}

interface RateLimiterOptions {
  readonly limits: Readonly<Record<LimitName, { readonly points: number, readonly seconds: number }>>
  /** null: each instance counts for itself. */
  readonly redisUrl: string | null
  readonly logger: Logger
}

/** Counts calls per limit and key in fixed windows, in Redis or in memory; in memory too while Redis is away. */
export function openRateLimiter({ limits, redisUrl, logger }: RateLimiterOptions): OpenRateLimiter {
  const redis: Redis | undefined = redisUrl === null ? undefined : openRedis(redisUrl, logger)
  const limiters = new Map(Object.entries(limits).map(([name, { points, seconds }]) => {
    const options = { keyPrefix: `relayooor:limit:${name}`, points, duration: seconds }
    const inMemory = new RateLimiterMemory(options)
    return [name, redis ? new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: inMemory, rejectIfRedisNotReady: true }) : inMemory]
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
