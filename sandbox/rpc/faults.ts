/** What goes wrong at one RPC endpoint. Switchable while it runs. */
export type RpcFault
  = | { readonly kind: 'status', readonly status: number, readonly retryAfterSeconds?: number }
    | { readonly kind: 'html' }
    | { readonly kind: 'cut' }
    | { readonly kind: 'hang' }
    | { readonly kind: 'refuse' }
    | { readonly kind: 'slow', readonly delayMs: number }

export const faultKinds: readonly RpcFault['kind'][] = ['status', 'html', 'cut', 'hang', 'refuse', 'slow']

/** Lasting conditions of a node, next to the faults of single calls. */
export interface NodeConditions {
  /** Serves nothing above this height: a node that stopped following. */
  frozenHeight?: number
  /** Claims to be another chain in status, headers and node facts. */
  chainId?: string
  /** Blocks and states below are gone. */
  earliestHeight?: number
  indexer?: 'on' | 'off'
  /** Transactions below are gone from the index, though the node still has its blocks and state. */
  indexedFrom?: number
  /** Transactions become searchable this long after their block. */
  indexerLagMs?: number
  /** Subscriptions are accepted and never fire. */
  webSocketSilent?: boolean
}

interface ActiveFault { readonly fault: RpcFault, readonly methods: readonly string[] | undefined, remaining: number }

/** The faults of one endpoint: each counts down, or lasts until cleared (`count` absent). */
export class EndpointFaults {
  conditions: NodeConditions = {}
  private active: ActiveFault[] = []

  add(fault: RpcFault, count?: number, methods?: readonly string[]): void {
    this.active.push({ fault, methods, remaining: count ?? Number.POSITIVE_INFINITY })
  }

  clear(): void {
    this.active = []
    this.conditions = {}
  }

  /** The fault that meets a call with these methods, used up by one. */
  take(methods: readonly string[]): RpcFault | undefined {
    const found = this.active.find(entry => !entry.methods || methods.some(method => entry.methods!.includes(method)))
    if (!found) return undefined
    found.remaining -= 1
    if (found.remaining <= 0) this.active = this.active.filter(entry => entry !== found)
    return found.fault
  }

  /** Would a call fail now? Does not use the fault up. */
  get isDown(): boolean {
    return this.active.some(({ fault, methods }) => !methods && fault.kind !== 'slow')
  }

  describe(): unknown {
    return {
      conditions: this.conditions,
      faults: this.active.map(({ fault, methods, remaining }) => ({ ...fault, ...(methods ? { methods } : {}), ...(Number.isFinite(remaining) ? { remaining } : {}) })),
    }
  }
}
