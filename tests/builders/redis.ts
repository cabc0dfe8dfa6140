import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { freePortBase } from './ports'

export interface TestRedis {
  readonly url: string
  readonly stop: () => Promise<void>
}

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

const ended = (child: ChildProcess) => new Promise<void>(resolve => child.once('exit', () => resolve()))

/** A redis-server of our own, without a file; on `port` again after a stop. */
export async function startRedis(port?: number): Promise<TestRedis & { readonly port: number }> {
  const chosen = port ?? await freePortBase(1)
  const child = spawn('redis-server', ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve()
    })
    child.once('exit', code => reject(new Error(`redis-server ended with ${code}`)))
  })
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const end = ended(child)
      child.kill('SIGKILL')
      await end
    },
  }
}
