import { Comet1Client, Comet38Client, Tendermint37Client, type CometClient } from '@cosmjs/tendermint-rpc'
import { circuitBreaker, CircuitState, ConsecutiveBreaker, ExponentialBackoff, handleWhen, type CircuitBreakerPolicy } from 'cockatiel'
import { endpointName } from '../../../shared/utils/endpoint-list'
import type { Clock, EndpointHealth, EndpointStatus } from '../../usecases/ports'
import { TransportError } from './bounded-fetch'
import { callRpc, isRecord, tameResult } from './json-rpc'

/** Told of every call, for metrics: the endpoint is host and port only. */
export type ObserveCall = (chainId: string, endpoint: string, method: string, outcome: 'ok' | 'refused' | 'failed', seconds: number) => void

export interface NodeStatus {
  readonly chainId: string
  readonly version: string
  readonly height: bigint
  readonly time: Date
  readonly earliestHeight: bigint
  readonly catchingUp: boolean
}

function readStatus(result: unknown): NodeStatus {
  if (!isRecord(result) || !isRecord(result.node_info) || !isRecord(result.sync_info)) throw new TransportError('status is not a status')
  const { network, version } = result.node_info
  const { latest_block_height: height, latest_block_time: time, earliest_block_height: earliest, catching_up: catchingUp } = result.sync_info
  if (typeof network !== 'string' || typeof height !== 'string' || !/^\d{1,18}$/.test(height)) throw new TransportError('status is not a status')
  return {
    chainId: network,
    version: typeof version === 'string' ? version : '',
    height: BigInt(height),
    time: new Date(typeof time === 'string' ? time : Number.NaN),
    earliestHeight: typeof earliest === 'string' && /^\d{1,18}$/.test(earliest) ? BigInt(earliest) : 1n,
    catchingUp: catchingUp === true,
  }
}

/** CometBFT of the node → the CosmJS client that decodes its answers. Unknown versions are read as 0.38. */
function cometClientFor(version: string, execute: (method: string, params: unknown) => Promise<unknown>): CometClient {
  const client = {
    execute: async (request: { id: number | string, method: string, params: unknown }) =>
      ({ jsonrpc: '2.0' as const, id: request.id, result: tameResult(request.method, await execute(request.method, request.params)) }),
    disconnect: () => undefined,
  }
  if (/^v?0\.37\./.test(version)) return Tendermint37Client.create(client)
  return /^v?1\./.test(version) ? Comet1Client.create(client) : Comet38Client.create(client)
}

const disagreementMs = 10 * 60_000
/** No endpoint is left alone for longer than this at its own word. */
const longestPauseMs = 60_000

/** One RPC URL: verified chain-id, last known height, circuit breaker, CosmJS client. */
export class Endpoint {
  /** Host and port: the only name that leaves this class. */
  readonly name: string
  status: NodeStatus | null = null
  private statusAt: Date | null = null
  private askedAt: Date | null = null
  private refreshing: Promise<NodeStatus> | null = null
  private refreshingSince: Date | null = null
  private lastFailed = false
  private disagreedAt: Date | null = null
  private pausedUntil: Date | null = null
  private comet: CometClient | null = null
  private readonly breaker: CircuitBreakerPolicy

  constructor(readonly chainId: string, readonly url: string, private readonly clock: Clock, private readonly observe: ObserveCall, private readonly timeoutMs: number) {
    this.name = endpointName(url)
    this.breaker = circuitBreaker(handleWhen(cause => cause instanceof TransportError), {
      halfOpenAfter: new ExponentialBackoff({ initialDelay: 1_000, maxDelay: 5_000 }),
      breaker: new ConsecutiveBreaker(4),
    })
  }

  /** Not called for a while: it keeps failing, or asked for a pause. */
  get open(): boolean {
    return this.breaker.state === CircuitState.Open || this.paused
  }

  private get paused(): boolean {
    return this.pausedUntil !== null && this.clock.now() < this.pausedUntil
  }

  get wrongChain(): boolean {
    return this.status !== null && this.status.chainId !== this.chainId
  }

  get disagreeing(): boolean {
    return this.disagreedAt !== null && this.clock.now().getTime() - this.disagreedAt.getTime() < disagreementMs
  }

  markDisagreeing(): void {
    this.disagreedAt = this.clock.now()
  }

  /** Last call failed, or calls are not even tried for a while. */
  get failing(): boolean {
    return this.open || this.lastFailed
  }

  /** Time since a status was asked for, answered or not. */
  askedAgeMs(): number {
    return this.askedAt ? this.clock.now().getTime() - this.askedAt.getTime() : Number.POSITIVE_INFINITY
  }

  /** A status was asked for and has not come for longer than `limitMs`. */
  isSlow(limitMs: number): boolean {
    return this.refreshing !== null && this.refreshingSince !== null && this.clock.now().getTime() - this.refreshingSince.getTime() > limitMs
  }

  /** Time since the last status that came. */
  statusAgeMs(): number {
    return this.statusAt ? this.clock.now().getTime() - this.statusAt.getTime() : Number.POSITIVE_INFINITY
  }

  /** A raw call. Throws RpcError (the node's refusal), TransportError, or BrokenCircuitError. */
  async call(method: string, params: unknown, signal?: AbortSignal): Promise<unknown> {
    if (this.paused) throw new TransportError('it asked not to be called for a while')
    const startedAt = performance.now()
    const seconds = () => (performance.now() - startedAt) / 1000
    try {
      const result = await this.breaker.execute(() => callRpc(this.url, method, params, { timeoutMs: this.timeoutMs, signal }))
      this.lastFailed = false
      this.observe(this.chainId, this.name, method, 'ok', seconds())
      return result
    }
    catch (cause) {
      const transport = cause instanceof TransportError
      this.lastFailed ||= transport
      if (transport && cause.retryAfterMs) this.pausedUntil = new Date(this.clock.now().getTime() + Math.min(cause.retryAfterMs, longestPauseMs))
      this.observe(this.chainId, this.name, method, transport || this.open ? 'failed' : 'refused', seconds())
      throw cause
    }
  }

  /** Asks for its status and remembers it; callers at the same time share one call. */
  refresh(): Promise<NodeStatus> {
    this.askedAt = this.clock.now()
    if (!this.refreshing) this.refreshingSince = this.askedAt
    this.refreshing ??= this.readStatusNow().finally(() => {
      this.refreshing = null
    })
    return this.refreshing
  }

  private async readStatusNow(): Promise<NodeStatus> {
    const status = readStatus(await this.call('status', {}))
    if (!this.comet || this.status?.version !== status.version) {
      this.comet = cometClientFor(status.version, (method, params) => this.call(method, params))
    }
    this.status = status
    this.statusAt = this.clock.now()
    return status
  }

  /** A height seen in an answer is as good as a status. */
  sawHeight(height: bigint): void {
    if (this.status && height > this.status.height) this.status = { ...this.status, height }
  }

  /** Throws TransportError before the first good status. */
  client(): CometClient {
    if (!this.comet) throw new TransportError('version not known yet')
    return this.comet
  }

  health(requiredHeight: bigint): EndpointHealth {
    return { endpoint: this.name, status: this.healthStatus(requiredHeight), height: this.status?.height ?? null, checkedAt: this.statusAt }
  }

  private healthStatus(requiredHeight: bigint): EndpointStatus {
    if (this.wrongChain) return 'wrong_chain'
    if (this.failing) return 'down'
    if (!this.status) return 'not_asked'
    if (this.disagreeing) return 'disagreeing'
    return this.status.catchingUp || this.status.height < requiredHeight ? 'behind' : 'ok'
  }
}
