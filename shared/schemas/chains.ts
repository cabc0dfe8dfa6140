import { z } from 'zod'
import { addressSchema, amountSchema, chainIdSchema, coinSchema, instantSchema, integerTextSchema } from './common'

export const endpointHealthSchema = z.object({
  endpoint: z.string().describe('host only, never credentials'),
  status: z.enum(['ok', 'behind', 'down', 'wrong_chain', 'disagreeing', 'not_asked']),
  height: integerTextSchema.nullable(),
  checkedAt: instantSchema.nullable(),
})

export const chainSchema = z.object({
  chainId: chainIdSchema,
  chainName: z.string(),
  prettyName: z.string(),
  bech32Prefix: z.string(),
  slip44: z.number().int(),
  feeDenom: z.string(),
  feeSymbol: z.string(),
  feeExponent: z.number().int(),
  assets: z.array(z.object({ denom: z.string(), symbol: z.string(), exponent: z.number().int() })).describe('listed denoms only; any other denom is unlisted'),
  explorers: z.array(z.object({ name: z.string(), txPage: z.string().nullable(), accountPage: z.string().nullable() })),
  paymentAddress: addressSchema.nullable().describe('null: this chain cannot be paid on'),
  channels: z.array(z.object({ portId: z.string(), channelId: z.string(), counterparty: z.object({ chainId: z.string(), portId: z.string(), channelId: z.string() }) })),
  endpoints: z.array(endpointHealthSchema),
  sandbox: z.boolean(),
}).meta({ id: 'Chain' })
export type ChainDto = z.infer<typeof chainSchema>
export const chainListSchema = z.object({ items: z.array(chainSchema) })

export const accountSchema = z.object({
  chainId: chainIdSchema,
  address: addressSchema,
  accountNumber: integerTextSchema.nullable().describe('null: no such account on chain yet'),
  sequence: integerTextSchema.nullable(),
  balance: coinSchema.describe('spendable, in the fee denom'),
  gasPrice: z.object({ denom: z.string(), amount: z.string() }).describe('decimal text, per unit of gas'),
}).meta({ id: 'ChainAccount' })
export type ChainAccountDto = z.infer<typeof accountSchema>

export const broadcastRequestSchema = z.object({ txBytes: z.base64().max(20_000).describe('a signed TxRaw, base64') })
export const broadcastResponseSchema = z.object({ txHash: z.string(), state: z.enum(['accepted', 'already_known', 'unknown']) })
export type BroadcastResponseDto = z.infer<typeof broadcastResponseSchema>

export const amountOfDenomSchema = z.object({ denom: z.string(), amount: amountSchema })
