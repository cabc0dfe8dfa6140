import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import postgres from 'postgres'
import { openDatabase, type OpenDatabase } from '../../../server/adapters/postgres/database'

const poolSize = 3
let database: OpenDatabase
let admin: postgres.Sql
beforeAll(() => {
  database = openDatabase(inject('postgresUrl'), poolSize)
  admin = postgres(inject('postgresUrl'), { max: 1 })
})
afterAll(async () => {
  await database.close()
  await admin.end()
})

describe('a pool whose connections are cut inside of transactions', () => {
  // The patch of the driver in patches/: without it each of them stays dead for as long as the process lives.
  it('refuses those transactions and has every connection back', async () => {
    for (let round = 0; round < 2; round++) {
      const cut = Array.from({ length: poolSize }, () => database.db.transaction(tx => tx.execute(sql`select pg_sleep(30)`)).then(() => 'done', () => 'refused'))
      const terminate = async () => (await admin`select count(pg_terminate_backend(pid))::int as cut from pg_stat_activity where wait_event = 'PgSleep'`)[0]!.cut as number
      let terminated = 0
      await expect.poll(async () => terminated += await terminate(), { timeout: 10_000 }).toBe(poolSize)
      expect(await Promise.all(cut)).toEqual(Array.from({ length: poolSize }, () => 'refused'))
      const together = Array.from({ length: poolSize }, (_, index) => database.db.transaction(async (tx) => {
        await tx.execute(sql`select pg_sleep(0.1)`)
        return (await tx.execute<{ index: number }>(sql`select ${index}::int as index`))[0]!.index
      }))
      expect(await Promise.all(together)).toEqual([0, 1, 2])
    }
  })
})
