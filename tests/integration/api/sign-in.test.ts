import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { authSessions } from '../../../drizzle/schema'
import type { ChallengeDto, SessionDto } from '../../../shared/schemas/auth'
import { type RunningApp, startApi } from '../../builders/api-app'
import { someServices } from '../../builders/services'
import { signInServices } from '../../builders/sign-in'
import { aWallet, highSTwin, type SigningWallet } from '../../builders/wallet'
import { createTestDatabase, type TestDatabase } from '../database'

const hourMs = 3_600_000

let database: TestDatabase
let alice: SigningWallet
let mallory: SigningWallet
let app: RunningApp
let now: Date

beforeAll(async () => {
  database = await createTestDatabase()
  alice = await aWallet(1)
  mallory = await aWallet(2)
})
afterAll(() => database.drop())

const authServices = (publicUrl = 'https://relayooor.test') => signInServices(database.db, { publicUrl, now: () => now, admins: [alice.address] })

beforeEach(async () => {
  now = new Date('2026-03-01T12:00:00Z')
  app = await startApi(someServices(authServices()))
  return () => app.close()
})

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${app.url}/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  return { status: response.status, headers: response.headers, body: await response.json() as Record<string, unknown> }
}

async function challengeFor(wallet: SigningWallet, chainId = 'sim-a'): Promise<ChallengeDto> {
  const { status, body } = await post('/auth/challenge', { address: wallet.address, chainId })
  expect(status).toBe(200)
  return body as ChallengeDto
}

const signedBy = (wallet: SigningWallet, challenge: ChallengeDto, text = challenge.text) => ({ challengeId: challenge.challengeId, signature: wallet.signText(text), pubKey: wallet.pubKey })
const cookieOf = (headers: Headers) => headers.getSetCookie()[0]!.split(';')[0]!

async function sessionOf(cookie: string): Promise<SessionDto | null> {
  return (await (await fetch(`${app.url}/api/v1/auth/session`, { headers: { cookie } })).json() as { session: SessionDto | null }).session
}

async function signIn(wallet: SigningWallet, headers: Record<string, string> = {}): Promise<string> {
  const answer = await post('/auth/wallet-sign', signedBy(wallet, await challengeFor(wallet)), headers)
  expect(answer.status).toBe(200)
  return cookieOf(answer.headers)
}

describe('sign-in by a signed text', () => {
  it('opens a session whose cookie scripts and other sites cannot read', async () => {
    const answer = await post('/auth/wallet-sign', signedBy(alice, await challengeFor(alice)))
    expect(answer.body).toEqual({ session: { address: alice.address, chainId: 'sim-a', admin: true, expiresAt: '2026-03-08T12:00:00.000Z' } })
    const [cookie] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-session=[\w-]{43}; .*Path=\/.*HttpOnly; Secure; SameSite=Lax/)
    expect(cookie).not.toMatch(/Domain/i)
    expect(await sessionOf(cookieOf(answer.headers))).toMatchObject({ address: alice.address })
  })

  it('names domain, address, chain, nonce and expiry in the text, from our configuration and not from the Host header', async () => {
    const { text, expiresAt } = await challengeFor(alice)
    expect(text.split('\n')).toEqual([
      'relayooor.test wants you to sign in with your Cosmos account:', alice.address, '',
      'Sign in to see your clearings. This moves no money and costs nothing.', '',
      'URI: https://relayooor.test', 'Version: 1', 'Chain ID: sim-a', expect.stringMatching(/^Nonce: [a-z\d]{26}$/), 'Issued At: 2026-03-01T12:00:00.000Z', `Expiration Time: ${expiresAt}`,
    ])
  })

  it('case 31a: refuses the same signature a second time', async () => {
    const signed = signedBy(alice, await challengeFor(alice))
    expect((await post('/auth/wallet-sign', signed)).status).toBe(200)
    const replay = await post('/auth/wallet-sign', signed)
    expect([replay.status, replay.body.code]).toEqual([404, 'challenge_not_found'])
    expect(replay.headers.getSetCookie()).toEqual([])
  })

  it('case 31b: lets exactly one of many at once win', async () => {
    const signed = signedBy(alice, await challengeFor(alice))
    const answers = await Promise.all(Array.from({ length: 12 }, () => post('/auth/wallet-sign', signed)))
    expect(answers.filter(answer => answer.status === 200)).toHaveLength(1)
    expect(answers.filter(answer => answer.body.code === 'challenge_not_found')).toHaveLength(11)
  })

  it('case 31c: refuses a text that was issued for another domain or chain, or edited', async () => {
    for (const edit of [(text: string) => text.replace('relayooor.test', 'evil.test'), (text: string) => text.replace('sim-a', 'sim-b'), (text: string) => `${text} `, (text: string) => text.replaceAll(alice.address, mallory.address)]) {
      const challenge = await challengeFor(alice)
      const answer = await post('/auth/wallet-sign', signedBy(alice, challenge, edit(challenge.text)))
      expect([answer.status, answer.body.code]).toEqual([401, 'signature_invalid'])
    }
  })

  it('refuses a signature of another challenge', async () => {
    const first = await challengeFor(alice)
    const second = await challengeFor(alice)
    const answer = await post('/auth/wallet-sign', { ...signedBy(alice, first), challengeId: second.challengeId })
    expect(answer.body.code).toBe('signature_invalid')
  })

  it('case 31e: refuses another wallet that signs for this address', async () => {
    const challenge = await challengeFor(alice)
    expect((await post('/auth/wallet-sign', signedBy(mallory, challenge))).body.code).toBe('signature_invalid')
    // And the challenge is spent by the attempt.
    expect((await post('/auth/wallet-sign', signedBy(alice, challenge))).body.code).toBe('challenge_not_found')
  })

  it('case 31f: refuses the high-S twin of a good signature', async () => {
    const signed = signedBy(alice, await challengeFor(alice))
    expect((await post('/auth/wallet-sign', { ...signed, signature: highSTwin(signed.signature) })).body.code).toBe('signature_invalid')
  })

  it('case 31g: refuses a text that has expired', async () => {
    const signed = signedBy(alice, await challengeFor(alice))
    now = new Date(now.getTime() + 5 * 60_000)
    const answer = await post('/auth/wallet-sign', signed)
    expect([answer.status, answer.body.code]).toEqual([410, 'challenge_expired'])
  })

  it('case 31d: refuses to issue a text for a chain it does not serve or an address of another chain', async () => {
    expect((await post('/auth/challenge', { address: alice.address, chainId: 'sim-x' })).body.code).toBe('chain_not_served')
    const foreign = await post('/auth/challenge', { address: alice.address, chainId: 'sim-o' })
    expect([foreign.status, foreign.body.code]).toEqual([400, 'invalid_request'])
    const mistyped = alice.address.slice(0, -1) + (alice.address.endsWith('q') ? 'p' : 'q')
    expect((await post('/auth/challenge', { address: mistyped, chainId: 'sim-a' })).body.code).toBe('invalid_request')
  })

  it('keeps no secret: the database holds hashes', async () => {
    const cookie = await signIn(alice)
    const secret = cookie.split('=')[1]!
    const rows = JSON.stringify(await database.db.query.authSessions.findMany())
    expect(rows).toContain(alice.address)
    expect(rows).not.toContain(secret)
  })
})

describe('sessions', () => {
  it('are replaced at sign-in: the old cookie is worth nothing', async () => {
    const first = await signIn(alice)
    const second = await signIn(alice, { cookie: first })
    expect(second).not.toBe(first)
    expect(await sessionOf(first)).toBeNull()
    expect(await sessionOf(second)).not.toBeNull()
  })

  it('end by signing out', async () => {
    const cookie = await signIn(alice)
    const answer = await fetch(`${app.url}/api/v1/auth/session`, { method: 'DELETE', headers: { cookie } })
    expect(answer.status).toBe(204)
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Host-session=;.*Max-Age=0/)
    expect(await sessionOf(cookie)).toBeNull()
  })

  it('end after a day without use and after a week at the latest', async () => {
    const cookie = await signIn(alice)
    now = new Date(now.getTime() + 25 * hourMs)
    expect(await sessionOf(cookie)).toBeNull()
    const used = await signIn(alice)
    for (let day = 0; day < 13; day++) {
      now = new Date(now.getTime() + 12 * hourMs)
      expect(await sessionOf(used)).not.toBeNull()
    }
    now = new Date(now.getTime() + 12 * hourMs)
    expect(await sessionOf(used)).toBeNull()
  })

  it('are not kept for ever: a day after its end the next sign-in takes one away', async () => {
    const kept = async () => (await database.db.select({ createdAt: authSessions.createdAt }).from(authSessions).where(eq(authSessions.address, mallory.address))).map(row => row.createdAt.toISOString())
    const day = 24 * hourMs
    await signIn(mallory)
    const first = now.toISOString()
    now = new Date(now.getTime() + 8 * day)
    await signIn(alice)
    expect(await kept()).toContain(first)
    now = new Date(now.getTime() + 1_000)
    await signIn(alice)
    expect(await kept()).not.toContain(first)
  })

  it('case 32c: make nobody an admin who is not listed', async () => {
    expect(await sessionOf(await signIn(mallory))).toMatchObject({ admin: false })
  })

  it('case 32b: are needed for one\'s own totals, and open those of their wallet alone', async () => {
    const ask = (cookie = '') => fetch(`${app.url}/api/v1/users/statistics`, { headers: { cookie } })
    expect([(await ask()).status, (await ask('__Host-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).status]).toEqual([401, 401])
    expect(await (await ask(await signIn(mallory))).json()).toMatchObject({ address: mallory.address })
  })
})

describe('requests of other sites\' pages', () => {
  it('cannot sign in, sign out, or act with the cookie', async () => {
    const cookie = await signIn(alice)
    for (const headers of [{ origin: 'https://evil.test' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }] as Record<string, string>[]) {
      const signed = await post('/auth/wallet-sign', signedBy(alice, await challengeFor(alice)), headers)
      expect([signed.status, signed.body.code]).toEqual([403, 'forbidden'])
      expect((await fetch(`${app.url}/api/v1/auth/session`, { method: 'DELETE', headers: { cookie, ...headers } })).status).toBe(403)
      expect((await post('/clearing/request-token', {}, { cookie, ...headers })).status).toBe(403)
    }
    expect(await sessionOf(cookie)).not.toBeNull()
  })

  it('our own pages can', async () => {
    await signIn(alice, { origin: 'https://relayooor.test' })
    await signIn(alice, { origin: app.url })
  })
})

it('over plain http the cookie works without Secure', async () => {
  await app.close()
  app = await startApi(someServices(authServices('http://localhost:3000')))
  const answer = await post('/auth/wallet-sign', signedBy(alice, await challengeFor(alice)))
  expect(answer.headers.getSetCookie()[0]).toMatch(/^session=[\w-]{43};/)
  expect(answer.headers.getSetCookie()[0]).not.toContain('Secure')
})
