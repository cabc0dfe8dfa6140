import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import type { Readable } from 'node:stream'

/**
 * Runs "$@" in a process group of its own and ends the whole group when the program ends, when descriptor 3 closes (the
 * parent died, however it died) or when $1 seconds are over (also if the parent is stopped and cannot count).
 * Descriptor 4 tells how it ended. Values arrive as arguments only; the shell never interprets them.
 */
const script = `limit=$1
shift
( read -r _ <&3; kill -9 0 ) </dev/null >/dev/null 2>&1 4>&- &
( sleep "$limit"; echo timed_out >&4; kill -9 0 ) </dev/null >/dev/null 2>&1 3<&- &
"$@" </dev/null 3<&- 4>&- &
wait $!
echo "exit $?" >&4
kill -9 0
`

/** How long after a kill the pipes may stay open before we stop listening. */
const killGraceMs = 2_000

export interface GuardedEnding {
  readonly how: 'exited' | 'timed_out' | 'killed' | 'not_started'
  readonly exitCode: number | null
  readonly durationMs: number
}

export interface GuardedProgram {
  readonly program: string
  readonly args: readonly string[]
  /** All of the environment that it gets. */
  readonly environment: Readonly<Record<string, string>>
  readonly timeLimitMs: number
  readonly signal: AbortSignal
  readonly onOutput: (text: string) => void
  readonly onErrorOutput: (text: string) => void
}

/** Exit codes by which the shell says that a command was not found or not executable (POSIX). */
const notStartedCodes = new Set([126, 127])

function endingOf(message: string, stopped: 'timed_out' | 'killed' | null): Omit<GuardedEnding, 'durationMs'> {
  const exit = /exit (\d+)/.exec(message)
  if (exit) {
    const exitCode = Number(exit[1])
    return notStartedCodes.has(exitCode) ? { how: 'not_started', exitCode: null } : { how: 'exited', exitCode }
  }
  return { how: message.includes('timed_out') ? 'timed_out' : stopped ?? 'killed', exitCode: null }
}

function killGroup(pid: number | undefined) {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  }
  catch {
    // The group is gone already: what we wanted.
  }
}

/** Never rejects. Resolves at the latest `timeLimitMs` plus a grace after the call. */
export function runGuarded(run: GuardedProgram): Promise<GuardedEnding> {
  const startedAt = performance.now()
  const durationMs = () => Math.round(performance.now() - startedAt)
  if (run.signal.aborted) return Promise.resolve({ how: 'killed', exitCode: null, durationMs: 0 })
  // One second more than our own timer, which therefore speaks first unless this process is stopped.
  const shellLimit = String(Math.ceil(run.timeLimitMs / 1000) + 1)
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', script, 'relayer-watchdog', shellLimit, run.program, ...run.args], {
      detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'], env: run.environment,
    })
    let message = ''
    let stopped: 'timed_out' | 'killed' | null = null
    let grace: NodeJS.Timeout | undefined
    const settle = (ending: Omit<GuardedEnding, 'durationMs'>) => {
      clearTimeout(limit)
      clearTimeout(grace)
      run.signal.removeEventListener('abort', onAbort)
      for (const stream of child.stdio) stream?.destroy()
      resolve({ ...ending, durationMs: durationMs() })
    }
    const stop = (why: 'timed_out' | 'killed') => {
      stopped ??= why
      killGroup(child.pid)
      grace ??= setTimeout(() => settle(endingOf(message, stopped)), killGraceMs)
    }
    const onAbort = () => stop('killed')
    const limit = setTimeout(() => stop('timed_out'), run.timeLimitMs)
    run.signal.addEventListener('abort', onAbort, { once: true })
    child.stdout?.setEncoding('utf8').on('data', run.onOutput)
    child.stderr?.setEncoding('utf8').on('data', run.onErrorOutput)
    const status = child.stdio[4] as Readable
    status.setEncoding('utf8').on('data', (text: string) => {
      message += text.slice(0, 100)
    })
    for (const stream of child.stdio) stream?.on('error', () => {}) // a pipe torn by the kill; the ending says the rest
    child.on('error', () => settle({ how: 'not_started', exitCode: null }))
    // The wrapper ends by killing its group; when somebody else killed it alone, the program may still run.
    child.on('exit', () => {
      if (!message.includes('exit')) killGroup(child.pid)
      grace ??= setTimeout(() => settle(endingOf(message, stopped)), killGraceMs)
    })
    child.on('close', () => settle(endingOf(message, stopped)))
  })
}
