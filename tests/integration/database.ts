import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { inject } from 'vitest'
import { migrateDatabase, openDatabase, type OpenDatabase } from '../../server/adapters/postgres/database'

export interface TestDatabase extends OpenDatabase {
  readonly url: string
  /** Closes and drops it. */
  readonly drop: () => Promise<void>
}

/** A fresh, migrated database on the run's PostgreSQL. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const root = inject('postgresUrl')
  const name = `t_${randomBytes(6).toString('hex')}`
  const admin = postgres(root, { max: 1, onnotice: () => {} })
  await admin`create database ${admin(name)}`
  const url = root.replace(/\/postgres$/, `/${name}`)
  await migrateDatabase(url, 'drizzle/migrations')
  const database = openDatabase(url)
  return {
    ...database,
    url,
    drop: async () => {
      await database.close()
      await admin`drop database ${admin(name)} with (force)`
      await admin.end()
    },
  }
}
