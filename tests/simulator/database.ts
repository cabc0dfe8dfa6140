import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import * as schema from '../../drizzle/schema'
import type { Database, Sql } from '../../server/adapters/postgres/database'
import { migrateDatabase } from '../../server/adapters/postgres/database'

/** Settings of a PostgreSQL that nobody will miss: what it loses in a power cut is made anew by the next seed. */
export const throwAway = ['fsync=off', 'full_page_writes=off', 'wal_level=minimal', 'max_wal_senders=0', 'autovacuum=off', 'plan_cache_mode=force_generic_plan'] as const

export interface SimulatorDatabase {
  readonly db: Database
  /** Rows of a query of the checks; planned once per connection. */
  readonly ask: <T>(query: string, values?: readonly string[]) => Promise<T[]>
  /** Empties every table and starts every counter anew. */
  readonly reset: () => Promise<void>
  /** What now() answers inside PostgreSQL from here on. */
  readonly setTime: (now: Date) => Promise<void>
  /** Keeps every row as it is now; the backup before it is forgotten. */
  readonly backUp: () => Promise<void>
  /** Everything is again as it was in the backup. */
  readonly restore: () => Promise<void>
  readonly drop: () => Promise<void>
}

/** Several statements at once; the driver knows `simple`, its types do not. */
const asText: object = { prepare: false, simple: true }

interface Patched {
  readonly unsafe: (query: string, values?: unknown[], options?: object) => unknown
  readonly begin?: (work: (tx: Sql) => unknown) => unknown
}

/**
 * drizzle has every statement planned anew; here some hundred run a thousand times each, on one connection. The tests of
 * `tests/integration` use the client as the app does.
 */
function preparing(client: Sql): Sql {
  const { unsafe, begin } = client as unknown as Patched
  const patched: Partial<Patched> = {
    // Without `simple: false` the driver sends what has no parameters as plain text, unprepared; drizzle asks for no preparing.
    unsafe: (query, values, options) => unsafe(query, values, { simple: false, ...options, prepare: options !== asText }),
    ...begin ? { begin: work => begin(tx => work(preparing(tx))) } : {},
  }
  return Object.assign(client, patched)
}

async function prepareSchemas(url: string, name: string) {
  const setup = postgres(url, { max: 1, onnotice: () => {} })
  await setup.unsafe(`
    create schema simulator;
    create unlogged table simulator.clock (at timestamptz not null);
    insert into simulator.clock values ('2026-01-01T00:00:00Z');
    create function simulator.now() returns timestamptz language sql stable as 'select at from simulator.clock';
    create schema backup;
    alter database ${name} set search_path = simulator, public, pg_catalog;
    alter database ${name} set synchronous_commit = off;
    alter database ${name} set jit = off;`)
  const tables = await setup<{ name: string, columns: string }[]>`
    select format('%I.%I', table_schema, table_name) as name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) filter (where is_generated = 'NEVER') as columns
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_type = 'BASE TABLE' and (table_schema = 'public' or (table_schema = 'graphile_worker' and table_name = '_private_jobs')) group by 1 order by 1`
  const counters = await setup<{ name: string }[]>`select format('%I.%I', schemaname, sequencename) as name from pg_sequences where schemaname in ('public', 'graphile_worker')`
  await setup.unsafe(tables.map(({ name: table, columns }, index) => `create unlogged table backup.t${index} as select ${columns} from ${table} with no data`).join(';'))
  await setup.end()
  return { tables: [...tables], counters: counters.map(counter => counter.name) }
}

/** A database whose now() is the simulator's clock: the schema `simulator` hides pg_catalog's. */
export async function createSimulatorDatabase(rootUrl: string, name: string): Promise<SimulatorDatabase> {
  const admin = postgres(rootUrl, { max: 1, onnotice: () => {} })
  await admin`create database ${admin(name)}`
  const url = rootUrl.replace(/\/postgres$/, `/${name}`)
  await migrateDatabase(url, 'drizzle/migrations')
  const { tables, counters } = await prepareSchemas(url, name)
  // One connection: one call at a time is what the scheduler lets through.
  const client = postgres(url, { max: 1, onnotice: () => {}, connection: { statement_timeout: 30_000 } })
  const db = drizzle(preparing(client), { schema })
  // As replica the ledger's append-only trigger and the foreign keys rest; for so few rows a delete is much quicker than a truncate.
  const asReplica = (statements: readonly string[]) => client.unsafe(['begin', 'set local session_replication_role = replica', ...statements, 'commit'].join(';'), [], asText)
  const emptied = tables.map(({ name: table }) => `delete from ${table}`)
  // Nothing vacuums: what deleted rows leave behind is read by every scan.
  const truncated = [`truncate ${tables.map(table => table.name).join(', ')}`]
  let resets = 0
  return {
    db,
    ask: async <T>(query: string, values: readonly string[] = []) => await client.unsafe(query, [...values]) as unknown as T[],
    reset: async () => {
      resets += 1
      await asReplica([...resets % 20 === 0 ? truncated : emptied, ...counters.map(counter => `alter sequence ${counter} restart`)])
    },
    setTime: async (now) => {
      await client.unsafe('update simulator.clock set at = $1::timestamptz', [now.toISOString()])
    },
    backUp: async () => {
      await asReplica(tables.flatMap(({ name: table, columns }, index) => [`delete from backup.t${index}`, `insert into backup.t${index} select ${columns} from ${table}`]))
    },
    restore: async () => {
      await asReplica([...emptied, ...tables.map(({ name: table, columns }, index) => `insert into ${table} (${columns}) overriding system value select * from backup.t${index}`)])
    },
    drop: async () => {
      await client.end()
      await admin`drop database ${admin(name)} with (force)`
      await admin.end()
    },
  }
}
