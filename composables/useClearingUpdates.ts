import type { Ref } from 'vue'
import type { ClearingStatus } from '#shared/schemas/clearing'
import type { ApiProblem } from '~/services/api-problem'

export type UpdatesConnection = 'connecting' | 'live' | 'polling' | 'offline'

/** Follows a clearing while the component lives; `token` may be set later or change. `failure`: why the last call failed. */
export function useClearingUpdates(token: Ref<string | undefined>, status: Ref<ClearingStatus | null | undefined>) {
  const api = useApi()
  const connection = ref<UpdatesConnection>('connecting')
  const failure = shallowRef<ApiProblem | null>(null)
  let unsubscribe: (() => void) | undefined

  function follow(followed: string | undefined) {
    unsubscribe?.()
    connection.value = 'connecting'
    failure.value = null
    if (!followed) return void (unsubscribe = undefined)
    const known = status.value?.token === followed ? status.value : undefined
    unsubscribe = api.subscribeToUpdates(followed, (latest) => {
      status.value = latest
      failure.value = null
    }, { known, onConnection: state => connection.value = state, onFailure: problem => failure.value = problem })
  }

  onMounted(() => watch(token, follow, { immediate: true }))
  onUnmounted(() => unsubscribe?.())
  return { connection, failure, again: () => follow(token.value) }
}
