import { z } from 'zod'
import {
  acceptOutgoingBodySchema, adminActSchema, adminAuditQuerySchema, adminDoneSchema, adminHealthSchema, adminOperationDetailSchema, adminOperationListSchema, adminOperationsQuerySchema,
  adminPaymentListSchema, adminPaymentsQuerySchema, adminRefundListSchema, adminRefundsQuerySchema, allocateBodySchema, auditSchema, markSentBodySchema, operationRefundBodySchema,
  pauseBodySchema, resolveBodySchema, retryBodySchema, revenueQuerySchema, revenueSchema, signedReasonBodySchema, skipGapBodySchema,
} from '../../../shared/schemas/admin'
import { challengeSchema } from '../../../shared/schemas/auth'
import { chainIdSchema } from '../../../shared/schemas/common'
import type { ErrorCode } from '../../../shared/types/error-codes'
import { endpoint } from '../endpoint'

const tag = 'Admin'
const session = 'admin' as const
const limit = 'reads' as const
const id = z.object({ id: z.uuid() })
const signedRefusals: ErrorCode[] = ['fresh_signature_needed', 'challenge_not_found', 'challenge_expired', 'signature_invalid', 'not_in_this_state']
const signed = 'Needs a fresh signature: ask POST /api/v1/admin/challenge for a text that names exactly this, sign it, send it along as `consent`.'

export const listAdminOperations = endpoint({
  method: 'get', path: '/api/v1/admin/operations', tag, session, limit,
  summary: 'All clearings, newest first',
  query: adminOperationsQuerySchema, answer: adminOperationListSchema, refusals: [],
})

export const getAdminOperation = endpoint({
  method: 'get', path: '/api/v1/admin/operations/{id}', tag, session, limit,
  summary: 'One clearing with its whole event log, actors and causes',
  params: id, answer: adminOperationDetailSchema, refusals: ['operation_not_found'],
})

export const retryOperation = endpoint({
  method: 'post', path: '/api/v1/admin/operations/{id}/retry', tag, session, limit, idempotent: true,
  summary: 'Has it tried again, until a new deadline',
  params: id, body: retryBodySchema, answer: adminDoneSchema, refusals: ['operation_not_found', 'not_in_this_state'],
})

export const refundOperation = endpoint({
  method: 'post', path: '/api/v1/admin/operations/{id}/refund', tag, session, limit, idempotent: true,
  summary: 'Gives back what is left of it, or was earned, whole or in part', description: `Earned money goes back as a correction of the books. ${signed}`,
  params: id, body: operationRefundBodySchema, answer: adminDoneSchema, refusals: ['operation_not_found', ...signedRefusals],
})

export const resolveOperation = endpoint({
  method: 'post', path: '/api/v1/admin/operations/{id}/resolve', tag, session, limit, idempotent: true,
  summary: 'Ends it by decision: undecided shares are kept or go back', description: signed,
  params: id, body: resolveBodySchema, answer: adminDoneSchema, refusals: ['operation_not_found', ...signedRefusals],
})

export const listAdminPayments = endpoint({
  method: 'get', path: '/api/v1/admin/payments', tag, session, limit,
  summary: 'What reached the service wallets; `state=unallocated` is the inbox',
  query: adminPaymentsQuerySchema, answer: adminPaymentListSchema, refusals: [],
})

export const allocatePayment = endpoint({
  method: 'post', path: '/api/v1/admin/payments/{id}/allocate', tag, session, limit, idempotent: true,
  summary: 'Counts an unallocated payment towards a clearing, by the ordinary rules', description: signed,
  params: id, body: allocateBodySchema, answer: adminDoneSchema, refusals: ['payment_not_found', 'token_not_found', ...signedRefusals],
})

export const refundPayment = endpoint({
  method: 'post', path: '/api/v1/admin/payments/{id}/refund', tag, session, limit, idempotent: true,
  summary: 'Sends an unallocated payment back to its sender', description: signed,
  params: id, body: signedReasonBodySchema, answer: adminDoneSchema, refusals: ['payment_not_found', ...signedRefusals],
})

export const listAdminRefunds = endpoint({
  method: 'get', path: '/api/v1/admin/refunds', tag, session, limit,
  summary: 'The payout queue, why wallets wait, and what left them unexplained',
  query: adminRefundsQuerySchema, answer: adminRefundListSchema, refusals: [],
})

export const approveRefund = endpoint({
  method: 'post', path: '/api/v1/admin/refunds/{id}/approve', tag, session, limit, idempotent: true,
  summary: 'Lets a held refund go', description: signed,
  params: id, body: signedReasonBodySchema, answer: adminDoneSchema, refusals: ['refund_not_found', ...signedRefusals],
})

export const markRefundSent = endpoint({
  method: 'post', path: '/api/v1/admin/refunds/{id}/mark-sent', tag, session, limit, idempotent: true,
  summary: 'Takes a scanned transaction for this refund', description: `Never on somebody's word: the scanner must have seen a transaction of the wallet that pays exactly this refund and nothing else. ${signed}`,
  params: id, body: markSentBodySchema, answer: adminDoneSchema, refusals: ['refund_not_found', ...signedRefusals],
})

export const acceptOutgoing = endpoint({
  method: 'post', path: '/api/v1/admin/outgoing/accept', tag, session, limit, idempotent: true,
  summary: 'Explains a transaction that fits nothing; payouts go on', description: signed,
  body: acceptOutgoingBodySchema, answer: adminDoneSchema, refusals: ['outgoing_not_found', ...signedRefusals],
})

export const getRevenue = endpoint({
  method: 'get', path: '/api/v1/admin/revenue', tag, session, limit, csv: true,
  summary: 'Fees, refunds, gas and margin per day, chain and denom, from the ledger',
  query: revenueQuerySchema, answer: revenueSchema, refusals: [],
})

export const getAdminHealth = endpoint({
  method: 'get', path: '/api/v1/admin/health', tag, session, limit,
  summary: 'Endpoints, scan lag, Hermes, balances, queue, pauses, reconciler',
  answer: adminHealthSchema, refusals: [],
})

export const getAudit = endpoint({
  method: 'get', path: '/api/v1/admin/audit', tag, session, limit,
  summary: 'Who did what, and why, newest first',
  query: adminAuditQuerySchema, answer: auditSchema, refusals: [],
})

export const createAdminChallenge = endpoint({
  method: 'post', path: '/api/v1/admin/challenge', tag, session, limit: 'sign_in', idempotent: true,
  summary: 'A text that names one act, for the admin\'s wallet to sign; good once and for five minutes',
  body: adminActSchema, answer: challengeSchema, refusals: ['operation_not_found', 'payment_not_found', 'refund_not_found', 'outgoing_not_found', 'token_not_found', 'not_in_this_state', 'chain_not_served', 'chain_unavailable'],
})

export const pause = endpoint({
  method: 'post', path: '/api/v1/admin/pause', tag, session, limit, idempotent: true,
  summary: 'Stops a route, payouts, or everything; deadlines go on',
  body: pauseBodySchema, answer: adminDoneSchema, refusals: ['chain_not_served', 'not_in_this_state'],
})

export const resume = endpoint({
  method: 'post', path: '/api/v1/admin/resume', tag, session, limit, idempotent: true,
  summary: 'Ends a pause', description: `${signed} A route needs none.`,
  body: pauseBodySchema, answer: adminDoneSchema, refusals: ['chain_not_served', ...signedRefusals],
})

export const skipGap = endpoint({
  method: 'post', path: '/api/v1/admin/chains/{chainId}/skip-gap', tag, session, limit, idempotent: true,
  summary: 'Lets the scanner pass blocks that no endpoint can show', description: signed,
  params: z.object({ chainId: chainIdSchema }), body: skipGapBodySchema, answer: adminDoneSchema, refusals: ['chain_not_served', 'chain_unavailable', ...signedRefusals],
})
