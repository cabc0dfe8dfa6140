import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { stoppingInvariants } from '../../domain/reconciliation/check'
import type { PlatformSample, PlatformSampler } from '../../usecases/http-ports'
import type { Database } from './database'

const count = z.coerce.number().int()
const amount = z.union([z.string(), z.bigint()]).transform(value => BigInt(value))
const statusRow = z.object({ status: z.string(), count })
const packetRow = z.object({ sourceChainId: z.string(), destinationChainId: z.string(), channelId: z.string(), result: z.string(), count })
const successRow = z.object({ decided: count, cleared: count })
const revenueRow = z.object({ chainId: z.string(), denom: z.string(), amount })
const refundRow = z.object({ reason: z.string(), planned: count, confirmed: count })
const oldestRow = z.object({ seconds: z.coerce.number().nullable() })
const unallocatedRow = z.object({ chainId: z.string(), count })
const reconciliationRow = z.object({ seconds: z.coerce.number().nullable(), broken: count })

const endedStatuses = new Set(['cleared', 'partially_cleared', 'not_cleared', 'not_needed', 'expired', 'resolved'])

/** Totals for /metrics, each from one query over rows. */
export function makePlatformSampler(db: Database): PlatformSampler {
  const read = async <T>(row: z.ZodType<T>, query: ReturnType<typeof sql>): Promise<T[]> => z.array(row).parse([...await db.execute(query)])

  return {
    async sample(now): Promise<PlatformSample> {
      const at = now.toISOString()
      const [statuses, packets, success, revenue, refunds, oldest, unallocated, reconciliations] = await Promise.all([
        read(statusRow, sql`select status, count(*) from clearing_operations group by status`),
        read(packetRow, sql`select chain_id as "sourceChainId", destination_chain_id as "destinationChainId", channel_id as "channelId", result, count(*) from packet_clearing_results where result is not null group by 1, 2, 3, 4`),
        read(successRow, sql`select count(*) as decided, count(*) filter (where relayed_by = 'us') as cleared from packet_clearing_results where decided_at > ${at}::timestamptz - interval '1 hour' and decided_at <= ${at}::timestamptz`),
        read(revenueRow, sql`select chain_id as "chainId", denom, sum(consumed_amount)::text as amount from payments where consumed_amount > 0 group by 1, 2`),
        read(refundRow, sql`select reason, count(*) as planned, count(*) filter (where state = 'confirmed') as confirmed from refunds group by reason`),
        read(oldestRow, sql`select extract(epoch from ${at}::timestamptz - min(planned_at)) as seconds from refunds where state <> 'confirmed'`),
        read(unallocatedRow, sql`select chain_id as "chainId", count(*) from payments where state = 'unallocated' group by chain_id`),
        read(reconciliationRow, sql`select (select extract(epoch from ${at}::timestamptz - max(finished_at)) from reconciliation_runs where chain_id is null) as seconds,
          (select count(*) from reconciliation_findings where closed_at is null and invariant = any(${`{${stoppingInvariants.join(',')}}`}::text[])) as broken`),
      ])
      const { decided, cleared } = success[0] ?? { decided: 0, cleared: 0 }
      const seconds = oldest[0]?.seconds ?? null
      const [reconciled] = reconciliations
      return {
        operationsByStatus: statuses,
        operationsByResult: statuses.filter(row => endedStatuses.has(row.status)).map(row => ({ result: row.status, count: row.count })),
        packetsByResult: packets,
        success: decided === 0 ? null : { rate: cleared / decided, sampleSize: decided },
        revenue,
        refundsByResult: refunds.flatMap(row => [{ reason: row.reason, result: 'planned' as const, count: row.planned }, { reason: row.reason, result: 'confirmed' as const, count: row.confirmed }]),
        oldestPendingRefundSeconds: seconds === null ? null : Math.max(0, seconds),
        unallocatedPayments: unallocated,
        reconciliation: reconciled === undefined || reconciled.seconds === null ? null : { ageSeconds: Math.max(0, reconciled.seconds), brokenBooks: reconciled.broken },
      }
    },
  }
}
