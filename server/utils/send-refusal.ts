import { randomUUID } from 'node:crypto'
import { type H3Event, setResponseHeader, setResponseHeaders, setResponseStatus } from 'h3'
import { toRefusal } from './problem'
import { useServices } from './use-services'

/** Answers with a problem document; the log gets what nobody expected. */
export function sendRefusal(event: H3Event, error: unknown, call: string): string {
  const requestId = event.context.caller?.requestId ?? randomUUID()
  const { problem, retryAfterSeconds, unexpected } = toRefusal(error, requestId)
  if (unexpected !== undefined) useServices().logger.error({ requestId, call, err: unexpected }, 'request failed unexpectedly')
  setResponseStatus(event, problem.status)
  setResponseHeaders(event, { 'x-request-id': requestId, 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store' })
  if (retryAfterSeconds !== undefined) setResponseHeader(event, 'retry-after', retryAfterSeconds)
  // What is left of an oversized body is not read: the connection ends with the answer.
  if (problem.code === 'body_too_large') setResponseHeader(event, 'connection', 'close')
  if (problem.code === 'rate_limited') setResponseHeaders(event, { 'ratelimit-remaining': 0, 'ratelimit-reset': retryAfterSeconds ?? 1 })
  return JSON.stringify(problem)
}
