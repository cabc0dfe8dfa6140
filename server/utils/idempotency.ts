import { createHash } from 'node:crypto'
import type { ErrorCode } from '../../shared/types/error-codes'
import { DomainError } from '../domain/errors'
import type { Services } from '../services-type'
import type { HeldKey, StoredAnswer } from '../usecases/http-ports'
import { InvalidRequest } from './problem'

/** Longer than any call takes; after that its instance has died. */
const leaseMs = 60_000
const keepMs = 24 * 3_600_000
/** An answer that opens a session is given again only while its text to sign would have been good. */
const keepSessionMs = 5 * 60_000
const keyPattern = /^[\x21-\x7E]{8,128}$/

/** Refusals that used something up: a repeat is told the same. After all others nothing has happened, and the call may be tried again. */
const keptRefusals: ReadonlySet<ErrorCode> = new Set(['signature_invalid'])

interface RepeatableCall {
  readonly key: string
  readonly scope: string
  readonly bodyText: string
  readonly opensSession: boolean
  readonly answerOf: (refusal: DomainError) => StoredAnswer
}

interface Once {
  readonly answer: StoredAnswer
  readonly replayed: boolean
}

/** Throws InvalidRequest for a key that cannot be one; undefined without a key. */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && keyPattern.test(header)) return header
  throw new InvalidRequest('The Idempotency-Key is not valid.', [{ path: 'header.idempotency-key', message: 'must be 8 to 128 visible ASCII characters' }])
}

/** What has happened is answered, even if the answer cannot be kept: a repeat then finds the key free after its lease. */
async function tryTo(services: Pick<Services, 'logger'>, store: () => Promise<void>): Promise<void> {
  try {
    await store()
  }
  catch (error) {
    services.logger.warn({ err: error }, 'the answer under an Idempotency-Key could not be kept')
  }
}

async function actOnce(services: Pick<Services, 'idempotency' | 'clock' | 'logger'>, held: HeldKey, call: RepeatableCall, act: () => Promise<StoredAnswer>): Promise<StoredAnswer> {
  const { idempotency, clock } = services
  const keep = (answer: StoredAnswer) => tryTo(services, () => idempotency.complete(held, answer, clock.now(), call.opensSession ? keepSessionMs : keepMs))
  try {
    const answer = await act()
    await keep(answer)
    return answer
  }
  catch (error) {
    if (error instanceof DomainError && keptRefusals.has(error.code)) await keep(call.answerOf(error))
    else await tryTo(services, () => idempotency.release(held))
    throw error
  }
}

/**
 * Runs `act` at most once per key and caller while its answer is kept; a repeat gets the same answer. Only when the
 * instance dies between the act and its answer is it done a second time, after the lease.
 * Throws idempotency_key_reused, idempotency_in_progress.
 */
export async function onceByKey(services: Pick<Services, 'idempotency' | 'clock' | 'logger'>, call: RepeatableCall, act: () => Promise<StoredAnswer>): Promise<Once> {
  const bodyHash = createHash('sha256').update(call.bodyText).digest('hex')
  const claim = await services.idempotency.claim({ scope: call.scope, key: call.key, bodyHash, leaseMs }, services.clock.now())
  switch (claim.state) {
    case 'answered': return { answer: claim.answer, replayed: true }
    case 'running': throw new DomainError('idempotency_in_progress', 'The first request with this Idempotency-Key is still running.', { retryAfterSeconds: 2 })
    case 'reused': throw new DomainError('idempotency_key_reused', 'This Idempotency-Key came with another body before.')
    case 'claimed': return { answer: await actOnce(services, claim.held, call, act), replayed: false }
    default: return claim satisfies never
  }
}
