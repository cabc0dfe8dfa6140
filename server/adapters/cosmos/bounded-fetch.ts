/** The endpoint gave no usable answer: refused, timed out, cut, too large, not JSON, HTTP error. Asking another one may help. */
export class TransportError extends Error {
  override readonly name = 'TransportError'

  /** `retryAfterMs`: how long the endpoint asked not to be called, if it did. */
  constructor(message: string, options: ErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(message, options)
    this.retryAfterMs = options.retryAfterMs
  }

  readonly retryAfterMs: number | undefined
}

/** Of a Retry-After header: seconds or a date (RFC 9110, 10.2.3). */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined
  const ms = /^\d{1,6}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}

export interface FetchLimits {
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) throw new TransportError('answer too large')
  if (!response.body) return ''
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  let text = ''
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      // Counted after decompression, so that a gzip bomb ends here too.
      size += value.byteLength
      if (size > maxBytes) throw new TransportError('answer too large')
      text += decoder.decode(value, { stream: true })
    }
  }
  finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** A URL's credentials as a header (fetch refuses them in the URL), and the URL without them. */
function withoutCredentials(url: string): { url: string, headers: Record<string, string> } {
  const parsed = new URL(url)
  if (!parsed.username && !parsed.password) return { url, headers: {} }
  const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`
  parsed.username = ''
  parsed.password = ''
  return { url: parsed.toString(), headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

/**
 * POSTs JSON and reads JSON. Follows no redirects; the whole exchange, body included, ends within `timeoutMs`.
 * Throws TransportError whose message never holds the URL.
 */
export async function postJson(endpointUrl: string, body: unknown, limits: FetchLimits): Promise<unknown> {
  const { url, headers } = withoutCredentials(endpointUrl)
  const timeout = AbortSignal.timeout(limits.timeoutMs)
  const signal = limits.signal ? AbortSignal.any([timeout, limits.signal]) : timeout
  try {
    const response = await fetch(url, { method: 'POST', redirect: 'error', signal, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
    const text = await readBounded(response, limits.maxBytes)
    if (!response.ok && !text.startsWith('{')) throw new TransportError(`HTTP ${response.status}`, { retryAfterMs: readRetryAfter(response.headers.get('retry-after')) })
    return JSON.parse(text)
  }
  catch (cause) {
    if (cause instanceof TransportError) throw cause
    if (timeout.aborted) throw new TransportError(`no answer within ${limits.timeoutMs} ms`, { cause })
    if (cause instanceof SyntaxError) throw new TransportError('answer is not JSON', { cause })
    throw new TransportError('connection failed', { cause })
  }
}
