import WebSocket from 'ws'
import type { Logger } from '../../usecases/ports'
import type { EndpointPool } from './endpoint-pool'
import { isRecord } from './json-rpc'

const maxMessageBytes = 64 * 1024 * 1024
const firstPauseMs = 500
const longestPauseMs = 30_000

/** The RPC URL's WebSocket; credentials in the URL become a header. */
function socketAddress(rpcUrl: string): { url: string, auth: string | undefined } {
  const url = new URL(rpcUrl)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/websocket`
  const auth = url.username || url.password ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : undefined
  url.username = ''
  url.password = ''
  return { url: url.toString(), auth }
}

function heightOf(message: WebSocket.RawData): bigint | null {
  try {
    const parsed: unknown = JSON.parse(message.toString())
    const result = isRecord(parsed) && isRecord(parsed.result) && isRecord(parsed.result.data) && isRecord(parsed.result.data.value) ? parsed.result.data.value : null
    const header = isRecord(result?.block) && isRecord(result.block.header) ? result.block.header : null
    return typeof header?.height === 'string' && /^\d{1,18}$/.test(header.height) ? BigInt(header.height) : null
  }
  catch {
    // Garbage is treated like silence: the watchdog reconnects.
    return null
  }
}

/**
 * One NewBlock subscription for all listeners of a chain in this process. It is only a wake-up: it may be silent, late or
 * repeat. Reconnects to the next endpoint with growing pauses, also when nothing came for `silenceMs`.
 */
export class NewBlockFeed {
  private readonly listeners = new Set<(height: bigint) => void>()
  private socket: WebSocket | null = null
  private timer: NodeJS.Timeout | null = null
  private failures = 0
  private attempts = 0
  private closed = false

  constructor(private readonly pool: EndpointPool, private readonly logger: Logger, private readonly silenceMs: number) {}

  /** Returns the function that ends the listening. */
  listen(wake: (height: bigint) => void): () => void {
    this.listeners.add(wake)
    if (this.listeners.size === 1) this.connect()
    return () => {
      this.listeners.delete(wake)
      if (this.listeners.size === 0) this.drop()
    }
  }

  close(): void {
    this.closed = true
    this.listeners.clear()
    this.drop()
  }

  private connect(): void {
    if (this.closed || this.listeners.size === 0) return
    const usable = this.pool.usable()
    const candidates = usable.length > 0 ? usable : this.pool.endpoints
    const endpoint = candidates[this.attempts++ % candidates.length]
    if (!endpoint) return
    const { url, auth } = socketAddress(endpoint.url)
    const socket = new WebSocket(url, { maxPayload: maxMessageBytes, handshakeTimeout: 10_000, ...(auth ? { auth } : {}) })
    this.socket = socket
    this.watch(socket)
    socket.on('open', () => socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscribe', params: { query: 'tm.event=\'NewBlock\'' } })))
    socket.on('message', (message) => {
      const height = heightOf(message)
      if (height === null) return
      this.failures = 0
      this.watch(socket)
      endpoint.sawHeight(height)
      for (const wake of this.listeners) wake(height)
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => this.lost(socket, endpoint.name))
  }

  private watch(socket: WebSocket): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = setTimeout(() => socket.terminate(), this.silenceMs)
    this.timer.unref()
  }

  private lost(socket: WebSocket, endpoint: string): void {
    if (socket !== this.socket) return
    this.socket = null
    if (this.timer) clearTimeout(this.timer)
    if (this.closed || this.listeners.size === 0) return
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.failures++) * (0.5 + Math.random() / 2)
    this.logger.warn({ chainId: this.pool.chainId, endpoint, pauseMs: Math.round(pauseMs) }, 'new block subscription lost, will reconnect')
    this.timer = setTimeout(() => this.connect(), pauseMs)
    this.timer.unref()
  }

  private drop(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    const socket = this.socket
    this.socket = null
    socket?.terminate()
  }
}
