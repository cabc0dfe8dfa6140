import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { RpcError } from './error'
import type { RpcFault } from './faults'
import { callMethod, methodNames } from './methods'
import type { RpcNode } from './node'
import { jsonParams, uriParams } from './params'
import { serveSocket } from './websocket'

const maxBodyBytes = 1_000_000
const maxBatch = 10

export interface RpcEndpoint {
  readonly node: RpcNode
  readonly url: string
  readonly port: number
  /** Drops every WebSocket client at once. */
  cutSockets(): void
  close(): Promise<void>
}

interface Call { readonly id?: string | number | null, readonly method?: unknown, readonly params?: unknown }

/** Reads a request body up to a limit; undefined when it is larger. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limitBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function errorBody(cause: unknown): { code: number, message: string, data?: string } {
  if (cause instanceof RpcError) return { code: cause.code, message: cause.message, ...(cause.detail ? { data: cause.detail } : {}) }
  return { code: -32603, message: 'Internal error', data: cause instanceof Error ? cause.message : 'unknown' }
}

function answerCall(node: RpcNode, call: Call): unknown {
  const id = call.id ?? -1
  try {
    if (typeof call.method !== 'string') throw new RpcError(-32600, 'Invalid Request', 'no method')
    return { jsonrpc: '2.0', id, result: callMethod(node, call.method, jsonParams(call.params)) }
  }
  catch (cause) {
    return { jsonrpc: '2.0', id, error: errorBody(cause) }
  }
}

/** Plays a fault on a call. Returns whether the call still gets its true answer. */
async function playFault(fault: RpcFault, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case 'slow':
      await new Promise(resolve => setTimeout(resolve, fault.delayMs))
      return true
    case 'status':
      response.writeHead(fault.status, { 'content-type': 'text/plain', ...(fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }) }).end('fault injected')
      return false
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Just a moment...</title><h1>Checking your browser</h1>')
      return false
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"jsonrpc":"2.0","id":1,"result":{"sync_in', () => response.destroy())
      return false
    case 'refuse':
      response.destroy()
      return false
    case 'hang':
      return false
  }
}

function methodsOf(body: unknown, path: string): string[] {
  const calls = Array.isArray(body) ? body : [body]
  const named = calls.map(call => (call as Call | undefined)?.method).filter(method => typeof method === 'string')
  return named.length > 0 ? named : [path]
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*' }).end(JSON.stringify(body))
}

function answerBody(node: RpcNode, body: unknown, response: ServerResponse): void {
  if (Array.isArray(body) && body.length > maxBatch) {
    send(response, 200, { jsonrpc: '2.0', id: -1, error: { code: -32600, message: 'Invalid Request', data: `too many requests in batch: ${body.length}` } })
  }
  else send(response, 200, Array.isArray(body) ? body.map(call => answerCall(node, call as Call)) : answerCall(node, body as Call))
}

function answerUri(node: RpcNode, path: string, query: URLSearchParams, response: ServerResponse): void {
  if (path === '') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<html><body>Available endpoints:<br>${methodNames.join('<br>')}</body></html>`)
    return
  }
  try {
    send(response, 200, { jsonrpc: '2.0', id: -1, result: callMethod(node, path, uriParams(query)) })
  }
  catch (cause) {
    send(response, cause instanceof RpcError && cause.code === -32601 ? 404 : 500, { jsonrpc: '2.0', id: -1, error: errorBody(cause) })
  }
}

async function serve(node: RpcNode, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://node')
  const path = url.pathname.replace(/^\/+|\/+$/g, '')
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'access-control-allow-methods': 'GET, POST' }).end()
    return
  }
  const text = request.method === 'POST' ? await readBody(request, maxBodyBytes) : ''
  if (text === undefined) {
    response.writeHead(413).end('request body too large')
    return
  }
  let body: unknown
  try {
    body = request.method === 'POST' ? JSON.parse(text) : undefined
  }
  catch {
    send(response, 500, { jsonrpc: '2.0', id: -1, error: { code: -32700, message: 'Parse error. Invalid JSON', data: 'error unmarshaling request' } })
    return
  }
  const fault = node.faults.take(methodsOf(body, path))
  if (fault && !await playFault(fault, response)) return
  if (request.method === 'POST') answerBody(node, body, response)
  else answerUri(node, path, url.searchParams, response)
}

/** Binds a server to a loopback port (0: any free one) and returns the port. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
}

/** Starts one RPC endpoint: JSON-RPC by POST, methods by GET, `/websocket`. */
export async function startRpcEndpoint(node: RpcNode, port: number): Promise<RpcEndpoint> {
  const server = createServer((request, response) => {
    serve(node, request, response).catch(() => response.destroy())
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket: Duplex, head) => {
    if (!request.url?.startsWith('/websocket') || node.faults.isDown) socket.destroy()
    else sockets.handleUpgrade(request, socket, head, client => serveSocket(node, client))
  })
  const cutSockets = (): void => {
    for (const client of sockets.clients) client.terminate()
  }
  const bound = await listen(server, port)
  return {
    node,
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    cutSockets,
    async close() {
      cutSockets()
      await closeServer(server)
    },
  }
}
