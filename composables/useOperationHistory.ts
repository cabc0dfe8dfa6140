import type { Ref } from 'vue'
import type { SessionDto } from '#shared/schemas/auth'
import type { OperationListDto } from '#shared/schemas/clearing'
import type { UserStatistics } from '#shared/schemas/statistics'
import { historyQuery, type HistoryFilter } from '~/services/history-filter'

/** A signed-in person's clearings and totals; nothing is asked without a session. */
export async function useOperationHistory(session: Ref<SessionDto | null>, chosen: Ref<HistoryFilter>) {
  const api = useApi()
  const filter = computed(() => historyQuery(chosen.value))
  const [operations, statistics] = await Promise.all([
    useAsyncData<OperationListDto | null>('operations', async () => session.value ? api.listOperations(filter.value) : null, { watch: [session, filter] }),
    useAsyncData<UserStatistics | null>('user-statistics', async () => session.value ? api.getUserStatistics() : null, { watch: [session] }),
  ])

  const older = useNextPage(operations.data, cursor => api.listOperations({ ...filter.value, cursor }), (list, page) => ({ ...page, items: [...list.items, ...page.items] }))

  /** Fetched here, because a link cannot ask for CSV. */
  async function downloadCsv() {
    const csv = await $fetch<Blob>(api.operationsCsvUrl(filter.value), { headers: { accept: 'text/csv' }, responseType: 'blob' })
    const link = document.createElement('a')
    link.href = URL.createObjectURL(csv)
    link.download = 'clearings.csv'
    link.click()
    URL.revokeObjectURL(link.href)
  }
  return { operations, statistics, csvUrl: computed(() => api.operationsCsvUrl(filter.value)), older, downloadCsv }
}
