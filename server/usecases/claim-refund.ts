import type { ProblemReason } from '../../shared/types/error-codes'
import type { ChallengeDto } from '../../shared/schemas/auth'
import type { RefundClaim, RefundDto } from '../../shared/schemas/clearing'
import { isAccountAddress } from '../../shared/utils/bech32'
import { DomainError } from '../domain/errors'
import { toRefundDto } from './dto/refund'
import type { AddressChecks, ChainDirectory, Clock, Logger } from './ports'
import type { ClearingReads } from './read-ports'
import type { ConsentEvidence, ConsentSubject, SignedConsents } from './signed-consent'
import type { RefundRow, Store } from './store-ports'

/** A text for the wallet that paid to sign: this refund, this amount, from the old address to the new one. */
export type AskRefundClaim = (input: { readonly refundId: string, readonly destination: string, readonly domain: string, readonly uri: string }) => Promise<ChallengeDto>

/**
 * Sends a waiting refund elsewhere, on the signature of the address that paid and on nothing else. Both throw DomainError:
 * refund_not_found, not_in_this_state (under way or sent), forbidden (nobody knows who paid), invalid_request (the new
 * address will not do), chain_unavailable, chain_not_served; claiming also challenge_not_found, challenge_expired, signature_invalid.
 */
export type ClaimRefund = (input: RefundClaim & { readonly refundId: string }) => Promise<RefundDto>

export interface ClaimDeps {
  readonly store: Pick<Store, 'transaction'>
  readonly reads: Pick<ClearingReads, 'refund'>
  readonly consents: SignedConsents
  readonly directory: Pick<ChainDirectory, 'chain'>
  readonly addresses: AddressChecks
  /** Service wallets, relayer keys and operators' addresses of a chain. */
  readonly ourAddresses: (chainId: string) => Promise<ReadonlySet<string>>
  readonly exchangeAddresses: ReadonlySet<string>
  readonly clock: Clock
  readonly logger: Logger
}

interface Claimable {
  readonly refund: RefundRow & { readonly chainId: string }
  readonly payer: string
}

const askAgain = 'Look at the refund again, and ask for a new text if it still waits.'

async function claimable({ reads }: ClaimDeps, refundId: string): Promise<Claimable> {
  const refund = await reads.refund(refundId)
  if (!refund) throw new DomainError('refund_not_found', 'There is no such refund.')
  if (refund.state !== 'planned' && refund.state !== 'held') {
    throw new DomainError('not_in_this_state', `The refund is ${refund.state === 'confirmed' ? 'sent' : 'under way'} already, with transaction ${refund.txHash}.`, { reason: 'refund_on_its_way', nextStep: 'Look at the transaction.' })
  }
  if (refund.payer === null) throw new DomainError('forbidden', 'The chain does not show which address paid, so no signature can prove it.', { reason: 'payer_unknown', nextStep: 'Write to the operator: a person decides.' })
  return { refund, payer: refund.payer }
}

async function checkDestination(deps: ClaimDeps, { refund }: Claimable, destination: string): Promise<void> {
  const refuse = (reason: ProblemReason, detail: string) => {
    throw new DomainError('invalid_request', detail, { reason, nextStep: 'Name an address of a wallet of your own on this chain.' })
  }
  const chain = deps.directory.chain(refund.chainId)
  if (!chain) throw new DomainError('chain_not_served', `This service no longer serves the chain ${refund.chainId}.`)
  if (!isAccountAddress(destination, chain.bech32Prefix)) refuse('address_of_other_chain', `The new address is not one of ${chain.prettyName}: its prefix is not "${chain.bech32Prefix}", or it is mistyped.`)
  if (destination === refund.destination) refuse('address_unchanged', 'The refund goes to this address already.')
  if ((await deps.ourAddresses(refund.chainId)).has(destination)) refuse('address_of_ours', 'The new address is one of ours.')
  if (deps.exchangeAddresses.has(destination)) refuse('address_of_exchange', 'The new address is a wallet of an exchange, which would not know whose money it gets.')
  if (await deps.addresses.isModuleAccount(refund.chainId, destination)) refuse('address_of_module', 'The new address belongs to a module of the chain: nobody could move the money again.')
}

function subjectOf({ refund }: Claimable, destination: string): ConsentSubject {
  const { amount, denom } = refund.coin
  const from = refund.destination ?? 'nowhere'
  return {
    purpose: 'refund_claim',
    subject: JSON.stringify({ refund: refund.id, amount: amount.toString(), denom, from, to: destination }),
    statement: `Send the refund ${refund.id} of ${amount} ${denom} to ${destination} instead of ${from}.`,
  }
}

export function makeAskRefundClaim(deps: ClaimDeps): AskRefundClaim {
  return async ({ refundId, destination, domain, uri }) => {
    const found = await claimable(deps, refundId)
    await checkDestination(deps, found, destination)
    return deps.consents.ask({ address: found.payer, chainId: found.refund.chainId, domain, uri }, subjectOf(found, destination))
  }
}

/** False: it was signed, paid or claimed meanwhile. The row's lock decides who is first. */
async function redirect(deps: ClaimDeps, { refund, payer }: Claimable, destination: string, evidence: ConsentEvidence): Promise<boolean> {
  return deps.store.transaction(async (tx) => {
    const [current] = await tx.lockRefunds([refund.id])
    if ((current?.state !== 'planned' && current?.state !== 'held') || current.destination !== refund.destination) return false
    const now = deps.clock.now()
    await tx.claimRefund(current, destination, { actor: 'user', cause: `signature of ${payer}` }, now)
    await tx.audit({
      actor: 'user', actorAddress: payer, action: 'refund.claimed', subjectType: 'refund', subjectId: refund.id, reason: 'signed by the address that paid',
      detail: { amount: refund.coin.amount.toString(), denom: refund.coin.denom, from: refund.destination, to: destination, ...evidence },
    }, now)
    return true
  })
}

export function makeClaimRefund(deps: ClaimDeps): ClaimRefund {
  return async ({ refundId, destination, ...consent }) => {
    const found = await claimable(deps, refundId)
    await checkDestination(deps, found, destination)
    const { purpose, subject } = subjectOf(found, destination)
    const evidence = await deps.consents.take(consent, { purpose, subject, address: found.payer })
    if (!await redirect(deps, found, destination, evidence)) throw new DomainError('not_in_this_state', 'The refund changed while you signed.', { nextStep: askAgain })
    deps.logger.info({ refundId, chainId: found.refund.chainId }, 'a refund was claimed to another address')
    const claimed = await deps.reads.refund(refundId)
    return toRefundDto(claimed ?? found.refund)
  }
}
