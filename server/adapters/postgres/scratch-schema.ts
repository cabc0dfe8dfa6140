import postgres from 'postgres'
import { openDatabase, type OpenDatabase } from './database'

/** The one place for tables that are read anew; what an interrupted rebuild left there is dropped. */
export const scratchSchema = 'ledger_rebuild'

/** Any constant: one rebuild at a time. */
const rebuildLock = 0x52_45_42

export interface Scratch {
  readonly database: OpenDatabase
  /** Closes it and drops the tables. */
  readonly drop: () => Promise<void>
}

// Empty copies with their constraints and indexes; foreign keys and triggers stay behind. Counters get their own.
const copyTables = `
do $$ declare t record; c record; begin
  for t in select tablename from pg_tables where schemaname = 'public' loop
    execute format('create table ${scratchSchema}.%I (like public.%I including all)', t.tablename, t.tablename);
  end loop;
  for c in select table_name, column_name from information_schema.columns where table_schema = '${scratchSchema}' and column_default like 'nextval(%' loop
    execute format('create sequence ${scratchSchema}.%I', c.table_name || '_' || c.column_name || '_seq');
    execute format('alter table ${scratchSchema}.%I alter column %I set default nextval(%L)', c.table_name, c.column_name, '${scratchSchema}.' || c.table_name || '_' || c.column_name || '_seq');
  end loop;
end $$`

/** Empty tables beside the real ones, in the same database. Rejects when another rebuild is under way. */
export async function openScratch(url: string): Promise<Scratch> {
  const owner = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10 })
  try {
    const [row] = await owner<{ held: boolean }[]>`select pg_try_advisory_lock(${rebuildLock}) as held`
    if (row?.held !== true) throw new Error('Another rebuild is under way on this database')
    await owner.unsafe(`drop schema if exists ${scratchSchema} cascade; create schema ${scratchSchema}`)
    await owner.unsafe(copyTables)
  }
  catch (error) {
    await owner.end()
    throw error
  }
  const database = openDatabase(url, { poolSize: 4, schema: scratchSchema })
  return {
    database,
    drop: async () => {
      await database.close()
      await owner.unsafe(`drop schema if exists ${scratchSchema} cascade`)
      await owner.end()
    },
  }
}
