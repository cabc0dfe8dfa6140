import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** `before`: the node has not got the transaction, and never gets it from this call. `after`: the node has answered, and the answer is lost. */
export type Moment = 'before' | 'after'

interface Appointment { readonly moment: Moment, readonly act: () => Promise<void>, readonly kept: () => void }

/**
 * Stands before the nodes of a chain, forwards every call, and lets a test act at the moment of a broadcast: no hook in the
 * app could be that exact. HTTP only: without a WebSocket the app asks for blocks.
 */
export class BroadcastGate {
  readonly #servers: Server[] = []
  #next: Appointment | undefined

  private constructor(readonly urls: readonly string[]) {}

  static async open(nodes: readonly string[]): Promise<BroadcastGate> {
    const urls: string[] = []
    const gate = new BroadcastGate(urls)
    for (const node of nodes) {
      const server = createServer((request, response) => {
        gate.#pass(node, request, response).catch(() => response.destroy()) // a dead node, or a caller that is gone
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      gate.#servers.push(server)
      urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    }
    return gate
  }

  /** Does `act` at the next broadcast, whichever node it goes to; resolves when it is done. */
  atNextBroadcast(moment: Moment, act: () => Promise<void>): Promise<void> {
    return new Promise((kept) => {
      this.#next = { moment, act, kept }
    })
  }

  async #pass(node: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const forward = () => fetch(node, { method: 'POST', body, signal: AbortSignal.timeout(10_000) }).then(async answer => ({ status: answer.status, body: await answer.text() }))
    const appointment = body.includes('"broadcast_tx_sync"') ? this.#next : undefined
    if (!appointment) {
      const answer = await forward()
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
      return
    }
    this.#next = undefined
    if (appointment.moment === 'after') await forward()
    await appointment.act()
    appointment.kept()
    response.destroy()
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map(server => new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })))
  }
}
