import type Redis from 'ioredis'
import { createStorage } from 'unstorage'
import lruCacheDriver from 'unstorage/drivers/lru-cache'
import redisDriver from 'unstorage/drivers/redis'
import type { Cache, Logger } from '../../usecases/ports'
import { decode, encode } from './codec'
import { redisOptions, reportOutages } from './redis-client'

/** Entries kept in memory; the least recently used goes first. */
const memoryEntries = 5_000

export interface OpenCache extends Cache {
  readonly close: () => Promise<void>
}

interface CacheOptions {
  /** null: in memory. */
  readonly redisUrl: string | null
  readonly logger: Logger
  readonly now?: () => number
}

function openStorage({ redisUrl, logger }: CacheOptions) {
  if (redisUrl === null) return createStorage({ driver: lruCacheDriver({ max: memoryEntries }) })
  const driver = redisDriver({ url: redisUrl, base: 'relayooor:cache', ...redisOptions })
  reportOutages((driver.getInstance as () => Redis)(), logger)
  return createStorage({ driver })
}

/** Key of the storage: no separator of unstorage's may get in, or two keys could meet. */
const storageKey = (key: string) => Buffer.from(key).toString('base64url')

/** A cache over unstorage, in memory or in Redis. Whatever Redis does, `remember` answers with what `load` says. */
export function openCache(options: CacheOptions): OpenCache {
  const storage = openStorage(options)
  const now = options.now ?? Date.now
  const loading = new Map<string, Promise<unknown>>()

  async function read(key: string): Promise<{ readonly value: unknown } | undefined> {
    try {
      const text = await storage.getItemRaw<string>(storageKey(key))
      const entry = text ? decode(text.toString()) as { expiresAtMs: number, value: unknown } : undefined
      return entry && entry.expiresAtMs > now() ? entry : undefined
    }
    catch {
      // Redis is away or holds something unreadable: a miss.
      return undefined
    }
  }

  async function write(key: string, value: unknown, ttlMs: number): Promise<void> {
    try {
      await storage.setItemRaw(storageKey(key), encode({ expiresAtMs: now() + ttlMs, value }), { ttl: Math.ceil(ttlMs / 1000) })
    }
    catch {
      // Not kept: the next caller loads again.
    }
  }

  async function readOrLoad(key: string, ttlMs: number, load: () => Promise<unknown>, isWanted: () => boolean): Promise<unknown> {
    const hit = await read(key)
    if (hit) return hit.value
    const value = await load()
    if (isWanted()) await write(key, value, ttlMs)
    return value
  }

  return {
    async remember<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T> {
      const running = loading.get(key)
      if (running) return await running as T
      const started: Promise<unknown> = readOrLoad(key, ttlMs, load, () => loading.get(key) === started)
      loading.set(key, started)
      try {
        return await started as T
      }
      finally {
        if (loading.get(key) === started) loading.delete(key)
      }
    },

    async forget(key) {
      // Whoever is loading now may have read before the change: its answer is not kept.
      loading.delete(key)
      try {
        await storage.removeItem(storageKey(key))
      }
      catch {
        // Redis is away: the entry ends by its expiry.
      }
    },

    close: () => storage.dispose(),
  }
}
