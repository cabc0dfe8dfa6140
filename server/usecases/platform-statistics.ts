import type { PlatformStatistics } from '../../shared/schemas/statistics'
import { toInstant } from './dto/wire'
import type { Cache, Clock } from './ports'
import type { ClearingReads } from './read-ports'

/** From rows only, each number with its sample size; null where there is no sample. */
export type GetPlatformStatistics = () => Promise<PlatformStatistics>

interface Deps {
  readonly reads: ClearingReads
  readonly cache: Cache
  readonly clock: Clock
}

const statisticsTtlMs = 10_000

export function makePlatformStatistics({ reads, cache, clock }: Deps): GetPlatformStatistics {
  const load = async (): Promise<PlatformStatistics> => {
    const windowEnd = clock.now()
    const totals = await reads.platformTotals(null)
    return {
      windowStart: null,
      windowEnd: toInstant(windowEnd),
      operations: totals.operations,
      packetsByResult: [...totals.packetsByResult],
      successRate: totals.decided === 0 ? null : totals.clearedByUs / totals.decided,
      successSampleSize: totals.decided,
      timeToClear: totals.timeToClear,
    }
  }
  return () => cache.remember('platform-statistics', statisticsTtlMs, load)
}
