import type { ChallengeDto } from '../../shared/schemas/auth'
import { issueText, type SignedTextDeps, type SigningParty } from './signed-text'

export type CreateChallenge = (input: SigningParty) => Promise<ChallengeDto>

/** Issues a text to sign in with. Throws DomainError chain_not_served or invalid_request (an address of another chain). */
export function makeCreateChallenge(deps: SignedTextDeps): CreateChallenge {
  return party => issueText(deps, {
    ...party, purpose: 'sign_in', subject: null,
    opening: 'wants you to sign in with your Cosmos account:',
    statement: 'Sign in to see your clearings. This moves no money and costs nothing.',
  })
}
