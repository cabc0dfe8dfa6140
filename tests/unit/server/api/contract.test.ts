import { afterEach, describe, expect, it } from 'vitest'
import { allEndpoints } from '../../../../server/utils/endpoints/all'
import { openApiDocument } from '../../../../server/utils/openapi'
import { exampleFor } from '../../../../server/utils/openapi-examples'
import { type RunningApp, servedRoutes, startApi } from '../../../builders/api-app'
import { someServices } from '../../../builders/services'

let app: RunningApp | undefined
afterEach(async () => {
  await app?.close()
  app = undefined
})

interface Operation { readonly operationId: string, readonly responses: Record<string, { content?: Record<string, { schema: object }> }>, readonly parameters?: readonly { readonly name?: string }[] }
type Document = { readonly openapi: string, readonly paths: Record<string, Record<string, Operation>>, readonly components: { readonly schemas: Record<string, object> } }
const document = openApiDocument('https://relayooor.test', '1') as Document
const declared = allEndpoints.map(endpoint => `${endpoint.method} ${endpoint.path}`).sort()

describe('the contract', () => {
  it('is served at exactly the addresses it declares', () => {
    const served = servedRoutes.filter(route => route.path.startsWith('/api/') && route.method).map(route => `${route.method} ${route.path.replace(/:(\w+)/g, '{$1}')}`).sort()
    expect(served).toEqual(declared)
  })

  it('is written down whole at /openapi.json', async () => {
    app = await startApi(someServices())
    const written = await (await fetch(`${app.url}/openapi.json`)).json() as Document
    expect(written.openapi).toBe('3.1.0')
    expect(Object.entries(written.paths).flatMap(([path, methods]) => Object.keys(methods).map(method => `${method} ${path}`)).sort()).toEqual(declared)
  })

  it('names every operation once, and each refusal as a problem document', () => {
    const operations = Object.values(document.paths).flatMap(methods => Object.values(methods))
    expect(new Set(operations.map(operation => operation.operationId)).size).toBe(operations.length)
    for (const operation of operations) {
      for (const [status, response] of Object.entries(operation.responses)) {
        if (Number(status) >= 400) expect(Object.keys(response.content ?? {})).toEqual(['application/problem+json'])
      }
      expect(operation.responses).toHaveProperty('500')
    }
  })

  it('lets every call that changes something be repeated under an Idempotency-Key', () => {
    const changing = allEndpoints.filter(({ method, path }) => method !== 'get' && path !== '/api/v1/clearing/quote/preview')
    expect(changing.length).toBeGreaterThan(5)
    expect(changing.filter(({ idempotent }) => !idempotent).map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })

  it('resolves every reference', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(match => match[1]!.split('/'))
    expect(references.length).toBeGreaterThan(20)
    for (const [group, name] of references) expect(document.components).toHaveProperty([group!, name!])
  })

  it('gives examples that its own schemas accept', () => {
    const bodies = allEndpoints.flatMap(endpoint => exampleFor(endpoint, 'body') === undefined ? [] : [{ endpoint, example: exampleFor(endpoint, 'body'), schema: endpoint.body }])
    const answers = allEndpoints.flatMap(endpoint => exampleFor(endpoint, 'answer') === undefined ? [] : [{ endpoint, example: exampleFor(endpoint, 'answer'), schema: endpoint.answer }])
    expect(bodies.length).toBeGreaterThan(3)
    for (const { endpoint, example, schema } of [...bodies, ...answers]) expect(schema?.safeParse(example).error?.issues ?? [], endpoint.path).toEqual([])
  })

  it('shows a reference page that loads nothing from elsewhere', async () => {
    app = await startApi(someServices())
    const response = await fetch(`${app.url}/docs`)
    const html = await response.text()
    expect([...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(match => match[1])).toEqual(['/_reference/standalone.js'])
    expect(response.headers.get('content-security-policy')).toContain('default-src \'none\'')
  })
})

describe('what every answer carries', () => {
  it('forbids keeping answers that may hold a token or a session, and sniffing', async () => {
    app = await startApi(someServices({ getClearingStatus: async () => ({}) as never }))
    const { headers } = await fetch(`${app.url}/api/v1/clearing/status/3f0b8f2e-8a55-4c0e-9a5e-0d3c7b6f2a41`)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe('default-src \'none\'; frame-ancestors \'none\'')
    expect(headers.get('ratelimit-limit')).toBe('1000000')
  })

  it.each(['/history', '/History?x=1', '/admin', '/clearing/3f0b8f2e-8a55-4c0e-9a5e-0d3c7b6f2a41'])('forbids keeping %s, a page of one person', async (page) => {
    app = await startApi(someServices())
    expect((await fetch(`${app.url}${page}`)).headers.get('cache-control')).toBe('private, no-store')
  })

  it('lets pages of everybody be kept', async () => {
    app = await startApi(someServices())
    expect((await fetch(`${app.url}/channels`)).headers.get('cache-control')).toBeNull()
  })

  it('lets public lists be kept for a while', async () => {
    app = await startApi(someServices({ listChains: async () => [] }))
    expect((await fetch(`${app.url}/api/v1/chains`)).headers.get('cache-control')).toBe('public, max-age=5')
  })
})

describe('health', () => {
  it('is alive without any service, and not ready', async () => {
    app = await startApi(undefined as never)
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${app.url}/readyz`)).status).toBe(503)
    const call = await fetch(`${app.url}/api/v1/chains`)
    expect([call.status, (await call.json() as { code: string }).code]).toEqual([503, 'not_ready'])
  })

  it('follows the database alone', async () => {
    const body = { ready: false, database: 'unreachable' as const, chains: [], relayer: null, reconciliation: null, wallets: [] }
    app = await startApi(someServices({ readiness: async () => body }))
    const response = await fetch(`${app.url}/readyz`)
    expect([response.status, await response.json()]).toEqual([503, body])
  })
})
