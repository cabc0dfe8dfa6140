import fs from 'node:fs'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateDatabase } from '../../../server/adapters/postgres/database'
import { createTestDatabase, type TestDatabase } from '../database'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

describe('migrations', () => {
  it('run from several instances at once without harm', async () => {
    await Promise.all([1, 2, 3].map(() => migrateDatabase(database.url, 'drizzle/migrations')))
    const rows = await database.db.execute(sql`select count(*)::int as applied from drizzle.__drizzle_migrations`)
    expect(rows[0]).toEqual({ applied: fs.readdirSync('drizzle/migrations').filter(name => name.endsWith('.sql')).length })
  })
})

describe('the ledger', () => {
  const entry = (set: string, amount: string) => sql`insert into ledger_entries (entry_set, account, chain_id, denom, amount, cause, created_at) values (${set}, 'wallet', 'hub-1', 'uatom', ${amount}, 'test', now())`

  it('refuses an entry set that does not sum to zero', async () => {
    const set = '018f0000-0000-7000-8000-000000000001'
    await expect(database.db.transaction(async tx => tx.execute(entry(set, '5')))).rejects.toThrow(/commit|sum to zero|Failed/i)
    const rows = await database.db.execute(sql`select 1 from ledger_entries where entry_set = ${set}`)
    expect(rows.length).toBe(0)
  })

  it('accepts a balanced set and lets nobody change it', async () => {
    const set = '018f0000-0000-7000-8000-000000000002'
    await database.db.transaction(async (tx) => {
      await tx.execute(entry(set, '5'))
      await tx.execute(entry(set, '-5'))
    })
    await expect(database.db.execute(sql`update ledger_entries set amount = 6 where entry_set = ${set}`)).rejects.toThrow()
    await expect(database.db.execute(sql`delete from ledger_entries where entry_set = ${set}`)).rejects.toThrow()
  })
})
