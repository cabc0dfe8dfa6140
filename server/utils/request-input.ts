import type { H3Event } from 'h3'
import type { z } from 'zod'
import { DomainError } from '../domain/errors'
import { InvalidRequest } from './problem'

export const maxBodyBytes = 64 * 1024
const maxListedErrors = 20
const maxQueryBytes = 4_096

type Part = 'path' | 'query' | 'body'
interface FieldError { readonly path: string, readonly message: string }

/** The branch of a union that fits best speaks for it: the others' complaints would only confuse. */
function flatten(issue: z.core.$ZodIssue, prefix: PropertyKey[]): FieldError[] {
  const path = [...prefix, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const [best] = [...issue.errors].sort((a, b) => a.length - b.length)
    return best!.flatMap(inner => flatten(inner, path))
  }
  return [{ path: path.map(String).join('.').slice(0, 200), message: issue.message.slice(0, 300) }]
}

/** Throws InvalidRequest with the fields at fault. */
export function validate<T>(schema: z.ZodType<T>, input: unknown, part: Part): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap(issue => flatten(issue, part === 'body' ? [] : [part])).slice(0, maxListedErrors)
  throw new InvalidRequest(part === 'path' ? 'A part of the address is not valid.' : `The ${part} is not valid.`, errors)
}

/** Path parameters, decoded once; the router leaves what it cannot decode as it is. */
export function readParams(event: H3Event): Record<string, string> {
  return Object.fromEntries(Object.entries(event.context.params ?? {}).map(([name, text]) => {
    try {
      return [name, decodeURIComponent(text)]
    }
    catch {
      throw new InvalidRequest('The address holds a broken percent-encoding.', [{ path: `path.${name}`, message: 'broken percent-encoding' }])
    }
  }))
}

// Control characters mean nothing in any parameter, and PostgreSQL refuses NUL in text.
// eslint-disable-next-line no-control-regex
const controlCharacter = /[\u0000-\u001F\u007F]/

/** Query parameters by name; one that is given twice is refused, as nobody can say which was meant. */
export function readQuery(event: H3Event): Record<string, string> {
  const url = event.node.req.originalUrl ?? event.node.req.url ?? ''
  const start = url.indexOf('?')
  if (start < 0) return {}
  const text = url.slice(start + 1)
  if (text.length > maxQueryBytes) throw new InvalidRequest('The query is too long.')
  const values = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (values.has(name)) throw new InvalidRequest('A query parameter is given twice.', [{ path: `query.${name.slice(0, 100)}`, message: 'given twice' }])
    if (controlCharacter.test(value)) throw new InvalidRequest('A query parameter holds a control character.', [{ path: `query.${name.slice(0, 100)}`, message: 'holds a control character' }])
    values.set(name, value)
  }
  return Object.fromEntries(values)
}

async function readBytes(event: H3Event): Promise<Buffer> {
  const { req } = event.node
  if (Number(req.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge()
  // A call from inside the server (rendering a page) carries its body as it is, not as a stream.
  if ('body' in req && req.body) return Buffer.from(typeof req.body === 'string' || req.body instanceof Uint8Array ? req.body : JSON.stringify(req.body))
  const chunks: Buffer[] = []
  let size = 0
  try {
    // Destroying the request would take the socket along, and with it the answer.
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBodyBytes) throw tooLarge()
      chunks.push(chunk)
    }
  }
  catch (error) {
    req.resume()
    if (error instanceof DomainError) throw error
    throw new InvalidRequest('The body was cut off.')
  }
  return Buffer.concat(chunks)
}

function tooLarge(): DomainError {
  return new DomainError('body_too_large', `The body is larger than ${maxBodyBytes} bytes.`)
}

/** The JSON body with the text it came in. Throws body_too_large, unsupported_media_type, or InvalidRequest for broken JSON. */
export async function readJsonBody(event: H3Event): Promise<{ readonly text: string, readonly value: unknown }> {
  const mediaType = (event.node.req.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  if (mediaType !== 'application/json') throw new DomainError('unsupported_media_type', mediaType ? 'The body is not declared as application/json.' : 'The body has no Content-Type.')
  const text = (await readBytes(event)).toString('utf8')
  try {
    return { text, value: JSON.parse(text) }
  }
  catch {
    throw new InvalidRequest('The body is not valid JSON.', [{ path: '', message: 'not valid JSON' }])
  }
}
