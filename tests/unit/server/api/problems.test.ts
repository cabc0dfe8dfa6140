import http from 'node:http'
import { createApp, toNodeListener } from 'h3'
import { fetchNodeRequestHandler } from 'node-mock-http'
import { afterEach, describe, expect, it } from 'vitest'
import { openRateLimiter } from '../../../../server/adapters/cache/rate-limiter'
import { DomainError } from '../../../../server/domain/errors'
import type { Services } from '../../../../server/services-type'
import { problemKinds } from '../../../../server/utils/problem'
import { setServices } from '../../../../server/utils/use-services'
import { problemSchema } from '../../../../shared/schemas/common'
import { errorCodes } from '../../../../shared/types/error-codes'
import { type RunningApp, servedRoutes, startApi } from '../../../builders/api-app'
import { keptLog, limitsOf, someServices } from '../../../builders/services'

let app: RunningApp | undefined
afterEach(async () => {
  await app?.close()
  app = undefined
})

const packet = { chainId: 'sim-a', portId: 'transfer', channelId: 'channel-0', sequence: '7' }
const wallet = 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl'

async function call(given: Partial<Services>, path: string, init: RequestInit = {}) {
  const services = someServices(given)
  app = await startApi(services)
  const response = await fetch(app.url + path, init)
  return { response, services, problem: response.headers.get('content-type')?.startsWith('application/problem+json') ? problemSchema.parse(await response.json()) : undefined }
}

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) })

describe('refusals of the API', () => {
  it.each(errorCodes)('answers %s as a problem document with the status of its code', async (code) => {
    const { response, problem } = await call({ getPacket: async () => {
      throw new DomainError(code, 'said by the use case')
    } }, '/api/v1/packets/sim-a/transfer/channel-0/7')
    expect(response.status).toBe(problemKinds[code].status)
    expect(problem).toMatchObject({ code, status: response.status, title: problemKinds[code].title, detail: 'said by the use case', requestId: response.headers.get('x-request-id') })
  })

  it('tells nothing of an unexpected error but the request id, and logs the rest', async () => {
    const secret = new Error('password=hunter2 at /srv')
    const { response, problem, services } = await call({ getPacket: async () => {
      throw secret
    } }, '/api/v1/packets/sim-a/transfer/channel-0/7')
    expect(response.status).toBe(500)
    expect(JSON.stringify(problem)).not.toContain('hunter2')
    expect(services.log.lines).toEqual([expect.objectContaining({ level: 'error', facts: expect.objectContaining({ err: secret, requestId: problem?.requestId }) })])
  })

  it('answers 500 rather than a bigint as a number', async () => {
    const { response } = await call({ platformStatistics: async () => ({ amount: 1n }) as never }, '/api/v1/statistics')
    expect(response.status).toBe(500)
  })

  it('lists the packets of a refused quote with their reasons', async () => {
    const { response, problem } = await call({ previewQuote: async () => {
      throw new DomainError('packets_not_clearable', 'one is done', { packets: [{ id: { ...packet, sequence: 7n }, code: 'already_completed', reason: 'done' }] })
    } }, '/api/v1/clearing/quote/preview', post({ paymentChainId: 'sim-a', packets: [packet] }))
    expect(response.status).toBe(422)
    expect(problem?.packets).toEqual([{ id: packet, code: 'already_completed', reason: 'done' }])
  })

  it('answers an unknown address with 404 and a known one with 405 and Allow', async () => {
    const unknown = await call({}, '/api/v1/nothing/here')
    expect([unknown.response.status, unknown.problem?.code]).toEqual([404, 'not_found'])
    await app?.close()
    const wrongMethod = await call({}, '/api/v1/clearing/request-token', { method: 'PUT' })
    expect([wrongMethod.response.status, wrongMethod.problem?.code, wrongMethod.response.headers.get('allow')]).toEqual([405, 'method_not_allowed', 'POST'])
  })

  it('names the fields at fault', async () => {
    const { response, problem } = await call({}, '/api/v1/clearing/request-token', post({ walletAddress: 'nobody', paymentChainId: 'sim-a', packets: [{ ...packet, sequence: '0' }] }))
    expect(response.status).toBe(400)
    expect(problem?.errors?.map(error => error.path)).toEqual(['walletAddress', 'packets.0.sequence'])
  })
})

describe('limits on what is sent', () => {
  it('refuses a body over 64 kB, declared or not, and still answers', async () => {
    const declared = await call({}, '/api/v1/clearing/request-token', post('x'.repeat(70_000)))
    expect([declared.response.status, declared.problem?.code]).toEqual([413, 'body_too_large'])
    const { port } = new URL(app!.url)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = http.request({ port, host: '127.0.0.1', method: 'POST', path: '/api/v1/clearing/request-token', headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' } }, response => resolve(response.statusCode))
      request.on('error', reject)
      for (let part = 0; part < 20; part++) request.write('x'.repeat(5_000))
    })
    expect(status).toBe(413)
  })

  it('refuses a body that is not declared as JSON', async () => {
    const { response, problem } = await call({}, '/api/v1/auth/challenge', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' })
    expect([response.status, problem?.code]).toEqual([415, 'unsupported_media_type'])
  })

  it('refuses broken JSON with a field error', async () => {
    const { response, problem } = await call({}, '/api/v1/auth/challenge', post('{"address":'))
    expect([response.status, problem?.code, problem?.errors?.length]).toEqual([400, 'invalid_request', 1])
  })

  it('refuses a query parameter that is given twice', async () => {
    const { response, problem } = await call({}, `/api/v1/packets?address=${wallet}&limit=1&limit=2`)
    expect([response.status, problem?.errors?.[0]?.path]).toEqual([400, 'query.limit'])
  })

  it('case 25d: refuses 10,000 packets in one request', async () => {
    const { response } = await call({}, '/api/v1/clearing/request-token', post({ walletAddress: wallet, paymentChainId: 'sim-a', packets: Array.from({ length: 400 }, () => packet) }))
    expect(response.status).toBe(400)
  })

  it('answers 429 with Retry-After once a caller used up the limit, and counts IPs apart behind a proxy', async () => {
    const rateLimiter = openRateLimiter({ limits: limitsOf(2), redisUrl: null, query: null, logger: keptLog() })
    app = await startApi(someServices({ rateLimiter, config: { publicUrl: 'http://relayooor.test', trustedProxies: 1 }, listChains: async () => [] }))
    const ask = (ip: string) => fetch(`${app!.url}/api/v1/chains`, { headers: { 'x-forwarded-for': `1.1.1.1, ${ip}` } })
    expect((await ask('203.0.113.1')).headers.get('ratelimit-remaining')).toBe('1')
    expect((await ask('203.0.113.1')).status).toBe(200)
    const refused = await ask('203.0.113.1')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask('203.0.113.2')).status).toBe(200)
  })

  it('counts a call made while a page is rendered for the person who asked for the page', async () => {
    const rateLimiter = openRateLimiter({ limits: limitsOf(1), redisUrl: null, query: null, logger: keptLog() })
    setServices(someServices({ rateLimiter, listChains: async () => [] }))
    // As Nitro calls itself: no socket, the outer request's context beside the request.
    const inside = createApp().use('/', servedRoutes.find(route => route.path === '/api/v1/chains')!.handler)
    const ask = async (network: string) => (await fetchNodeRequestHandler(toNodeListener(inside), '/', { context: { caller: { requestId: 'outer-request', network } } })).status
    expect([await ask('203.0.113.1'), await ask('203.0.113.1'), await ask('203.0.113.2')]).toEqual([200, 429, 200])
    setServices(undefined)
  })
})
