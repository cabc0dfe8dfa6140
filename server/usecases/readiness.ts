import type { ChainSample, DatabaseProbe, WalletSample } from './http-ports'
import type { EndpointStatus, RelayerReadiness } from './ports'
import type { NewestReconciliation } from './reconciliation-ports'

export interface ReadinessBody {
  readonly ready: boolean
  readonly database: 'ok' | 'migrations_pending' | 'unreachable'
  /** Told, and judged at the quote: one dead chain never takes the others down. */
  readonly chains: readonly {
    readonly chainId: string
    readonly tip: string | null
    readonly scannedHeight: string | null
    /** null: cannot tell. */
    readonly scanLagBlocks: number | null
    /** Of the second reading, which stays 20 blocks behind the first; null: cannot tell, or there is none. */
    readonly auditLagBlocks: number | null
    readonly endpoints: readonly { readonly endpoint: string, readonly status: EndpointStatus, readonly height: string | null }[]
  }[]
  readonly relayer: { readonly ready: boolean, readonly version: string | null, readonly problems: readonly string[] } | null
  /** Of whichever instance; null: none ran yet, or cannot tell. */
  readonly reconciliation: { readonly result: 'sound' | 'broken' | 'cannot_tell', readonly finishedAt: string, readonly openFindings: number } | null
  readonly wallets: readonly { readonly chainId: string, readonly wallet: string, readonly address: string, readonly denom: string, readonly amount: string | null }[]
}

export type Readiness = () => Promise<ReadinessBody>

interface Deps {
  readonly database: DatabaseProbe
  /** What is known of the chains; must not wait for a dead one. */
  readonly chains: () => Promise<readonly ChainSample[]>
  readonly wallets: () => Promise<readonly WalletSample[]>
  readonly relayer: () => Promise<RelayerReadiness>
  readonly reconciliation: () => Promise<NewestReconciliation | null>
  readonly timeLimitMs?: number
}

/** Lag of a reading of the chain behind its tip, in blocks; null when either is unknown. */
export function lagBlocks(tip: bigint | null, height: bigint | null): number | null {
  if (tip === null || height === null) return null
  return Number(tip > height ? tip - height : 0n)
}

/** `fallback` when the answer takes too long or fails: not to know is an answer here. */
async function within<T>(timeLimitMs: number, answer: Promise<T>, fallback: T): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(fallback), timeLimitMs)
  })
  try {
    return await Promise.race([answer, late])
  }
  catch {
    return fallback
  }
  finally {
    clearTimeout(timer)
  }
}

/** Whether this instance can serve: database and migrations decide, the rest is told. Never rejects. */
export function makeReadiness({ database, chains, wallets, relayer, reconciliation, timeLimitMs = 2_000 }: Deps): Readiness {
  return async () => {
    const [databaseState, chainSamples, walletSamples, relayerState, reconciled] = await Promise.all([
      within(timeLimitMs, database.check(), 'unreachable' as const),
      within<readonly ChainSample[]>(timeLimitMs, chains(), []),
      within<readonly WalletSample[]>(timeLimitMs, wallets(), []),
      within<RelayerReadiness | null>(timeLimitMs, relayer(), null),
      within<NewestReconciliation | null>(timeLimitMs, reconciliation(), null),
    ])
    return {
      ready: databaseState === 'ok',
      database: databaseState,
      chains: chainSamples.map(sample => ({
        chainId: sample.chainId,
        tip: sample.tip?.toString() ?? null,
        scannedHeight: sample.scannedHeight?.toString() ?? null,
        scanLagBlocks: lagBlocks(sample.tip, sample.scannedHeight),
        auditLagBlocks: lagBlocks(sample.tip, sample.auditedHeight),
        endpoints: sample.endpoints.map(({ endpoint, status, height }) => ({ endpoint, status, height: height?.toString() ?? null })),
      })),
      relayer: relayerState && { ready: relayerState.ready, version: relayerState.version, problems: relayerState.problems },
      reconciliation: reconciled && { result: reconciled.result, finishedAt: reconciled.finishedAt.toISOString(), openFindings: reconciled.openFindings },
      wallets: walletSamples.map(({ chainId, wallet, address, denom, amount }) => ({ chainId, wallet, address, denom, amount: amount?.toString() ?? null })),
    }
  }
}
