import type { Receipt, SignedReceipt } from '../../shared/schemas/receipts'
import { canonicalJson } from '../../shared/utils/canonical-json'
import { DomainError } from '../domain/errors'
import { toInstant } from './dto/wire'
import type { GetClearingStatus } from './get-clearing-status'
import type { Clock, ReceiptSigner } from './ports'

/** Throws DomainError: token_not_found, not_in_this_state (nothing is decided yet). */
export type SignReceipt = (token: string) => Promise<SignedReceipt>

interface Deps {
  readonly getStatus: GetClearingStatus
  readonly signer: ReceiptSigner
  readonly clock: Clock
  /** Origin of this service. */
  readonly issuer: string
}

export function makeSignReceipt({ getStatus, signer, clock, issuer }: Deps): SignReceipt {
  return async (token) => {
    const { token: _token, walletAddress: _walletAddress, events: _events, next: _next, expiresAt: _expiresAt, graceUntil: _graceUntil, ...stated } = await getStatus(token)
    if (stated.finishedAt === null) throw new DomainError('not_in_this_state', 'A receipt is signed when the clearing is over.', { nextStep: 'Follow the clearing and ask again when it is over.' })
    const receipt: Receipt = { ...stated, version: 1, issuer, signedAt: toInstant(clock.now()) }
    return { receipt, signature: { algorithm: 'Ed25519', canonicalization: 'RFC 8785', keyId: signer.publicKey.kid, value: signer.sign(canonicalJson(receipt)) } }
  }
}
