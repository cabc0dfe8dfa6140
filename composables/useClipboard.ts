export type CopyState = 'ready' | 'copied' | 'failed'

/** Copies texts; `state` tells for two seconds how it went. */
export function useClipboard() {
  const state = ref<CopyState>('ready')
  let timer: ReturnType<typeof setTimeout> | undefined

  async function copy(text: string) {
    try {
      await navigator.clipboard.writeText(text)
      state.value = 'copied'
    }
    catch {
      // No clipboard on plain HTTP, or refused.
      state.value = 'failed'
    }
    clearTimeout(timer)
    timer = setTimeout(() => state.value = 'ready', 2000)
  }
  onUnmounted(() => clearTimeout(timer))
  return { state, copy }
}
