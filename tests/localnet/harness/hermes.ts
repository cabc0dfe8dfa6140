import { execFile } from 'node:child_process'
import fs from 'node:fs'
import type { LocalChain, Localnet } from './facts'

export interface HermesRun {
  /** null: it was killed. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface HermesOptions {
  readonly config?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** The real Hermes, run by the test itself; what it says proves nothing, the witness reads the chain. */
export async function hermes(net: Localnet, args: readonly string[], options: HermesOptions = {}): Promise<HermesRun> {
  return new Promise((resolve) => {
    const settings = { timeout: options.timeoutMs ?? 60_000, killSignal: 'SIGKILL' as const, maxBuffer: 16 * 1024 * 1024, signal: options.signal }
    const child = execFile(net.hermes, ['--json', '--config', options.config ?? net.hermesConfig, ...args], settings, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode, stdout, stderr })
    })
  })
}

/** Clears exactly these sequences sent by `chain`; `as: 'rival'` signs with another key than the app's relayer. */
export async function clearPackets(net: Localnet, chain: LocalChain, sequences: readonly bigint[], options: HermesOptions & { readonly as?: 'relayer' | 'rival' } = {}): Promise<HermesRun> {
  if (sequences.length === 0) throw new Error('Hermes clears a whole channel when no sequence is named')
  const args = ['clear', 'packets', '--chain', chain.id, '--port', chain.port, '--channel', chain.channel, '--packet-sequences', sequences.join(',')]
  return hermes(net, args, { config: options.as === 'rival' ? net.rivalConfig : net.hermesConfig, ...options })
}

/** Delivers packets to the destination and leaves their acknowledgements behind: "delivered, acknowledgement missing". */
export async function deliverOnly(net: Localnet, from: LocalChain, to: LocalChain, sequences: readonly bigint[], options: { readonly as?: 'relayer' | 'rival' } = {}): Promise<HermesRun> {
  const args = ['tx', 'packet-recv', '--dst-chain', to.id, '--src-chain', from.id, '--src-port', from.port, '--src-channel', from.channel, '--packet-sequences', sequences.join(',')]
  return hermes(net, args, { config: options.as === 'rival' ? net.rivalConfig : net.hermesConfig })
}

/** Process ids of a Hermes that clears with this configuration. */
export function clearingProcesses(hermesConfig: string): string[] {
  return fs.readdirSync('/proc').filter(name => /^\d+$/.test(name)).filter((pid) => {
    try {
      const parts = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return parts.includes(hermesConfig) && parts.includes('clear')
    }
    catch {
      return false // it ended while we looked
    }
  })
}
