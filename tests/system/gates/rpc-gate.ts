import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import type { Take } from './ambush'

export interface RpcCall { readonly method: string, readonly params: Readonly<Record<string, unknown>>, readonly body: string }

/** Answers a call in the node's place: `ask` gives the node's own answer, or rejects as the connection to it does. */
export type Interference = (call: RpcCall, ask: () => Promise<RpcAnswer>, response: ServerResponse) => Promise<void>

export interface RpcAnswer { readonly status: number, readonly body: string }

const answerLimitMs = 10_000

function readCall(body: string): RpcCall {
  const { method = '', params = {} } = JSON.parse(body) as Partial<RpcCall>
  return { method, params, body }
}

export function passOn(response: ServerResponse, { status, body }: RpcAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

/**
 * Stands before the nodes of a chain and passes every call and socket on. `take` lets a test act at the moment of a
 * call; an interference answers in a node's place.
 */
export class RpcGate {
  readonly #servers: Server[] = []
  readonly #sockets = new Set<net.Socket>()
  readonly #interferences = new Map<number, Interference>()

  private constructor(readonly urls: string[], private readonly take: Take | undefined) {}

  static async open(nodes: readonly string[], take?: Take): Promise<RpcGate> {
    const gate = new RpcGate([], take)
    for (const [index, node] of nodes.entries()) {
      const server = createServer((request, response) => {
        gate.#pass(index, node, request, response).catch(() => response.destroy()) // a dead node, or a caller that is gone
      })
      server.on('upgrade', (request, socket: net.Socket, head) => gate.#upgrade(node, request, socket, head))
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      gate.#servers.push(server)
      gate.urls.push(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`)
    }
    return gate
  }

  /** From now on (undefined: no longer) the calls to node `index` are answered by it. */
  interfere(index: number, interference: Interference | undefined): void {
    if (interference) this.#interferences.set(index, interference)
    else this.#interferences.delete(index)
  }

  async #pass(index: number, node: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const ask = async (): Promise<RpcAnswer> => {
      const answer = await fetch(node, { method: 'POST', body, signal: AbortSignal.timeout(answerLimitMs) })
      return { status: answer.status, body: await answer.text() }
    }
    const interference = this.#interferences.get(index)
    if (interference) return interference(readCall(body), ask, response)
    const appointment = this.take?.({ kind: 'call', text: body, transaction: [] })
    if (!appointment) return passOn(response, await ask())
    // Whatever the node says, even nothing: the answer is lost.
    if (appointment.moment === 'after') await ask()
    appointment.spring()
    response.destroy()
  }

  /** The handshake is spoken by the node itself. */
  #upgrade(node: string, request: IncomingMessage, client: net.Socket, head: Buffer): void {
    const { hostname, port } = new URL(node)
    const upstream = net.connect(Number(port), hostname, () => {
      const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}`)
      upstream.write(`GET ${request.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
      upstream.write(head)
      client.pipe(upstream).pipe(client)
    })
    this.#sockets.add(client)
    client.on('close', () => this.#sockets.delete(client))
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.#servers.map(server => new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })))
  }
}
