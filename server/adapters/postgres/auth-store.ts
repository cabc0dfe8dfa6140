import { createHash } from 'node:crypto'
import { and, eq, gt, isNull, lt } from 'drizzle-orm'
import { authChallenges, authSessions } from '../../../drizzle/schema'
import type { AuthStore } from '../../usecases/auth-ports'
import type { Database } from './database'

/** Challenges and sessions are kept this long after their end, for whoever looks into a sign-in. */
const keepMs = 24 * 3_600_000

const keptSince = (now: Date) => new Date(now.getTime() - keepMs)

const hash = (secret: string) => createHash('sha256').update(secret).digest('hex')

export function makeAuthStore(db: Database): AuthStore {
  return {
    async insertChallenge(challenge) {
      await db.delete(authChallenges).where(lt(authChallenges.expiresAt, keptSince(challenge.createdAt)))
      await db.insert(authChallenges).values({ ...challenge, usedAt: null })
    },

    async takeChallenge(id, purpose, now) {
      const unused = and(eq(authChallenges.id, id), eq(authChallenges.purpose, purpose), isNull(authChallenges.usedAt))
      // One statement decides a race: the second UPDATE waits for the row and then finds it used.
      const [taken] = await db.update(authChallenges).set({ usedAt: now }).where(and(unused, gt(authChallenges.expiresAt, now))).returning()
      if (taken) return { state: 'taken', challenge: taken }
      const [expired] = await db.select({ id: authChallenges.id }).from(authChallenges).where(unused)
      return { state: expired ? 'expired' : 'unknown' }
    },

    async insertSession(session, secret, replacedSecret) {
      await db.delete(authSessions).where(lt(authSessions.expiresAt, keptSince(session.createdAt)))
      await db.transaction(async (tx) => {
        if (replacedSecret !== null) {
          await tx.update(authSessions).set({ revokedAt: session.createdAt }).where(and(eq(authSessions.secretHash, hash(replacedSecret)), isNull(authSessions.revokedAt)))
        }
        await tx.insert(authSessions).values({ ...session, secretHash: hash(secret), revokedAt: null })
      })
    },

    async findSession(secret, now) {
      const [session] = await db.select().from(authSessions)
        .where(and(eq(authSessions.secretHash, hash(secret)), isNull(authSessions.revokedAt), gt(authSessions.expiresAt, now)))
      return session ?? null
    },

    async touchSession(id, now) {
      await db.update(authSessions).set({ lastSeenAt: now }).where(eq(authSessions.id, id))
    },

    async revokeSession(secret, now) {
      await db.update(authSessions).set({ revokedAt: now }).where(and(eq(authSessions.secretHash, hash(secret)), isNull(authSessions.revokedAt)))
    },
  }
}
