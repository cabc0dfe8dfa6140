import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AlreadyInCacheError } from '../chain/chain'
import { closeServer, listen, readBody } from '../rpc/server'
import { walletActions } from '../wallet/signing'
import { readActions, writeActions } from './actions'
import { ControlError, ControlInput } from './input'
import type { SandboxWorld } from './world'

const maxBodyBytes = 1_000_000
const walletScript = new URL('../wallet/wallet.js', import.meta.url)

interface ControlServer {
  readonly url: string
  close(): Promise<void>
}

function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname) || hostname.endsWith('.localhost')
}

/** Pages on this machine may call; others may not, not even by a name that points here. */
function allowedOrigin(request: IncomingMessage): string | undefined {
  const { origin } = request.headers
  if (origin === undefined) return '*'
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname) ? origin : undefined
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function inputOf(request: IncomingMessage, query: URLSearchParams): Promise<ControlInput> {
  if (request.method !== 'POST') return new ControlInput(Object.fromEntries(query))
  const text = await readBody(request, maxBodyBytes)
  if (text === undefined) throw new ControlError('body too large')
  const value: unknown = text.trim() === '' ? {} : JSON.parse(text)
  if (!value || typeof value !== 'object' || Array.isArray(value)) throw new ControlError('the body must be a JSON object')
  return new ControlInput(value as Record<string, unknown>)
}

async function serve(world: SandboxWorld, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://control')
  const origin = allowedOrigin(request)
  const host = URL.canParse(`http://${request.headers.host}`) ? new URL(`http://${request.headers.host}`).hostname : ''
  if (origin === undefined || !isLoopback(host)) return send(response, 403, { error: 'only pages on this machine may use the sandbox' })
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-allow-headers', 'content-type')
  response.setHeader('access-control-allow-private-network', 'true')
  response.setHeader('vary', 'origin')
  if (request.method === 'OPTIONS') {
    response.writeHead(204).end()
    return
  }
  if (request.method === 'GET' && url.pathname === '/wallet.js') {
    const script = (await readFile(walletScript, 'utf8')).replaceAll('__CONTROL_URL__', `http://${request.headers.host}`)
    response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' }).end(script)
    return
  }
  const actions = request.method === 'POST' ? { ...writeActions, ...walletActions } : readActions
  const action = actions[url.pathname]
  if (!action) return send(response, 404, { error: `no such call: ${request.method} ${url.pathname}` })
  send(response, 200, await action(world, await inputOf(request, url.searchParams)))
}

/** Starts the control port: faults, blocks, transfers, and the dev wallet. Bound to loopback. */
export async function startControlServer(world: SandboxWorld, port: number): Promise<ControlServer> {
  const server = createServer((request, response) => {
    serve(world, request, response).catch((cause: unknown) => {
      const expected = cause instanceof ControlError || cause instanceof SyntaxError || cause instanceof AlreadyInCacheError
      if (response.headersSent) response.destroy()
      else send(response, expected ? 400 : 500, { error: cause instanceof Error ? cause.message : String(cause) })
    })
  })
  const bound = await listen(server, port)
  return { url: `http://127.0.0.1:${bound}`, close: () => closeServer(server) }
}
