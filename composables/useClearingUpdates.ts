import type { Ref } from 'vue'
import type { ClearingStatus } from '#shared/schemas/clearing'

export type UpdatesConnection = 'connecting' | 'live' | 'polling' | 'offline'

/** Follows a clearing while the component lives; `token` may be set later or change. */
export function useClearingUpdates(token: Ref<string | undefined>, status: Ref<ClearingStatus | null | undefined>) {
  const api = useApi()
  const connection = ref<UpdatesConnection>('connecting')
  let unsubscribe: (() => void) | undefined

  function follow(followed: string | undefined) {
    unsubscribe?.()
    connection.value = 'connecting'
    if (!followed) return void (unsubscribe = undefined)
    const known = status.value?.token === followed ? status.value : undefined
    unsubscribe = api.subscribeToUpdates(followed, latest => status.value = latest, { known, onConnection: state => connection.value = state })
  }

  onMounted(() => watch(token, follow, { immediate: true }))
  onUnmounted(() => unsubscribe?.())
  return { connection }
}
