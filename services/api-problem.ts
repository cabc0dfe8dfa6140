import type { ProblemDto } from '#shared/schemas/common'
import type { ErrorCode } from '#shared/types/error-codes'
import { errorCodes } from '#shared/types/error-codes'

/** Failures that no server told us about. */
export type ConnectionFailure = 'offline' | 'timeout' | 'unreadable_answer'
export type ProblemCode = ErrorCode | ConnectionFailure

interface ApiProblemOptions {
  readonly problem?: ProblemDto
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/** Every refusal and failure of a call to the API; switch on `code`, never on text. */
export class ApiProblem extends Error {
  readonly code: ProblemCode
  readonly problem: ProblemDto | undefined
  /** What survives the way from the server's rendering to the browser. */
  readonly data: { readonly code: ProblemCode }
  readonly statusCode: number
  readonly retryAfterSeconds: number | undefined

  constructor(code: ProblemCode, options: ApiProblemOptions = {}) {
    super(options.problem?.detail ?? code, { cause: options.cause })
    this.name = 'ApiProblem'
    this.code = code
    this.problem = options.problem
    this.data = options.problem ?? { code }
    this.statusCode = options.problem?.status ?? 502
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

const knownCodes: ReadonlySet<string> = new Set(errorCodes)
const connectionFailures: ReadonlySet<string> = new Set<ConnectionFailure>(['offline', 'timeout', 'unreadable_answer'])

function isConnectionFailure(body: unknown): body is { readonly code: ConnectionFailure } {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string' && connectionFailures.has(body.code)
}

interface ReadProblem { readonly code: ProblemCode, readonly problem: ProblemDto }

/**
 * The problem document in a JSON body; undefined: there is none (a proxy's HTML page). One of a newer server, with a code
 * that this page has no words for, is an `unreadable_answer` that keeps its document.
 */
export function readProblem(body: unknown): ReadProblem | undefined {
  if (typeof body !== 'object' || body === null || !('code' in body) || typeof body.code !== 'string') return undefined
  const problem = body as ProblemDto
  if (knownCodes.has(body.code)) return { code: problem.code, problem }
  return typeof problem.detail === 'string' && typeof problem.status === 'number' ? { code: 'unreadable_answer', problem } : undefined
}

/**
 * Turns what a failed call left behind (an ApiProblem, an error of `useFetch` or `$fetch` with the body in `data`, a
 * TypeError of fetch) into an ApiProblem.
 */
export function toApiProblem(failure: unknown): ApiProblem {
  if (failure instanceof ApiProblem) return failure
  if (typeof failure === 'object' && failure !== null) {
    const read = 'data' in failure ? readProblem(failure.data) : undefined
    if (read) return new ApiProblem(read.code, { problem: read.problem, cause: failure })
    if ('data' in failure && isConnectionFailure(failure.data)) return new ApiProblem(failure.data.code, { cause: failure })
    if ('name' in failure && (failure.name === 'TimeoutError' || failure.name === 'AbortError')) return new ApiProblem('timeout', { cause: failure })
    if ('statusCode' in failure && typeof failure.statusCode === 'number' && failure.statusCode >= 400) return new ApiProblem(failure.statusCode === 404 ? 'not_found' : 'unreadable_answer', { cause: failure })
  }
  return new ApiProblem('offline', { cause: failure })
}
