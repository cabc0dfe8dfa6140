import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { authSessions } from '../../../drizzle/schema'
import { openDatabase } from '../../../server/adapters/postgres/database'
import type { ChallengeDto } from '../../../shared/schemas/auth'
import { type RunningApp, startApi } from '../../builders/api-app'
import { someServices } from '../../builders/services'
import { signInServices } from '../../builders/sign-in'
import { aWallet, type SigningWallet } from '../../builders/wallet'
import { createTestDatabase, type TestDatabase } from '../database'

let database: TestDatabase
let alice: SigningWallet
let app: RunningApp
let now: Date

beforeAll(async () => {
  database = await createTestDatabase()
  alice = await aWallet(1)
})
afterAll(() => database.drop())
beforeEach(async () => {
  now = new Date('2026-03-01T12:00:00Z')
  // Two callers of one app: each names its network as the one trusted proxy would.
  app = await startApi(someServices(signInServices(database.db, { now: () => now, trustedProxies: 1 })))
  return () => app.close()
})

const home = '198.51.100.7'
const elsewhere = '203.0.113.9'

async function call(method: string, path: string, options: { readonly key?: string, readonly body?: unknown, readonly from?: string, readonly cookie?: string } = {}) {
  const headers: Record<string, string> = { 'x-forwarded-for': options.from ?? home }
  if (options.key) headers['idempotency-key'] = options.key
  if (options.cookie) headers['cookie'] = options.cookie
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  const response = await fetch(`${app.url}/api/v1${path}`, { method, headers, body: options.body === undefined ? undefined : JSON.stringify(options.body) })
  const text = await response.text()
  return { status: response.status, cookies: response.headers.getSetCookie(), replayed: response.headers.get('idempotent-replayed'), type: response.headers.get('content-type'), body: (text ? JSON.parse(text) : null) as Record<string, unknown> | null }
}

async function signed(text?: string) {
  const { body } = await call('POST', '/auth/challenge', { body: { address: alice.address, chainId: 'sim-a' } })
  const challenge = body as unknown as ChallengeDto
  return { challengeId: challenge.challengeId, signature: alice.signText(text ?? challenge.text), pubKey: alice.pubKey }
}
const cookieIn = (cookies: readonly string[]) => cookies[0]!.split(';')[0]!
const whoIs = async (cookie: string) => (await call('GET', '/auth/session', { cookie })).body

describe('signing in under an Idempotency-Key', () => {
  it('gives the caller who heard no answer the same session again', async () => {
    const request = { key: randomUUID(), body: await signed() }
    const first = await call('POST', '/auth/wallet-sign', request)
    const again = await call('POST', '/auth/wallet-sign', request)
    expect(first).toMatchObject({ status: 200, replayed: null, cookies: [expect.stringMatching(/^__Host-session=[\w-]{43};/)] })
    expect(again).toEqual({ ...first, replayed: 'true' })
    expect(await whoIs(cookieIn(again.cookies))).toMatchObject({ session: { address: alice.address } })
    expect(await database.db.$count(authSessions)).toBe(1)
  })

  it('case 33e: hands the session to nobody who has only the signed request, or calls from elsewhere, or comes late', async () => {
    const request = { key: randomUUID(), body: await signed() }
    expect((await call('POST', '/auth/wallet-sign', request)).status).toBe(200)
    const refused = { status: 404, cookies: [], body: { code: 'challenge_not_found' } }
    expect(await call('POST', '/auth/wallet-sign', { body: request.body })).toMatchObject(refused)
    expect(await call('POST', '/auth/wallet-sign', { ...request, key: randomUUID() })).toMatchObject(refused)
    expect(await call('POST', '/auth/wallet-sign', { ...request, from: elsewhere })).toMatchObject(refused)
    now = new Date(now.getTime() + 5 * 60_000)
    expect(await call('POST', '/auth/wallet-sign', request)).toMatchObject(refused)
  })

  it('hands it to nobody who has the key with another signature', async () => {
    const request = { key: randomUUID(), body: await signed() }
    await call('POST', '/auth/wallet-sign', request)
    expect(await call('POST', '/auth/wallet-sign', { key: request.key, body: await signed() })).toMatchObject({ status: 422, cookies: [], body: { code: 'idempotency_key_reused' } })
  })

  it('opens nothing any more once the session was signed out', async () => {
    const request = { key: randomUUID(), body: await signed() }
    const cookie = cookieIn((await call('POST', '/auth/wallet-sign', request)).cookies)
    await call('DELETE', '/auth/session', { cookie })
    expect(await whoIs(cookieIn((await call('POST', '/auth/wallet-sign', request)).cookies))).toEqual({ session: null })
  })

  it('keeps the cookie\'s secret nowhere readable', async () => {
    const { cookies } = await call('POST', '/auth/wallet-sign', { key: randomUUID(), body: await signed() })
    const secret = cookieIn(cookies).split('=')[1]!
    for (const table of ['auth_sessions', 'idempotency_keys', 'auth_challenges']) {
      const rows = JSON.stringify(await database.db.execute(`select * from ${table}`))
      expect(rows.length).toBeGreaterThan(20)
      expect(rows).not.toContain(secret)
    }
  })

  it('is refused again in the same words when the signature was wrong: the text is used up', async () => {
    const request = { key: randomUUID(), body: await signed('another text') }
    const first = await call('POST', '/auth/wallet-sign', request)
    expect(first).toMatchObject({ status: 401, type: 'application/problem+json; charset=utf-8', body: { code: 'signature_invalid' } })
    expect(await call('POST', '/auth/wallet-sign', request)).toMatchObject({ status: 401, type: first.type, body: { code: 'signature_invalid', detail: first.body!.detail } })
  })

  it('case 33d: opens one session however many ask at once', async () => {
    const before = await database.db.$count(authSessions)
    const request = { key: randomUUID(), body: await signed() }
    const answers = await Promise.all(Array.from({ length: 8 }, () => call('POST', '/auth/wallet-sign', request)))
    expect(new Set(answers.filter(answer => answer.status === 200).map(answer => cookieIn(answer.cookies))).size).toBe(1)
    expect(answers.filter(answer => answer.status !== 200).every(answer => answer.body!.code === 'idempotency_in_progress')).toBe(true)
    expect(await database.db.$count(authSessions)).toBe(before + 1)
  })
})

describe('the other calls of sign-in under an Idempotency-Key', () => {
  it('give the same text to sign again', async () => {
    const request = { key: randomUUID(), body: { address: alice.address, chainId: 'sim-a' } }
    const first = await call('POST', '/auth/challenge', request)
    expect((await call('POST', '/auth/challenge', request)).body).toEqual(first.body)
    expect((await call('POST', '/auth/challenge', { ...request, key: randomUUID() })).body!.challengeId).not.toBe(first.body!.challengeId)
  })

  it('sign out the session that is presented, whatever the key did before', async () => {
    const key = randomUUID()
    const cookieOfNew = async () => cookieIn((await call('POST', '/auth/wallet-sign', { body: await signed() })).cookies)
    const [first, second] = [await cookieOfNew(), await cookieOfNew()]
    const answers = [await call('DELETE', '/auth/session', { key, cookie: first }), await call('DELETE', '/auth/session', { key, cookie: first })]
    expect(answers).toMatchObject([{ status: 204, replayed: null }, { status: 204, replayed: 'true' }])
    expect(answers[1]!.cookies).toEqual(answers[0]!.cookies)
    expect(await whoIs(second)).toMatchObject({ session: { address: alice.address } })
    expect(await call('DELETE', '/auth/session', { key, cookie: second })).toMatchObject({ status: 204, replayed: null })
    expect(await whoIs(second)).toEqual({ session: null })
  })
})

describe('over two instances', () => {
  it('case 31h: a signed text opens one session, whichever of them is asked', async () => {
    const other = openDatabase(database.url, { poolSize: 4 })
    try {
      const instances = [database.db, other.db].map(db => signInServices(db, { now: () => now }))
      for (let round = 0; round < 10; round++) {
        const request = { ...await signed(), replacedSecret: null }
        const answers = await Promise.allSettled(Array.from({ length: 6 }, (_, index) => instances[index % 2]!.signIn(request)))
        expect(answers.filter(answer => answer.status === 'fulfilled')).toHaveLength(1)
        expect(answers.filter(answer => answer.status === 'rejected').every(answer => (answer.reason as { code: string }).code === 'challenge_not_found')).toBe(true)
      }
    }
    finally {
      await other.close()
    }
  })

  it('a session that one of them ended or replaced is over on the other at once', async () => {
    const other = openDatabase(database.url, { poolSize: 4 })
    try {
      const [one, two] = [database.db, other.db].map(db => signInServices(db, { now: () => now })) as [ReturnType<typeof signInServices>, ReturnType<typeof signInServices>]
      const { sessionSecret } = await one.signIn({ ...await signed(), replacedSecret: null })
      const replacing = await two.signIn({ ...await signed(), replacedSecret: sessionSecret })
      expect(await one.readSession(sessionSecret)).toBeNull()
      expect(await one.readSession(replacing.sessionSecret)).toMatchObject({ address: alice.address })
      await one.signOut(replacing.sessionSecret)
      expect(await two.readSession(replacing.sessionSecret)).toBeNull()
    }
    finally {
      await other.close()
    }
  })
})
