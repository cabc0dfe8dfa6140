import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { ChainSample, PlatformSample, PlatformSampler, WalletSample } from '../../usecases/http-ports'
import type { Clock, Metrics } from '../../usecases/ports'

export interface OpenMetrics extends Metrics {
  /** Told of every call to a chain's endpoint (host and port only). */
  readonly rpcCallFinished: (chainId: string, endpoint: string, method: string, outcome: string, seconds: number) => void
  /** The Prometheus text; totals and gauges are read now. */
  readonly text: () => Promise<{ readonly contentType: string, readonly text: string }>
}

export interface MetricsSources {
  readonly clock: Clock
  readonly version: string
  readonly platform: PlatformSampler
  readonly chains: () => Promise<readonly (ChainSample & { readonly lagBlocks: number | null, readonly auditLagBlocks: number | null })[]>
  readonly wallets: () => Promise<readonly (WalletSample & { readonly exponent: number })[]>
}

/** What this process saw happen. */
function makeCounters(registry: Registry) {
  const registers = [registry]
  return {
    requests: new Counter({ name: 'clearing_requests_total', help: 'Requests for a clearing token, by payment chain and outcome', labelNames: ['chain', 'outcome'], registers }),
    duration: new Histogram({ name: 'clearing_operations_duration_seconds', help: 'Time between the stages of an operation', labelNames: ['stage'], buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800], registers }),
    rpcCalls: new Counter({ name: 'clearing_rpc_requests_total', help: 'Calls to chain endpoints', labelNames: ['chain', 'endpoint', 'outcome'], registers }),
    rpcDuration: new Histogram({ name: 'clearing_rpc_request_duration_seconds', help: 'Duration of calls to chain endpoints', labelNames: ['chain'], buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], registers }),
    runs: new Counter({ name: 'clearing_relayer_runs_total', help: 'Relayer runs, by what became of their packets', labelNames: ['executor', 'result'], registers }),
  }
}

/** What rows and chains say at the moment of the scrape: a gauge without a sample is absent, never 0. */
function makeSampled(registry: Registry) {
  const registers = [registry]
  const counter = (name: string, help: string, labelNames: string[]) => new Counter({ name, help, labelNames, registers })
  const gauge = (name: string, help: string, labelNames: string[]) => new Gauge({ name, help, labelNames, registers })
  return {
    packets: counter('clearing_packets_cleared_total', 'Paid packets decided, by route and result', ['source_chain', 'destination_chain', 'channel', 'result']),
    results: counter('clearing_operations_total', 'Operations that ended, by how', ['result']),
    revenue: counter('clearing_revenue_total', 'Consumed payments in base units', ['chain', 'denom']),
    refunds: counter('clearing_refunds_total', 'Refunds planned and confirmed, by reason', ['reason', 'result']),
    operations: gauge('clearing_operations', 'Operations by status now', ['status']),
    successRate: gauge('clearing_success_rate', 'Packets cleared by us among those decided in the last hour, 0 to 1', []),
    successSample: gauge('clearing_success_rate_sample_size', 'Packets decided in the last hour', []),
    oldestRefund: gauge('clearing_refund_oldest_pending_seconds', 'Age of the oldest refund that waits', []),
    unallocated: gauge('clearing_unallocated_payments', 'Payments that name no operation', ['chain']),
    imbalance: gauge('clearing_ledger_imbalance', 'Open findings of the reconciler that concern the books', []),
    reconciliationAge: gauge('clearing_reconciliation_age_seconds', 'Time since the last complete reconciliation', []),
    auditLag: gauge('clearing_audit_lag_blocks', 'Blocks between the tip and the last block read through two endpoints, which is 20 blocks behind the scan on purpose', ['chain']),
    scanLag: gauge('clearing_scan_lag_blocks', 'Blocks between the tip and the last block scanned', ['chain']),
    balances: gauge('clearing_wallet_balance_tokens', 'Fee balance of our wallets in whole tokens', ['chain', 'wallet', 'denom']),
  }
}

type Sampled = ReturnType<typeof makeSampled>

/** Metrics are floating point by format: these numbers are shown, never calculated with. */
function tokens(amount: bigint, exponent: number): number {
  return Number(amount) / 10 ** exponent
}

function writePlatform(sampled: Sampled, sample: PlatformSample): void {
  for (const row of sample.packetsByResult) sampled.packets.inc({ source_chain: row.sourceChainId, destination_chain: row.destinationChainId, channel: row.channelId, result: row.result }, row.count)
  for (const row of sample.operationsByResult) sampled.results.inc({ result: row.result }, row.count)
  for (const row of sample.revenue) sampled.revenue.inc({ chain: row.chainId, denom: row.denom }, Number(row.amount))
  for (const row of sample.refundsByResult) sampled.refunds.inc({ reason: row.reason, result: row.result }, row.count)
  for (const row of sample.operationsByStatus) sampled.operations.set({ status: row.status }, row.count)
  for (const row of sample.unallocatedPayments) sampled.unallocated.set({ chain: row.chainId }, row.count)
  if (sample.success) sampled.successRate.set(sample.success.rate)
  sampled.successSample.set(sample.success?.sampleSize ?? 0)
  if (sample.oldestPendingRefundSeconds !== null) sampled.oldestRefund.set(sample.oldestPendingRefundSeconds)
  if (sample.reconciliation) {
    sampled.imbalance.set(sample.reconciliation.brokenBooks)
    sampled.reconciliationAge.set(sample.reconciliation.ageSeconds)
  }
}

interface Sampling {
  readonly text: Promise<string>
  /** Absent while rows are still counted. */
  endedAtMs?: number
}

/** Metrics of prom-client. Labels never name a wallet address, token or tx. */
export function openMetrics(sources: MetricsSources): OpenMetrics {
  const lasting = new Registry()
  const counters = makeCounters(lasting)
  new Gauge({ name: 'clearing_build_info', help: 'Always 1; the version is in the label', labelNames: ['version'], registers: [lasting] }).set({ version: sources.version }, 1)

  async function sampledText(): Promise<string> {
    // A registry per scrape: two scrapes at once never see each other's half, and without a sample there is no line.
    const registry = new Registry()
    const sampled = makeSampled(registry)
    const [platform, chains, wallets] = await Promise.allSettled([sources.platform.sample(sources.clock.now()), sources.chains(), sources.wallets()])
    const missing: string[] = []
    if (platform.status === 'fulfilled') writePlatform(sampled, platform.value)
    else missing.push(...['packets', 'results', 'revenue', 'refunds', 'operations', 'successRate', 'successSample', 'oldestRefund', 'unallocated', 'imbalance', 'reconciliationAge'])
    for (const chain of chains.status === 'fulfilled' ? chains.value : []) {
      if (chain.auditLagBlocks !== null) sampled.auditLag.set({ chain: chain.chainId }, chain.auditLagBlocks)
      if (chain.lagBlocks !== null) sampled.scanLag.set({ chain: chain.chainId }, chain.lagBlocks)
    }
    for (const wallet of wallets.status === 'fulfilled' ? wallets.value : []) {
      if (wallet.amount !== null) sampled.balances.set({ chain: wallet.chainId, wallet: wallet.wallet, denom: wallet.denom }, tokens(wallet.amount, wallet.exponent))
    }
    // prom-client shows a metric without labels as 0 from its birth on.
    if (platform.status === 'fulfilled' && !platform.value.success) missing.push('successRate')
    if (platform.status === 'fulfilled' && platform.value.oldestPendingRefundSeconds === null) missing.push('oldestRefund')
    if (platform.status === 'fulfilled' && !platform.value.reconciliation) missing.push('imbalance', 'reconciliationAge')
    for (const [key, metric] of Object.entries(sampled)) {
      if (missing.includes(key)) registry.removeSingleMetric((metric as unknown as { name: string }).name)
    }
    return registry.metrics()
  }

  const nowMs = () => sources.clock.now().getTime()
  let last: Sampling | undefined
  /** However often somebody asks, rows are counted once at a time, with a second in between. */
  const recentText = () => {
    if (last && (last.endedAtMs === undefined || Math.abs(nowMs() - last.endedAtMs) < 1_000)) return last.text
    const started: Sampling = { text: sampledText().finally(() => {
      started.endedAtMs = nowMs()
    }) }
    last = started
    return started.text
  }

  return {
    requestCounted: (chain, outcome) => counters.requests.inc({ chain, outcome }),
    stageObserved: (stage, seconds) => counters.duration.observe({ stage }, seconds),
    relayerRunFinished: (executor, result) => counters.runs.inc({ executor, result }),
    rpcCallFinished: (chain, endpoint, _method, outcome, seconds) => {
      counters.rpcCalls.inc({ chain, endpoint, outcome })
      counters.rpcDuration.observe({ chain }, seconds)
    },
    text: async () => ({ contentType: lasting.contentType, text: `${await lasting.metrics()}\n${await recentText()}` }),
  }
}
