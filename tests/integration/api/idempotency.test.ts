import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { clearingOperations, idempotencyKeys, ledgerEntries } from '../../../drizzle/schema'
import { makeIdempotencyStore } from '../../../server/adapters/postgres/idempotency-store'
import { makeStore } from '../../../server/adapters/postgres/store'
import { makeClearingReads } from '../../../server/adapters/postgres/reads'
import { makeIds } from '../../../server/adapters/system/ids'
import { deriveKeys, makeAnswerSeal, makeTokenSigner } from '../../../server/adapters/system/secrets'
import { DomainError } from '../../../server/domain/errors'
import type { Services } from '../../../server/services-type'
import { makeRequestToken } from '../../../server/usecases/request-token'
import type { ClearingToken } from '../../../shared/schemas/clearing'
import { type RunningApp, startApi } from '../../builders/api-app'
import { hubAddress, QuoteWorld } from '../../builders/quote-world'
import { memoryIdempotency, someServices } from '../../builders/services'
import { createTestDatabase, type TestDatabase } from '../database'

const seal = makeAnswerSeal(deriveKeys('a secret for tests, 32 characters or more').answerSealing)
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
    const idempotency = kind === 'PostgreSQL' ? makeIdempotencyStore(database.db, seal) : memoryIdempotency()
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
    const store = kind === 'PostgreSQL' ? makeIdempotencyStore(database.db, seal) : memoryIdempotency()
    const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000)
    const claim = { scope: 'test', key: randomUUID(), bodyHash: 'a', leaseMs: 60_000 }
    expect((await store.claim(claim, at(0))).state).toBe('claimed')
    expect((await store.claim(claim, at(59))).state).toBe('running')
    const second = await store.claim(claim, at(60))
    expect(second).toEqual({ state: 'claimed', held: { scope: 'test', key: claim.key, leaseUntil: at(120) } })
    const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"a":1}' }
    await store.complete({ scope: 'test', key: claim.key, leaseUntil: at(120) }, answer, at(61), 86_400_000)
    expect(await store.claim(claim, at(62))).toEqual({ state: 'answered', answer })
    expect((await store.claim({ ...claim, bodyHash: 'b' }, at(62))).state).toBe('reused')
    expect((await store.claim({ ...claim, bodyHash: 'b' }, at(61 + 86_400))).state).toBe('claimed')
  })

  it('is out of reach of an instance whose lease was taken over', async () => {
    const store = kind === 'PostgreSQL' ? makeIdempotencyStore(database.db, seal) : memoryIdempotency()
    const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000)
    const claim = { scope: 'test', key: randomUUID(), bodyHash: 'a', leaseMs: 60_000 }
    const slow = { scope: 'test', key: claim.key, leaseUntil: at(60) }
    await store.claim(claim, at(0))
    await store.claim(claim, at(70))
    await store.release(slow)
    await store.complete(slow, { status: 200, headers: {}, body: 'of the slow one' }, at(71), 86_400_000)
    expect((await store.claim(claim, at(72))).state).toBe('running')
    await store.complete({ ...slow, leaseUntil: at(130) }, { status: 200, headers: {}, body: 'of the second' }, at(73), 86_400_000)
    await store.release({ ...slow, leaseUntil: at(130) })
    expect(await store.claim(claim, at(74))).toMatchObject({ state: 'answered', answer: { body: 'of the second' } })
  })

  it('answers what was done although the answer cannot be kept', async () => {
    const idempotency = kind === 'PostgreSQL' ? makeIdempotencyStore(database.db, seal) : memoryIdempotency()
    app = await startApi(someServices({ requestToken: counted({ count: 0 }), idempotency: { ...idempotency, complete: () => Promise.reject(new Error('the database is gone')) } }))
    expect(await send(randomUUID())).toEqual({ status: 200, body: { token: 'token 1' } })
  })
})

it('keeps neither the key nor the answer readable', async () => {
  const key = randomUUID()
  app = await startApi(someServices({ requestToken: counted({ count: 41 }), idempotency: makeIdempotencyStore(database.db, seal) }))
  expect((await send(key)).body.token).toBe('token 42')
  const rows = JSON.stringify(await database.db.select().from(idempotencyKeys))
  expect(rows).toContain('/api/v1/clearing/request-token')
  expect(rows).not.toContain(key)
  expect(rows).not.toContain('token 42')
})

it('an instance that dies after the token was issued costs a second open token at worst, and charges nothing', async () => {
  const world = new QuoteWorld()
  const idempotency = makeIdempotencyStore(database.db, seal)
  let secondsPassed = 0
  const clock = { now: () => new Date(world.clock.now().getTime() + secondsPassed * 1000) }
  const reads = makeClearingReads(database.db)
  const ids = makeIds(clock)
  const request = makeRequestToken({
    buildQuote: world.buildQuote(reads), store: makeStore(database.db, ids.rowId), reads, ids, clock: world.clock, signer: makeTokenSigner(deriveKeys('a secret for tests, 32 characters or more').tokenSigning),
    metrics: { requestCounted: () => {}, stageObserved: () => {}, relayerRunFinished: () => {} }, lifetimes: { ttlMs: 300_000, graceMs: 600_000 }, quotas: { openTokensPerIp: 20, openTokensPerWallet: 20 },
  })
  const issued: ClearingToken[] = []
  const dies = new Promise<never>(() => {})
  const requestToken: Services['requestToken'] = async (input) => {
    issued.push(await request(input))
    // The first instance dies here: nobody is answered, nothing is kept, its lease stays.
    return issued.length === 1 ? dies : issued.at(-1)!
  }
  app = await startApi(someServices({ requestToken, idempotency, clock }))
  const body = { walletAddress: hubAddress, paymentChainId: 'hub-1', packets: [{ chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0', sequence: '77' }] }
  const key = randomUUID()
  const unanswered = send(key, body).catch(() => 'no answer')
  await vi.waitFor(() => expect(issued).toHaveLength(1))
  secondsPassed = 59
  expect(await send(key, body)).toMatchObject({ status: 409, body: { code: 'idempotency_in_progress' } })
  secondsPassed = 60
  const answers = [await send(key, body), await send(key, body)]
  expect(answers.map(answer => answer.body.token)).toEqual([issued[1]!.token, issued[1]!.token])
  expect(issued).toHaveLength(2)
  const operations = await database.db.select({ token: clearingOperations.token, status: clearingOperations.status }).from(clearingOperations)
  expect(operations).toEqual(expect.arrayContaining(issued.map(({ token }) => ({ token, status: 'awaiting_payment' }))))
  expect(operations).toHaveLength(2)
  expect(await database.db.$count(ledgerEntries)).toBe(0)
  await app.close()
  app = undefined
  expect(await unanswered).toBe('no answer')
})

it('refuses a key that is too short or not plain text', async () => {
  app = await startApi(someServices({ requestToken: counted({ count: 0 }) }))
  expect((await send('short')).body.code).toBe('invalid_request')
  expect((await send('has a space inside')).body.code).toBe('invalid_request')
})
