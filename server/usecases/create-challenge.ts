import type { ChallengeDto } from '../../shared/schemas/auth'
import { readBech32Prefix } from '../../shared/utils/bech32'
import { DomainError } from '../domain/errors'
import type { AuthStore } from './auth-ports'
import type { ChainDirectory, Clock, Ids } from './ports'

export interface ChallengeInput {
  readonly address: string
  readonly chainId: string
  /** Host (and port) of the app as people know it. */
  readonly domain: string
  readonly uri: string
}

export type CreateChallenge = (input: ChallengeInput) => Promise<ChallengeDto>

interface Deps {
  readonly store: Pick<AuthStore, 'insertChallenge'>
  readonly chains: Pick<ChainDirectory, 'chain'>
  readonly ids: Ids
  readonly clock: Clock
}

const challengeLifeMs = 5 * 60_000
const nonceAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

interface ChallengeText extends ChallengeInput {
  readonly nonce: string
  readonly issuedAt: Date
  readonly expiresAt: Date
}

/** The text under a sign-in (source: CAIP-122). */
export function challengeText(facts: ChallengeText): string {
  return [
    `${facts.domain} wants you to sign in with your Cosmos account:`,
    facts.address,
    '',
    'Sign in to see your clearings. This moves no money and costs nothing.',
    '',
    `URI: ${facts.uri}`,
    'Version: 1',
    `Chain ID: ${facts.chainId}`,
    `Nonce: ${facts.nonce}`,
    `Issued At: ${facts.issuedAt.toISOString()}`,
    `Expiration Time: ${facts.expiresAt.toISOString()}`,
  ].join('\n')
}

/** Issues a text to sign. Throws DomainError chain_not_served or invalid_request (an address of another chain). */
export function makeCreateChallenge({ store, chains, ids, clock }: Deps): CreateChallenge {
  return async (input) => {
    const chain = chains.chain(input.chainId)
    if (!chain) throw new DomainError('chain_not_served', `This service does not serve the chain ${input.chainId}.`)
    if (readBech32Prefix(input.address) !== chain.bech32Prefix) {
      throw new DomainError('invalid_request', `The address is not one of ${chain.prettyName}: its prefix is not "${chain.bech32Prefix}", or it is mistyped.`)
    }
    const issuedAt = clock.now()
    const expiresAt = new Date(issuedAt.getTime() + challengeLifeMs)
    const nonce = ids.randomIntegers(26, nonceAlphabet.length).map(index => nonceAlphabet[index]).join('')
    const text = challengeText({ ...input, nonce, issuedAt, expiresAt })
    const id = ids.secretId()
    await store.insertChallenge({ id, address: input.address, chainId: input.chainId, text, createdAt: issuedAt, expiresAt })
    return { challengeId: id, text, expiresAt: expiresAt.toISOString() }
  }
}
