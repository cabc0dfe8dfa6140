import http from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allEndpoints } from '../../../../server/utils/endpoints/all'
import { problemSchema } from '../../../../shared/schemas/common'
import { type RunningApp, startApi } from '../../../builders/api-app'
import { someServices } from '../../../builders/services'

interface Answer { readonly status: number, readonly body: string }

let app: RunningApp
let calls = 0

/** Anything that gets past validation is answered: what fails then is validation's fault or the wrapper's. */
const answering = new Proxy({}, { get: () => async () => {
  calls++
  return null
} }) as Record<string, () => Promise<never>>

beforeAll(async () => {
  const names = ['listChains', 'getAccount', 'broadcastPayment', 'searchPackets', 'getPacket', 'previewQuote', 'requestToken', 'getClearingStatus', 'verifyPayment', 'createChallenge', 'platformStatistics', 'userStatistics', 'listOperations', 'signOut'] as const
  app = await startApi(someServices({
    ...Object.fromEntries(names.map(name => [name, answering[name]])),
    signIn: async () => ({ sessionSecret: 'x'.repeat(43), session: { address: 'a', chainId: 'b', admin: false, expiresAt: '2030-01-01T00:00:00.000Z' }, expiresAt: new Date('2030-01-01') }),
    readSession: async secret => secret.startsWith('signedin') ? { address: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl', chainId: 'sim-a', admin: false, expiresAt: '2030-01-01T00:00:00.000Z' } : null,
  }))
})
afterAll(() => app.close())

/** Sends bytes as they are: fetch would tidy the address up. */
function send(method: string, path: string, headers: Record<string, string> = {}, body?: string | Uint8Array): Promise<Answer> {
  const { port } = new URL(app.url)
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

function expectRefusalOrAnswer({ status, body }: Answer): void {
  expect(status).toBeLessThan(500)
  if (status >= 400) expect(problemSchema.parse(JSON.parse(body)).status).toBe(status)
}

const signedIn = { cookie: `session=${'signedin'.repeat(5)}` }
// What Node lets through in a request line: anything without spaces, controls and characters past Latin-1.
const rawPath = fc.string({ unit: 'binary-ascii', maxLength: 60 }).map(text => text.replace(/[^\x21-\x7E]/g, '%'))
const encoded = fc.string({ unit: 'binary', maxLength: 40 }).map(text => encodeURIComponent(text.replace(/[\uD800-\uDFFF]/g, '')))
const injections = fc.constantFrom('%00', '%', '%zz', '%E0%A4%A', '..%2F..%2Fetc%2Fpasswd', '\'%20or%201=1--', '--help', ';ls', '%0A', '$(id)', '18446744073709551616', '0', '-1', '1e3', '%D9%A3', '__proto__', 'constructor', '[object%20Object]', 'NaN')
const part = fc.oneof(encoded, injections, rawPath.map(text => text.replace(/[/?#]/g, '')))

describe('bad input never gives a 5xx', () => {
  it('whatever stands in a path parameter', async () => {
    const withParams = allEndpoints.filter(endpoint => endpoint.path.includes('{'))
    await fc.assert(fc.asyncProperty(fc.constantFrom(...withParams), fc.array(part, { minLength: 4, maxLength: 4 }), async (endpoint, parts) => {
      let next = 0
      const path = endpoint.path.replace(/\{\w+\}/g, () => parts[next++]!)
      expectRefusalOrAnswer(await send(endpoint.method.toUpperCase(), path, { ...signedIn, 'content-type': 'application/json' }, endpoint.body ? '{}' : undefined))
    }), { numRuns: 300 })
  })

  it('whatever stands in the query', async () => {
    const names = fc.constantFrom('address', 'txHash', 'chainId', 'portId', 'channelId', 'limit', 'cursor', 'status', 'from', 'until', '__proto__', 'x')
    const paths = fc.constantFrom('/api/v1/packets', '/api/v1/clearing/operations', '/api/v1/chains', '/api/v1/statistics')
    await fc.assert(fc.asyncProperty(paths, fc.array(fc.tuple(names, part), { maxLength: 5 }), async (path, pairs) => {
      expectRefusalOrAnswer(await send('GET', `${path}?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`, signedIn))
    }), { numRuns: 300 })
  })

  it('whatever JSON is the body', async () => {
    const withBody = allEndpoints.filter(endpoint => endpoint.body)
    const known = fc.record({
      walletAddress: fc.jsonValue(), paymentChainId: fc.oneof(fc.jsonValue(), fc.constant('sim-a')), packets: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())),
      token: fc.jsonValue(), txHash: fc.jsonValue(), address: fc.jsonValue(), chainId: fc.jsonValue(), challengeId: fc.jsonValue(), signature: fc.jsonValue(), pubKey: fc.jsonValue(), txBytes: fc.jsonValue(),
    }, { requiredKeys: [] })
    await fc.assert(fc.asyncProperty(fc.constantFrom(...withBody), fc.oneof(fc.jsonValue(), known), async (endpoint, value) => {
      expectRefusalOrAnswer(await send('POST', endpoint.path.replace(/\{\w+\}/g, 'sim-a'), { ...signedIn, 'content-type': 'application/json' }, JSON.stringify(value)))
    }), { numRuns: 300 })
  })

  it('whatever bytes, media type, key or cookie are sent', async () => {
    const withBody = allEndpoints.filter(endpoint => endpoint.body)
    const header = fc.string({ unit: 'grapheme-ascii', maxLength: 60 })
    await fc.assert(fc.asyncProperty(fc.constantFrom(...withBody), fc.uint8Array({ maxLength: 200 }), fc.oneof(fc.constant('application/json'), header), header, header, async (endpoint, bytes, type, key, cookie) => {
      expectRefusalOrAnswer(await send('POST', endpoint.path.replace(/\{\w+\}/g, 'sim-a'), { 'content-type': type, 'idempotency-key': key, 'cookie': cookie, 'x-forwarded-for': key, 'x-request-id': cookie, 'origin': cookie }, bytes))
    }), { numRuns: 200 })
  })

  it('whatever address and method is asked', async () => {
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')
    await fc.assert(fc.asyncProperty(method, rawPath, async (verb, path) => {
      expectRefusalOrAnswer(await send(verb, `/api/v1/${path}`, { 'content-type': 'application/json' }))
    }), { numRuns: 200 })
  })

  it('deeply nested and very long JSON', async () => {
    const body = (text: string) => send('POST', '/api/v1/clearing/request-token', { 'content-type': 'application/json' }, text)
    expect((await body('['.repeat(30_000))).status).toBe(400)
    expect((await body(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)).status).toBe(400)
    expect((await body(`{"packets":${JSON.stringify(Array.from({ length: 5_000 }, () => 1))}}`)).status).toBe(400)
    expect((await body('{"a":1e999999}')).status).toBe(400)
  })

  it('and input that is in order reaches the use cases', async () => {
    const before = calls
    const answer = await send('GET', '/api/v1/packets/sim-a/transfer/channel-0/18446744073709551615')
    expect([answer.status, calls - before]).toEqual([200, 1])
  })
})
