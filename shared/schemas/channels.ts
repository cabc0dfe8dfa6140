import { z } from 'zod'
import { channelEndSchema, coinSchema, instantSchema, packetIdSchema } from './common'

/** From the send to the receive tx; seconds, null without a sample. */
const deliverySchema = z.object({
  medianSeconds: z.number().nullable(),
  p95Seconds: z.number().nullable().describe('95 % were delivered within'),
  sampleSize: z.number().int().describe('sampled packets of the window that were delivered'),
  waiting: z.number().int().describe('sampled packets of the window that are not delivered yet; they are in no figure'),
})

export const channelSchema = z.object({
  source: channelEndSchema,
  destination: channelEndSchema,
  readAt: instantSchema.nullable().describe('when the chains were last asked for its pending packets; null: not yet'),
  undelivered: z.number().int().nullable().describe('null: not read yet'),
  unacknowledged: z.number().int().nullable().describe('null: not read yet'),
  oldestPendingAt: instantSchema.nullable().describe('when the oldest pending one was sent, else first seen by us'),
  delivery: deliverySchema,
}).meta({ id: 'Channel' })
export type ChannelDto = z.infer<typeof channelSchema>

export const stuckPacketSchema = z.object({
  id: packetIdSchema,
  destinationChainId: z.string(),
  waitsFor: z.enum(['delivery', 'acknowledgement']),
  pendingSince: instantSchema.describe('sent, else first seen by us'),
  coin: coinSchema.nullable().describe('null: not an ICS-20 transfer that we could read'),
}).meta({ id: 'StuckPacket' })

export const channelListSchema = z.object({
  items: z.array(channelSchema).describe('one per direction'),
  windowStart: instantSchema.describe('delivery times: of packets sent from then on'),
  windowEnd: instantSchema,
  stuckAfterSeconds: z.number().int(),
  stuckTotal: z.number().int(),
  stuck: z.array(stuckPacketSchema).describe('oldest first, at most 50'),
}).meta({ id: 'ChannelList' })
export type ChannelListDto = z.infer<typeof channelListSchema>
