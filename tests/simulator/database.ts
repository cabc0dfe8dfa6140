import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { clientOf } from '../../server/adapters/postgres/client'
import { migrateDatabase, openDatabase, type OpenDatabase } from '../../server/adapters/postgres/database'

export interface SimulatorDatabase extends OpenDatabase {
  /** Empties every table and starts every counter anew. */
  readonly reset: () => Promise<void>
  /** What now() answers inside PostgreSQL from here on. */
  readonly setTime: (now: Date) => Promise<void>
  readonly drop: () => Promise<void>
}

/** A database whose now() is the simulator's clock: the schema `simulator` hides pg_catalog's. */
export async function createSimulatorDatabase(rootUrl: string, name: string): Promise<SimulatorDatabase> {
  const admin = postgres(rootUrl, { max: 1, onnotice: () => {} })
  await admin`create database ${admin(name)}`
  const url = rootUrl.replace(/\/postgres$/, `/${name}`)
  await migrateDatabase(url, 'drizzle/migrations')
  const setup = postgres(url, { max: 1, onnotice: () => {} })
  await setup.unsafe(`
    create schema simulator;
    create unlogged table simulator.clock (at timestamptz not null);
    insert into simulator.clock values ('2026-01-01T00:00:00Z');
    create function simulator.now() returns timestamptz language sql stable as 'select at from simulator.clock';
    alter database ${name} set search_path = simulator, public, pg_catalog;
    alter database ${name} set synchronous_commit = off;
    alter database ${name} set jit = off;`)
  const tables = await setup<{ name: string }[]>`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'`
  const counters = await setup<{ name: string }[]>`select format('%I.%I', schemaname, sequencename) as name from pg_sequences where schemaname in ('public', 'graphile_worker')`
  await setup.end()
  // One connection: one call at a time is what the scheduler lets through.
  const database = openDatabase(url, 1)
  // As replica the ledger's append-only trigger and the foreign keys rest; for so few rows a delete is much quicker than a truncate.
  const emptying = ['begin', 'set local session_replication_role = replica', 'delete from graphile_worker._private_jobs', ...tables.map(({ name: table }) => `delete from ${table}`), ...counters.map(({ name: counter }) => `alter sequence ${counter} restart`), 'commit'].join(';')
  return {
    ...database,
    reset: async () => {
      await clientOf(database.db).unsafe(emptying)
    },
    setTime: async (now) => {
      await database.db.execute(sql`update simulator.clock set at = ${now.toISOString()}::timestamptz`)
    },
    drop: async () => {
      await database.close()
      await admin`drop database ${admin(name)} with (force)`
      await admin.end()
    },
  }
}
