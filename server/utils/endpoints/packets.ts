import { packetIdSchema } from '../../../shared/schemas/common'
import { packetListSchema, packetSchema, packetSearchSchema } from '../../../shared/schemas/packets'
import { endpoint } from '../endpoint'

export const searchPackets = endpoint({
  method: 'get', path: '/api/v1/packets', tag: 'Packets',
  summary: 'Packets of a person, of a transaction or of a channel',
  description: 'Give `address`, or `txHash` with `chainId`, or `chainId` with `portId` and `channelId`. `unanswered` names the chains that could not be asked: with any, the list may be incomplete.',
  session: 'ignored', limit: 'reads',
  query: packetSearchSchema,
  answer: packetListSchema, refusals: ['chain_not_served', 'too_many_results', 'chain_unavailable'],
})

export const getPacket = endpoint({
  method: 'get', path: '/api/v1/packets/{chainId}/{portId}/{channelId}/{sequence}', tag: 'Packets',
  summary: 'One packet: its life so far, its state, whether paying helps, and the evidence',
  session: 'ignored', limit: 'reads',
  params: packetIdSchema,
  answer: packetSchema, refusals: ['chain_not_served', 'packet_not_found', 'chain_unavailable'],
})
