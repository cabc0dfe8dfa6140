import { ApiProblem, readProblem } from './api-problem'

/** The part of a zod schema that the client needs; schemas are loaded with the first answer, not with the page. */
export interface AnswerSchema<T> {
  parse(input: unknown): T
}

export interface ApiCall<T> {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly idempotencyKey?: string
  readonly schema: () => Promise<AnswerSchema<T>>
}

export interface HttpOptions {
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly timeoutMs: number
}

/** `/path?a=1` with undefined values left out. */
export function withQuery(path: string, query: ApiCall<unknown>['query'] = {}): string {
  const entries = Object.entries(query).flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]])
  return entries.length === 0 ? path : `${path}?${new URLSearchParams(entries)}`
}

async function send(call: ApiCall<unknown>, options: HttpOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (call.body !== undefined) headers['content-type'] = 'application/json'
  if (call.idempotencyKey) headers['idempotency-key'] = call.idempotencyKey
  try {
    return await options.fetch(options.baseUrl + withQuery(call.path, call.query), {
      method: call.method ?? 'GET',
      headers,
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      signal: AbortSignal.timeout(options.timeoutMs),
      credentials: 'same-origin',
    })
  }
  catch (cause) {
    const timedOut = cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError')
    throw new ApiProblem(timedOut ? 'timeout' : 'offline', { cause })
  }
}

async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  try {
    return await response.json()
  }
  catch (cause) {
    throw new ApiProblem('unreadable_answer', { cause })
  }
}

/** One call: time-out, problem documents as ApiProblem, the answer checked against its schema. No retry: callers decide. */
export async function callApi<T>(call: ApiCall<T>, options: HttpOptions): Promise<T> {
  const response = await send(call, options)
  const body = await readBody(response)
  if (!response.ok) {
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
    const read = readProblem(body)
    if (read) throw new ApiProblem(read.code, { problem: read.problem, retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined })
    throw new ApiProblem('unreadable_answer', { cause: new Error(`HTTP ${response.status}`) })
  }
  const schema = await call.schema()
  try {
    return schema.parse(body)
  }
  catch (cause) {
    throw new ApiProblem('unreadable_answer', { cause })
  }
}
