import { z } from 'zod'
import { clearingStatusSchema } from './clearing'
import { instantSchema } from './common'

/** What a receipt states; without the token, which is a key, the address on the order, which nobody proved, and what only matters while it runs. */
export const receiptSchema = clearingStatusSchema.omit({ token: true, walletAddress: true, events: true, next: true, expiresAt: true, graceUntil: true }).extend({
  version: z.literal(1),
  issuer: z.string().describe('origin of the service that signs'),
  signedAt: instantSchema.describe('refunds may go on afterwards: a later receipt tells'),
}).meta({ id: 'Receipt' })
export type Receipt = z.infer<typeof receiptSchema>

export const signedReceiptSchema = z.object({
  receipt: receiptSchema,
  signature: z.object({
    algorithm: z.literal('Ed25519'),
    canonicalization: z.literal('RFC 8785'),
    keyId: z.string().describe('RFC 7638 thumbprint of the public key'),
    value: z.string().describe('over the canonical JSON of `receipt`, base64url'),
  }),
}).meta({ id: 'SignedReceipt' })
export type SignedReceipt = z.infer<typeof signedReceiptSchema>

/** RFC 8037 */
const publicKeySchema = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string(), use: z.literal('sig'), alg: z.literal('EdDSA') })
export const receiptKeysSchema = z.object({ keys: z.array(publicKeySchema) }).meta({ id: 'ReceiptKeys' })
export type ReceiptKeys = z.infer<typeof receiptKeysSchema>
