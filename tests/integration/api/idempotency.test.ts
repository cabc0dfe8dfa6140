import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeIdempotencyStore } from '../../../server/adapters/postgres/idempotency-store'
import { DomainError } from '../../../server/domain/errors'
import type { Services } from '../../../server/services-type'
import type { ClearingToken } from '../../../shared/schemas/clearing'
import { type RunningApp, startApi } from '../../builders/api-app'
import { memoryIdempotency, someServices } from '../../builders/services'
import { createTestDatabase, type TestDatabase } from '../database'

let database: TestDatabase
let app: RunningApp | undefined
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
afterEach(async () => {
  await app?.close()
  app = undefined
})

const request = { walletAddress: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl', paymentChainId: 'sim-a', packets: [{ chainId: 'sim-a', portId: 'transfer', channelId: 'channel-0', sequence: '7' }] }
const counted = (calls: { count: number }) => async () => ({ token: `token ${++calls.count}` }) as unknown as ClearingToken

async function send(key: string, body: unknown = request) {
  const response = await fetch(`${app!.url}/api/v1/clearing/request-token`, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() as { code?: string, token?: string } }
}

describe.each(['PostgreSQL', 'the stand-in'])('an Idempotency-Key over %s', (kind) => {
  const start = async (requestToken: Services['requestToken'], now = () => new Date()) => {
    const idempotency = kind === 'PostgreSQL' ? makeIdempotencyStore(database.db) : memoryIdempotency()
    app = await startApi(someServices({ requestToken, idempotency, clock: { now } }))
  }

  it('case 33a: gives a repeat the same answer without doing it again', async () => {
    const calls = { count: 0 }
    await start(counted(calls))
    const key = randomUUID()
    const first = await send(key)
    expect(first).toEqual({ status: 200, body: { token: 'token 1' } })
    expect(await send(key)).toEqual(first)
    expect(calls.count).toBe(1)
    expect((await send(randomUUID())).body.token).toBe('token 2')
  })

  it('case 33b: refuses the key with another body', async () => {
    await start(counted({ count: 0 }))
    const key = randomUUID()
    await send(key)
    expect(await send(key, { ...request, paymentChainId: 'sim-b' })).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  })

  it('case 33c: lets one of many at once through, the others wait or get its answer', async () => {
    const calls = { count: 0 }
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    await start(async () => {
      await gate
      return counted(calls)()
    })
    const key = randomUUID()
    const sent = Array.from({ length: 8 }, () => send(key))
    const early = await Promise.race(sent)
    expect(early).toMatchObject({ status: 409, body: { code: 'idempotency_in_progress' } })
    release()
    const answers = await Promise.all(sent)
    expect(answers.filter(answer => answer.status === 200).every(answer => answer.body.token === 'token 1')).toBe(true)
    expect(calls.count).toBe(1)
  })

  it('keeps no refusal: the same call may succeed later', async () => {
    let refuse = true
    const calls = { count: 0 }
    await start(async () => {
      if (refuse) throw new DomainError('chain_unavailable', 'away')
      return counted(calls)()
    })
    const key = randomUUID()
    expect((await send(key)).status).toBe(503)
    refuse = false
    expect((await send(key)).status).toBe(200)
  })

  it('is free again when the instance that held it died, and after a day', async () => {
    const store = kind === 'PostgreSQL' ? makeIdempotencyStore(database.db) : memoryIdempotency()
    const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000)
    const claim = { scope: 'test', key: randomUUID(), bodyHash: 'a', leaseMs: 60_000 }
    expect((await store.claim(claim, at(0))).state).toBe('claimed')
    expect((await store.claim(claim, at(59))).state).toBe('running')
    expect((await store.claim(claim, at(60))).state).toBe('claimed')
    await store.complete(claim.scope, claim.key, { status: 200, body: '{"a":1}' }, at(61), 86_400_000)
    expect(await store.claim(claim, at(62))).toEqual({ state: 'answered', answer: { status: 200, body: '{"a":1}' } })
    expect((await store.claim({ ...claim, bodyHash: 'b' }, at(62))).state).toBe('reused')
    expect((await store.claim({ ...claim, bodyHash: 'b' }, at(61 + 86_400))).state).toBe('claimed')
  })
})

it('refuses a key that is too short or not plain text', async () => {
  app = await startApi(someServices({ requestToken: counted({ count: 0 }) }))
  expect((await send('short')).body.code).toBe('invalid_request')
  expect((await send('has a space inside')).body.code).toBe('invalid_request')
})
