import type { UserStatistics } from '../../shared/schemas/statistics'
import { toCoinDto } from './dto/wire'
import type { ClearingReads } from './read-ports'

/** Own totals, from rows only. */
export type GetUserStatistics = (address: string) => Promise<UserStatistics>

export function makeUserStatistics({ reads }: { readonly reads: ClearingReads }): GetUserStatistics {
  return async (address) => {
    const totals = await reads.userTotals(address)
    return {
      operations: totals.operations,
      packetsByResult: [...totals.packetsByResult],
      spent: totals.perDenom.map(({ chainId, denom, paid, refunded }) => ({ chainId, ...toCoinDto({ denom, amount: paid - refunded }) })),
      refunded: totals.perDenom.map(({ chainId, denom, refunded }) => ({ chainId, ...toCoinDto({ denom, amount: refunded }) })),
      timeToClear: totals.timeToClear,
      byMonth: [...totals.byMonth],
    }
  }
}
