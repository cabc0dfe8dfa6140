import { createHash } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import WebSocket, { WebSocketServer } from 'ws'
import type { GateOwner } from './postgres-gate'
import { playFault, type RpcFault } from './rpc-faults'
import { Refused, type Lie, type RpcCall } from './rpc-lies'

type Json = Record<string, unknown>

/** A chaos proxy between an instance, or a chain reader, and one node. */
export interface RpcGate {
  readonly url: string
  /** Host and port: how the app calls it. */
  readonly name: string
  /** What a call meets; undefined: its answer. */
  fault: ((call: RpcCall) => RpcFault | undefined) | undefined
  lies: readonly Lie[]
  /** Calls that came, in order. */
  readonly calls: string[]
  /** Bytes of answers that were written so far. */
  readonly bytesWritten: () => number
  /** Ends faults and lies. */
  readonly clear: () => void
  readonly close: () => Promise<void>
}

const noOwner: GateOwner = { name: '', trap: () => undefined, kill: () => {} }

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const txHashOf = (tx: unknown) => createHash('sha256').update(Buffer.from(String(tx), 'base64')).digest('hex').toUpperCase()

class Gate implements RpcGate {
  fault: RpcGate['fault']
  lies: readonly Lie[] = []
  readonly calls: string[] = []
  url = ''
  name = ''
  private readonly agent = new http.Agent({ keepAlive: true })
  private readonly server = http.createServer((request, response) => {
    this.serve(request, response).catch(() => response.destroy())
  })

  private readonly webSockets = new WebSocketServer({ noServer: true })
  private readonly open = new Set<Duplex & { bytesWritten?: number }>()
  private writtenBefore = 0

  constructor(private readonly upstream: string, private readonly owner: GateOwner) {
    this.server.on('connection', (socket) => {
      this.open.add(socket)
      socket.on('close', () => {
        this.open.delete(socket)
        this.writtenBefore += socket.bytesWritten
      })
    })
    this.server.on('upgrade', (request, socket, head) => {
      this.webSockets.handleUpgrade(request, socket, head, client => this.relay(client))
    })
  }

  async listen(): Promise<this> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve))
    this.name = `127.0.0.1:${(this.server.address() as AddressInfo).port}`
    this.url = `http://${this.name}`
    return this
  }

  bytesWritten = () => [...this.open].reduce((sum, socket) => sum + (socket.bytesWritten ?? 0), this.writtenBefore)

  clear = () => {
    this.fault = undefined
    this.lies = []
  }

  close = async () => {
    for (const client of this.webSockets.clients) client.terminate()
    this.server.closeAllConnections()
    this.agent.destroy()
    await new Promise(resolve => this.server.close(resolve))
  }

  private async ask(body: object): Promise<Json> {
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.request(this.upstream, { method: 'POST', agent: this.agent, headers: { 'content-type': 'application/json' } }, resolve).on('error', reject).end(JSON.stringify(body))
    })
    return JSON.parse((await readAll(answer)).toString()) as Json
  }

  private async askResult(method: string, params: Json): Promise<Json> {
    const answer = await this.ask({ jsonrpc: '2.0', id: 1, method, params })
    if (answer.error) throw new Refused(String((answer.error as Json).data))
    return answer.result as Json
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = JSON.parse((await readAll(request)).toString()) as Json
    const call: RpcCall = { method: String(body.method), params: (body.params ?? {}) as Json }
    this.calls.push(call.method)
    const fault = this.fault?.(call)
    if (fault && !await playFault(fault, response)) return
    const answer = call.method === 'broadcast_tx_sync' ? await this.broadcast(body, call) : await this.answer(body, call)
    if (!answer) return void response.destroy()
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }

  private async answer(body: Json, call: RpcCall): Promise<Json> {
    try {
      let result = await this.askResult(call.method, call.params)
      for (const lie of this.lies) result = await lie(call, result, (method, params) => this.askResult(method, params))
      return { jsonrpc: '2.0', id: body.id, result }
    }
    catch (cause) {
      if (!(cause instanceof Refused)) throw cause
      return { jsonrpc: '2.0', id: body.id, error: { code: -32603, message: 'Internal error', data: cause.message } }
    }
  }

  /** Undefined: the instance died here. */
  private async broadcast(body: Json, call: RpcCall): Promise<Json | undefined> {
    const trap = this.owner.trap()
    const hash = txHashOf(call.params.tx)
    if (trap?.losesBroadcast()) return { jsonrpc: '2.0', id: body.id, result: { code: 0, data: '', log: '', codespace: '', hash } }
    const springs = () => trap?.place.at === 'broadcast' && trap.spring(this.owner.name, `broadcast ${trap.place.lostBefore + 1} of ${hash}`)
    if (trap?.moment === 'before' && springs()) return void this.owner.kill()
    const answer = await this.ask(body)
    return trap?.moment === 'after' && springs() ? void this.owner.kill() : answer
  }

  private relay(client: WebSocket): void {
    const upstream = new WebSocket(`${this.upstream.replace('http', 'ws')}/websocket`)
    const waiting: string[] = []
    client.on('message', (message: Buffer) => {
      const text = message.toString()
      if (upstream.readyState === WebSocket.OPEN) upstream.send(text)
      else waiting.push(text)
    })
    upstream.on('open', () => {
      for (const text of waiting.splice(0)) upstream.send(text)
    })
    upstream.on('message', (message: Buffer) => {
      if (client.readyState === WebSocket.OPEN) client.send(message.toString())
    })
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
      one.on('error', () => one.terminate())
      one.on('close', () => other.terminate())
    }
  }
}

export function openRpcGate(upstream: string, owner: GateOwner = noOwner): Promise<RpcGate> {
  return new Gate(upstream, owner).listen()
}
