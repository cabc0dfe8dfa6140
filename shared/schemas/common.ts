import { z } from 'zod'
import { errorCodes, packetRefusalCodes, problemReasons } from '../types/error-codes'
import { chainIdPattern, channelIdPattern, parseSequence, portIdPattern } from '../utils/packet-id'

export const chainIdSchema = z.string().regex(chainIdPattern, 'not a chain id').meta({ example: 'osmosis-1' })
export const portIdSchema = z.string().regex(portIdPattern, 'not a port id').meta({ example: 'transfer' })
export const channelIdSchema = z.string().regex(channelIdPattern, 'not a channel id').meta({ example: 'channel-0' })
export const sequenceSchema = z.string().refine(text => parseSequence(text) !== undefined, 'not a packet sequence (1 to 2^64-1)').meta({ example: '123' })
export const txHashSchema = z.string().regex(/^[\dA-Fa-f]{64}$/, 'not a tx hash (64 hex digits)').transform(text => text.toUpperCase())
export const addressSchema = z.string().regex(/^[a-z][a-z\d]{0,82}1[02-9ac-hj-np-z]{38,90}$/, 'not a bech32 address').meta({ example: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl' })
export const tokenSchema = z.uuid({ version: 'v4' }).toLowerCase()
export const amountSchema = z.string().regex(/^(?:0|[1-9]\d{0,77})$/, 'not an amount in base units').meta({ example: '1500000' })
export const integerTextSchema = z.string().regex(/^(?:0|[1-9]\d{0,19})$/, 'not an unsigned 64-bit integer')
export const instantSchema = z.iso.datetime()
/** A moment somebody asks for: databases know no year 0. */
export const askedInstantSchema = instantSchema.refine(text => text >= '1970', 'must not be before 1970')

export const coinSchema = z.object({ denom: z.string().min(1).max(128), amount: amountSchema }).meta({ id: 'Coin' })
export type CoinDto = z.infer<typeof coinSchema>

export const packetIdSchema = z.object({ chainId: chainIdSchema, portId: portIdSchema, channelId: channelIdSchema, sequence: sequenceSchema }).meta({ id: 'PacketId' })
export type PacketIdDto = z.infer<typeof packetIdSchema>

export const channelEndSchema = z.object({ chainId: chainIdSchema, portId: portIdSchema, channelId: channelIdSchema }).meta({ id: 'ChannelEnd' })

/** RFC 9457 problem details with our code. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(errorCodes),
  reason: z.enum(problemReasons).optional().describe('finer than the code, where a person can act on it'),
  detail: z.string().describe('English'),
  nextStep: z.string().optional(),
  requestId: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  packets: z.array(z.object({ id: packetIdSchema, code: z.enum(packetRefusalCodes), reason: z.string() })).optional(),
}).meta({ id: 'Problem' })
export type ProblemDto = z.infer<typeof problemSchema>
