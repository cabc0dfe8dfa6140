import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Localnet } from './facts'

const script = path.resolve(import.meta.dirname, '../../../scripts/localnet/localnet.sh')
const run = promisify(execFile)

export type NodeName = 'ibc-a' | 'ibc-a-2' | 'ibc-b' | 'ibc-b-2'

/** A tool that building or running the network needs is not on this machine. */
export class ToolsMissing extends Error {}

export function readLocalnet(folder: string): Localnet {
  return JSON.parse(fs.readFileSync(path.join(folder, 'net.json'), 'utf8')) as Localnet
}

/** What the app needs to know of a network, as environment variables; database, secret and port are the caller's. */
export function networkEnvironment(localnet: Localnet): Record<string, string> {
  const lines = fs.readFileSync(path.join(localnet.net, 'app.env'), 'utf8').split('\n').filter(line => line !== '')
  return Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

/** Builds what is missing (minutes, said on standard error) and starts a network in `folder`; it stops when this process is gone. */
export async function startLocalnet(folder: string, options: { readonly blockTime: string, readonly portBase: number }): Promise<Localnet> {
  const env = { ...process.env, NET: folder, BLOCK_TIME: options.blockTime, PORT_BASE: String(options.portBase), OWNER_PID: String(process.pid) }
  let complaint = ''
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(script, ['up'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk)
      complaint = (complaint + chunk.toString()).slice(-2000)
    })
    child.once('error', reject).once('exit', resolve)
  })
  if (code === 3) throw new ToolsMissing(complaint.replace(/localnet: /g, '').replace(/\s+/g, ' ').trim())
  if (code !== 0) throw new Error(`localnet.sh up ended with ${code}: ${complaint}`)
  return readLocalnet(folder)
}

async function command(folder: string, ...args: readonly string[]): Promise<void> {
  await run(script, args, { env: { ...process.env, NET: folder }, timeout: 120_000 })
}

export async function stopLocalnet(folder: string): Promise<void> {
  await command(folder, 'down')
}

/** Ends nodes; a chain makes no blocks while its validator (the name without -2) is stopped. */
export async function stopNodes(localnet: Localnet, ...nodes: readonly NodeName[]): Promise<void> {
  await command(localnet.net, 'stop', ...nodes)
}

/** Starts nodes that were stopped, and waits until they answer. */
export async function startNodes(localnet: Localnet, ...nodes: readonly NodeName[]): Promise<void> {
  await command(localnet.net, 'start', ...nodes)
}

/** Freezes nodes: their ports accept, and nothing answers. */
export async function pauseNodes(localnet: Localnet, ...nodes: readonly NodeName[]): Promise<void> {
  await command(localnet.net, 'pause', ...nodes)
}

export async function resumeNodes(localnet: Localnet, ...nodes: readonly NodeName[]): Promise<void> {
  await command(localnet.net, 'resume', ...nodes)
}
