import fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthStore } from '../../../server/adapters/postgres/auth-store'
import { makeIdempotencyStore } from '../../../server/adapters/postgres/idempotency-store'
import { makeAnswerSeal } from '../../../server/adapters/system/secrets'
import { makeClearingReads } from '../../../server/adapters/postgres/reads'
import { adr36Verifier } from '../../../server/adapters/adr36/signature-verifier'
import { makeIds } from '../../../server/adapters/system/ids'
import { makeListOperations } from '../../../server/usecases/list-operations'
import { makeSignIn } from '../../../server/usecases/sign-in'
import { problemSchema } from '../../../shared/schemas/common'
import { type RunningApp, startApi } from '../../builders/api-app'
import { someServices } from '../../builders/services'
import { createTestDatabase, type TestDatabase } from '../database'

let database: TestDatabase
let app: RunningApp

beforeAll(async () => {
  database = await createTestDatabase()
  const clock = { now: () => new Date() }
  app = await startApi(someServices({
    readSession: async () => ({ address: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl', chainId: 'sim-a', admin: false, expiresAt: '2030-01-01T00:00:00.000Z' }),
    listOperations: makeListOperations({ reads: makeClearingReads(database.db) }),
    idempotency: makeIdempotencyStore(database.db, makeAnswerSeal(Buffer.alloc(32))),
    requestToken: async () => ({ token: 'x' }) as never,
    signIn: makeSignIn({ store: makeAuthStore(database.db), verifier: adr36Verifier, chains: { chain: () => undefined }, ids: makeIds(clock), clock, logger: someServices().log, admins: [] }),
  }))
})
afterAll(async () => {
  await app.close()
  await database.drop()
})

async function expectNoFault(response: Response): Promise<void> {
  expect(response.status).toBeLessThan(500)
  if (response.status >= 400) expect(problemSchema.parse(await response.json()).status).toBe(response.status)
}

const listed = (query: Record<string, string>) => fetch(`${app.url}/api/v1/clearing/operations?${new URLSearchParams(query)}`, { headers: { cookie: `session=${'s'.repeat(43)}` } })
const cursorOf = (text: string) => Buffer.from(text).toString('base64url')

describe('bad input that PostgreSQL would choke on never gives a 5xx', () => {
  it.each<Record<string, string>>([
    { from: '0000-01-01T00:00:00Z' }, { until: '9999-12-31T23:59:59.999Z' }, { from: '2026-02-29T00:00:00Z' }, { from: '2026-01-01T00:00:00Z', until: '2025-01-01T00:00:00Z' },
    { cursor: cursorOf('2026-02-30T00:00:00.000Z|' + randomUUID()) }, { cursor: cursorOf('2026-01-01 00:00:00.123456+99|' + randomUUID()) }, { cursor: cursorOf('2026-01-01T24:00:00Z|' + randomUUID()) },
    { cursor: cursorOf('0000-01-01T00:00:00.000Z|' + randomUUID()) }, { cursor: cursorOf('2026-01-01T00:00:00.000Z|nobody') }, { cursor: cursorOf('+275760-09-13T00:00:00.000Z|' + randomUUID()) },
    { cursor: cursorOf('-000001-01-01T00:00:00.000Z|' + randomUUID()) }, { cursor: cursorOf('\u0000|\u0000') }, { cursor: '\'; drop table payments; --' }, { status: 'cleared', chainId: 'a.b+c-d_e', limit: '100' },
  ])('in the history: %j', async (query) => {
    await expectNoFault(await listed(query))
  })

  it('in any cursor', async () => {
    await fc.assert(fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }).map(cursorOf), fc.tuple(fc.date({ noInvalidDate: true }), fc.oneof(fc.uuid(), fc.string())).map(([date, id]) => cursorOf(`${date.toISOString()}|${id}`))), async (cursor) => {
      await expectNoFault(await listed({ cursor }))
    }), { numRuns: 100 })
  })

  it('in a sign-in', async () => {
    const sign = (body: object) => fetch(`${app.url}/api/v1/auth/wallet-sign`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    await fc.assert(fc.asyncProperty(fc.uuid(), fc.base64String(), fc.base64String(), async (challengeId, signature, pubKey) => {
      await expectNoFault(await sign({ challengeId, signature, pubKey }))
    }), { numRuns: 50 })
  })

  it('in a key or body of a repeatable call', async () => {
    const request = (key: string, memo: string) => fetch(`${app.url}/api/v1/clearing/request-token`, {
      method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ walletAddress: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl', paymentChainId: 'sim-a', packets: [{ chainId: 'sim-a', portId: 'transfer', channelId: 'channel-0', sequence: '1', memo }] }),
    })
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 140 }), fc.string({ unit: 'binary' }), async (key, memo) => {
      await expectNoFault(await request(key, memo))
    }), { numRuns: 50 })
  })
})
