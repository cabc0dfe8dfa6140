import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Sandbox } from '../sandbox/start'
import { sandboxEnvironment } from '../scripts/demo/environment'
import { freePortBase } from '../tests/builders/ports'
import { compare, rateOf, reportComparisons, type Target } from './load'
import { builtServer, noLimits, repository, stopApp, waitUntilReady } from './world'

/**
 * npm run bench:pages [-- --runs 5 --seconds 4]
 * Rendering on the server under load: the first page and a packet's page of the built app, on the sandbox's chains, each
 * against a bare Nuxt page built with the same Nuxt. Needs a built app; figures go to standard output.
 */
const { values: settings } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    log: { type: 'string', default: '.data/bench-pages.log' },
  },
})

const barePage = path.join(repository, 'bench/bare-page')
const bareServer = path.join(repository, '.data/bare-page/output/server/index.mjs')

function buildBarePage(): void {
  const build = spawnSync(process.execPath, [path.join(repository, 'node_modules/nuxt/bin/nuxt.mjs'), 'build', barePage], { encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } })
  if (build.status !== 0) throw new Error(`the bare page could not be built: ${build.stdout}${build.stderr}`)
}

type SandboxFacts = Omit<Sandbox, 'stop'>

const started: ChildProcess[] = []
function start(args: readonly string[], env: Readonly<Record<string, string>>, stdout: number | 'pipe', log: number): ChildProcess {
  const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'production', ...env }, cwd: repository, stdio: ['ignore', stdout, log] })
  started.unshift(child)
  return child
}

/** In a process of its own: its nodes must not wait for the one that makes the load. */
async function startSandbox(folder: string, port: number, log: number): Promise<SandboxFacts> {
  const sandbox = start(['--import', 'tsx', 'sandbox/cli.ts', '--port', String(port), '--data-dir', folder], {}, 'pipe', log)
  // It speaks when it is ready, and its facts are written.
  await new Promise<void>((resolve, reject) => {
    sandbox.stdout!.on('data', () => resolve())
    sandbox.once('exit', code => reject(new Error(`the sandbox ended with ${code}`)))
  })
  return JSON.parse(fs.readFileSync(path.join(folder, 'sandbox.json'), 'utf8')) as SandboxFacts
}

const get = (url: string): Target => ({ url, method: 'GET' })

async function main(): Promise<void> {
  if (!fs.existsSync(builtServer)) throw new Error('there is no built app: npm run build')
  buildBarePage()
  fs.mkdirSync(path.dirname(settings.log), { recursive: true })
  const log = fs.openSync(settings.log, 'w')
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'relayooor-bench-'))
  fs.chmodSync(folder, 0o755) // PostgreSQL, which does not run as root, must pass through
  const portBase = await freePortBase(8)
  const [appPort, barePort] = [portBase + 6, portBase + 7]
  const [appUrl, bareUrl] = [`http://127.0.0.1:${appPort}`, `http://127.0.0.1:${barePort}/`]
  try {
    const sandbox = await startSandbox(folder, portBase, log)
    const app = start([builtServer], { ...sandboxEnvironment(sandbox, { port: appPort, dataDir: path.join(folder, 'data') }), ...noLimits }, log, log)
    const bare = start([bareServer], { HOST: '127.0.0.1', PORT: String(barePort) }, log, log)
    await waitUntilReady(`${appUrl}/readyz`, app)
    await waitUntilReady(bareUrl, bare)
    const effort = { runs: Number(settings.runs), seconds: Number(settings.seconds) }
    const packet = `${appUrl}/packets/${sandbox.story!.undelivered}`
    // Warm: what is compiled and opened once is not what is asked for here.
    for (const url of [`${appUrl}/`, packet, bareUrl]) await rateOf(get(url), 2)
    reportComparisons([
      await compare('first page / bare Nuxt page', { app: get(`${appUrl}/`), bare: get(bareUrl) }, effort),
      await compare('packet\'s page / bare Nuxt page', { app: get(packet), bare: get(bareUrl) }, effort),
    ])
  }
  finally {
    for (const child of started) await stopApp(child)
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

await main()
