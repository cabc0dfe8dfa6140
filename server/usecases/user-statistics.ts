import type { UserStatistics } from '../../shared/schemas/statistics'
import { toCoinDto } from './dto/wire'
import type { ClearingReads } from './read-ports'

/** Own totals, from rows only. */
export type GetUserStatistics = (address: string) => Promise<UserStatistics>

export function makeUserStatistics({ reads }: { readonly reads: ClearingReads }): GetUserStatistics {
  return async (address) => {
    const totals = await reads.userTotals(address)
    const spent = totals.perDenom.map(({ denom, paid, refunded }) => ({ denom, amount: paid - refunded }))
    return {
      operations: totals.operations,
      packetsByResult: [...totals.packetsByResult],
      spent: spent.map(toCoinDto),
      refunded: totals.perDenom.map(({ denom, refunded }) => toCoinDto({ denom, amount: refunded })),
      timeToClear: totals.timeToClear,
      byMonth: [...totals.byMonth],
    }
  }
}
