import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { retryDeadlocks } from '../../../server/adapters/postgres/retry-deadlocks'
import { createTestDatabase, type TestDatabase } from '../database'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.db.execute(sql`create table pairs (name text primary key, value int not null)`)
  await database.db.execute(sql`insert into pairs values ('a', 0), ('b', 0)`)
})
afterAll(() => database.drop())

/** Adds 1 to both rows, in the given order, with the other transaction certain to hold its first row meanwhile. */
function addToBoth(order: readonly [string, string], meet: () => Promise<void>): Promise<void> {
  return retryDeadlocks(() => database.db.transaction(async (tx) => {
    await tx.execute(sql`update pairs set value = value + 1 where name = ${order[0]}`)
    await meet()
    await tx.execute(sql`update pairs set value = value + 1 where name = ${order[1]}`)
  }))
}

describe('a transaction that loses a deadlock', () => {
  it('is run again, and counts once', async () => {
    let arrived = 0
    let open = () => {}
    const bothHere = new Promise<void>(resolve => open = resolve)
    const meet = async () => {
      arrived += 1
      if (arrived === 2) open()
      await bothHere
    }
    await Promise.all([addToBoth(['a', 'b'], meet), addToBoth(['b', 'a'], meet)])
    const rows = await database.db.execute(sql`select name, value from pairs order by name`)
    expect([...rows]).toEqual([{ name: 'a', value: 2 }, { name: 'b', value: 2 }])
    expect(arrived).toBe(3)
  })

  it('fails at once for any other reason', async () => {
    let runs = 0
    await expect(retryDeadlocks(async () => {
      runs += 1
      await database.db.execute(sql`select * from no_such_table`)
    })).rejects.toThrow()
    expect(runs).toBe(1)
  })
})
