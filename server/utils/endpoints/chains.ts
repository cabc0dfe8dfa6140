import { z } from 'zod'
import { accountSchema, broadcastRequestSchema, broadcastResponseSchema, chainListSchema } from '../../../shared/schemas/chains'
import { addressSchema, chainIdSchema } from '../../../shared/schemas/common'
import { endpoint } from '../endpoint'

export const listChains = endpoint({
  method: 'get', path: '/api/v1/chains', tag: 'Chains',
  summary: 'The chains served, with the health of their endpoints',
  session: 'ignored', limit: 'reads', maxAgeSeconds: 5,
  answer: chainListSchema, refusals: [],
})

export const getAccount = endpoint({
  method: 'get', path: '/api/v1/chains/{chainId}/accounts/{address}', tag: 'Chains',
  summary: 'Account number, sequence, fee balance and gas price: what a payment is built from',
  session: 'ignored', limit: 'reads',
  params: z.object({ chainId: chainIdSchema, address: addressSchema }),
  answer: accountSchema, refusals: ['chain_not_served', 'chain_unavailable'],
})

export const broadcast = endpoint({
  method: 'post', path: '/api/v1/chains/{chainId}/broadcast', tag: 'Chains',
  summary: 'Passes a signed payment to the chain',
  description: 'For wallets that cannot broadcast themselves. Only a transaction whose single message is a MsgSend to our address is passed on; the same bytes may be sent again.',
  session: 'ignored', limit: 'broadcast', idempotent: true,
  params: z.object({ chainId: chainIdSchema }), body: broadcastRequestSchema,
  answer: broadcastResponseSchema, refusals: ['chain_not_served', 'transaction_not_a_payment', 'transaction_rejected', 'chain_unavailable'],
})
