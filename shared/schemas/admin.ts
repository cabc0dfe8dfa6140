import { z } from 'zod'
import { operationStatuses, paymentIssues, paymentStates, refundHoldReasons, refundReasons, refundStates, refundStatuses } from '../types/clearing'
import { endpointHealthSchema } from './chains'
import { operationEventSchema, clearingStatusSchema } from './clearing'
import { addressSchema, amountSchema, askedInstantSchema, chainIdSchema, coinSchema, instantSchema, integerTextSchema, packetIdSchema, txHashSchema } from './common'

/** Also what some wallets show as a line break, or as nothing: a reason stands in a text that is signed. */
const controlCharacter = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
export const reasonSchema = z.string().trim().min(3, 'say why, in 3 to 500 characters').max(500).refine(text => !controlCharacter.test(text), 'holds a control character')
export const heightSchema = z.string().regex(/^[1-9]\d{0,17}$/, 'not a block height')
export const pauseScopeSchema = z.string().regex(/^(?:everything|payouts|payouts:[\w.+-]{1,50}|route:[\w.+-]{1,50}\/[\w.+\-#[\]<>]{2,128}\/[\w.+\-#[\]<>]{8,64})$/, 'not everything, payouts, payouts:<chainId> or route:<chainId/portId/channelId>')

/** An admin's wallet signed the text that names this act; see POST /admin/challenge. */
export const consentSchema = z.strictObject({
  challengeId: z.uuid(),
  signature: z.base64().max(200),
  pubKey: z.base64().max(200).describe('compressed secp256k1 public key'),
})
export type ConsentDto = z.infer<typeof consentSchema>

const why = { reason: reasonSchema }
const operationId = z.uuid()
const paymentId = z.uuid()
const refundId = z.uuid()

/** Every act of an admin with all that it decides; what is signed is exactly this. */
export const adminActSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('operation.retry'), operationId, ...why }),
  z.strictObject({ action: z.literal('operation.refund'), operationId, amount: amountSchema.nullable().describe('base units of its total; null: all that can be given back'), ...why }),
  z.strictObject({ action: z.literal('operation.resolve'), operationId, keep: z.array(packetIdSchema).max(50).describe('undecided packets whose share is kept; every other share goes back'), ...why }),
  z.strictObject({ action: z.literal('payment.allocate'), paymentId, token: z.string().min(8).max(64).describe('a token or a memo code'), ...why }),
  z.strictObject({ action: z.literal('payment.refund'), paymentId, ...why }),
  z.strictObject({ action: z.literal('refund.approve'), refundId, ...why }),
  z.strictObject({ action: z.literal('refund.mark_sent'), refundId, txHash: txHashSchema, ...why }),
  z.strictObject({ action: z.literal('outgoing.accept'), chainId: chainIdSchema, txHash: txHashSchema, ...why }),
  z.strictObject({ action: z.literal('scan.skip_gap'), chainId: chainIdSchema, fromHeight: heightSchema, toHeight: heightSchema, ...why }),
  z.strictObject({ action: z.literal('pause.start'), scope: pauseScopeSchema, ...why }),
  z.strictObject({ action: z.literal('pause.end'), scope: pauseScopeSchema, ...why }),
])
export type AdminAct = z.infer<typeof adminActSchema>
export type AdminAction = AdminAct['action']

const signed = { consent: consentSchema.optional().describe('needed for whatever moves or releases money') }
export const retryBodySchema = z.strictObject({ ...why })
export const operationRefundBodySchema = z.strictObject({ amount: amountSchema.nullable().default(null), ...why, ...signed })
export const resolveBodySchema = z.strictObject({ keep: z.array(packetIdSchema).max(50).default([]), ...why, ...signed })
export const allocateBodySchema = z.strictObject({ token: z.string().min(8).max(64), ...why, ...signed })
export const signedReasonBodySchema = z.strictObject({ ...why, ...signed })
export const markSentBodySchema = z.strictObject({ txHash: txHashSchema, ...why, ...signed })
export const acceptOutgoingBodySchema = z.strictObject({ chainId: chainIdSchema, txHash: txHashSchema, ...why, ...signed })
export const skipGapBodySchema = z.strictObject({ fromHeight: heightSchema, toHeight: heightSchema, ...why, ...signed })
export const pauseBodySchema = z.strictObject({ scope: pauseScopeSchema, ...why, ...signed })
export const adminDoneSchema = z.object({ sentence: z.string().describe('what was done, in words') }).meta({ id: 'AdminDone' })
export type AdminDone = z.infer<typeof adminDoneSchema>

const page = { limit: z.coerce.number().int().min(1).max(100).default(25), cursor: z.string().max(300).optional() }
export const adminOperationsQuerySchema = z.strictObject({
  status: z.enum(operationStatuses).optional(), paymentIssue: z.enum(paymentIssues).optional(), refundStatus: z.enum(refundStatuses).optional(),
  chainId: chainIdSchema.optional(), text: z.string().trim().min(1).max(120).optional().describe('a token, memo code, address or tx hash'), ...page,
})
export type AdminOperationsQuery = z.infer<typeof adminOperationsQuerySchema>
export const adminPaymentsQuerySchema = z.strictObject({ state: z.enum(paymentStates).optional(), ...page })
export type AdminPaymentsQuery = z.infer<typeof adminPaymentsQuerySchema>
export const adminRefundsQuerySchema = z.strictObject({ state: z.enum(refundStates).optional(), ...page })
export type AdminRefundsQuery = z.infer<typeof adminRefundsQuerySchema>
export const adminAuditQuerySchema = z.strictObject({ limit: page.limit, cursor: integerTextSchema.optional() })
export type AdminAuditQuery = z.infer<typeof adminAuditQuerySchema>
export const revenueQuerySchema = z.strictObject({ from: askedInstantSchema.optional(), until: askedInstantSchema.optional() })
export type RevenueQuery = z.infer<typeof revenueQuerySchema>

const nextCursor = z.string().nullable()
const detail = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

export const adminOperationSchema = z.object({
  id: z.uuid(), token: z.uuid(), memoCode: z.string(), status: z.enum(operationStatuses), paymentIssue: z.enum(paymentIssues), refundStatus: z.enum(refundStatuses),
  walletAddress: z.string(), paymentChainId: chainIdSchema, total: coinSchema, credited: coinSchema, packets: z.number().int(),
  createdAt: instantSchema, deadlineAt: instantSchema.nullable(), finishedAt: instantSchema.nullable(),
}).meta({ id: 'AdminOperation' })
export type AdminOperationDto = z.infer<typeof adminOperationSchema>
export const adminOperationListSchema = z.object({ items: z.array(adminOperationSchema), nextCursor })
export type AdminOperationList = z.infer<typeof adminOperationListSchema>
export const adminOperationDetailSchema = z.object({
  operation: adminOperationSchema,
  status: clearingStatusSchema,
  events: z.array(operationEventSchema.extend({ actor: z.string(), cause: z.string() })),
}).meta({ id: 'AdminOperationDetail' })
export type AdminOperationDetail = z.infer<typeof adminOperationDetailSchema>

export const adminPaymentSchema = z.object({
  id: z.uuid(), chainId: chainIdSchema, txHash: z.string().nullable(), height: integerTextSchema, blockTime: instantSchema, fromAddress: z.string().nullable(), coin: coinSchema, memo: z.string(),
  kind: z.enum(['msg_send', 'other']), state: z.enum(paymentStates), reason: z.string().nullable(), suggestion: z.string().nullable().describe('a memo code it may have meant'), operationId: z.uuid().nullable(),
}).meta({ id: 'AdminPayment' })
export const adminPaymentListSchema = z.object({ items: z.array(adminPaymentSchema), nextCursor })
export type AdminPaymentList = z.infer<typeof adminPaymentListSchema>

export const adminRefundSchema = z.object({
  id: z.uuid(), chainId: chainIdSchema, operationId: z.uuid().nullable(), paymentId: z.uuid(), coin: coinSchema, destination: z.string().nullable(), reason: z.enum(refundReasons), state: z.enum(refundStates),
  holdReason: z.enum(refundHoldReasons).nullable(), holdNote: z.string().nullable(), nextTryAt: instantSchema.nullable(), failures: z.number().int(), networkFeeDeducted: z.boolean(),
  txHash: z.string().nullable(), approvedBy: z.string().nullable(), plannedAt: instantSchema, confirmedAt: instantSchema.nullable(),
}).meta({ id: 'AdminRefund' })
export const adminRefundListSchema = z.object({
  items: z.array(adminRefundSchema), nextCursor,
  waits: z.array(z.object({ chainId: chainIdSchema, address: z.string(), reason: z.string() })).describe('why a wallet sends nothing now'),
  strangers: z.array(z.object({ chainId: chainIdSchema, address: z.string(), txHash: z.string().nullable(), height: integerTextSchema, toAddress: z.string().nullable(), coins: z.array(coinSchema), note: z.string().nullable() })).describe('what left a wallet and fits nothing'),
})
export type AdminRefundList = z.infer<typeof adminRefundListSchema>

const signedAmount = z.string().regex(/^-?\d{1,78}$/)
export const revenueSchema = z.object({
  items: z.array(z.object({ day: z.string(), chainId: chainIdSchema, denom: z.string(), fees: signedAmount, refundsPaid: amountSchema, gas: signedAmount, margin: signedAmount.describe('fees less gas') })),
}).meta({ id: 'Revenue' })
export type RevenueDto = z.infer<typeof revenueSchema>

export const auditSchema = z.object({
  items: z.array(z.object({ id: integerTextSchema, actor: z.string(), actorAddress: z.string().nullable(), action: z.string(), subjectType: z.string(), subjectId: z.string(), reason: z.string(), detail, at: instantSchema })),
  nextCursor,
}).meta({ id: 'AuditTrail' })
export type AuditDto = z.infer<typeof auditSchema>

export const adminHealthSchema = z.object({
  chains: z.array(z.object({ chainId: chainIdSchema, tip: integerTextSchema.nullable(), scannedHeight: integerTextSchema.nullable(), scanLagBlocks: z.number().nullable(), auditLagBlocks: z.number().nullable().describe('of the second reading, which is 20 blocks behind the first on purpose; null: there is none, or cannot tell'), endpoints: z.array(endpointHealthSchema.omit({ checkedAt: true })) })),
  relayer: z.object({ ready: z.boolean(), version: z.string().nullable(), problems: z.array(z.string()) }).nullable(),
  wallets: z.array(z.object({ chainId: chainIdSchema, wallet: z.string(), address: addressSchema, denom: z.string(), amount: amountSchema.nullable().describe('null: could not be asked') })),
  queue: z.object({ waiting: z.number().int(), running: z.number().int(), failing: z.number().int() }),
  pauses: z.array(z.object({ scope: z.string(), reason: z.string(), pausedBy: z.string(), pausedAt: instantSchema })),
  reconciliations: z.array(z.object({ chainId: chainIdSchema.nullable(), finishedAt: instantSchema, result: z.string() })),
  unconfirmed: z.array(z.object({ chainId: chainIdSchema, height: integerTextSchema, endpoint: z.string().describe('the one that showed the block'), rows: z.number().int().describe('movements of our wallets in it'), blockTime: instantSchema })).describe('blocks that no second endpoint has vouched for: nothing in them is credited or booked'),
  findings: z.array(z.object({ chainId: chainIdSchema.nullable(), invariant: z.string(), subject: z.string(), sentence: z.string(), firstSeenAt: instantSchema })),
}).meta({ id: 'AdminHealth' })
export type AdminHealth = z.infer<typeof adminHealthSchema>
