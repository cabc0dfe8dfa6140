import type { EndpointHealth } from './ports'

/** Remembers the answer of a call that a client may repeat under one Idempotency-Key. Keeps neither key nor answer readable. */
export interface IdempotencyStore {
  /**
   * Claims the key for `leaseMs`, or says what stands in the way: `answered` under the same body, still `running`, or
   * `reused` with another body. A lapsed lease or an expired answer is claimed anew.
   */
  claim(entry: IdempotencyClaim, now: Date): Promise<IdempotencyState>
  /** Keeps the answer for `keepMs`, unless another caller took over meanwhile. */
  complete(held: HeldKey, answer: StoredAnswer, now: Date, keepMs: number): Promise<void>
  /** Frees the key after a refusal, so that the same call may be tried again; not if another caller took over meanwhile. */
  release(held: HeldKey): Promise<void>
}

export interface IdempotencyClaim {
  /** The call and who made it: keys of two callers never meet. */
  readonly scope: string
  readonly key: string
  /** SHA-256 of the body as it was sent, hex. */
  readonly bodyHash: string
  readonly leaseMs: number
}

/** A claim that was won. Its lease's end tells it from a later claim of the same key. */
export interface HeldKey {
  readonly scope: string
  readonly key: string
  readonly leaseUntil: Date
}

export interface StoredAnswer {
  readonly status: number
  /** Those that belong to the answer, lower case: content-type, set-cookie … */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** The text of the body; empty without one. */
  readonly body: string
}

export type IdempotencyState
  = | { readonly state: 'claimed', readonly held: HeldKey }
    | { readonly state: 'running' }
    | { readonly state: 'reused' }
    | { readonly state: 'answered', readonly answer: StoredAnswer }

/** Whether the database answers and has this version's migrations; never rejects. */
export interface DatabaseProbe {
  check(): Promise<'ok' | 'migrations_pending' | 'unreachable'>
}

export interface WalletSample {
  readonly chainId: string
  readonly wallet: 'service' | 'relayer'
  readonly address: string
  readonly denom: string
  /** Base units; null: could not be asked. */
  readonly amount: bigint | null
}

export interface ChainSample {
  readonly chainId: string
  /** Highest height an endpoint has shown; null: none answered yet. */
  readonly tip: bigint | null
  readonly scannedHeight: bigint | null
  /** Of the second reading; null: there is none (one endpoint), or it has not begun. */
  readonly auditedHeight: bigint | null
  readonly endpoints: readonly EndpointHealth[]
}

/** Totals for /metrics, read from rows, so that every instance shows the same and a restart loses nothing. */
export interface PlatformSample {
  readonly operationsByStatus: readonly { readonly status: string, readonly count: number }[]
  readonly operationsByResult: readonly { readonly result: string, readonly count: number }[]
  readonly packetsByResult: readonly { readonly sourceChainId: string, readonly destinationChainId: string, readonly channelId: string, readonly result: string, readonly count: number }[]
  /** Decided in the last hour; null without a sample. */
  readonly success: { readonly rate: number, readonly sampleSize: number } | null
  readonly revenue: readonly { readonly chainId: string, readonly denom: string, readonly amount: bigint }[]
  readonly refundsByResult: readonly { readonly reason: string, readonly result: 'planned' | 'confirmed', readonly count: number }[]
  /** null: none waits. */
  readonly oldestPendingRefundSeconds: number | null
  readonly unallocatedPayments: readonly { readonly chainId: string, readonly count: number }[]
  /** null: never run. */
  readonly reconciliation: {
    readonly ageSeconds: number
    /** Open findings that concern the books: payouts stop while there are any. */
    readonly brokenBooks: number
  } | null
}

export interface PlatformSampler {
  sample(now: Date): Promise<PlatformSample>
}
