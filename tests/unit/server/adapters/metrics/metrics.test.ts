import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type MetricsSources, openMetrics } from '../../../../../server/adapters/metrics/metrics'
import type { PlatformSample } from '../../../../../server/usecases/http-ports'

const empty: PlatformSample = { operationsByStatus: [], operationsByResult: [], packetsByResult: [], success: null, revenue: [], refundsByResult: [], oldestPendingRefundSeconds: null, unallocatedPayments: [], reconciliation: null }

function metricsOver(given: Partial<PlatformSample> = {}, sources: Partial<MetricsSources> = {}) {
  return openMetrics({ clock: { now: () => new Date() }, version: '0.1.0', platform: { sample: async () => ({ ...empty, ...given }) }, chains: async () => [], wallets: async () => [], ...sources })
}
const samplesOf = (text: string) => text.split('\n').filter(line => line && !line.startsWith('#'))

const names = [
  'clearing_requests_total', 'clearing_operations_duration_seconds', 'clearing_success_rate', 'clearing_revenue_total', 'clearing_packets_cleared_total', 'clearing_operations_total', 'clearing_operations',
  'clearing_refunds_total', 'clearing_refund_oldest_pending_seconds', 'clearing_scan_lag_blocks', 'clearing_audit_lag_blocks', 'clearing_rpc_requests_total', 'clearing_rpc_request_duration_seconds', 'clearing_relayer_runs_total',
  'clearing_wallet_balance_tokens', 'clearing_ledger_imbalance', 'clearing_reconciliation_age_seconds', 'clearing_unallocated_payments', 'clearing_build_info',
]

describe('metrics', () => {
  it('show every named metric once there is something to show', async () => {
    const metrics = metricsOver({
      operationsByStatus: [{ status: 'queued', count: 2 }], operationsByResult: [{ result: 'cleared', count: 3 }],
      packetsByResult: [{ sourceChainId: 'sim-a', destinationChainId: 'sim-b', channelId: 'channel-0', result: 'delivered', count: 4 }],
      success: { rate: 0.75, sampleSize: 4 }, revenue: [{ chainId: 'sim-a', denom: 'usim', amount: 1_500_000n }],
      refundsByResult: [{ reason: 'overpaid', result: 'planned', count: 1 }], oldestPendingRefundSeconds: 12, unallocatedPayments: [{ chainId: 'sim-a', count: 1 }], reconciliation: { ageSeconds: 12, brokenBooks: 2 },
    }, {
      chains: async () => [{ chainId: 'sim-a', tip: 10n, scannedHeight: 8n, auditedHeight: 7n, endpoints: [], lagBlocks: 2, auditLagBlocks: 3 }],
      wallets: async () => [{ chainId: 'sim-a', wallet: 'relayer', address: 'cosmos1secret', denom: 'usim', amount: 2_500_000n, exponent: 6 }],
    })
    metrics.requestCounted('sim-a', 'issued')
    metrics.stageObserved('credit_to_cleared', 4.2)
    metrics.relayerRunFinished('clear_packets', 'cleared')
    metrics.rpcCallFinished('sim-a', 'rpc.test:26657', 'status', 'ok', 0.02)
    const { contentType, text } = await metrics.text()
    expect(contentType).toContain('text/plain')
    for (const name of names) expect(samplesOf(text).some(line => new RegExp(`^${name}(?:_count)?[ {]`).test(line)), name).toBe(true)
    expect(text).toContain('clearing_wallet_balance_tokens{chain="sim-a",wallet="relayer",denom="usim"} 2.5')
    expect(text).toContain('clearing_packets_cleared_total{source_chain="sim-a",destination_chain="sim-b",channel="channel-0",result="delivered"} 4')
    expect(text).toContain('clearing_success_rate 0.75')
    expect(text).toContain('clearing_ledger_imbalance 2')
    expect(text).not.toContain('cosmos1secret')
  })

  it('show no gauge without a sample: an unknown rate is not 0', async () => {
    const { text } = await metricsOver({}, {
      chains: async () => [{ chainId: 'sim-a', tip: null, scannedHeight: null, auditedHeight: null, endpoints: [], lagBlocks: null, auditLagBlocks: null }],
      wallets: async () => [{ chainId: 'sim-a', wallet: 'service', address: 'a', denom: 'usim', amount: null, exponent: 6 }],
    }).text()
    for (const name of ['clearing_success_rate ', 'clearing_refund_oldest_pending_seconds ', 'clearing_ledger_imbalance ', 'clearing_reconciliation_age_seconds ', 'clearing_scan_lag_blocks{', 'clearing_audit_lag_blocks{', 'clearing_wallet_balance_tokens{', 'clearing_revenue_total{']) expect(samplesOf(text).filter(line => line.startsWith(name))).toEqual([])
    expect(text).toContain('clearing_success_rate_sample_size 0')
  })

  it('are told although the database or a chain does not answer', async () => {
    const away = () => Promise.reject(new Error('away'))
    const { text } = await metricsOver({}, { platform: { sample: away }, chains: away, wallets: away }).text()
    expect(samplesOf(text)).toContain('clearing_build_info{version="0.1.0"} 1')
    expect(text).not.toContain('clearing_ledger_imbalance')
  })

  it('count the same total on every scrape, and read rows once a second at most', async () => {
    let reads = 0
    let now = new Date('2026-01-01T00:00:00Z')
    const sample = async () => {
      reads++
      return { ...empty, operationsByResult: [{ result: 'cleared', count: 3 }] }
    }
    const metrics = metricsOver({}, { clock: { now: () => now }, platform: { sample } })
    const texts = await Promise.all([metrics.text(), metrics.text()])
    expect(reads).toBe(1)
    now = new Date(now.getTime() + 1_000)
    texts.push(await metrics.text())
    expect(reads).toBe(2)
    for (const { text } of texts) expect(text).toContain('clearing_operations_total{result="cleared"} 3')
  })

  it('read rows once at a time, however long that takes and however often somebody asks', async () => {
    const start = Date.parse('2026-01-01T00:00:00Z')
    let ms = 0
    const reading: (() => void)[] = []
    const sample = () => new Promise<typeof empty>(resolve => reading.push(() => resolve(empty)))
    const metrics = metricsOver({}, { clock: { now: () => new Date(start + ms) }, platform: { sample } })
    const asked: Promise<unknown>[] = []
    const askAt = async (at: number) => {
      ms = at
      asked.push(metrics.text())
      await setImmediate()
    }
    for (const at of [0, 5_000, 10_000]) await askAt(at)
    expect(reading).toHaveLength(1)
    reading[0]!()
    await Promise.all(asked)
    await askAt(10_999)
    expect(reading).toHaveLength(1)
    await askAt(11_000)
    expect(reading).toHaveLength(2)
    reading[1]!()
    await Promise.all(asked)
  })
})
