import type { SessionDto } from '../../shared/schemas/auth'
import { DomainError } from '../domain/errors'
import type { AuthStore, Session, SignatureVerifier } from './auth-ports'
import type { ChainDirectory, Clock, Ids, Logger } from './ports'
import { type AdminList, toSessionDto } from './dto/session'

export interface SignInInput {
  readonly challengeId: string
  /** 64 bytes r ‖ s, base64. */
  readonly signature: string
  /** Compressed secp256k1 public key, base64. */
  readonly pubKey: string
  /** Secret of the session the caller had before; it is revoked. */
  readonly replacedSecret: string | null
}

export type SignIn = (input: SignInInput) => Promise<{ readonly sessionSecret: string, readonly session: SessionDto, readonly expiresAt: Date }>

interface Deps {
  readonly store: Pick<AuthStore, 'takeChallenge' | 'insertSession'>
  readonly verifier: SignatureVerifier
  readonly chains: Pick<ChainDirectory, 'chain'>
  readonly ids: Ids
  readonly clock: Clock
  readonly logger: Logger
  readonly admins: AdminList
}

/** Absolute life of a session. */
const sessionLifeMs = 7 * 24 * 3_600_000
const secretBytes = 32

/**
 * Opens a session for a signed challenge. The challenge is used up first, whatever the signature is worth, so that a
 * guess costs a challenge and a replay finds none. Throws DomainError challenge_not_found, challenge_expired, signature_invalid.
 */
export function makeSignIn({ store, verifier, chains, ids, clock, logger, admins }: Deps): SignIn {
  return async (input) => {
    const now = clock.now()
    const taken = await store.takeChallenge(input.challengeId, 'sign_in', now)
    if (taken.state === 'expired') throw new DomainError('challenge_expired', 'The text to sign has expired.')
    if (taken.state === 'unknown') throw new DomainError('challenge_not_found', 'There is no such text to sign, or it was used before.')
    const { challenge } = taken
    const chain = chains.chain(challenge.chainId)
    if (!chain) throw new DomainError('chain_not_served', `This service no longer serves the chain ${challenge.chainId}.`)
    // Verified against our stored text: nothing the caller sends says what was signed.
    const valid = verifier.verify({ text: challenge.text, address: challenge.address, bech32Prefix: chain.bech32Prefix, pubKey: input.pubKey, signature: input.signature })
    if (!valid) throw new DomainError('signature_invalid', 'The signature does not belong to this text and address.')
    const sessionSecret = ids.randomText(secretBytes)
    const expiresAt = new Date(now.getTime() + sessionLifeMs)
    const session: Session = { id: ids.rowId(), address: challenge.address, chainId: challenge.chainId, createdAt: now, lastSeenAt: now, expiresAt }
    await store.insertSession(session, sessionSecret, input.replacedSecret)
    logger.info({ chainId: session.chainId }, 'wallet signed in')
    return { sessionSecret, session: toSessionDto(session, admins), expiresAt }
  }
}
