import { z } from 'zod'
import { diagnosisCodes, packetLegs, packetNeeds, packetOutcomes, packetStates, payingHelpsAnswers } from '../types/packet'
import { addressSchema, chainIdSchema, channelEndSchema, channelIdSchema, coinSchema, instantSchema, integerTextSchema, packetIdSchema, portIdSchema, txHashSchema } from './common'

export const evidenceSchema = z.object({
  query: z.string(),
  chainId: chainIdSchema,
  height: integerTextSchema.nullable(),
  endpointCount: z.number().int().describe('how many endpoints gave this answer'),
  answer: z.string(),
}).meta({ id: 'Evidence' })
export type EvidenceDto = z.infer<typeof evidenceSchema>

export const packetLegSchema = z.object({
  leg: z.enum(packetLegs),
  chainId: chainIdSchema,
  height: integerTextSchema,
  time: instantSchema.nullable(),
  txHash: z.string(),
  signer: z.string().nullable(),
}).meta({ id: 'PacketLeg' })
export type PacketLegDto = z.infer<typeof packetLegSchema>

export const diagnosisSchema = z.object({
  code: z.enum(diagnosisCodes),
  sentence: z.string(),
  evidence: z.array(evidenceSchema),
  payingHelps: z.enum(payingHelpsAnswers),
  nextStep: z.string(),
}).meta({ id: 'Diagnosis' })
export type DiagnosisDto = z.infer<typeof diagnosisSchema>

export const transferSchema = z.object({
  sender: z.string(),
  receiver: z.string(),
  coin: coinSchema.describe('denom as the packet carries it (a trace path or a base denom)'),
  memo: z.string(),
}).meta({ id: 'Transfer' })

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
  diagnosis: diagnosisSchema,
  unanswered: z.array(z.string()).describe('what could not be asked'),
  asOf: instantSchema,
}).meta({ id: 'Packet' })
export type PacketDto = z.infer<typeof packetSchema>

export const packetListSchema = z.object({
  items: z.array(packetSchema),
  nextCursor: z.string().nullable(),
  unanswered: z.array(z.string()).describe('chains or queries without an answer: the list may be incomplete'),
}).meta({ id: 'PacketList' })
export type PacketListDto = z.infer<typeof packetListSchema>

const page = { limit: z.coerce.number().int().min(1).max(100).default(25), cursor: z.string().max(300).optional() }
export const packetSearchSchema = z.union([
  z.strictObject({ address: addressSchema, ...page }),
  z.strictObject({ txHash: txHashSchema, chainId: chainIdSchema, ...page }),
  z.strictObject({ chainId: chainIdSchema, portId: portIdSchema, channelId: channelIdSchema, ...page }),
])
export type PacketSearch = z.infer<typeof packetSearchSchema>
