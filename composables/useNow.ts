import type { Ref } from 'vue'
import { clockOffsetMs } from '~/services/server-clock'

let watchers = 0
let timer: ReturnType<typeof setInterval> | undefined

/**
 * The time in ms, ticking once a second in the browser; the server's time until mounted, so that both render the same.
 * With `asServer` the device's clock is put right by the server's: needed where a wrong clock would mislead about money.
 */
export function useNow({ asServer = false } = {}): Readonly<Ref<number>> {
  const now = useState('now', () => Date.now())
  const offsetMs = useState('clock-offset', () => 0)
  const tick = () => now.value = Date.now() + offsetMs.value
  onMounted(async () => {
    tick()
    if (watchers++ === 0) timer = setInterval(tick, 1000)
    if (!asServer) return
    offsetMs.value = await clockOffsetMs() ?? offsetMs.value
    tick()
  })
  onUnmounted(() => {
    if (--watchers === 0) clearInterval(timer)
  })
  return now
}
