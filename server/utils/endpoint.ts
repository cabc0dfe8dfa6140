import type { z } from 'zod'
import type { ErrorCode } from '../../shared/types/error-codes'
import type { RateLimiter } from '../usecases/ports'

export type LimitName = Parameters<RateLimiter['consume']>[0]

/** What one call of the API takes, answers and refuses: the handler, the limits and /openapi.json all read this. */
export interface Endpoint<Params = unknown, Query = unknown, Body = unknown, Answer = unknown> {
  readonly method: 'get' | 'post' | 'delete'
  /** As OpenAPI writes it: `/api/v1/chains/{chainId}`. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly description?: string
  /** `optional`: a session is looked at, its absence is fine. `admin`: of one of ADMIN_ADDRESSES. */
  readonly session: 'ignored' | 'optional' | 'required' | 'admin'
  readonly limit: LimitName
  readonly params?: z.ZodType<Params>
  readonly query?: z.ZodType<Query>
  readonly body?: z.ZodType<Body>
  /** null: 204. */
  readonly answer: z.ZodType<Answer> | null
  /** Also answers text/csv. */
  readonly csv?: true
  /** Repeats of an Idempotency-Key get the first answer. */
  readonly idempotent?: true
  /** Changes who is signed in: pages of other sites are refused with or without a cookie. */
  readonly changesSession?: true
  /** Seconds a public answer may be kept; absent: not at all. */
  readonly maxAgeSeconds?: number
  readonly refusals: readonly ErrorCode[]
}

export function endpoint<Params, Query, Body, Answer>(definition: Endpoint<Params, Query, Body, Answer>): Endpoint<Params, Query, Body, Answer> {
  return definition
}
