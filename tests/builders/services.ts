import { createHash } from 'node:crypto'
import { openRateLimiter } from '../../server/adapters/cache/rate-limiter'
import type { Services } from '../../server/services-type'
import type { HeldKey, IdempotencyStore, StoredAnswer } from '../../server/usecases/http-ports'
import type { Logger, RateLimiter } from '../../server/usecases/ports'

type LimitName = Parameters<RateLimiter['consume']>[0]

export interface LogLine { readonly level: string, readonly facts: object, readonly message: string }

/** A logger that keeps its lines. */
export function keptLog(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const write = (level: string) => (facts: object, message: string) => void lines.push({ level, facts, message })
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

export function limitsOf(points: number): Record<LimitName, { points: number, seconds: number }> {
  const limit = { points, seconds: 60 }
  return { reads: limit, quotes: limit, tokens: limit, sign_in: limit, broadcast: limit, verify: limit }
}

/** The idempotency store's promise, in memory. */
export function memoryIdempotency(): IdempotencyStore {
  const rows = new Map<string, { bodyHash: string, answer: StoredAnswer | null, expiresAt: number }>()
  const heldRow = ({ scope, key, leaseUntil }: HeldKey) => {
    const found = rows.get(`${scope} ${key}`)
    return found && found.answer === null && found.expiresAt === leaseUntil.getTime() ? found : undefined
  }
  return {
    async claim({ scope, key, bodyHash, leaseMs }, now) {
      const found = rows.get(`${scope} ${key}`)
      if (!found || found.expiresAt <= now.getTime()) {
        const leaseUntil = new Date(now.getTime() + leaseMs)
        rows.set(`${scope} ${key}`, { bodyHash, answer: null, expiresAt: leaseUntil.getTime() })
        return { state: 'claimed', held: { scope, key, leaseUntil } }
      }
      if (found.bodyHash !== bodyHash) return { state: 'reused' }
      return found.answer ? { state: 'answered', answer: found.answer } : { state: 'running' }
    },
    async complete(held, answer, now, keepMs) {
      const found = heldRow(held)
      if (found) rows.set(`${held.scope} ${held.key}`, { ...found, answer, expiresAt: now.getTime() + keepMs })
    },
    async release(held) {
      if (heldRow(held)) rows.delete(`${held.scope} ${held.key}`)
    },
  }
}

const notCalled = (name: string) => () => {
  throw new Error(`the test did not expect ${name} to be called`)
}

/** Services for a test: what is not given fails when it is called. */
export function someServices(given: Partial<Services> = {}): Services & { readonly log: ReturnType<typeof keptLog> } {
  const log = keptLog()
  const base = {
    config: { publicUrl: 'http://relayooor.test', trustedProxies: 0 },
    clock: { now: () => new Date() },
    logger: log,
    rateLimiter: openRateLimiter({ limits: limitsOf(1_000_000), redisUrl: null, query: null, logger: log }),
    idempotency: memoryIdempotency(),
    ipKey: (ip: string) => createHash('sha256').update(ip).digest('hex'),
    readSession: async () => null,
    onOperationEvent: () => () => {},
  } satisfies Partial<Services>
  const all: Partial<Services> & { log: typeof log } = { ...base, ...given, log }
  return new Proxy(all, { get: (target, name) => Reflect.get(target, name) ?? (name === 'then' ? undefined : notCalled(String(name))) }) as Services & { readonly log: typeof log }
}
