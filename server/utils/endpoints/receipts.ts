import { z } from 'zod'
import { tokenSchema } from '../../../shared/schemas/common'
import { receiptKeysSchema, signedReceiptSchema } from '../../../shared/schemas/receipts'
import { endpoint } from '../endpoint'

export const getReceipt = endpoint({
  method: 'get', path: '/api/v1/clearing/receipt/{token}', tag: 'Clearing',
  summary: 'The signed receipt of a clearing that is over',
  description: 'The signature is Ed25519 over the RFC 8785 canonical JSON of `receipt`; the key is at `/api/v1/receipts/keys`. `npm run verify-receipt` checks it. The receipt does not hold the token.',
  session: 'ignored', limit: 'reads',
  params: z.object({ token: tokenSchema }),
  answer: signedReceiptSchema, refusals: ['token_not_found', 'not_in_this_state'],
})

export const getReceiptKeys = endpoint({
  method: 'get', path: '/api/v1/receipts/keys', tag: 'Clearing',
  summary: 'Public keys that sign receipts (RFC 7517)',
  session: 'ignored', limit: 'reads', maxAgeSeconds: 3_600,
  answer: receiptKeysSchema, refusals: [],
})
