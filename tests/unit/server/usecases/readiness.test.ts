import { describe, expect, it } from 'vitest'
import { lagBlocks, makeReadiness } from '../../../../server/usecases/readiness'

const relayer = { ready: true, version: '1.13.2', problems: [], keys: [], restAlive: null }
const ok = { database: { check: async () => 'ok' as const }, chains: async () => [], wallets: async () => [], relayer: async () => relayer, reconciliation: async () => null }
const never = () => new Promise<never>(() => {})

describe('readiness', () => {
  it('is decided by database and migrations alone', async () => {
    const away = () => Promise.reject(new Error('away'))
    expect(await makeReadiness({ ...ok, chains: away, wallets: away, relayer: away })()).toMatchObject({ ready: true, chains: [], relayer: null })
    expect(await makeReadiness({ ...ok, database: { check: async () => 'migrations_pending' } })()).toMatchObject({ ready: false, database: 'migrations_pending' })
  })

  it('is told in time although something never answers', async () => {
    expect(await makeReadiness({ database: { check: never }, chains: never, wallets: never, relayer: never, reconciliation: never, timeLimitMs: 20 })()).toEqual({ ready: false, database: 'unreachable', chains: [], wallets: [], relayer: null, reconciliation: null })
  })

  it('tells lag, endpoints and balances as text, and what is unknown as null', async () => {
    const body = await makeReadiness({
      ...ok,
      chains: async () => [{ chainId: 'sim-a', tip: 12n, scannedHeight: 10n, auditedHeight: null, endpoints: [{ endpoint: 'a.test:1', status: 'ok', height: 12n, checkedAt: null }] }, { chainId: 'sim-b', tip: null, scannedHeight: 3n, auditedHeight: 2n, endpoints: [] }],
      wallets: async () => [{ chainId: 'sim-a', wallet: 'relayer', address: 'x', denom: 'usim', amount: null }],
    })()
    expect(body.chains).toEqual([
      { chainId: 'sim-a', tip: '12', scannedHeight: '10', scanLagBlocks: 2, auditLagBlocks: null, endpoints: [{ endpoint: 'a.test:1', status: 'ok', height: '12' }] },
      { chainId: 'sim-b', tip: null, scannedHeight: '3', scanLagBlocks: null, auditLagBlocks: null, endpoints: [] },
    ])
    expect(body.wallets[0]?.amount).toBeNull()
    expect(JSON.stringify(body)).toContain('"ready":true')
  })

  it('tells the newest reconciliation', async () => {
    const body = await makeReadiness({ ...ok, reconciliation: async () => ({ finishedAt: new Date('2026-01-01T00:00:00Z'), result: 'broken', openFindings: 2 }) })()
    expect(body).toMatchObject({ ready: true, reconciliation: { result: 'broken', finishedAt: '2026-01-01T00:00:00.000Z', openFindings: 2 } })
  })

  it('shows no negative lag when the scanner is ahead of what the endpoints last showed', () => {
    expect(lagBlocks(9n, 10n)).toBe(0)
  })
})
