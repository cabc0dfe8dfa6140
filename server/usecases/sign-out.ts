import type { AuthStore } from './auth-ports'
import type { Clock } from './ports'

/** Revokes the session; an unknown secret is no error. */
export type SignOut = (secret: string) => Promise<void>

export function makeSignOut({ store, clock }: { readonly store: Pick<AuthStore, 'revokeSession'>, readonly clock: Clock }): SignOut {
  return secret => store.revokeSession(secret, clock.now())
}
