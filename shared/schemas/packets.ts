import { z } from 'zod'
import { diagnosisCodes, diagnosisReasons, evidenceAnswers, evidenceQueries, openQuestions, packetLegs, packetNeeds, packetOutcomes, packetRefundStates, packetStates, payingHelpsAnswers, refundCauses, transactionFindings } from '../types/packet'
import { addressSchema, chainIdSchema, channelEndSchema, channelIdSchema, coinSchema, instantSchema, integerTextSchema, packetIdSchema, portIdSchema, txHashSchema } from './common'

export const evidenceSchema = z.object({
  query: z.string().describe(`what was asked: ${evidenceQueries.join(', ')}; proofs kept by older versions may say others`),
  chainId: chainIdSchema,
  height: integerTextSchema.nullable(),
  endpointCount: z.number().int().describe('how many endpoints gave this answer'),
  answer: z.string().describe(`a whole number, a time, or one of ${evidenceAnswers.join(', ')}`),
}).meta({ id: 'Evidence' })
export type EvidenceDto = z.infer<typeof evidenceSchema>

export const unansweredSchema = z.object({
  question: z.enum(openQuestions),
  chainId: chainIdSchema.nullable().describe('where it was asked; null: the chain itself is not known'),
  detail: z.string().describe('why there is no answer, in English'),
}).meta({ id: 'Unanswered' })
export type UnansweredDto = z.infer<typeof unansweredSchema>

export const packetLegSchema = z.object({
  leg: z.enum(packetLegs),
  chainId: chainIdSchema,
  height: integerTextSchema,
  time: instantSchema.nullable(),
  txHash: z.string(),
  signer: z.string().nullable(),
}).meta({ id: 'PacketLeg' })
export type PacketLegDto = z.infer<typeof packetLegSchema>

export const diagnosisParamsSchema = z.object({
  chainId: chainIdSchema.optional().describe('where the client, the channel end or the stopped chain is'),
  clientId: z.string().optional(),
  channelId: z.string().optional(),
  trustingPeriodSeconds: z.number().int().optional(),
  since: instantSchema.optional().describe('newest block of a stopped chain, or end of a client\'s trust'),
  secondsLeft: z.number().int().optional().describe('until the timeout, by the clock of the destination'),
  blocksLeft: integerTextSchema.optional(),
  blockedBySequence: integerTextSchema.optional().describe('earlier packet of the same ordered channel'),
  bytes: z.number().int().optional(),
  limitBytes: z.number().int().optional(),
  endpointCount: z.number().int().optional(),
  clearableAfterTimeout: z.literal(true).optional().describe('only the destination stands in the way: once the packet has timed out, its refund can be cleared here'),
  forward: z.object({ receiver: z.string(), portId: z.string(), channelId: z.string() }).optional().describe('where the memo has the destination send the transfer on to'),
  nextHops: z.array(z.object({ id: packetIdSchema, state: z.enum(packetStates), code: z.enum(diagnosisCodes), payingHelps: z.enum(payingHelpsAnswers) })).optional()
    .describe('packets that carry the transfer on, in order; the last one is where it is'),
}).meta({ id: 'DiagnosisParams' })

export const diagnosisSchema = z.object({
  code: z.enum(diagnosisCodes),
  reason: z.enum(diagnosisReasons).describe('finer than the code'),
  params: diagnosisParamsSchema.describe('what the sentence is made of; what does not belong to the reason is absent'),
  sentence: z.string().describe('English'),
  evidence: z.array(evidenceSchema),
  payingHelps: z.enum(payingHelpsAnswers),
  nextStep: z.string().describe('English'),
}).meta({ id: 'Diagnosis' })
export type DiagnosisDto = z.infer<typeof diagnosisSchema>

export const transferSchema = z.object({
  sender: z.string(),
  receiver: z.string(),
  coin: coinSchema.describe('denom as the packet carries it (a trace path or a base denom)'),
  memo: z.string(),
}).meta({ id: 'Transfer' })

export const packetRefundSchema = z.object({
  chainId: chainIdSchema,
  address: z.string(),
  coin: coinSchema.describe('denom as the bank of that chain calls it'),
  cause: z.enum(refundCauses),
  state: z.enum(packetRefundStates).describe('predicted; or, after the end, whether the events of its transaction show exactly this'),
  txHash: z.string().nullable(),
}).meta({ id: 'PacketRefund' })

export const packetSchema = z.object({
  id: packetIdSchema,
  destination: channelEndSchema.nullable().describe('null: the counterparty is not served or not known'),
  state: z.enum(packetStates),
  outcome: z.enum(packetOutcomes).nullable(),
  need: z.enum(packetNeeds),
  transfer: transferSchema.nullable().describe('null: not an ICS-20 packet, or its data is pruned'),
  sentAt: instantSchema.nullable(),
  timeoutAt: instantSchema.nullable(),
  timeoutHeight: z.string().nullable().describe('revision-height of the destination chain, e.g. 0-1200'),
  legs: z.array(packetLegSchema),
  refund: packetRefundSchema.nullable().describe('what the source chain gives back to the sender; null: nothing, or nobody can tell'),
  diagnosis: diagnosisSchema,
  unanswered: z.array(unansweredSchema).describe('what could not be asked'),
  asOf: instantSchema,
}).meta({ id: 'Packet' })
export type PacketDto = z.infer<typeof packetSchema>

export const packetListSchema = z.object({
  items: z.array(packetSchema),
  nextCursor: z.string().nullable(),
  unanswered: z.array(unansweredSchema).describe('with any, the list may be incomplete'),
  transaction: z.enum(transactionFindings).optional().describe('only of a search by txHash, when it could be asked: ibc_v2 (succeeded, and carries a packet of IBC v2, which is not supported), failed (refused by its block), succeeded, unknown (no node that was asked has it)'),
}).meta({ id: 'PacketList' })
export type PacketListDto = z.infer<typeof packetListSchema>

const page = { limit: z.coerce.number().int().min(1).max(100).default(25), cursor: z.string().max(300).optional() }
export const packetSearchSchema = z.union([
  z.strictObject({ address: addressSchema, ...page }),
  z.strictObject({ txHash: txHashSchema, chainId: chainIdSchema, ...page }),
  z.strictObject({ chainId: chainIdSchema, portId: portIdSchema, channelId: channelIdSchema, ...page }),
])
export type PacketSearch = z.infer<typeof packetSearchSchema>
