import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSharedClock } from '../../../server/adapters/postgres/shared-clock'
import { silent } from '../../builders/quiet'
import { createTestDatabase, type TestDatabase } from '../database'

const tenMinutesMs = 600_000

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

describe('the clock that instances share', () => {
  it('tells the same time on machines whose clocks are ten minutes apart', async () => {
    const ahead = await openSharedClock(database.db, silent, () => Date.now() + tenMinutesMs)
    const behind = await openSharedClock(database.db, silent, () => Date.now() - tenMinutesMs)
    expect(Math.abs(ahead.now().getTime() - behind.now().getTime())).toBeLessThan(1_000)
    ahead.close()
    behind.close()
  })

  it('cannot be opened while PostgreSQL is not there', async () => {
    const gone = await createTestDatabase()
    await gone.drop()
    await expect(openSharedClock(gone.db, silent)).rejects.toThrow()
  })
})
