import type { Ref } from 'vue'

let watchers = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The time in ms, ticking once a second in the browser; the server's time until mounted, so that both render the same. */
export function useNow(): Readonly<Ref<number>> {
  const now = useState('now', () => Date.now())
  onMounted(() => {
    now.value = Date.now()
    if (watchers++ === 0) timer = setInterval(() => now.value = Date.now(), 1000)
  })
  onUnmounted(() => {
    if (--watchers === 0) clearInterval(timer)
  })
  return now
}
