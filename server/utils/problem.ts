import type { ProblemDto } from '../../shared/schemas/common'
import type { ErrorCode } from '../../shared/types/error-codes'
import { DomainError } from '../domain/errors'

interface ProblemKind {
  readonly status: number
  readonly title: string
  readonly nextStep?: string
}

/** The one place where a code becomes an HTTP status and words. */
export const problemKinds: Readonly<Record<ErrorCode, ProblemKind>> = {
  invalid_request: { status: 400, title: 'The request is not valid', nextStep: 'Correct the fields listed under "errors".' },
  body_too_large: { status: 413, title: 'The request is too large', nextStep: 'Send at most 64 kB; split long lists.' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON', nextStep: 'Send Content-Type: application/json.' },
  method_not_allowed: { status: 405, title: 'This address does not know that method', nextStep: 'Use a method named in the Allow header.' },
  not_found: { status: 404, title: 'There is nothing at this address', nextStep: 'See /docs for the calls there are.' },
  chain_not_served: { status: 404, title: 'This chain is not served', nextStep: 'GET /api/v1/chains lists the chains served.' },
  packet_not_found: { status: 404, title: 'There is no such packet', nextStep: 'Check the chain, channel and sequence, or search by address or tx hash.' },
  token_not_found: { status: 404, title: 'There is no such clearing', nextStep: 'Check the link; a token is only known to whom it was given.' },
  operation_not_found: { status: 404, title: 'There is no such clearing', nextStep: 'Check the link.' },
  payment_not_found: { status: 404, title: 'There is no such payment', nextStep: 'GET /api/v1/admin/payments lists them.' },
  refund_not_found: { status: 404, title: 'There is no such refund', nextStep: 'Check the link.' },
  outgoing_not_found: { status: 404, title: 'There is no such transaction of ours', nextStep: 'GET /api/v1/admin/refunds lists what left the wallets.' },
  packets_not_clearable: { status: 422, title: 'These packets cannot or need not be cleared', nextStep: 'Leave out the packets listed under "packets".' },
  route_not_quotable: { status: 422, title: 'There is no price for this route' },
  relayer_not_ready: { status: 503, title: 'The relayer is not ready', nextStep: 'Nothing was charged. Try again in a few minutes.' },
  chain_unavailable: { status: 503, title: 'A chain does not answer', nextStep: 'Nothing was charged. Try again in a minute.' },
  clock_skew: { status: 503, title: 'The time of the chain and ours differ too much', nextStep: 'Nothing was charged. Try again in a few minutes.' },
  quota_exceeded: { status: 429, title: 'Too many open clearings', nextStep: 'Pay or let expire what is open, then ask again.' },
  rate_limited: { status: 429, title: 'Too many calls', nextStep: 'Wait as long as Retry-After says.' },
  not_signed_in: { status: 401, title: 'You are not signed in', nextStep: 'Sign in with your wallet.' },
  forbidden: { status: 403, title: 'This is not allowed' },
  challenge_not_found: { status: 404, title: 'There is no such text to sign', nextStep: 'Ask for a new text to sign.' },
  challenge_expired: { status: 410, title: 'The text to sign has expired', nextStep: 'Ask for a new text to sign.' },
  signature_invalid: { status: 401, title: 'The signature does not fit', nextStep: 'Ask for a new text and sign it with the wallet of this address.' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used for another request', nextStep: 'Make a new key for every new request.' },
  idempotency_in_progress: { status: 409, title: 'The same request is still running', nextStep: 'Send it again in a few seconds.' },
  transaction_rejected: { status: 422, title: 'The chain refused the transaction' },
  transaction_not_a_payment: { status: 422, title: 'This is not a payment to this service', nextStep: 'Only a transaction with a single MsgSend to our address is passed on.' },
  not_in_this_state: { status: 409, title: 'This cannot be done in its present state', nextStep: 'Read it again: somebody or something changed it meanwhile.' },
  fresh_signature_needed: { status: 403, title: 'This needs a fresh signature', nextStep: 'Ask for a text that names this action, sign it with the admin\'s wallet, and send it along.' },
  paused: { status: 503, title: 'This is paused by the operator', nextStep: 'Nothing was charged. Try again later.' },
  too_many_results: { status: 422, title: 'There are too many results', nextStep: 'Narrow the search.' },
  not_ready: { status: 503, title: 'The service is starting', nextStep: 'Try again in a few seconds.' },
  internal: { status: 500, title: 'Something went wrong on our side', nextStep: 'Try again; if it stays, tell the operator the request id.' },
}

/** An expected refusal that names the fields at fault. */
export class InvalidRequest extends DomainError {
  readonly errors: readonly { readonly path: string, readonly message: string }[]

  constructor(message: string, errors: readonly { readonly path: string, readonly message: string }[] = []) {
    super('invalid_request', message)
    this.errors = errors
  }
}

export interface Refusal {
  readonly problem: ProblemDto
  readonly retryAfterSeconds: number | undefined
  /** What to log: set when nobody expected the error. */
  readonly unexpected?: unknown
}

/** Turns anything thrown into a problem document (RFC 9457); what is not a DomainError tells the caller nothing but the request id. */
export function toRefusal(thrown: unknown, requestId: string): Refusal {
  const error = thrown instanceof DomainError ? thrown : new DomainError('internal', 'The cause is in our log under this request id.')
  const kind = problemKinds[error.code]
  const problem: ProblemDto = {
    type: `urn:relayooor:problem:${error.code}`,
    title: kind.title,
    status: kind.status,
    code: error.code,
    reason: error.reason,
    detail: error.message,
    nextStep: error.nextStep ?? kind.nextStep,
    requestId,
    errors: error instanceof InvalidRequest && error.errors.length > 0 ? [...error.errors] : undefined,
    packets: error.packets?.map(({ id, code, reason }) => ({ id: { ...id, sequence: id.sequence.toString() }, code, reason })),
  }
  const unexpected = thrown === error && error.code !== 'internal' ? undefined : thrown
  return { problem, retryAfterSeconds: error.retryAfterSeconds ?? (kind.status === 503 ? 5 : undefined), unexpected }
}
