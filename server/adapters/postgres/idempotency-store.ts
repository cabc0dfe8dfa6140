import { and, eq, isNull, lt, sql } from 'drizzle-orm'
import { z } from 'zod'
import { idempotencyKeys } from '../../../drizzle/schema'
import type { HeldKey, IdempotencyStore } from '../../usecases/http-ports'
import type { AnswerSeal } from '../../usecases/ports'
import type { Database } from './database'

const keptAnswer = z.object({ status: z.number(), headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])), body: z.string() })
const keptBody = z.object({ sealed: z.string() })

/** What nobody can be given any more. */
const keepExpiredMs = 3_600_000

/**
 * An answer may hold a session's cookie or a token: it is kept sealed with what only the caller's key and our secret make
 * together, and of the key only a hash is kept. Whoever reads the table can neither use an answer nor ask for it.
 */
export function makeIdempotencyStore(db: Database, seal: AnswerSeal): IdempotencyStore {
  const row = (scope: string, key: string) => and(eq(idempotencyKeys.scope, scope), eq(idempotencyKeys.key, seal.nameOf(key)))
  const heldRow = ({ scope, key, leaseUntil }: HeldKey) => and(row(scope, key), eq(idempotencyKeys.expiresAt, leaseUntil), isNull(idempotencyKeys.responseStatus))
  return {
    async claim({ scope, key, bodyHash, leaseMs }, now) {
      const leaseUntil = new Date(now.getTime() + leaseMs)
      await db.delete(idempotencyKeys).where(lt(idempotencyKeys.expiresAt, new Date(now.getTime() - keepExpiredMs)))
      const fresh = { bodyHash, responseStatus: null, responseBody: null, createdAt: now, expiresAt: leaseUntil }
      // The row's own expiry is the lease while it runs: a lapsed one (its instance died) is taken over.
      const claimed = await db.insert(idempotencyKeys).values({ scope, key: seal.nameOf(key), ...fresh })
        .onConflictDoUpdate({ target: [idempotencyKeys.scope, idempotencyKeys.key], set: fresh, setWhere: sql`${idempotencyKeys.expiresAt} <= ${now.toISOString()}` })
        .returning({ key: idempotencyKeys.key })
      if (claimed.length > 0) return { state: 'claimed', held: { scope, key, leaseUntil } }
      const [found] = await db.select().from(idempotencyKeys).where(row(scope, key))
      // Released between the two statements: as good as still running, the client tries again.
      if (!found) return { state: 'running' }
      if (found.bodyHash !== bodyHash) return { state: 'reused' }
      if (found.responseStatus === null) return { state: 'running' }
      return { state: 'answered', answer: keptAnswer.parse(JSON.parse(seal.open(key, keptBody.parse(found.responseBody).sealed))) }
    },

    async complete(held, answer, now, keepMs) {
      const sealed = seal.close(held.key, JSON.stringify(answer))
      await db.update(idempotencyKeys).set({ responseStatus: answer.status, responseBody: { sealed }, expiresAt: new Date(now.getTime() + keepMs) }).where(heldRow(held))
    },

    async release(held) {
      await db.delete(idempotencyKeys).where(heldRow(held))
    },
  }
}
