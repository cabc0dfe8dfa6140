import { channelListSchema } from '../../../shared/schemas/channels'
import { endpoint } from '../endpoint'

export const listChannels = endpoint({
  method: 'get', path: '/api/v1/channels', tag: 'Packets',
  summary: 'What waits on every served channel, how long deliveries take, and what is stuck',
  description: 'Delivery times are those of sampled packets: chosen when new and followed until they arrive, so that slow ones count like fast ones. Each has its sample size; none is given without a sample.',
  session: 'ignored', limit: 'reads', maxAgeSeconds: 5,
  answer: channelListSchema, refusals: [],
})
