import { sql } from 'drizzle-orm'
import type { DatabaseProbe } from '../../usecases/http-ports'
import type { Database } from './database'

/** `migrations`: how many this version of the app brings. */
export function makeDatabaseProbe(db: Database, migrations: number): DatabaseProbe {
  return {
    async check() {
      try {
        const [row] = await db.execute<{ applied: number }>(sql`select count(*)::int as applied from drizzle.__drizzle_migrations`)
        return (row?.applied ?? 0) >= migrations ? 'ok' : 'migrations_pending'
      }
      catch (error) {
        // 42P01: the table is not there yet (source: PostgreSQL error codes); anything else is no answer.
        const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
        return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === '42P01' ? 'migrations_pending' : 'unreachable'
      }
    },
  }
}
