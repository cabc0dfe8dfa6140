import type { SessionDto } from '../../shared/schemas/auth'
import type { AuthStore } from './auth-ports'
import { type AdminList, toSessionDto } from './dto/session'
import type { Clock } from './ports'

export type ReadSession = (secret: string) => Promise<SessionDto | null>

interface Deps {
  readonly store: Pick<AuthStore, 'findSession' | 'touchSession' | 'revokeSession'>
  readonly clock: Clock
  readonly admins: AdminList
}

/** A session nobody used for so long is over. */
const idleLimitMs = 24 * 3_600_000
/** How stale `lastSeenAt` may be: spares a write per request. */
const touchEveryMs = 5 * 60_000

/** The session a cookie's secret opens; null when unknown, revoked, idle for too long or past its end. */
export function makeReadSession({ store, clock, admins }: Deps): ReadSession {
  return async (secret) => {
    const now = clock.now()
    const session = await store.findSession(secret, now)
    if (!session) return null
    const idleMs = now.getTime() - session.lastSeenAt.getTime()
    if (idleMs > idleLimitMs) {
      await store.revokeSession(secret, now)
      return null
    }
    if (idleMs > touchEveryMs) await store.touchSession(session.id, now)
    return toSessionDto(session, admins)
  }
}
