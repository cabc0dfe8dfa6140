import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { runGuarded, type GuardedProgram } from '../../../../../server/adapters/hermes/watchdog'

async function guarded(program: string, args: readonly string[], over: Partial<GuardedProgram> = {}) {
  let output = ''
  const ending = await runGuarded({
    program, args, timeLimitMs: 10_000, environment: { PATH: process.env.PATH! }, signal: new AbortController().signal,
    onOutput: (text) => { output += text },
    onErrorOutput: () => {},
    ...over,
  })
  return { ...ending, output }
}

async function processesNaming(word: string): Promise<number> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
  // A process may end between the listing and the reading.
  const lines = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter(line => line.split('\0').includes(word)).length
}
const aNumber = () => String(100_000 + Math.floor(Math.random() * 899_999))

describe('a guarded program', () => {
  it('ends with its own exit code, its output whole', async () => {
    expect(await guarded('sh', ['-c', 'echo said; exit 3'])).toMatchObject({ how: 'exited', exitCode: 3, output: 'said\n' })
    expect((await guarded('sh', ['-c', 'yes | head -c 10000000'])).output.length).toBe(10_000_000)
  })

  it('gets its arguments as they are, never through a shell', async () => {
    const hostile = ['$(id)', '`id`', '; id', 'a b', '*', '\'"', '--help', 'new\nline', '&& id', '']
    expect((await guarded('printf', ['<%s>', ...hostile])).output).toBe(hostile.map(word => `<${word}>`).join(''))
  })

  it('is said not to have started when it cannot be found or run', async () => {
    expect(await guarded('/nowhere/hermes', [])).toMatchObject({ how: 'not_started', exitCode: null })
    expect(await guarded('/etc/hostname', [])).toMatchObject({ how: 'not_started', exitCode: null })
  })

  it('sees nothing of our environment but what it is given', async () => {
    process.env['SERVICE_WALLET_MNEMONIC'] = 'secret'
    const { output } = await guarded('env', [], { environment: { PATH: process.env.PATH!, RUST_LOG: 'debug' } })
    delete process.env['SERVICE_WALLET_MNEMONIC']
    const set = output.trim().split('\n').map(line => line.split('=')[0])
    // The shell adds some of its own.
    expect(set.filter(name => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name!)).toSorted()).toEqual(['PATH', 'RUST_LOG'])
  })

  it('costs less than 20 ms more than the program alone', async () => {
    const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!
    const [bare, watched]: [number[], number[]] = [[], []]
    for (let round = 0; round < 9; round++) {
      const startedAt = performance.now()
      await once(spawn('true', { stdio: ['ignore', 'pipe', 'pipe'] }), 'close')
      bare.push(performance.now() - startedAt)
      watched.push((await guarded('true', [])).durationMs)
    }
    expect(median(watched) - median(bare)).toBeLessThan(20)
  })

  it('is killed with its children when the time is up, though it ignores signals', async () => {
    const seconds = aNumber()
    const ending = await guarded('sh', ['-c', `trap '' TERM INT HUP; sleep ${seconds} & sleep ${seconds}`], { timeLimitMs: 200 })
    expect(ending).toMatchObject({ how: 'timed_out', exitCode: null })
    await expect.poll(() => processesNaming(seconds), { timeout: 1_000 }).toBe(0)
  })

  it('is killed when called off, and never starts when called off before', async () => {
    const stop = new AbortController()
    const running = guarded('sleep', ['1000'], { signal: stop.signal })
    stop.abort()
    expect(await running).toMatchObject({ how: 'killed' })
    expect(await guarded('sleep', ['1000'], { signal: AbortSignal.abort() })).toMatchObject({ how: 'killed', durationMs: 0 })
  })

  it('leaves nothing behind when its wrapper alone is killed', async () => {
    const seconds = aNumber()
    const running = guarded('sleep', [seconds])
    await expect.poll(() => processesNaming(seconds), { timeout: 2_000, interval: 5 }).toBeGreaterThan(1)
    for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
      if (words.includes('relayer-watchdog') && words.includes(seconds)) process.kill(Number(pid), 'SIGKILL')
    }
    expect(await running).toMatchObject({ how: 'killed', exitCode: null })
    await expect.poll(() => processesNaming(seconds), { timeout: 1_000 }).toBe(0)
  })

  async function startParent(seconds: string, timeLimitMs: number) {
    const script = `import('./server/adapters/hermes/watchdog.ts').then(({ runGuarded }) => runGuarded({ program: 'sleep', args: ['${seconds}'], timeLimitMs: ${timeLimitMs}, signal: new AbortController().signal, onOutput() {}, onErrorOutput() {} }))`
    const parent = spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: 'ignore' })
    await expect.poll(() => processesNaming(seconds), { timeout: 10_000, interval: 10 }).toBeGreaterThan(0)
    return parent
  }

  it('dies when its parent is killed with -9', async () => {
    const seconds = aNumber()
    const parent = await startParent(seconds, 600_000)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await expect.poll(() => processesNaming(seconds), { timeout: 1_000, interval: 10 }).toBe(0)
  }, 15_000)

  it('dies in time when its parent is stopped and cannot count', async () => {
    const seconds = aNumber()
    const parent = await startParent(seconds, 1_000)
    parent.kill('SIGSTOP')
    await expect.poll(() => processesNaming(seconds), { timeout: 4_000, interval: 50 }).toBe(0)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  }, 20_000)
})
