import type { ClearingToken } from '../../shared/schemas/clearing'
import { readBech32Prefix } from '../../shared/utils/bech32'
import { makeMemoCode, memoCodeSymbols } from '../../shared/utils/memo-code'
import type { Operation, OperationId } from '../domain/clearing/operation'
import { canonicalTokenText, type SignedToken, type TokenPromise } from '../domain/clearing/token'
import { DomainError } from '../domain/errors'
import type { BuildQuote, BuiltQuote, QuoteInput } from './build-quote'
import { toTokenDto } from './dto/quote'
import type { Clock, Ids, Metrics, TokenSigner } from './ports'
import type { ClearingReads } from './read-ports'
import type { OpenTokenQuotas, Requester, Store } from './store-ports'

export interface TokenRequest extends QuoteInput {
  readonly walletAddress: string
  readonly requester: Requester
}

/** Refuses what BuildQuote refuses; also DomainError: invalid_request (no bech32 address), quota_exceeded. */
export type RequestToken = (input: TokenRequest) => Promise<ClearingToken>

interface Deps {
  readonly buildQuote: BuildQuote
  readonly store: Store
  readonly reads: ClearingReads
  readonly ids: Ids
  readonly signer: TokenSigner
  readonly clock: Clock
  readonly metrics: Metrics
  readonly lifetimes: { readonly ttlMs: number, readonly graceMs: number }
  readonly quotas: OpenTokenQuotas
}

/** With 29^10 codes a second collision in a row means a broken random source. */
const mostAttempts = 3

function operationOf(token: SignedToken, id: OperationId): Operation {
  return {
    id,
    token: token.token,
    memoCode: token.memoCode,
    status: 'awaiting_payment',
    paymentIssue: 'none',
    refundStatus: 'none',
    walletAddress: token.walletAddress,
    paymentChainId: token.paymentChainId,
    total: token.total,
    issuedAt: token.issuedAt,
    expiresAt: token.expiresAt,
    graceUntil: token.graceUntil,
    creditedAt: null,
    deadlineAt: null,
    finishedAt: null,
    attempted: false,
    credits: [], givenBack: [], consumed: [],
    packets: token.packets.map(packet => ({ id: packet.id, need: packet.need, share: packet.share.amount, result: null, relayedBy: null, refundReason: null })),
  }
}

export function makeRequestToken({ buildQuote, store, reads, ids, signer, clock, metrics, lifetimes, quotas }: Deps): RequestToken {
  function sign({ quote, paymentAddress }: BuiltQuote, walletAddress: string): SignedToken {
    const issuedAt = clock.now()
    const expiresAt = new Date(issuedAt.getTime() + lifetimes.ttlMs)
    const promise: TokenPromise = {
      ...quote,
      token: ids.secretId(),
      memoCode: makeMemoCode(ids.randomIntegers(memoCodeSymbols.count, memoCodeSymbols.base)),
      walletAddress,
      paymentAddress,
      issuedAt,
      expiresAt,
      graceUntil: new Date(expiresAt.getTime() + lifetimes.graceMs),
    }
    return { ...promise, signature: signer.sign(canonicalTokenText(promise)) }
  }

  async function save(token: SignedToken, requester: Requester): Promise<void> {
    const operation = operationOf(token, ids.rowId() as OperationId)
    if (await store.issueToken(token, operation, requester, quotas)) return
    throw new DomainError('quota_exceeded', 'Too many clearings of yours wait for a payment.', { nextStep: 'Pay one of them, or wait until they expire.' })
  }

  async function issue(built: BuiltQuote, input: TokenRequest, attempt = 1): Promise<SignedToken> {
    const token = sign(built, input.walletAddress)
    try {
      await save(token, input.requester)
      return token
    }
    catch (error) {
      if (error instanceof DomainError || attempt === mostAttempts || !await reads.memoCodeTaken(token.memoCode)) throw error
      return issue(built, input, attempt + 1)
    }
  }

  async function request(input: TokenRequest): Promise<ClearingToken> {
    if (!readBech32Prefix(input.walletAddress)) throw new DomainError('invalid_request', 'The wallet address has a typing error: its checksum does not fit.')
    return toTokenDto(await issue(await buildQuote(input), input))
  }

  return async (input) => {
    try {
      const token = await request(input)
      metrics.requestCounted(input.paymentChainId, 'issued')
      return token
    }
    catch (error) {
      // A label must be one of few: chains that we do not serve are whatever a caller wrote.
      const code = error instanceof DomainError ? error.code : 'internal'
      metrics.requestCounted(code === 'chain_not_served' ? 'none' : input.paymentChainId, code)
      throw error
    }
  }
}
