import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Params = Record<string, unknown>
export type Answer = (params: Params) => unknown

/** `result` of a captured JSON-RPC answer. */
export function captured(name: string): unknown {
  return (JSON.parse(readFileSync(`tests/fixtures/cometbft/${name}.json`, 'utf8')) as { result: unknown }).result
}

export interface ScriptedNode {
  readonly url: string
  readonly host: string
  /** Methods called, in order. */
  readonly calls: string[]
  readonly headers: IncomingMessage['headers'][]
  close(): Promise<void>
}

export class Refusal {
  constructor(readonly message: string, readonly data = '') {}
}

/** Answers a call in bytes of its own choosing. */
export type RawAnswer = (response: ServerResponse) => void

export function status(height: number, changes: { network?: string, version?: string, catchingUp?: boolean } = {}): unknown {
  return {
    node_info: { network: changes.network ?? 'ibc-a', version: changes.version ?? '0.38.22' },
    sync_info: { latest_block_height: String(height), latest_block_time: '2026-11-23T21:35:42.346454677Z', earliest_block_height: '1', catching_up: changes.catchingUp ?? false },
  }
}

/** A CometBFT node that answers what a test says; other methods are refused. */
export async function startNode(answers: Readonly<Record<string, Answer>>, raw?: RawAnswer): Promise<ScriptedNode> {
  const calls: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const server: Server = createServer((request, response) => {
    headers.push(request.headers)
    let body = ''
    request.on('data', chunk => body += chunk)
    request.on('end', () => {
      const { id, method, params } = JSON.parse(body) as { id: number, method: string, params: Params }
      calls.push(method)
      if (raw && method !== 'status') return raw(response)
      const answer = answers[method]
      const result = answer ? answer(params) : new Refusal('Method not found')
      const outcome = result instanceof Refusal ? { error: { code: -32603, message: result.message, data: result.data } } : { result }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, ...outcome }))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`, host, calls, headers,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}
