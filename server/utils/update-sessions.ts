import type { NodeOptions } from 'crossws/adapters/node'
import type { ClearingUpdate } from '../../shared/schemas/clearing'
import { updatesSubscribeSchema } from '../../shared/schemas/clearing'
import type { Services } from '../services-type'

/** The part of a socket that is used; crossws' Peer fits. */
export interface UpdatePeer {
  readonly id: string
  /** Who holds the socket, as limits count. */
  readonly network: string
  send(text: string): unknown
  close(code?: number, reason?: string): void
  /** Bytes not yet taken by the network; undefined where unknown. */
  readonly bufferedBytes: number | undefined
}

type UpdateServices = Pick<Services, 'operationEventsAfter' | 'onOperationEvent' | 'clock' | 'logger'>

interface Subscription {
  readonly token: string
  lastEventId: bigint
  /** Set while events are being read; `again` when a hint came meanwhile. */
  reading: boolean
  again: boolean
  announced: boolean
}

interface PeerState {
  readonly peer: UpdatePeer
  readonly subscriptions: Map<string, Subscription>
  unknownTokens: number
}

export const updateLimits = { tokensPerSocket: 20, unknownTokensPerSocket: 5, messageBytes: 1_024, receivedBytes: 16_384, bufferedBytes: 1_000_000, sockets: 5_000, socketsPerNetwork: 100, heartbeatMs: 20_000 }

/** For the socket server: what is larger than `receivedBytes` ends the socket at once. Without it 100 MiB of each message are kept. */
export const socketOptions: NodeOptions = { serverOptions: { maxPayload: updateLimits.receivedBytes } }

const maxEventId = 2n ** 63n - 1n

/**
 * The sockets of this instance. A hint that an operation has news makes each of its subscriptions read what follows
 * the last event it sent: in order, none twice, none missed, whichever instance wrote it.
 */
export class UpdateSessions {
  private readonly peers = new Map<string, PeerState>()
  private stopListening: (() => void) | undefined
  private heartbeat: ReturnType<typeof setInterval> | undefined

  constructor(private readonly services: UpdateServices, private readonly limits = updateLimits) {}

  open(peer: UpdatePeer): void {
    const ofNetwork = [...this.peers.values()].filter(state => state.peer.network === peer.network).length
    if (this.peers.size >= this.limits.sockets || ofNetwork >= this.limits.socketsPerNetwork) return peer.close(1013, 'too many sockets')
    this.peers.set(peer.id, { peer, subscriptions: new Map(), unknownTokens: 0 })
    this.stopListening ??= this.services.onOperationEvent(({ token }) => this.wake(token))
    this.heartbeat ??= setInterval(() => this.beat(), this.limits.heartbeatMs).unref()
  }

  close(peerId: string): void {
    this.peers.delete(peerId)
    if (this.peers.size === 0) this.stop()
  }

  stop(): void {
    this.stopListening?.()
    clearInterval(this.heartbeat)
    this.stopListening = this.heartbeat = undefined
  }

  /** A message of the client; resolves when its backlog is sent. */
  async receive(peerId: string, text: string): Promise<void> {
    const state = this.peers.get(peerId)
    if (!state) return
    const request = Buffer.byteLength(text) <= this.limits.messageBytes ? parseSubscribe(text) : undefined
    if (!request) return this.refuse(state, 'invalid_request', 'Send {"subscribe": token, "afterEventId": id}.')
    if (!state.subscriptions.has(request.token) && state.subscriptions.size >= this.limits.tokensPerSocket) {
      return this.refuse(state, 'quota_exceeded', `At most ${this.limits.tokensPerSocket} tokens per socket.`)
    }
    const subscription: Subscription = { ...request, reading: false, again: false, announced: false }
    state.subscriptions.set(request.token, subscription)
    await this.advance(state, subscription)
  }

  private wake(token: string): void {
    for (const state of this.peers.values()) {
      const subscription = state.subscriptions.get(token)
      if (subscription) void this.advance(state, subscription)
    }
  }

  /** Sends what follows the last event sent; one reader per subscription keeps the order. */
  private async advance(state: PeerState, subscription: Subscription): Promise<void> {
    if (subscription.reading) {
      subscription.again = true
      return
    }
    subscription.reading = true
    try {
      do {
        subscription.again = false
        const news = await this.services.operationEventsAfter(subscription.token, subscription.lastEventId)
        if (!this.isCurrent(state, subscription)) return
        if (!news) return this.refuseToken(state, subscription.token)
        for (const event of news.events) {
          this.send(state, { type: 'event', token: subscription.token, event, status: news.status })
          subscription.lastEventId = BigInt(event.id)
        }
        // A long backlog comes in pages.
        if (news.events.length >= 100) subscription.again = true
        else if (!subscription.announced) this.send(state, { type: 'subscribed', token: subscription.token, lastEventId: subscription.lastEventId.toString() })
        subscription.announced = !subscription.again
      } while (subscription.again)
    }
    catch (error) {
      // The database is away: the heartbeat tries again, and the client asks over HTTP meanwhile.
      this.services.logger.warn({ err: error }, 'could not read operation events for a socket')
    }
    finally {
      subscription.reading = false
    }
  }

  private isCurrent(state: PeerState, subscription: Subscription): boolean {
    return this.peers.get(state.peer.id) === state && state.subscriptions.get(subscription.token) === subscription
  }

  private beat(): void {
    const at = this.services.clock.now().toISOString()
    for (const state of this.peers.values()) {
      this.send(state, { type: 'heartbeat', at })
      // A hint may have been lost while the listening connection was down.
      for (const subscription of state.subscriptions.values()) void this.advance(state, subscription)
    }
  }

  private refuseToken(state: PeerState, token: string): void {
    state.subscriptions.delete(token)
    state.unknownTokens++
    this.refuse(state, 'token_not_found', 'There is no such clearing.')
    if (state.unknownTokens >= this.limits.unknownTokensPerSocket) state.peer.close(1008, 'too many unknown tokens')
  }

  private refuse(state: PeerState, code: string, detail: string): void {
    this.send(state, { type: 'error', code, detail })
  }

  private send(state: PeerState, message: ClearingUpdate): void {
    if ((state.peer.bufferedBytes ?? 0) > this.limits.bufferedBytes) {
      // A client that does not read: it resumes by its last event id.
      this.peers.delete(state.peer.id)
      return state.peer.close(1013, 'too slow')
    }
    state.peer.send(JSON.stringify(message))
  }
}

function parseSubscribe(text: string): { token: string, lastEventId: bigint } | undefined {
  let message: unknown
  try {
    message = JSON.parse(text)
  }
  catch {
    return undefined
  }
  const parsed = updatesSubscribeSchema.safeParse(message)
  if (!parsed.success) return undefined
  const lastEventId = BigInt(parsed.data.afterEventId ?? 0)
  return lastEventId <= maxEventId ? { token: parsed.data.subscribe, lastEventId } : undefined
}
