import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { AppConfig } from './config'
import { openCache, type OpenCache } from './adapters/cache/cache'
import { openRateLimiter, type OpenRateLimiter } from './adapters/cache/rate-limiter'
import { preparedQuery } from './adapters/postgres/client'
import { migrateDatabase, openDatabase, transactionLimitOf, type OpenDatabase } from './adapters/postgres/database'
import { startEmbeddedPostgres } from './adapters/postgres/embedded'
import { openSharedClock } from './adapters/postgres/shared-clock'
import { openUpdates, type OperationUpdates } from './adapters/postgres/updates'
import { systemClock } from './adapters/system/clock'
import { makeIds } from './adapters/system/ids'
import type { Clock, Ids, Logger } from './usecases/ports'

/** Connections and clocks that everything else is built on. */
export interface Infrastructure {
  readonly config: AppConfig
  readonly logger: Logger
  /** PostgreSQL's time: the same on every instance. */
  readonly clock: Clock
  readonly ids: Ids
  /** Names this process in leases and runs. */
  readonly instanceId: string
  readonly databaseUrl: string
  readonly database: OpenDatabase
  readonly migrations: number
  readonly updates: OperationUpdates
  readonly cache: OpenCache
  readonly rateLimiter: OpenRateLimiter
  readonly close: () => Promise<void>
}

export interface Folders {
  /** Bundled PostgreSQL's `native` folder. */
  readonly postgres: string
  readonly migrations: string
}

async function openServer(config: AppConfig, folders: Folders, logger: Logger): Promise<{ url: string, stop: () => Promise<void> }> {
  if (config.database.url !== null) return { url: config.database.url, stop: async () => {} }
  const server = await startEmbeddedPostgres(folders.postgres, path.join(config.database.folder, 'postgres'))
  logger.info({ folder: config.database.folder, reused: server.reused }, 'bundled PostgreSQL is up')
  return server
}

/** Starts or joins PostgreSQL, migrates it, and opens what needs it. Rejects with what went wrong; nothing stays open then. */
export async function openInfrastructure(config: AppConfig, folders: Folders, logger: Logger): Promise<Infrastructure> {
  const server = await openServer(config, folders, logger)
  try {
    await migrateDatabase(server.url, folders.migrations)
  }
  catch (error) {
    await server.stop()
    throw error
  }
  const database = openDatabase(server.url, { transactionLimitMs: await transactionLimitOf(server.url) })
  const clock = await openSharedClock(database.db, logger)
  const cache = openCache({ redisUrl: config.redisUrl, logger })
  const rateLimiter = openRateLimiter({ limits: config.rateLimits, redisUrl: config.redisUrl, query: preparedQuery(database.db), logger })
  return {
    config, logger, clock, ids: makeIds(systemClock), instanceId: randomUUID(),
    databaseUrl: server.url, database, migrations: fs.readdirSync(folders.migrations).filter(name => name.endsWith('.sql')).length,
    updates: await openUpdates(database.db, database.listener, logger), cache, rateLimiter,
    close: async () => {
      clock.close()
      await Promise.allSettled([cache.close(), rateLimiter.close()])
      await database.close()
      await server.stop()
    },
  }
}
