import { adr36Verifier } from '../../server/adapters/adr36/signature-verifier'
import { makeAuthStore } from '../../server/adapters/postgres/auth-store'
import type { Database } from '../../server/adapters/postgres/database'
import { makeIdempotencyStore } from '../../server/adapters/postgres/idempotency-store'
import { makeIds } from '../../server/adapters/system/ids'
import { makeAnswerSeal } from '../../server/adapters/system/secrets'
import type { Services } from '../../server/services-type'
import { makeCreateChallenge } from '../../server/usecases/create-challenge'
import type { ServedChain } from '../../server/usecases/ports'
import { makeReadSession } from '../../server/usecases/read-session'
import { makeSignIn } from '../../server/usecases/sign-in'
import { makeSignOut } from '../../server/usecases/sign-out'
import { someServices } from './services'

const chain = (chainId: string, bech32Prefix: string) => ({ chainId, bech32Prefix, prettyName: chainId }) as ServedChain
const served = [chain('sim-a', 'cosmos'), chain('sim-b', 'cosmos'), chain('sim-o', 'osmo')]

export interface SignInOptions {
  readonly now: () => Date
  readonly publicUrl?: string
  readonly trustedProxies?: number
  readonly admins?: readonly string[]
}

/** Signing in, over a real database: sim-a and sim-b with prefix cosmos, sim-o with osmo. */
export function signInServices(db: Database, { now, publicUrl = 'https://relayooor.test', trustedProxies = 0, admins = [] }: SignInOptions) {
  const clock = { now }
  const deps = { store: makeAuthStore(db), chains: { chain: (id: string) => served.find(({ chainId }) => chainId === id) }, ids: makeIds({ now: () => new Date() }), clock, admins, verifier: adr36Verifier, logger: someServices().log }
  return {
    config: { publicUrl, trustedProxies }, clock, idempotency: makeIdempotencyStore(db, makeAnswerSeal(Buffer.alloc(32, 7))),
    createChallenge: makeCreateChallenge(deps), signIn: makeSignIn(deps), readSession: makeReadSession(deps), signOut: makeSignOut(deps),
    userStatistics: async (address: string) => ({ operations: 0, packetsByResult: [], spent: [], refunded: [], timeToClear: { medianSeconds: null, sampleSize: 0 }, address }) as never,
  } satisfies Partial<Services>
}
