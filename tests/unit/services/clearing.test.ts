import { describe, expect, it } from 'vitest'
import { ApiProblem, toApiProblem } from '../../../services/api-problem'
import { ClearingService } from '../../../services/clearing'
import { aClearingToken, aPacket, aPacketId, aProblem, aStatus, aToken, aHash, aliceOnHub, someStatistics, twoChains } from '../../builders/dto'

interface Asked { readonly method: string, readonly url: string, readonly body: unknown, readonly headers: Headers }

/** The world outside: answers every call with one response and keeps what was asked. */
function serviceAnswering(answer: unknown, init: ResponseInit = {}) {
  const asked: Asked[] = []
  const service = new ClearingService({
    baseUrl: 'https://relayooor.example',
    fetch: async (input, request) => {
      asked.push({ method: request?.method ?? 'GET', url: String(input), body: request?.body ? JSON.parse(String(request.body)) : undefined, headers: new Headers(request?.headers) })
      return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), { headers: { 'content-type': 'application/json' }, ...init })
    },
  })
  return { service, asked }
}

async function problemOf(work: Promise<unknown>): Promise<ApiProblem> {
  const failure = await work.then(() => undefined, (reason: unknown) => reason)
  if (!(failure instanceof ApiProblem)) throw new Error('expected an ApiProblem')
  return failure
}

describe('ClearingService', () => {
  it('asks for a token with the packets and an idempotency key', async () => {
    const token = aClearingToken()
    const { service, asked } = serviceAnswering(token)
    const request = { walletAddress: aliceOnHub, paymentChainId: 'hub-1', packets: [aPacketId()] }
    expect(await service.requestToken(request, 'key-1')).toEqual(token)
    expect(asked[0]).toMatchObject({ method: 'POST', url: 'https://relayooor.example/api/v1/clearing/request-token', body: request })
    expect(asked[0]?.headers.get('idempotency-key')).toBe('key-1')
  })

  it('verifyPayment is true only when the server says credited', async () => {
    const credited = serviceAnswering({ verified: true, state: 'credited', reason: 'credited in block 12' })
    expect(await credited.service.verifyPayment(aToken, aHash)).toBe(true)
    expect(credited.asked[0]?.body).toEqual({ token: aToken, txHash: aHash })
    const seen = serviceAnswering({ verified: false, state: 'not_found_yet', reason: 'not in a block yet' })
    expect(await seen.service.verifyPayment(aToken, aHash)).toBe(false)
    expect((await seen.service.checkPayment(aToken, aHash)).state).toBe('not_found_yet')
  })

  it('reads status, packets, chains and totals through the contract', async () => {
    const status = aStatus()
    expect(await serviceAnswering(status).service.getStatus(aToken)).toEqual(status)
    const packets = serviceAnswering({ items: [aPacket()], nextCursor: null, unanswered: [] })
    expect((await packets.service.searchPackets({ txHash: aHash, chainId: 'hub-1' })).items).toHaveLength(1)
    expect(packets.asked[0]?.url).toBe(`https://relayooor.example/api/v1/packets?txHash=${aHash}&chainId=hub-1`)
    expect(await serviceAnswering({ items: twoChains() }).service.listChains()).toHaveLength(2)
    expect(await serviceAnswering(someStatistics()).service.getUserStatistics()).toEqual(someStatistics())
  })

  it('names every part of a path safely', async () => {
    const { service, asked } = serviceAnswering(aPacket())
    await service.getPacket({ chainId: 'hub-1', portId: 'wasm.x#y', channelId: 'channel-0', sequence: '7' })
    expect(asked[0]?.url).toBe('https://relayooor.example/api/v1/packets/hub-1/wasm.x%23y/channel-0/7')
    expect(service.operationsCsvUrl({ status: 'cleared' })).toBe('https://relayooor.example/api/v1/clearing/operations?status=cleared')
  })

  it('a refusal keeps its code, its packets and how long to wait', async () => {
    const refused = aProblem('packets_not_clearable', { packets: [{ id: aPacketId('41'), code: 'already_completed', reason: 'done' }] })
    const problem = await problemOf(serviceAnswering(refused, { status: 422 }).service.getStatus(aToken))
    expect(problem.code).toBe('packets_not_clearable')
    expect(problem.problem?.packets?.[0]?.code).toBe('already_completed')
    const limited = await problemOf(serviceAnswering(aProblem('rate_limited', { status: 429 }), { status: 429, headers: { 'retry-after': '7' } }).service.listChains())
    expect(limited.retryAfterSeconds).toBe(7)
  })

  it('an answer that is not ours is unreadable, whatever its status', async () => {
    const page = '<html>Bad gateway</html>'
    expect((await problemOf(serviceAnswering(page, { status: 502 }).service.listChains())).code).toBe('unreadable_answer')
    expect((await problemOf(serviceAnswering(page).service.listChains())).code).toBe('unreadable_answer')
    expect((await problemOf(serviceAnswering({ items: [{ chainId: 5 }] }).service.listChains())).code).toBe('unreadable_answer')
    expect((await problemOf(serviceAnswering({ code: 'made_up' }, { status: 400 }).service.listChains())).code).toBe('unreadable_answer')
  })

  it('tells no network from a server that does not answer', async () => {
    const offline = new ClearingService({ fetch: () => Promise.reject(new TypeError('fetch failed')) })
    expect((await problemOf(offline.listChains())).code).toBe('offline')
    const silent = new ClearingService({
      timeoutMs: 20,
      fetch: (_, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
    })
    expect((await problemOf(silent.listChains())).code).toBe('timeout')
  })

  it('a failure keeps its code through the serialisation of a server-rendered page', () => {
    const refused = new ApiProblem('packet_not_found', { problem: aProblem('packet_not_found', { status: 404 }) })
    const serialised = { statusCode: refused.statusCode, data: JSON.parse(JSON.stringify(refused.data)) as unknown }
    expect(toApiProblem(serialised).code).toBe('packet_not_found')
    expect(toApiProblem({ statusCode: 502, data: new ApiProblem('timeout').data }).code).toBe('timeout')
    expect(toApiProblem(new TypeError('network')).code).toBe('offline')
  })
})
