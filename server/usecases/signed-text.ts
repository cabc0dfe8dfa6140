import type { ChallengeDto } from '../../shared/schemas/auth'
import { readBech32Prefix } from '../../shared/utils/bech32'
import { DomainError } from '../domain/errors'
import type { AuthStore, ChallengePurpose } from './auth-ports'
import type { ChainDirectory, Clock, Ids } from './ports'

/** Whose wallet signs, and for which app. */
export interface SigningParty {
  readonly address: string
  readonly chainId: string
  /** Host (and port) of the app as people know it. */
  readonly domain: string
  readonly uri: string
}

export interface TextToSign extends SigningParty {
  readonly purpose: ChallengePurpose
  /** What it authorises, in canonical form; null for a sign-in. */
  readonly subject: string | null
  /** First line after the domain: `wants you to …:`. */
  readonly opening: string
  /** What the signature means, in words. */
  readonly statement: string
}

export interface SignedTextDeps {
  readonly store: Pick<AuthStore, 'insertChallenge'>
  readonly chains: Pick<ChainDirectory, 'chain'>
  readonly ids: Ids
  readonly clock: Clock
}

const lifeMs = 5 * 60_000
const nonceAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/**
 * Keeps a text of our own for a wallet to sign, good once and for five minutes (source: CAIP-122). Throws DomainError
 * chain_not_served or invalid_request (an address of another chain).
 */
export async function issueText({ store, chains, ids, clock }: SignedTextDeps, wanted: TextToSign): Promise<ChallengeDto> {
  const { address, chainId, domain, uri, purpose, subject, opening, statement } = wanted
  const chain = chains.chain(chainId)
  if (!chain) throw new DomainError('chain_not_served', `This service does not serve the chain ${chainId}.`)
  if (readBech32Prefix(address) !== chain.bech32Prefix) {
    throw new DomainError('invalid_request', `The address is not one of ${chain.prettyName}: its prefix is not "${chain.bech32Prefix}", or it is mistyped.`)
  }
  const issuedAt = clock.now()
  const expiresAt = new Date(issuedAt.getTime() + lifeMs)
  const nonce = ids.randomIntegers(26, nonceAlphabet.length).map(index => nonceAlphabet[index]).join('')
  const text = [
    `${domain} ${opening}`,
    address,
    '',
    statement,
    '',
    `URI: ${uri}`,
    'Version: 1',
    `Chain ID: ${chainId}`,
    `Nonce: ${nonce}`,
    `Issued At: ${issuedAt.toISOString()}`,
    `Expiration Time: ${expiresAt.toISOString()}`,
  ].join('\n')
  const id = ids.secretId()
  await store.insertChallenge({ id, address, chainId, purpose, subject, text, createdAt: issuedAt, expiresAt })
  return { challengeId: id, text, expiresAt: expiresAt.toISOString() }
}
