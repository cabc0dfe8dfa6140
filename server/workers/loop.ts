import type { Logger } from '../usecases/ports'

export interface LoopOptions<Hint> {
  readonly name: string
  /** Gets the hint of the latest wake-up; a run that starts by itself gets none. */
  readonly task: (hint?: Hint) => Promise<unknown>
  /** Longest pause between two runs. */
  readonly intervalMs: number
  readonly logger: Logger
}

export interface Loop<Hint> {
  /** Runs again at once; while a run is under way, once more right after it. */
  readonly wake: (hint?: Hint) => void
  /** Resolves when the run under way has ended. */
  readonly stop: () => Promise<void>
}

const longestBackOffMs = 30_000

/** Runs a task over and over, one run at a time. A failed run is logged and retried with growing pauses; a wake-up shortens them. */
export function startLoop<Hint = never>({ name, task, intervalMs, logger }: LoopOptions<Hint>): Loop<Hint> {
  let stopped = false
  let woken = false
  let latestHint: Hint | undefined
  let failures = 0
  let endPause = () => {}

  const pause = (ms: number) => new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    endPause = () => {
      clearTimeout(timer)
      resolve()
    }
  })

  async function runOnce() {
    const hint = latestHint
    woken = false
    latestHint = undefined
    try {
      await task(hint)
      failures = 0
    }
    catch (error) {
      failures += 1
      logger.warn({ loop: name, failures, error }, 'loop run failed, will retry')
    }
  }

  const running = (async () => {
    while (!stopped) {
      await runOnce()
      const pauseMs = failures === 0 ? intervalMs : Math.min(longestBackOffMs, 250 * 2 ** Math.min(failures, 10))
      if (!stopped && !woken) await pause(pauseMs)
    }
  })()

  return {
    wake: (hint) => {
      woken = true
      latestHint = hint ?? latestHint
      endPause()
    },
    stop: async () => {
      stopped = true
      endPause()
      await running
    },
  }
}
