import { z } from 'zod'
import { packetResults } from '../types/clearing'
import { chainIdSchema, coinSchema, instantSchema } from './common'

const counts = z.object({ result: z.enum(packetResults), packets: z.number().int() })
/** Seconds; null without a sample. */
const duration = z.object({ medianSeconds: z.number().nullable(), sampleSize: z.number().int() })

/** Denoms of two chains may be called alike. */
const coinOfChain = coinSchema.extend({ chainId: chainIdSchema })

export const userStatisticsSchema = z.object({
  operations: z.number().int(),
  packetsByResult: z.array(counts),
  spent: z.array(coinOfChain).describe('per chain: paid, less refunds'),
  refunded: z.array(coinOfChain).describe('per chain: owed, under way or done'),
  timeToClear: duration,
  byMonth: z.array(z.object({ month: z.string().regex(/^\d{4}-\d{2}$/), operations: z.number().int() })).describe('clearings by month of their order (UTC), oldest first, the last twelve months that have any'),
}).meta({ id: 'UserStatistics' })
export type UserStatistics = z.infer<typeof userStatisticsSchema>

export const platformStatisticsSchema = z.object({
  windowStart: instantSchema.nullable().describe('null: from the first operation on'),
  windowEnd: instantSchema,
  operations: z.number().int(),
  packetsByResult: z.array(counts),
  successRate: z.number().nullable().describe('packets cleared by us ÷ packets decided; null without a sample'),
  successSampleSize: z.number().int(),
  timeToClear: duration,
}).meta({ id: 'PlatformStatistics' })
export type PlatformStatistics = z.infer<typeof platformStatisticsSchema>
