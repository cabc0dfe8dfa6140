import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import { makeWorkerUtils } from 'graphile-worker'
import postgres from 'postgres'
import * as tables from '../../../drizzle/schema'

export type Database = PostgresJsDatabase<typeof tables>
export type Sql = postgres.Sql

export interface OpenDatabase {
  readonly db: Database
  /** For LISTEN/NOTIFY only: drizzle changes the parsers of the client it is given. */
  readonly listener: Sql
  readonly close: () => Promise<void>
}

/** Any constant: one lock for "migrations run", shared by all instances of one database. */
const migrationLock = 0x52_4c_59

/** Brings tables and job queue to this version; safe from several instances at once. Throws what PostgreSQL says. */
export async function migrateDatabase(url: string, migrationsFolder: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await client`select pg_advisory_lock(${migrationLock})`
    await migrate(drizzle(client), { migrationsFolder })
    const worker = await makeWorkerUtils({ connectionString: url })
    await worker.migrate()
    await worker.release()
  }
  finally {
    await client.end()
  }
}

export interface DatabaseOptions {
  /** Connections for queries; one more is used for LISTEN. Default 12. */
  readonly poolSize?: number
  /** Where tables are; default: the database's. */
  readonly schema?: string
  /** How long the server may be silent while it owes an answer; then the connection is dropped. Default 45: more than any statement may take. */
  readonly answerLimitSeconds?: number
  /** How long a transaction may last, whatever its client does; see transactionLimitOf. Default: for ever. */
  readonly transactionLimitMs?: number
}

/**
 * The limit for a server that knows it (PostgreSQL ≥ 17); undefined for older ones. The other limits rest while the server
 * waits for the rest of a statement: a process that is stopped there would hold its locks for as long as it is stopped.
 */
export async function transactionLimitOf(url: string): Promise<number | undefined> {
  const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10 })
  try {
    const known = await client`select 1 from pg_settings where name = 'transaction_timeout'`
    return known.length > 0 ? 15_000 : undefined
  }
  finally {
    await client.end()
  }
}

export function openDatabase(url: string, { poolSize = 12, schema, answerLimitSeconds = 45, transactionLimitMs }: DatabaseOptions = {}): OpenDatabase {
  const limits = { statement_timeout: 30_000, lock_timeout: 20_000, idle_in_transaction_session_timeout: 15_000, ...transactionLimitMs === undefined ? {} : { transaction_timeout: transactionLimitMs } }
  const common = { onnotice: () => {}, connect_timeout: 10, answer_timeout: answerLimitSeconds }
  const client = postgres(url, { ...common, max: poolSize, connection: schema === undefined ? limits : { ...limits, search_path: schema } })
  const listener = postgres(url, { ...common, max: 1 })
  return {
    db: drizzle(client, { schema: tables }),
    listener,
    close: async () => {
      await Promise.all([client.end({ timeout: 5 }), listener.end({ timeout: 5 })])
    },
  }
}
