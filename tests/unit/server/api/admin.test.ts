import { afterEach, describe, expect, it } from 'vitest'
import { allEndpoints } from '../../../../server/utils/endpoints/all'
import { type RunningApp, startApi } from '../../../builders/api-app'
import { someServices } from '../../../builders/services'

let app: RunningApp | undefined
afterEach(async () => {
  await app?.close()
  app = undefined
})

const admin = allEndpoints.filter(endpoint => endpoint.path.startsWith('/api/v1/admin/'))
const concrete = (path: string) => path.replace('{id}', '019a0000-0000-7000-8000-000000000001').replace('{chainId}', 'sim-a')
const session = (isAdmin: boolean) => ({ address: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl', chainId: 'sim-a', admin: isAdmin, expiresAt: '2027-01-01T00:00:00.000Z' })
const cookie = `session=${'a'.repeat(43)}`

async function refusal(method: string, path: string, headers: Record<string, string>) {
  const response = await fetch(app!.url + concrete(path), { method: method.toUpperCase(), headers: { 'content-type': 'application/json', ...headers }, ...method === 'post' ? { body: '{}' } : {} })
  return [response.status, (await response.json() as { code: string }).code]
}

describe('the calls of admins', () => {
  it('are all marked as theirs, and every one that changes something can be repeated safely', () => {
    expect(admin.length).toBeGreaterThan(15)
    expect(admin.filter(endpoint => endpoint.session !== 'admin')).toEqual([])
    expect(admin.filter(endpoint => endpoint.method === 'post' && !endpoint.idempotent).map(endpoint => endpoint.path)).toEqual([])
  })

  it('case 32f: are refused to everybody who is not signed in', async () => {
    app = await startApi(someServices())
    for (const { method, path } of admin) expect(await refusal(method, path, {}), path).toEqual([401, 'not_signed_in'])
  })

  it('case 32g: are refused to a signed-in user who is no admin', async () => {
    app = await startApi(someServices({ readSession: async () => session(false) }))
    for (const { method, path } of admin) expect(await refusal(method, path, { cookie }), path).toEqual([403, 'forbidden'])
  })

  it('are refused to pages of other sites, even with an admin\'s cookie', async () => {
    app = await startApi(someServices({ readSession: async () => session(true) }))
    for (const { method, path } of admin.filter(endpoint => endpoint.method === 'post')) expect(await refusal(method, path, { cookie, origin: 'https://evil.test' }), path).toEqual([403, 'forbidden'])
  })

  it('need a reason of a few words', async () => {
    app = await startApi(someServices({ readSession: async () => session(true) }))
    for (const { method, path } of admin.filter(endpoint => endpoint.method === 'post')) expect(await refusal(method, path, { cookie }), path).toEqual([400, 'invalid_request'])
  })
})
