import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { allEndpoints } from '../../../../server/utils/endpoints/all'

type Node = { readonly properties?: Record<string, Node>, readonly items?: Node, readonly anyOf?: Node[], readonly oneOf?: Node[], readonly allOf?: Node[], readonly format?: string, readonly type?: string, readonly pattern?: string, readonly enum?: unknown[] }

/** Every field that a caller can fill, by path. */
function fieldsOf(node: Node, path: string): { readonly path: string, readonly node: Node }[] {
  const below = [...node.anyOf ?? [], ...node.oneOf ?? [], ...node.allOf ?? []].flatMap(each => fieldsOf(each, path))
  const inside = Object.entries(node.properties ?? {}).flatMap(([name, each]) => fieldsOf(each, `${path}.${name}`))
  return [{ path, node }, ...below, ...inside, ...node.items ? fieldsOf(node.items, `${path}[]`) : []]
}

const fields = allEndpoints.flatMap(endpoint => (['params', 'query', 'body'] as const).flatMap((part) => {
  const schema = endpoint[part] as z.ZodType | undefined
  return schema ? fieldsOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node, `${endpoint.method} ${endpoint.path} ${part}`) : []
}))

const targets = ['http://127.0.0.1:26657', 'http://169.254.169.254/latest/meta-data', 'http://[::ffff:127.0.0.1]/', 'http://2130706433/', 'https://rebind.example/', '//localhost', 'localhost:26657', 'file:///etc/passwd']

describe('where a request can make us look', () => {
  it('case 34a: no field that a caller can fill is called or declared a URL, host or endpoint', () => {
    expect(fields.length).toBeGreaterThan(20)
    for (const { path, node } of fields) {
      expect(node.format ?? '', path).not.toMatch(/^(?:uri|url|hostname|ipv[46]|iri)/)
      expect(path.split(/[. ]/).at(-1), path).not.toMatch(/url|uri|host|endpoint|callback|webhook|redirect|rpc|node/i)
    }
  })

  it('case 34b: chains, ports and channels of a request cannot hold an address to connect to', () => {
    const named = allEndpoints.flatMap(({ params }) => Object.entries((params as z.ZodObject | undefined)?.shape ?? {})).filter(([name]) => /^(?:chainId|portId|channelId)$/.test(name))
    expect(named.length).toBeGreaterThan(3)
    for (const [, schema] of named) for (const target of targets) expect((schema as z.ZodType).safeParse(target).success).toBe(false)
  })
})
