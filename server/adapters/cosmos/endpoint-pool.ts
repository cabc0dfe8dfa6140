import { setTimeout as delay } from 'node:timers/promises'
import { BrokenCircuitError, ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { DomainError } from '../../domain/errors'
import type { Tip } from '../../domain/packet/facts'
import type { Clock, EndpointHealth } from '../../usecases/ports'
import { TransportError } from './bounded-fetch'
import { Endpoint, type ObserveCall } from './endpoint'
import { RpcError } from './json-rpc'

export interface PoolOptions {
  readonly chainId: string
  readonly urls: readonly string[]
  readonly clock: Clock
  readonly observe: ObserveCall
  /** Of one call. */
  readonly timeoutMs: number
}

export interface AskOptions {
  /** Endpoints known to be below this height are skipped. */
  readonly minHeight?: bigint
  /** Name (host) of an endpoint to ask only when no other one can answer. */
  readonly avoidEndpoint?: string
  /** Names of endpoints that must not be asked. */
  readonly excluded?: ReadonlySet<string>
  /** One round over the endpoints instead of three. */
  readonly once?: boolean
  /** A refusal that another node could answer differently (pruned, index off): try the next endpoint. Default: every refusal. */
  readonly elsewhere?: (refusal: RpcError) => boolean
  /** Once an endpoint has not answered for this long, the next one is asked beside it, and the first good answer counts. Default: it is waited for. */
  readonly hedgeMs?: number
}

/** What came of asking one endpoint; `error` is the caller's own. */
type Outcome<T> = { readonly how: 'answered', readonly value: T } | { readonly how: 'refused', readonly refusal: RpcError } | { readonly how: 'failed' | 'error', readonly cause: unknown }

async function outcomeOf<T>(work: Promise<T>, { elsewhere }: AskOptions): Promise<Outcome<T>> {
  try {
    return { how: 'answered', value: await work }
  }
  catch (cause) {
    if (cause instanceof RpcError) return elsewhere && !elsewhere(cause) ? { how: 'error', cause } : { how: 'refused', refusal: cause }
    return { how: cause instanceof TransportError || cause instanceof BrokenCircuitError ? 'failed' : 'error', cause }
  }
}

/** No endpoint gave an answer. */
class NobodyAnswered extends Error {
  override readonly name = 'NobodyAnswered'
}

/** Answers older than this do not say how far a node is now. */
const statusFreshMs = 4_000
/** How long the height of an endpoint that went silent still counts. */
const heightKeptMs = 120_000
/** No further attempt starts after this long. */
const askLimitMs = 15_000
/** Blocks that an endpoint may lie behind the best known height and still be asked. */
const toleratedLag = 3n
/** Once one endpoint answered, how long the slower ones may take to show a higher tip. */
const graceMs = 250

/** Runs calls on the endpoints of one chain: healthy first, next one on failure, then the whole round again after a jittered pause. */
export class EndpointPool {
  readonly chainId: string
  readonly endpoints: readonly Endpoint[]

  constructor(options: PoolOptions) {
    this.chainId = options.chainId
    const seen = new Set<string>()
    this.endpoints = options.urls
      .filter(url => !seen.has(url) && seen.add(url))
      .map(url => new Endpoint(options.chainId, url, options.clock, options.observe, options.timeoutMs))
  }

  /** The highest height that an endpoint of the right chain has shown lately. */
  bestHeight(): bigint {
    const shown = this.endpoints.filter(endpoint => !endpoint.wrongChain && endpoint.statusAgeMs() < heightKeptMs).map(endpoint => endpoint.status?.height ?? 0n)
    return shown.reduce((best, height) => height > best ? height : best, 0n)
  }

  requiredHeight(): bigint {
    const best = this.bestHeight()
    return best > toleratedLag ? best - toleratedLag : 0n
  }

  health(): EndpointHealth[] {
    return this.endpoints.map(endpoint => endpoint.health(this.requiredHeight()))
  }

  /** Runs `work` on the first endpoint that can do it. Throws DomainError('chain_unavailable') when none can, or the node's RpcError. */
  async ask<T>(work: (endpoint: Endpoint) => Promise<T>, options: AskOptions = {}): Promise<T> {
    const endsAt = performance.now() + askLimitMs
    const retries = retry(handleWhen(cause => cause instanceof NobodyAnswered && !options.once && performance.now() < endsAt), {
      maxAttempts: 2,
      backoff: new ExponentialBackoff({ initialDelay: 150, maxDelay: 1_500 }),
    })
    try {
      return await retries.execute(() => this.askOnce(work, options, endsAt))
    }
    catch (cause) {
      if (cause instanceof NobodyAnswered) {
        throw new DomainError('chain_unavailable', `No RPC endpoint of ${this.chainId} can answer now`, { cause: cause.cause ?? cause, nextStep: 'Try again in a minute.' })
      }
      throw cause
    }
  }

  /** Highest tip among the endpoints that answer on the right chain-id, asked anew. Throws DomainError('chain_unavailable') when none does: an older tip is none. */
  async tip(): Promise<Tip> {
    const told = new Set<Endpoint>()
    const learn = () => this.learnStatus(0, endpoint => told.add(endpoint))
    const highest = () => this.candidates({}).filter(endpoint => told.has(endpoint) && !endpoint.failing)
      .reduce<Endpoint | undefined>((best, endpoint) => best && best.status!.height >= endpoint.status!.height ? best : endpoint, undefined)
    await learn()
    return this.ask(async () => {
      const { status } = highest() ?? (await learn(), highest()) ?? {}
      if (!status) throw new TransportError('no endpoint tells its tip now')
      return { height: status.height, time: status.time }
    })
  }

  private async askOnce<T>(work: (endpoint: Endpoint) => Promise<T>, options: AskOptions, endsAt: number): Promise<T> {
    await this.learnStatus(statusFreshMs)
    // An endpoint that was a block behind a moment ago may have it by now.
    if (options.minHeight && this.candidates(options).length === 0) await this.learnStatus(0)
    let refusal: RpcError | undefined
    let failure: unknown = new TransportError('no endpoint is healthy, on the right chain and high enough')
    const waiting = this.candidates(options)
    const running = new Map<Endpoint, Promise<readonly [Endpoint, Outcome<T>]>>()
    for (;;) {
      const endpoint = performance.now() > endsAt ? undefined : waiting.shift()
      if (endpoint) running.set(endpoint, outcomeOf(work(endpoint), options).then(outcome => [endpoint, outcome] as const))
      if (running.size === 0) break
      const patience = options.hedgeMs && waiting.length > 0 ? [delay(options.hedgeMs, undefined, { ref: false })] : []
      const ended = await Promise.race([...running.values(), ...patience])
      if (!ended) continue // slow: the next one is asked, too
      const [asked, outcome] = ended
      running.delete(asked)
      if (outcome.how === 'answered') return outcome.value
      if (outcome.how === 'error') throw outcome.cause
      if (outcome.how === 'refused') refusal = outcome.refusal
      else failure = outcome.cause
    }
    if (refusal) throw refusal
    throw new NobodyAnswered('nobody answered', { cause: failure })
  }

  /** Endpoints that may be asked now, best first. */
  usable(): Endpoint[] {
    return this.candidates({})
  }

  private candidates(options: AskOptions): Endpoint[] {
    const required = options.minHeight && options.minHeight > this.requiredHeight() ? options.minHeight : this.requiredHeight()
    const rank = (endpoint: Endpoint) => Number(endpoint.name === options.avoidEndpoint) * 4 + Number(endpoint.disagreeing) * 2 + Number(endpoint.failing)
    return this.endpoints
      .filter(endpoint => endpoint.status && !endpoint.open && !endpoint.wrongChain && !endpoint.status.catchingUp
        && endpoint.status.height >= required && !options.excluded?.has(endpoint.name))
      .sort((a, b) => rank(a) - rank(b))
  }

  /**
   * Refreshes statuses asked longer than `maxAgeMs` ago, all at once. Waits only while no endpoint has a fresh status,
   * and not for the slow ones once another answered. `onStatus` is told of each that came, also later.
   */
  async learnStatus(maxAgeMs: number, onStatus: (endpoint: Endpoint) => void = () => undefined): Promise<void> {
    const stale = this.endpoints.filter(endpoint => maxAgeMs === 0 || endpoint.askedAgeMs() > maxAgeMs)
    if (stale.length === 0) return
    // One that hangs is asked on, but not waited for again.
    const prompt = stale.filter(endpoint => !endpoint.failing && !endpoint.isSlow(graceMs))
    const answers = new Map(stale.map(endpoint => [endpoint, endpoint.refresh()]))
    for (const [endpoint, answer] of answers) answer.then(() => onStatus(endpoint), () => undefined)
    const asked = (prompt.length > 0 ? prompt : stale).map(endpoint => answers.get(endpoint)!)
    const all = Promise.allSettled(asked)
    if (maxAgeMs > 0 && this.endpoints.some(endpoint => endpoint.statusAgeMs() <= maxAgeMs && !endpoint.failing && !endpoint.wrongChain)) return
    const first = Promise.any(asked).then(() => delay(graceMs, undefined, { ref: false }), () => undefined)
    await Promise.race([all, first])
  }
}
