import type { OperationListQuery } from '#shared/schemas/clearing'
import type { OperationStatus } from '#shared/types/clearing'

/** What a person picked; empty texts are no filter. Days are `2026-11-24`, both included, in UTC. */
export interface HistoryFilter {
  readonly status: OperationStatus | ''
  readonly chainId: string
  readonly from: string
  readonly until: string
}

export const noFilter: HistoryFilter = { status: '', chainId: '', from: '', until: '' }

export function anyFilter(filter: HistoryFilter): boolean {
  return Object.values(filter).some(value => value !== '')
}

const dayMs = 86_400_000
const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

/** The filter as the API takes it, whose `until` is the first instant that no longer counts. */
export function historyQuery(filter: HistoryFilter): Partial<Pick<OperationListQuery, 'status' | 'chainId'> & { from: string, until: string }> {
  return {
    ...filter.status && { status: filter.status },
    ...filter.chainId && { chainId: filter.chainId },
    ...isDay(filter.from) && { from: new Date(filter.from).toISOString() },
    ...isDay(filter.until) && { until: new Date(Date.parse(filter.until) + dayMs).toISOString() },
  }
}
