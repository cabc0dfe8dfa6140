import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { inject } from 'vitest'
import { freePortBase } from '../builders/ports'

const readyWithinMs = 90_000
const keptLines = 400

/** One process of the built app. */
export interface Instance {
  readonly name: string
  readonly url: string
  /** Its name in leases and runs. */
  readonly id: string
  readonly alive: () => boolean
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL') => void
  /** Resolves when the process is gone. */
  readonly kill: (signal?: 'SIGKILL' | 'SIGTERM') => Promise<void>
  /** What it logged last, warnings and errors only. */
  readonly complaints: () => readonly string[]
}

function keepLines(child: ChildProcess): string[] {
  const lines: string[] = []
  let rest = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts)
      lines.splice(1, Math.max(0, lines.length - keptLines)) // the first line stays: what happened at the start
    })
  }
  return lines
}

const instanceIdIn = (lines: readonly string[]) => lines.map(line => /"instanceId":"([\w-]+)".*relayooor is up|relayooor is up.*"instanceId":"([\w-]+)"/.exec(line)).map(match => match?.[1] ?? match?.[2]).find(Boolean)

/** Starts the built app; resolves when it answers and takes part in the work. */
export async function startInstance(name: string, environment: Readonly<Record<string, string>>): Promise<Instance> {
  const port = await freePortBase(1)
  const child = spawn(process.execPath, [inject('builtServer')], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment, PORT: String(port), PUBLIC_URL: `http://localhost:${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines = keepLines(child)
  const url = `http://127.0.0.1:${port}`
  const exited = once(child, 'exit')
  const alive = () => child.exitCode === null && child.signalCode === null
  const deadline = Date.now() + readyWithinMs
  let id: string | undefined
  while (!id || !await fetch(`${url}/healthz`).then(response => response.ok, () => false)) {
    id = instanceIdIn(lines)
    if (alive() && Date.now() < deadline) {
      await pause(50)
      continue
    }
    child.kill('SIGKILL')
    throw new Error(`instance ${name} did not come up:\n${lines.join('\n')}`)
  }
  return {
    name, url, id, alive,
    signal: signal => void child.kill(signal),
    kill: async (signal = 'SIGKILL') => {
      if (alive()) child.kill(signal)
      await exited
    },
    complaints: () => lines.filter(line => !/"level":(10|20|30|"debug"|"info")/.test(line)),
  }
}
