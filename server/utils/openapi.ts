import { OpenAPIRegistry, OpenApiGeneratorV31, type ResponseConfig, type RouteConfig } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import { problemSchema } from '../../shared/schemas/common'
import type { ErrorCode } from '../../shared/types/error-codes'
import type { Endpoint } from './endpoint'
import { allEndpoints } from './endpoints/all'
import { exampleFor } from './openapi-examples'
import { problemKinds } from './problem'

const json = (schema: z.ZodType, example?: unknown) => ({ 'application/json': example === undefined ? { schema } : { schema, example } })

/** What any call of its kind may be refused with, besides its own refusals. */
function refusalsOf(endpoint: Endpoint): ErrorCode[] {
  const codes: ErrorCode[] = ['rate_limited', 'not_ready', 'internal', ...endpoint.refusals]
  if (endpoint.params || endpoint.query || endpoint.body) codes.push('invalid_request')
  if (endpoint.body) codes.push('body_too_large', 'unsupported_media_type')
  if (endpoint.session === 'required' || endpoint.session === 'admin') codes.push('not_signed_in')
  if (endpoint.session === 'admin') codes.push('forbidden')
  if (endpoint.idempotent) codes.push('idempotency_key_reused', 'idempotency_in_progress')
  return [...new Set(codes)]
}

/** One response per status; its description lists the codes that come with it. */
function problemResponses(endpoint: Endpoint): Record<string, ResponseConfig> {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of refusalsOf(endpoint)) byStatus.set(problemKinds[code].status, [...byStatus.get(problemKinds[code].status) ?? [], code])
  return Object.fromEntries([...byStatus].sort(([a], [b]) => a - b).map(([status, codes]) => {
    const [first] = codes
    const kind = problemKinds[first!]
    const example = { type: `urn:relayooor:problem:${first}`, title: kind.title, status, code: first, detail: `${kind.title}.`, nextStep: kind.nextStep, requestId: '0c9e7c1e-6b0b-4d0c-9a44-3f3c3b1f7a52' }
    return [status, {
      description: codes.map(code => `\`${code}\`: ${problemKinds[code].title}`).join('. '),
      content: { 'application/problem+json': { schema: problemSchema, example } },
    }]
  }))
}

function routeOf(endpoint: Endpoint): RouteConfig {
  const success: ResponseConfig = endpoint.answer === null
    ? { description: 'Done' }
    : { description: 'The answer', content: { ...json(endpoint.answer, exampleFor(endpoint, 'answer')), ...(endpoint.csv ? { 'text/csv': { schema: { type: 'string' as const } } } : {}) } }
  return {
    method: endpoint.method,
    path: endpoint.path,
    operationId: `${endpoint.method}${endpoint.path.replace('/api/v1', '').replaceAll(/[{}]/g, '').split(/[/-]/).map(part => part.charAt(0).toUpperCase() + part.slice(1)).join('')}`,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: endpoint.description,
    security: endpoint.session === 'required' || endpoint.session === 'admin' ? [{ session: [] }] : endpoint.session === 'optional' ? [{}, { session: [] }] : [],
    request: {
      params: endpoint.params as z.ZodObject | undefined,
      query: endpoint.query && queryObject(endpoint.query),
      body: endpoint.body && { required: true, content: json(endpoint.body, exampleFor(endpoint, 'body')) },
    },
    parameters: endpoint.idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : undefined,
    responses: { [endpoint.answer === null ? 204 : 200]: success, ...problemResponses(endpoint) },
  }
}

/** A union of queries is written as one list of parameters, each required only if every branch requires it. */
function queryObject(query: z.ZodType): z.ZodObject {
  if (query instanceof z.ZodObject) return query
  const branches = query instanceof z.ZodUnion ? query.options.filter(option => option instanceof z.ZodObject) : []
  const names = new Set(branches.flatMap(branch => Object.keys(branch.shape)))
  return z.object(Object.fromEntries([...names].map((name) => {
    const schema = branches.find(branch => name in branch.shape)!.shape[name] as z.ZodType
    return [name, branches.every(branch => name in branch.shape) ? schema : schema.optional()]
  })))
}

/** The contract as OpenAPI 3.1, generated from the schemas that also validate. */
export function openApiDocument(publicUrl: string, version: string): object {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'session', { type: 'apiKey', in: 'cookie', name: publicUrl.startsWith('https:') ? '__Host-session' : 'session' })
  registry.registerComponent('parameters', 'IdempotencyKey', { name: 'Idempotency-Key', in: 'header', required: false, description: 'A repeat within a day (a sign-in: five minutes) gets the same answer, with the header Idempotent-Replayed; the same key with another body is refused. Use a new random key for every new request.', schema: { type: 'string', minLength: 8, maxLength: 128 } })
  for (const endpoint of allEndpoints) registry.registerPath(routeOf(endpoint))
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Relayooor',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      description: 'Finds stuck IBC packets, has exactly the paid ones cleared, and proves on chain what became of them. Amounts are base units as text, times ISO 8601 in UTC. Live updates: WebSocket `/api/v1/ws/clearing-updates`, send `{ "subscribe": token, "afterEventId": "0" }`.',
    },
    servers: [{ url: publicUrl }],
  })
}
