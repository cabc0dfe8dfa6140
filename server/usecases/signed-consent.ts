import type { ChallengeDto } from '../../shared/schemas/auth'
import { DomainError } from '../domain/errors'
import type { AuthStore, ChallengePurpose, SignatureVerifier } from './auth-ports'
import type { ChainDirectory } from './ports'
import { issueText, type SignedTextDeps, type SigningParty } from './signed-text'

export type ConsentPurpose = Exclude<ChallengePurpose, 'sign_in'>

/** What somebody agrees to: for programs (compared to the letter when it is done) and for the person who signs. */
export interface ConsentSubject {
  readonly purpose: ConsentPurpose
  /** Canonical text of everything that is decided: another amount or address is another subject. */
  readonly subject: string
  /** The same in words; goes into the text that is signed. */
  readonly statement: string
}

/** A wallet's answer to the text, as the API gets it. */
export interface Consent {
  readonly challengeId: string
  /** 64 bytes r ‖ s, base64. */
  readonly signature: string
  /** Compressed secp256k1 public key, base64. */
  readonly pubKey: string
}

/** Kept in the audit trail: anybody can verify it again. */
export interface ConsentEvidence {
  readonly signedText: string
  readonly signature: string
  readonly pubKey: string
}

export interface SignedConsents {
  /** A text that names the subject, for this wallet to sign. Throws DomainError chain_not_served, invalid_request. */
  ask(party: SigningParty, wanted: ConsentSubject): Promise<ChallengeDto>
  /**
   * Uses the text up and checks that this address signed exactly this subject. Throws DomainError challenge_not_found (used,
   * unknown, or for something else), challenge_expired, signature_invalid.
   */
  take(consent: Consent, expected: { readonly purpose: ConsentPurpose, readonly subject: string, readonly address: string }): Promise<ConsentEvidence>
}

interface Deps extends SignedTextDeps {
  readonly store: Pick<AuthStore, 'insertChallenge' | 'takeChallenge'>
  readonly chains: Pick<ChainDirectory, 'chain'>
  readonly verifier: SignatureVerifier
}

/** Fresh signatures for single acts: moving money, or sending it elsewhere. A session alone is not enough for these. */
export function makeSignedConsents(deps: Deps): SignedConsents {
  const { store, chains, verifier, clock } = deps
  return {
    ask: (party, wanted) => issueText(deps, { ...party, ...wanted, opening: 'asks you to agree with your Cosmos account:' }),
    take: async ({ challengeId, signature, pubKey }, expected) => {
      const taken = await store.takeChallenge(challengeId, expected.purpose, clock.now())
      if (taken.state === 'expired') throw new DomainError('challenge_expired', 'The text to sign has expired.')
      const challenge = taken.state === 'taken' ? taken.challenge : null
      if (challenge?.subject !== expected.subject || challenge.address !== expected.address) {
        throw new DomainError('challenge_not_found', 'There is no such text to sign, it was used before, or it names something else.')
      }
      const chain = chains.chain(challenge.chainId)
      if (!chain) throw new DomainError('chain_not_served', `This service no longer serves the chain ${challenge.chainId}.`)
      const valid = verifier.verify({ text: challenge.text, address: challenge.address, bech32Prefix: chain.bech32Prefix, pubKey, signature })
      if (!valid) throw new DomainError('signature_invalid', 'The signature does not belong to this text and address.')
      return { signedText: challenge.text, signature, pubKey }
    },
  }
}
