import { createHash } from 'node:crypto'
import { DomainError } from '../domain/errors'
import type { Services } from '../services-type'
import type { StoredAnswer } from '../usecases/http-ports'
import { InvalidRequest } from './problem'

/** Longer than any call takes; after that its instance has died. */
const leaseMs = 60_000
const keepMs = 24 * 3_600_000
const keyPattern = /^[\x21-\x7E]{8,128}$/

interface RepeatableCall {
  readonly key: string
  readonly scope: string
  readonly bodyText: string
}

/** Throws InvalidRequest for a key that cannot be one; undefined without a key. */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && keyPattern.test(header)) return header
  throw new InvalidRequest('The Idempotency-Key is not valid.', [{ path: 'header.idempotency-key', message: 'must be 8 to 128 visible ASCII characters' }])
}

/**
 * Runs `act` at most once per key and caller while its answer is kept; a repeat gets the same answer. A refusal is not
 * kept. Throws idempotency_key_reused, idempotency_in_progress.
 */
export async function onceByKey(services: Pick<Services, 'idempotency' | 'clock'>, call: RepeatableCall, act: () => Promise<StoredAnswer>): Promise<StoredAnswer> {
  const { idempotency, clock } = services
  const bodyHash = createHash('sha256').update(call.bodyText).digest('hex')
  const claim = await idempotency.claim({ scope: call.scope, key: call.key, bodyHash, leaseMs }, clock.now())
  switch (claim.state) {
    case 'answered': return claim.answer
    case 'running': throw new DomainError('idempotency_in_progress', 'The first request with this Idempotency-Key is still running.', { retryAfterSeconds: 2 })
    case 'reused': throw new DomainError('idempotency_key_reused', 'This Idempotency-Key came with another body before.')
    case 'claimed': break
    default: return claim satisfies never
  }
  let answer: StoredAnswer
  try {
    answer = await act()
  }
  catch (error) {
    await idempotency.release(call.scope, call.key)
    throw error
  }
  await idempotency.complete(call.scope, call.key, answer, clock.now(), keepMs)
  return answer
}
