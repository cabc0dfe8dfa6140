import Redis, { type RedisOptions } from 'ioredis'
import type { Logger } from '../../usecases/ports'

/** A command that Redis cannot take at once fails at once: a cache must never be slower than what it saves. */
export const redisOptions = {
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
  connectTimeout: 2_000,
  commandTimeout: 500,
  retryStrategy: (attempt: number) => Math.min(attempt * 200, 5_000),
} satisfies RedisOptions

/** Says once per outage that Redis is away; without a listener an error event would end the process. */
export function reportOutages(client: Redis, logger: Logger): void {
  let away = false
  client.on('error', (error) => {
    if (!away) logger.warn({ err: error }, 'Redis does not answer, going on without it')
    away = true
  })
  client.on('ready', () => {
    if (away) logger.info({}, 'Redis answers again')
    away = false
  })
}

export function openRedis(url: string, logger: Logger): Redis {
  const client = new Redis(url, redisOptions)
  reportOutages(client, logger)
  return client
}
