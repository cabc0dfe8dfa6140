import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import type { H3Event } from 'h3'

declare module 'h3' {
  interface H3EventContext {
    caller?: Caller
  }
}

export interface Caller {
  readonly requestId: string
  /** The caller's address as limits count it: IPv6 by its /64, which one household or server holds whole. */
  readonly network: string
}

function ipv6Network(address: string): string {
  const [head = '', tail] = address.split('%')[0]!.toLowerCase().split('::')
  const before = head ? head.split(':') : []
  const after = tail ? tail.split(':') : []
  const groups = tail === undefined ? before : [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0'), ...after]
  return `${groups.slice(0, 4).map(group => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** The network an address counts for; undefined when it is not an IP address. */
export function networkOf(address: string): string | undefined {
  const text = address.trim().replace(/^\[(.*)\]$/, '$1')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1]
  if (mapped || isIP(text) === 4) return mapped ?? text
  return isIP(text) === 6 ? ipv6Network(text) : undefined
}

/**
 * Who called: the socket's address, or behind n trusted proxies the n-th X-Forwarded-For entry from the right
 * (what stands further left, the caller may have written).
 */
export function callerNetwork(socketAddress: string | undefined, forwardedFor: string | undefined, trustedProxies: number): string {
  const hops = [...(forwardedFor ?? '').split(',').filter(part => part.trim() !== ''), socketAddress ?? '']
  const named = hops[Math.max(0, hops.length - 1 - trustedProxies)]!
  return networkOf(named) ?? networkOf(socketAddress ?? '') ?? 'unknown'
}

const requestIdPattern = /^[\w-]{8,64}$/

/** The caller of this request; for a call from inside (rendering a page) the caller of the page. */
export function callerOf(event: H3Event, trustedProxies: number): Caller {
  if (event.context.caller) return event.context.caller
  const { req } = event.node
  // Nitro hands the outer request's context to the inner one here; nothing from the wire gets there.
  const outer = '__unenv__' in req ? (req.__unenv__ as { caller?: Caller } | undefined)?.caller : undefined
  const forwarded = req.headers['x-forwarded-for']
  const given = req.headers['x-request-id']
  const caller = outer ?? {
    requestId: typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID(),
    network: callerNetwork(req.socket?.remoteAddress, Array.isArray(forwarded) ? forwarded.join(',') : forwarded, trustedProxies),
  }
  event.context.caller = caller
  return caller
}
