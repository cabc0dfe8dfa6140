import { z } from 'zod'
import { addressSchema, chainIdSchema, instantSchema } from './common'

export const challengeRequestSchema = z.strictObject({ address: addressSchema, chainId: chainIdSchema })
export const challengeSchema = z.object({ challengeId: z.uuid(), text: z.string(), expiresAt: instantSchema }).meta({ id: 'Challenge' })
export type ChallengeDto = z.infer<typeof challengeSchema>

export const walletSignRequestSchema = z.strictObject({
  challengeId: z.uuid(),
  signature: z.base64().max(200),
  pubKey: z.base64().max(200).describe('compressed secp256k1 public key'),
})
export const sessionSchema = z.object({ address: addressSchema, chainId: chainIdSchema, admin: z.boolean(), expiresAt: instantSchema }).meta({ id: 'Session' })
export type SessionDto = z.infer<typeof sessionSchema>
export const sessionAnswerSchema = z.object({ session: sessionSchema.nullable() })
