/** Below this a difference may be the answer's way and the whole seconds of its Date header. */
const smallestMs = 2_000
const timeoutMs = 5_000

/** How far the server's clock is ahead of this device's, in ms; 0 when they agree, undefined when it could not be asked. */
export async function clockOffsetMs(): Promise<number | undefined> {
  const askedAt = Date.now()
  try {
    const { headers } = await fetch('/healthz', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(timeoutMs) })
    const halfway = (askedAt + Date.now()) / 2
    const offset = Date.parse(headers.get('date') ?? '') + 500 - halfway
    return Number.isNaN(offset) ? undefined : Math.abs(offset) < smallestMs ? 0 : Math.round(offset)
  }
  catch {
    return undefined
  }
}
