import type { SessionDto } from '#shared/schemas/auth'
import { useWalletStore } from '~/stores/wallet'

/** Who is signed in, by the server's word; over at once when the wallet is disconnected or changes its account. */
export async function useSession() {
  const walletStore = useWalletStore()
  const asked = useFetch<{ session: SessionDto | null }>('/api/v1/auth/session', { key: 'session' })
  const { data, error, refresh } = asked
  const session = computed(() => data.value?.session ?? null)
  watch(data, latest => latest && (walletStore.session = latest.session), { immediate: true })
  watch(() => walletStore.session, (latest) => {
    if (!latest && session.value) data.value = { session: null }
  })
  await asked
  return { session, error, refresh }
}
