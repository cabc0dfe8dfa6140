import { createHash } from 'node:crypto'
import { defineEventHandler, type H3Event, setResponseHeader, setResponseHeaders, setResponseStatus } from 'h3'
import type { SessionDto } from '../../shared/schemas/auth'
import { DomainError } from '../domain/errors'
import type { Services } from '../services-type'
import type { StoredAnswer } from '../usecases/http-ports'
import type { Requester } from '../usecases/store-ports'
import { type Caller, callerOf } from './caller'
import type { Endpoint } from './endpoint'
import { onceByKey, readIdempotencyKey } from './idempotency'
import { toRefusal } from './problem'
import { readJsonBody, readParams, readQuery, validate } from './request-input'
import { readSessionSecret, refuseForeignOrigin } from './session-cookie'
import { sendRefusal } from './send-refusal'
import { useServices } from './use-services'

export interface ApiRequest<Params, Query, Body> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Never null where the endpoint requires a session: see `signedIn`. */
  readonly session: SessionDto | null
  readonly requester: Requester
  readonly services: Services
  readonly event: H3Event
}

/** An answer that is not JSON. */
export class TextAnswer {
  constructor(readonly contentType: string, readonly text: string, readonly fileName?: string) {}
}

/**
 * One call of the API: limits, session, validation, the act, the answer; every failure becomes a problem document.
 * The act gets only what its endpoint declares and answers with its DTO.
 */
export function defineApiHandler<Params, Query, Body, Answer>(
  endpoint: Endpoint<Params, Query, Body, Answer>,
  act: (request: ApiRequest<Params, Query, Body>) => Promise<Answer | TextAnswer>,
) {
  return defineEventHandler(async (event) => {
    try {
      const services = useServices()
      const caller = callerOf(event, services.config.trustedProxies)
      return await answerCall(event, endpoint, act, services, caller)
    }
    catch (error) {
      return sendRefusal(event, error, `${endpoint.method.toUpperCase()} ${endpoint.path}`)
    }
  })
}

async function answerCall<Params, Query, Body, Answer>(
  event: H3Event,
  endpoint: Endpoint<Params, Query, Body, Answer>,
  act: (request: ApiRequest<Params, Query, Body>) => Promise<Answer | TextAnswer>,
  services: Services,
  caller: Caller,
): Promise<string | null> {
  const { publicUrl } = services.config
  setResponseHeaders(event, { 'x-request-id': caller.requestId, 'cache-control': endpoint.maxAgeSeconds ? `public, max-age=${endpoint.maxAgeSeconds}` : 'no-store' })
  const ipKey = services.ipKey(caller.network)
  await consume(event, services, endpoint, ipKey)
  const secret = endpoint.session === 'ignored' ? null : readSessionSecret(event, publicUrl)
  if (endpoint.changesSession || (secret !== null && endpoint.method !== 'get')) refuseForeignOrigin(event, publicUrl)
  const session = secret === null ? null : await services.readSession(secret)
  if ((endpoint.session === 'required' || endpoint.session === 'admin') && !session) throw new DomainError('not_signed_in', 'This call needs a signed-in wallet.')
  if (endpoint.session === 'admin' && !session?.admin) throw new DomainError('forbidden', 'This call is for admins of this service.')
  if (session && endpoint.limit !== 'reads') await consume(event, services, endpoint, `wallet:${session.address}`)

  const params = endpoint.params ? validate(endpoint.params, readParams(event), 'path') : undefined
  const query = endpoint.query ? validate(endpoint.query, readQuery(event), 'query') : undefined
  const sent = endpoint.body ? await readJsonBody(event) : undefined
  const body = endpoint.body && sent ? validate(endpoint.body, sent.value, 'body') : undefined
  const requester = { ipKey, sessionAddress: session?.address ?? null }
  // What the endpoint does not declare is undefined here, and its type is unknown there.
  const request = { params: params as Params, query: query as Query, body: body as Body, session, requester, services, event }

  const key = endpoint.idempotent ? readIdempotencyKey(event.node.req.headers['idempotency-key']) : undefined
  const run = async () => toStored(event, endpoint, await act(request))
  if (!key) return send(event, await run())
  const { answer, replayed } = await onceByKey(services, {
    key, scope: keyScope(event, endpoint, session?.address ?? ipKey, publicUrl), bodyText: sent?.text ?? '', opensSession: endpoint.changesSession ?? false,
    answerOf: refusal => refusalAnswer(refusal, caller.requestId),
  }, run)
  if (replayed) setResponseHeader(event, 'idempotent-replayed', 'true')
  return send(event, answer)
}

/** A call without a body is about the session it presents; all others are about what they send, and who does. */
function keyScope(event: H3Event, endpoint: Pick<Endpoint, 'method' | 'body'>, caller: string, publicUrl: string): string {
  const subject = endpoint.body ? '' : ` ${createHash('sha256').update(readSessionSecret(event, publicUrl) ?? '').digest('hex')}`
  return `${endpoint.method} ${event.path.split('?')[0]} ${caller}${subject}`
}

function refusalAnswer(refusal: DomainError, requestId: string): StoredAnswer {
  const { problem } = toRefusal(refusal, requestId)
  return { status: problem.status, headers: { 'content-type': 'application/problem+json; charset=utf-8' }, body: JSON.stringify(problem) }
}

async function consume(event: H3Event, services: Services, endpoint: Pick<Endpoint, 'limit'>, key: string): Promise<void> {
  const used = await services.rateLimiter.consume(endpoint.limit, key)
  setResponseHeaders(event, { 'ratelimit-limit': used.limit, 'ratelimit-remaining': used.remaining, 'ratelimit-reset': used.resetSeconds })
}

function toStored(event: H3Event, endpoint: Pick<Endpoint, 'answer' | 'csv'>, answer: unknown): StoredAnswer {
  const cookies = event.node.res.getHeader('set-cookie')
  const headers: StoredAnswer['headers'] = { ...endpoint.csv ? { vary: 'accept' } : {}, ...cookies === undefined ? {} : { 'set-cookie': [cookies].flat().map(String) } }
  if (answer instanceof TextAnswer) {
    const attachment: StoredAnswer['headers'] = answer.fileName ? { 'content-disposition': `attachment; filename="${answer.fileName}"` } : {}
    return { status: 200, headers: { ...headers, 'content-type': answer.contentType, ...attachment }, body: answer.text }
  }
  if (endpoint.answer === null) return { status: 204, headers, body: '' }
  // Throws TypeError for a bigint: amounts are text on the wire, and a slip must not become a wrong number.
  return { status: 200, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(answer) }
}

function send(event: H3Event, answer: StoredAnswer): string | null {
  setResponseStatus(event, answer.status)
  for (const [name, value] of Object.entries(answer.headers)) event.node.res.setHeader(name, value)
  return answer.status === 204 ? null : answer.body
}

/** The session of a call whose endpoint requires one. */
export function signedIn(request: { readonly session: SessionDto | null }): SessionDto {
  if (!request.session) throw new DomainError('not_signed_in', 'This call needs a signed-in wallet.')
  return request.session
}
