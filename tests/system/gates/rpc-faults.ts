import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

/** What a call gets instead of its answer (`slow`: its answer, late). */
export type RpcFault
  = | { readonly kind: 'status', readonly status: number, readonly retryAfterSeconds?: number }
    | { readonly kind: 'slow', readonly delayMs: number }
    | { readonly kind: 'hang' | 'html' | 'cut' | 'gzip_bomb' | 'endless' }

const megabyte = 1024 * 1024
const bombMembers = 64
const blanks = Buffer.alloc(16 * megabyte, ' ')
/** 16 MB in 16 kB; members of a gzip stream may follow one another. */
let bombMember: Buffer | undefined

async function writeEndlessly(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  const chunk = blanks.subarray(0, 256 * 1024)
  await pipeline(function* () {
    for (;;) yield chunk
  }, response).catch(() => undefined) // the caller hung up
}

function writeBomb(response: ServerResponse): void {
  bombMember ??= gzipSync(blanks)
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
  for (let member = 0; member < bombMembers; member++) response.write(bombMember)
  response.end()
}

/** Plays a fault. Returns whether the call still gets its answer. */
export async function playFault(fault: RpcFault, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case 'slow':
      await pause(fault.delayMs)
      return true
    case 'status':
      response.writeHead(fault.status, { 'content-type': 'text/plain', ...fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) } }).end('too much')
      return false
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Just a moment...</title>')
      return false
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"jsonrpc":"2.0","id":1,"result":{"blo', () => response.destroy())
      return false
    case 'gzip_bomb':
      writeBomb(response)
      return false
    case 'endless':
      await writeEndlessly(response)
      return false
    case 'hang':
      return false
    default:
      return fault satisfies never
  }
}
