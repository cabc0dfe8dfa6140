import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { openUpdates } from '../../../server/adapters/postgres/updates'
import { makeClearingReads } from '../../../server/adapters/postgres/reads'
import { makeStore } from '../../../server/adapters/postgres/store'
import { makeIds } from '../../../server/adapters/system/ids'
import { transition, type OperationEvent } from '../../../server/domain/clearing/transition'
import { makeGetClearingStatus } from '../../../server/usecases/get-clearing-status'
import { makeListOperations } from '../../../server/usecases/list-operations'
import { makeUserStatistics } from '../../../server/usecases/user-statistics'
import { makeVerifyPayment } from '../../../server/usecases/verify-payment'
import { allEndpoints } from '../../../server/utils/endpoints/all'
import { aDirectory } from '../../builders/chains'
import { type RunningApp, startApi } from '../../builders/api-app'
import { keptLog, someServices } from '../../builders/services'
import { signInServices } from '../../builders/sign-in'
import { anOperation, at, aToken, noQuotas } from '../../builders/tokens'
import { aWallet, type SigningWallet } from '../../builders/wallet'
import { createTestDatabase, type TestDatabase } from '../database'

let database: TestDatabase
let app: RunningApp
let alice: SigningWallet
let mallory: SigningWallet
let cookies: { alice: string, mallory: string }
/** Everything that names Alice's clearing: none of it may reach anybody else. */
let secrets: string[]
let token: ReturnType<typeof aToken>
const txHash = 'AF'.repeat(32)

async function signIn(wallet: SigningWallet): Promise<string> {
  const post = (path: string, body: object) => fetch(`${app.url}/api/v1/auth/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const { challengeId, text } = await (await post('challenge', { address: wallet.address, chainId: 'sim-a' })).json() as { challengeId: string, text: string }
  const answer = await post('wallet-sign', { challengeId, signature: wallet.signText(text), pubKey: wallet.pubKey })
  return answer.headers.getSetCookie()[0]!.split(';')[0]!
}

/** Alice orders while signed in and pays too much: an operation, a payment, a refund. */
async function clearingOfAlice() {
  const store = makeStore(database.db, makeIds({ now: () => new Date() }).rowId)
  token = aToken({ walletAddress: alice.address, total: { denom: 'uatom', amount: 100n } })
  const operation = anOperation(token)
  await store.issueToken(token, operation, { ipKey: 'ip', sessionAddress: alice.address }, noQuotas)
  const coin = { denom: 'uatom', amount: 150n }
  await store.transaction(async (tx) => {
    const [id] = await tx.insertInbound([{ chainId: 'hub-1', height: 7n, blockTime: at(10), txIndex: 0, msgIndex: 0, txHash, coin, fromAddress: alice.address, toAddress: 'cosmos1service', memo: token.memoCode, kind: 'msg_send' }],
      { blockHash: 'AB', codes: [0], endpoint: 'a', confirmation: 'agreed', toldByEvents: null }, at(11))
    const event: OperationEvent = { type: 'payment_confirmed', payment: { id: id!, coin, blockTime: at(10) }, wrongDenomRefundable: false, clearingDeadlineMs: 1_800_000 }
    const paid = transition((await tx.lockOperation(operation.id))!, event, at(12))
    await tx.saveTransition(operation, paid.operation, paid.effects, { actor: 'scanner', cause: 'a test' }, at(12))
  })
  const { refunds } = (await makeClearingReads(database.db).operation(token.token))!
  secrets = [token.token, token.memoCode, alice.address, txHash, refunds[0]!.id]
}

beforeAll(async () => {
  database = await createTestDatabase()
  ;[alice, mallory] = [await aWallet(1), await aWallet(2)]
  const reads = makeClearingReads(database.db)
  const clock = { now: () => at(100) }
  const updates = await openUpdates(database.db, database.listener, keptLog())
  app = await startApi(someServices({
    ...signInServices(database.db, { now: clock.now, publicUrl: 'http://localhost:3000', admins: [] }),
    listOperations: makeListOperations({ reads }), userStatistics: makeUserStatistics({ reads }),
    getClearingStatus: makeGetClearingStatus({ reads, directory: aDirectory(), clock }),
    verifyPayment: makeVerifyPayment({ store: makeStore(database.db, randomUUID), reads, reader: { txResult: async () => null } as never, logger: keptLog() }),
    operationEventsAfter: (wanted, after) => updates.eventsAfter(wanted, after),
  }))
  await clearingOfAlice()
  cookies = { alice: await signIn(alice), mallory: await signIn(mallory) }
})
afterAll(async () => {
  await app.close()
  await database.drop()
})

async function ask(method: string, path: string, cookie: string, headers: Record<string, string> = {}, body?: object) {
  const response = await fetch(`${app.url}${path}`, { method, headers: { cookie, ...body ? { 'content-type': 'application/json' } : {}, ...headers }, body: body && JSON.stringify(body) })
  return { status: response.status, text: await response.text() }
}
const secretsIn = (text: string) => secrets.filter(secret => text.toLowerCase().includes(secret.toLowerCase()))

/** How each call that needs a session is asked here; one that is missing fails the test below. */
const owned: Record<string, readonly { readonly path: string, readonly headers?: Record<string, string> }[]> = {
  'get /api/v1/clearing/operations': [
    { path: '/api/v1/clearing/operations' }, { path: '/api/v1/clearing/operations?limit=100&chainId=hub-1' }, { path: '/api/v1/clearing/operations', headers: { accept: 'text/csv' } },
  ],
  'get /api/v1/users/statistics': [{ path: '/api/v1/users/statistics' }],
}

describe('case 32i: another wallet\'s session', () => {
  it('is tried here on every call that needs one', () => {
    const needing = allEndpoints.filter(({ session }) => session === 'required').map(({ method, path }) => `${method} ${path}`)
    expect(needing.sort()).toEqual(Object.keys(owned).sort())
  })

  it('opens nothing of the one who ordered and paid, who sees it all', async () => {
    for (const { path, headers } of Object.values(owned).flat()) {
      const [own, others, nobodys] = [await ask('GET', path, cookies.alice, headers), await ask('GET', path, cookies.mallory, headers), await ask('GET', path, '', headers)]
      expect([own.status, others.status, nobodys.status]).toEqual([200, 200, 401])
      expect(others.text).not.toBe(own.text)
      expect(secretsIn(others.text + nobodys.text)).toEqual([])
    }
    expect(secretsIn((await ask('GET', '/api/v1/clearing/operations', cookies.alice)).text)).toContain(token.token)
    expect(JSON.parse((await ask('GET', '/api/v1/clearing/operations', cookies.mallory)).text)).toEqual({ items: [], nextCursor: null })
    expect(JSON.parse((await ask('GET', '/api/v1/users/statistics', cookies.mallory)).text)).toMatchObject({ operations: 0, spent: [], refunded: [] })
  })

  it('cannot name the wallet whose clearings it wants', async () => {
    for (const query of ['address', 'wallet', 'walletAddress', 'session', 'sessionAddress']) {
      const answer = await ask('GET', `/api/v1/clearing/operations?${query}=${alice.address}`, cookies.mallory)
      expect([answer.status, secretsIn(answer.text).filter(secret => secret !== alice.address)]).toEqual([400, []])
    }
  })

  it('is no admin\'s: every admin call is forbidden, and nobody\'s without a session', async () => {
    const calls = allEndpoints.filter(({ session }) => session === 'admin')
    expect(calls.length).toBeGreaterThan(10)
    for (const { method, path } of calls) {
      const address = path.replace(/\{\w+\}/g, randomUUID())
      const body = method === 'post' ? {} : undefined
      expect([path, (await ask(method.toUpperCase(), address, cookies.mallory, {}, body)).status, (await ask(method.toUpperCase(), address, '', {}, body)).status]).toEqual([path, 403, 401])
    }
  })

  it('does not stand in for the token: a guessed one is a 404, with any session', async () => {
    for (const cookie of [cookies.alice, cookies.mallory, '']) {
      const answers = [await ask('GET', `/api/v1/clearing/status/${randomUUID()}`, cookie), await ask('POST', '/api/v1/clearing/verify-payment', cookie, {}, { token: randomUUID(), txHash })]
      expect(answers.map(answer => answer.status)).toEqual([404, 404])
      expect(answers.flatMap(answer => secretsIn(answer.text))).toEqual([])
    }
  })

  it('is not needed by whoever has the token, written in any case', async () => {
    for (const written of [token.token, token.token.toUpperCase()]) {
      expect((await ask('GET', `/api/v1/clearing/status/${written}`, '')).status).toBe(200)
      expect(JSON.parse((await ask('POST', '/api/v1/clearing/verify-payment', '', {}, { token: written, txHash })).text)).toMatchObject({ verified: true, state: 'credited' })
    }
  })

  it('hears nothing over the updates socket without the token', async () => {
    const client = new WebSocket(`${app.url.replace('http', 'ws')}/api/v1/ws/clearing-updates`, { headers: { cookie: cookies.alice } })
    try {
      const messages: string[] = []
      client.on('message', text => messages.push(String(text)))
      await once(client, 'open')
      client.send(JSON.stringify({ subscribe: randomUUID(), afterEventId: '0' }))
      while (messages.length < 1) await once(client, 'message', { signal: AbortSignal.timeout(5_000) })
      expect(messages.map(message => JSON.parse(message) as unknown)).toMatchObject([{ type: 'error', code: 'token_not_found' }])
      expect(secretsIn(messages.join())).toEqual([])
    }
    finally {
      client.terminate()
    }
  })
})
