import type { OperationListDto, OperationListQuery } from '../../shared/schemas/clearing'
import { readCursor, writeCursor } from './dto/cursor'
import { toOperationSummaryDto } from './dto/operations'
import type { ClearingReads, OperationFilter } from './read-ports'

/** Operations of `address`, newest first. Throws DomainError('invalid_request') for a broken cursor. */
export type ListOperations = (input: { readonly address: string, readonly query: OperationListQuery }) => Promise<OperationListDto>

function toFilter(query: OperationListQuery): OperationFilter {
  return {
    ...query.status && { status: query.status },
    ...query.chainId && { paymentChainId: query.chainId },
    ...query.from && { from: new Date(query.from) },
    ...query.until && { until: new Date(query.until) },
  }
}

export function makeListOperations({ reads }: { readonly reads: ClearingReads }): ListOperations {
  return async ({ address, query }) => {
    const after = query.cursor ? readCursor(query.cursor) : null
    // One more than asked for tells whether there is a next page.
    const found = await reads.operationsOf(address, toFilter(query), after, query.limit + 1)
    const shown = found.slice(0, query.limit)
    const last = shown.at(-1)
    return {
      items: shown.map(toOperationSummaryDto),
      nextCursor: found.length > query.limit && last ? writeCursor(last.position) : null,
    }
  }
}
