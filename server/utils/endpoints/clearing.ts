import { z } from 'zod'
import { challengeSchema } from '../../../shared/schemas/auth'
import { claimChallengeRequestSchema, clearingRequestSchema, clearingStatusSchema, clearingTokenSchema, operationListQuerySchema, operationListSchema, quoteRequestSchema, quoteSchema, refundClaimRequestSchema, refundSchema, verifyPaymentRequestSchema, verifyPaymentResponseSchema } from '../../../shared/schemas/clearing'
import { tokenSchema } from '../../../shared/schemas/common'
import type { ErrorCode } from '../../../shared/types/error-codes'
import { endpoint } from '../endpoint'

const quoteRefusals: ErrorCode[] = ['chain_not_served', 'packets_not_clearable', 'route_not_quotable', 'relayer_not_ready', 'paused', 'chain_unavailable', 'clock_skew']

export const previewQuote = endpoint({
  method: 'post', path: '/api/v1/clearing/quote/preview', tag: 'Clearing',
  summary: 'What clearing these packets would cost; creates nothing',
  session: 'ignored', limit: 'quotes',
  body: quoteRequestSchema,
  answer: quoteSchema, refusals: quoteRefusals,
})

export const requestToken = endpoint({
  method: 'post', path: '/api/v1/clearing/request-token', tag: 'Clearing',
  summary: 'A signed, priced, one-time token for these packets, and the memo code to pay with',
  description: 'Each packet is checked on chain first; what cannot or need not be cleared is refused with a reason per packet.',
  session: 'optional', limit: 'tokens', idempotent: true,
  body: clearingRequestSchema,
  answer: clearingTokenSchema, refusals: [...quoteRefusals, 'quota_exceeded'],
})

export const verifyPayment = endpoint({
  method: 'post', path: '/api/v1/clearing/verify-payment', tag: 'Clearing',
  summary: 'Looks for a payment now and says what is known of it',
  description: 'Wakes the block scanner. A payment is credited by what the scanner reads and by nothing else.',
  session: 'ignored', limit: 'verify', idempotent: true,
  body: verifyPaymentRequestSchema,
  answer: verifyPaymentResponseSchema, refusals: ['token_not_found', 'chain_unavailable'],
})

export const getClearingStatus = endpoint({
  method: 'get', path: '/api/v1/clearing/status/{token}', tag: 'Clearing',
  summary: 'A clearing from payment to proof, for whoever holds its token',
  session: 'ignored', limit: 'reads',
  params: z.object({ token: tokenSchema }),
  answer: clearingStatusSchema, refusals: ['token_not_found'],
})

export const listOperations = endpoint({
  method: 'get', path: '/api/v1/clearing/operations', tag: 'Clearing',
  summary: 'The signed-in wallet\'s clearings, newest first',
  description: 'With `Accept: text/csv` the whole list as a CSV file; `limit` and `cursor` do not count then.',
  session: 'required', limit: 'reads', csv: true,
  query: operationListQuerySchema,
  answer: operationListSchema, refusals: ['too_many_results'],
})

const refundParams = z.object({ refundId: z.uuid() })
const claimRefusals: ErrorCode[] = ['refund_not_found', 'not_in_this_state', 'forbidden', 'chain_not_served', 'chain_unavailable']

export const askRefundClaim = endpoint({
  method: 'post', path: '/api/v1/clearing/refunds/{refundId}/claim-challenge', tag: 'Clearing',
  summary: 'A text for the wallet that paid to sign, so that its refund goes to another address',
  description: 'Only while the refund waits. The text names the refund, its amount and both addresses; it is good once and for five minutes.',
  session: 'ignored', limit: 'sign_in', idempotent: true,
  params: refundParams, body: claimChallengeRequestSchema,
  answer: challengeSchema, refusals: claimRefusals,
})

export const claimRefund = endpoint({
  method: 'post', path: '/api/v1/clearing/refunds/{refundId}/claim', tag: 'Clearing',
  summary: 'Sends a waiting refund to another address, signed by the address that paid (ADR-36)',
  session: 'ignored', limit: 'sign_in', idempotent: true,
  params: refundParams, body: refundClaimRequestSchema,
  answer: refundSchema, refusals: [...claimRefusals, 'challenge_not_found', 'challenge_expired', 'signature_invalid'],
})
