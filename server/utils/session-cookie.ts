import { deleteCookie, getCookie, type H3Event, setCookie } from 'h3'
import { DomainError } from '../domain/errors'

const secretPattern = /^[\w-]{20,100}$/

const isHttps = (publicUrl: string) => publicUrl.startsWith('https:')
// With __Host- a browser takes the cookie from this host alone, over https alone.
const cookieName = (publicUrl: string) => isHttps(publicUrl) ? '__Host-session' : 'session'

/** The session's secret; null when there is none or it cannot be one. */
export function readSessionSecret(event: H3Event, publicUrl: string): string | null {
  const secret = getCookie(event, cookieName(publicUrl))
  return secret !== undefined && secretPattern.test(secret) ? secret : null
}

export function writeSessionSecret(event: H3Event, publicUrl: string, secret: string, expiresAt: Date): void {
  setCookie(event, cookieName(publicUrl), secret, { httpOnly: true, secure: isHttps(publicUrl), sameSite: 'lax', path: '/', expires: expiresAt })
}

export function dropSessionSecret(event: H3Event, publicUrl: string): void {
  deleteCookie(event, cookieName(publicUrl), { httpOnly: true, secure: isHttps(publicUrl), sameSite: 'lax', path: '/' })
}

/** Whether a browser's Origin is ours: the public one, or the host the request was sent to. No Origin: not sent by another site's page. */
export function isOwnOrigin(origin: string | null | undefined, host: string | null | undefined, publicUrl: string): boolean {
  if (!origin) return true
  if (origin === new URL(publicUrl).origin) return true
  try {
    return Boolean(host) && new URL(origin).host === host
  }
  catch {
    // "null" or garbage: a sandboxed frame or something that is no browser.
    return false
  }
}

/** Throws forbidden for a request that another site's page sent. */
export function refuseForeignOrigin(event: H3Event, publicUrl: string): void {
  const { headers } = event.node.req
  const site = headers['sec-fetch-site']
  const sameSite = site === undefined || site === 'same-origin' || site === 'none'
  if (!isOwnOrigin(headers.origin, headers.host, publicUrl) || (!headers.origin && !sameSite)) {
    throw new DomainError('forbidden', 'The request comes from another site.')
  }
}
