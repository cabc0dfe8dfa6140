import type { ClearingStatus } from '#shared/schemas/clearing'
import { toApiProblem, type ApiProblem } from './api-problem'

/** The part of the browser's WebSocket that is used; Node's and a test's fit as well. */
export interface UpdateSocket {
  onopen: (() => void) | null
  onmessage: ((message: { readonly data: unknown }) => void) | null
  onclose: (() => void) | null
  onerror: (() => void) | null
  send(text: string): void
  close(): void
}

export interface UpdatesOptions {
  readonly token: string
  readonly openSocket: (() => UpdateSocket) | undefined
  readonly getStatus: () => Promise<ClearingStatus>
  readonly onStatus: (status: ClearingStatus) => void
  /** A status that the caller holds already, from the page's first byte: it is not asked for again, only what follows it. */
  readonly known?: ClearingStatus
  /** `live`: the socket is subscribed; `polling`: asked every few seconds; `offline`: the last call failed. */
  readonly onConnection?: (state: 'live' | 'polling' | 'offline') => void
  /** Why the last call failed; nothing more is asked after `token_not_found`. */
  readonly onFailure?: (problem: ApiProblem) => void
  readonly pollMs?: number
  /** A socket without a word for so long is taken for dead. */
  readonly silenceMs?: number
  readonly firstRetryMs?: number
  readonly longestRetryMs?: number
}

interface ServerMessage { readonly type: string, readonly token?: string, readonly event?: { readonly id: string } }

function readMessage(text: unknown): ServerMessage | undefined {
  try {
    const message: unknown = JSON.parse(String(text))
    return typeof message === 'object' && message !== null && 'type' in message ? message as ServerMessage : undefined
  }
  catch {
    // Not JSON: nothing we could act on; the silence timer judges the connection.
    return undefined
  }
}

function laterId(a: string, b: string): string {
  return BigInt(a) >= BigInt(b) ? a : b
}

/** Follows one operation: socket with resume by event id, polling while it is down. */
export class StatusSubscription {
  private lastEventId = '0'
  private socket: UpdateSocket | undefined
  private live = false
  private stopped = false
  private asking = false
  private askAgain = false
  private failures = 0
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private silenceTimer: ReturnType<typeof setTimeout> | undefined
  private pollTimer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly options: UpdatesOptions) {}

  start(): void {
    if (!this.options.known) return void this.ask().then(() => this.connect())
    this.noteEvents(this.options.known)
    this.schedulePoll()
    this.connect()
  }

  stop(): void {
    this.stopped = true
    for (const timer of [this.retryTimer, this.silenceTimer, this.pollTimer]) clearTimeout(timer)
    this.socket?.close()
  }

  /** One request at a time; an event that arrives meanwhile causes exactly one more. */
  private async ask(): Promise<void> {
    if (this.asking) {
      this.askAgain = true
      return
    }
    this.asking = true
    try {
      const status = await this.options.getStatus()
      if (this.stopped) return
      this.noteEvents(status)
      this.options.onStatus(status)
      this.options.onConnection?.(this.live ? 'live' : 'polling')
    }
    catch (failure) {
      // The caller is told; the next poll or event asks again.
      if (!this.stopped) this.failed(toApiProblem(failure))
    }
    finally {
      this.asking = false
      this.schedulePoll()
    }
    if (this.askAgain && !this.stopped) {
      this.askAgain = false
      await this.ask()
    }
  }

  private failed(problem: ApiProblem): void {
    this.options.onFailure?.(problem)
    if (problem.code === 'token_not_found') this.stop()
    else this.options.onConnection?.('offline')
  }

  private noteEvents(status: ClearingStatus): void {
    for (const event of status.events) this.lastEventId = laterId(this.lastEventId, event.id)
  }

  private schedulePoll(): void {
    clearTimeout(this.pollTimer)
    if (this.stopped) return
    // A live socket is still checked now and then: a status must never stay wrong because one message was lost.
    const pollMs = this.options.pollMs ?? 3000
    this.pollTimer = setTimeout(() => void this.ask(), this.live ? pollMs * 10 : pollMs)
  }

  private connect(): void {
    if (this.stopped || !this.options.openSocket) return
    let socket: UpdateSocket
    try {
      socket = this.options.openSocket()
    }
    catch {
      // The browser refused the address outright: same as a closed socket.
      return this.reconnectLater()
    }
    this.socket = socket
    this.watchSilence()
    socket.onopen = () => socket.send(JSON.stringify({ subscribe: this.options.token, afterEventId: this.lastEventId }))
    socket.onmessage = ({ data }) => this.receive(readMessage(data))
    socket.onerror = () => socket.close()
    socket.onclose = () => this.disconnected(socket)
  }

  private receive(message: ServerMessage | undefined): void {
    this.watchSilence()
    if (message?.type === 'subscribed') {
      this.live = true
      this.failures = 0
      this.options.onConnection?.('live')
      this.schedulePoll()
    }
    if (message?.type === 'event' && message.event && message.token === this.options.token) {
      this.lastEventId = laterId(this.lastEventId, message.event.id)
      void this.ask()
    }
    if (message?.type === 'error') this.socket?.close()
  }

  private disconnected(socket: UpdateSocket): void {
    if (this.socket !== socket || this.stopped) return
    this.socket = undefined
    // Only then: attempts that fail must not put off the next poll again and again.
    if (this.live) {
      this.live = false
      this.options.onConnection?.('polling')
      this.schedulePoll()
    }
    this.reconnectLater()
  }

  private reconnectLater(): void {
    clearTimeout(this.silenceTimer)
    const first = this.options.firstRetryMs ?? 500
    const wait = Math.min(first * 2 ** this.failures++, this.options.longestRetryMs ?? 15_000)
    this.retryTimer = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2))
  }

  private watchSilence(): void {
    clearTimeout(this.silenceTimer)
    this.silenceTimer = setTimeout(() => {
      const socket = this.socket
      if (!socket) return
      socket.close()
      this.disconnected(socket)
    }, this.options.silenceMs ?? 45_000)
  }
}
