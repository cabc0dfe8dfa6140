import { and, eq, lt, sql } from 'drizzle-orm'
import { z } from 'zod'
import { idempotencyKeys } from '../../../drizzle/schema'
import type { IdempotencyStore } from '../../usecases/http-ports'
import type { Database } from './database'

/** The body's exact text: JSON would not keep the order and form of what was sent. */
const keptBody = z.object({ text: z.string() })

export function makeIdempotencyStore(db: Database): IdempotencyStore {
  const row = (scope: string, key: string) => and(eq(idempotencyKeys.scope, scope), eq(idempotencyKeys.key, key))
  return {
    async claim({ scope, key, bodyHash, leaseMs }, now) {
      const expiresAt = new Date(now.getTime() + leaseMs)
      await db.delete(idempotencyKeys).where(lt(idempotencyKeys.expiresAt, new Date(now.getTime() - 24 * 3_600_000)))
      const fresh = { bodyHash, responseStatus: null, responseBody: null, createdAt: now, expiresAt }
      // The row's own expiry is the lease while it runs: a lapsed one (its instance died) is taken over.
      const claimed = await db.insert(idempotencyKeys).values({ scope, key, ...fresh })
        .onConflictDoUpdate({ target: [idempotencyKeys.scope, idempotencyKeys.key], set: fresh, setWhere: sql`${idempotencyKeys.expiresAt} <= ${now.toISOString()}` })
        .returning({ key: idempotencyKeys.key })
      if (claimed.length > 0) return { state: 'claimed' }
      const [found] = await db.select().from(idempotencyKeys).where(row(scope, key))
      // Released between the two statements: as good as still running, the client tries again.
      if (!found) return { state: 'running' }
      if (found.bodyHash !== bodyHash) return { state: 'reused' }
      if (found.responseStatus === null) return { state: 'running' }
      return { state: 'answered', answer: { status: found.responseStatus, body: keptBody.parse(found.responseBody).text } }
    },

    async complete(scope, key, answer, now, keepMs) {
      await db.update(idempotencyKeys).set({ responseStatus: answer.status, responseBody: { text: answer.body }, expiresAt: new Date(now.getTime() + keepMs) }).where(row(scope, key))
    },

    async release(scope, key) {
      await db.delete(idempotencyKeys).where(row(scope, key))
    },
  }
}
