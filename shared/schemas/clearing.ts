import { z } from 'zod'
import { maxPacketsPerToken, nextCodes, nextRefunds, operationEventTypes, operationStatuses, packetResults, paymentIssues, paymentStates, refundHoldReasons, refundReasons, refundStates, refundStatuses, relayedByNames } from '../types/clearing'
import { packetNeeds } from '../types/packet'
import { addressSchema, askedInstantSchema, chainIdSchema, coinSchema, instantSchema, integerTextSchema, packetIdSchema, tokenSchema, txHashSchema } from './common'
import { evidenceSchema, packetLegSchema } from './packets'

export const clearingRequestSchema = z.strictObject({
  walletAddress: addressSchema,
  paymentChainId: chainIdSchema,
  packets: z.array(packetIdSchema).min(1).max(maxPacketsPerToken),
}).meta({ id: 'ClearingRequest' })
export type ClearingRequest = z.infer<typeof clearingRequestSchema>

export const quoteRequestSchema = clearingRequestSchema.omit({ walletAddress: true })
export type QuoteRequest = z.infer<typeof quoteRequestSchema>

export const gasBasisSchema = z.object({
  chainId: chainIdSchema,
  updateClient: z.number().int(),
  receive: z.number().int(),
  acknowledge: z.number().int(),
  timeout: z.number().int(),
  gas: integerTextSchema.describe('units of gas'),
  cost: coinSchema.describe('in the fee denom of that chain'),
}).meta({ id: 'GasBasis' })
export type GasBasisDto = z.infer<typeof gasBasisSchema>

export const feeLineSchema = z.object({
  kind: z.enum(['service', 'packets', 'gas']),
  coin: coinSchema,
  detail: z.string().describe('how the amount came about, in English'),
  each: z.object({ count: z.number().int(), coin: coinSchema }).optional().describe('of `packets`: how many at how much; absent from prices fixed before it was kept'),
  gas: gasBasisSchema.optional().describe('of `gas`: the messages it pays for; absent as above'),
}).meta({ id: 'FeeLine' })
export type FeeLineDto = z.infer<typeof feeLineSchema>

export const quotedPacketSchema = z.object({ id: packetIdSchema, need: z.enum(packetNeeds), share: coinSchema.describe('given back whole if we do not clear this packet') })

export const quoteSchema = z.object({
  paymentChainId: chainIdSchema,
  packets: z.array(quotedPacketSchema),
  feeLines: z.array(feeLineSchema),
  total: coinSchema,
}).meta({ id: 'Quote' })
export type QuoteDto = z.infer<typeof quoteSchema>

export const clearingTokenSchema = quoteSchema.extend({
  token: tokenSchema,
  memoCode: z.string(),
  walletAddress: addressSchema,
  paymentAddress: addressSchema,
  issuedAt: instantSchema,
  expiresAt: instantSchema,
  graceUntil: instantSchema,
  signature: z.string().describe('HMAC-SHA256 over everything promised, base64url'),
}).meta({ id: 'ClearingToken' })
export type ClearingToken = z.infer<typeof clearingTokenSchema>

export const verifyPaymentRequestSchema = z.strictObject({ token: tokenSchema, txHash: txHashSchema })
export const verifyPaymentResponseSchema = z.object({
  verified: z.boolean(),
  state: z.enum(['credited', 'seen', 'refund_owed', 'unallocated', 'not_found_yet', 'failed_on_chain']),
  reason: z.string(),
}).meta({ id: 'PaymentVerification' })
export type PaymentVerificationDto = z.infer<typeof verifyPaymentResponseSchema>

export const paymentSchema = z.object({
  txHash: z.string(),
  height: integerTextSchema,
  blockTime: instantSchema,
  fromAddress: z.string().nullable(),
  coin: coinSchema,
  state: z.enum(paymentStates),
  creditedAmount: z.string(),
  endpointCount: z.number().int().describe('1 = single-source'),
  reason: z.string().nullable(),
})

export const refundSchema = z.object({
  id: z.uuid(),
  coin: coinSchema,
  payer: z.string().nullable().describe('the address that paid; its signature may send a waiting refund elsewhere'),
  destination: z.string().nullable(),
  reason: z.enum(refundReasons),
  state: z.enum(refundStates),
  holdReason: z.enum(refundHoldReasons).nullable().describe('why it is held; null unless it is'),
  nextTryAt: instantSchema.nullable().describe('when one that the chain refused is tried again'),
  networkFeeDeducted: z.boolean().describe('the network fee is taken off: the payer caused the refund'),
  networkFee: coinSchema.nullable().describe('what was taken off; null until confirmed'),
  txHash: z.string().nullable(),
  plannedAt: instantSchema,
  confirmedAt: instantSchema.nullable(),
}).meta({ id: 'Refund' })
export type RefundDto = z.infer<typeof refundSchema>

export const claimChallengeRequestSchema = z.strictObject({ destination: addressSchema })
export const refundClaimRequestSchema = z.strictObject({
  destination: addressSchema.describe('the one that the signed text names'),
  challengeId: z.uuid(),
  signature: z.base64().max(200),
  pubKey: z.base64().max(200).describe('compressed secp256k1 public key of the address that paid'),
})
export type RefundClaim = z.infer<typeof refundClaimRequestSchema>

export const clearedPacketSchema = quotedPacketSchema.extend({
  result: z.enum(packetResults).nullable().describe('null: not decided yet'),
  relayedBy: z.enum(relayedByNames).nullable(),
  legs: z.array(packetLegSchema),
  evidence: z.array(evidenceSchema),
  attempts: z.number().int(),
  note: z.string().nullable(),
})

export const operationEventSchema = z.object({
  id: integerTextSchema,
  type: z.enum(operationEventTypes),
  at: instantSchema,
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
}).meta({ id: 'OperationEvent' })
export type OperationEventDto = z.infer<typeof operationEventSchema>

export const clearingStatusSchema = z.object({
  token: tokenSchema,
  memoCode: z.string(),
  status: z.enum(operationStatuses),
  paymentIssue: z.enum(paymentIssues),
  refundStatus: z.enum(refundStatuses),
  walletAddress: addressSchema,
  paymentChainId: chainIdSchema,
  paymentAddress: addressSchema,
  feeLines: z.array(feeLineSchema),
  total: coinSchema,
  credited: coinSchema,
  payments: z.array(paymentSchema),
  packets: z.array(clearedPacketSchema),
  refunds: z.array(refundSchema),
  events: z.array(operationEventSchema),
  next: z.object({
    code: z.enum(nextCodes),
    refund: z.enum(nextRefunds).nullable().describe('where the refunds are; null: none are owed, or it is not over yet'),
    sentence: z.string().describe('both in English'),
    by: instantSchema.nullable(),
  }).describe('what happens next, and by when'),
  issuedAt: instantSchema,
  expiresAt: instantSchema,
  graceUntil: instantSchema,
  creditedAt: instantSchema.nullable(),
  finishedAt: instantSchema.nullable(),
}).meta({ id: 'ClearingStatus' })
export type ClearingStatus = z.infer<typeof clearingStatusSchema>

export const operationListQuerySchema = z.strictObject({
  status: z.enum(operationStatuses).optional(),
  chainId: chainIdSchema.optional(),
  from: askedInstantSchema.optional(),
  until: askedInstantSchema.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: z.string().max(300).optional(),
})
export type OperationListQuery = z.infer<typeof operationListQuerySchema>

export const operationSummarySchema = z.object({
  token: tokenSchema,
  memoCode: z.string(),
  status: z.enum(operationStatuses),
  paymentIssue: z.enum(paymentIssues),
  refundStatus: z.enum(refundStatuses),
  paymentChainId: chainIdSchema,
  total: coinSchema,
  credited: coinSchema,
  refunded: coinSchema.describe('owed, under way or done'),
  packets: z.array(z.object({ id: packetIdSchema, result: z.enum(packetResults).nullable() })),
  refunds: z.array(refundSchema.pick({ coin: true, state: true, holdReason: true, txHash: true })),
  issuedAt: instantSchema,
  finishedAt: instantSchema.nullable(),
}).meta({ id: 'OperationSummary' })
export type OperationSummaryDto = z.infer<typeof operationSummarySchema>
export const operationListSchema = z.object({ items: z.array(operationSummarySchema), nextCursor: z.string().nullable() }).meta({ id: 'OperationList' })
export type OperationListDto = z.infer<typeof operationListSchema>

/** Client → server over WS /ws/clearing-updates. */
export const updatesSubscribeSchema = z.strictObject({ subscribe: tokenSchema, afterEventId: z.union([integerTextSchema, z.number().int().nonnegative()]).optional() })
/** Server → client: an operation's events as they are committed, in order. */
export const updatesMessageSchema = z.union([
  z.object({ type: z.literal('event'), token: tokenSchema, event: operationEventSchema, status: z.enum(operationStatuses) }),
  z.object({ type: z.literal('subscribed'), token: tokenSchema, lastEventId: integerTextSchema }),
  z.object({ type: z.literal('heartbeat'), at: instantSchema }),
  z.object({ type: z.literal('error'), code: z.string(), detail: z.string() }),
]).meta({ id: 'ClearingUpdate' })
export type ClearingUpdate = z.infer<typeof updatesMessageSchema>
