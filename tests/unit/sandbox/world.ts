import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Secp256k1HdWallet } from '@cosmjs/amino'
import type { OfflineSigner } from '@cosmjs/proto-signing'
import { DirectSecp256k1HdWallet } from '@cosmjs/proto-signing'
import { GasPrice, SigningStargateClient } from '@cosmjs/stargate'
import { Comet38Client } from '@cosmjs/tendermint-rpc'
import type { Sandbox, SandboxChain } from '../../../sandbox/start'
import type { AccountName } from '../../../sandbox/accounts'

export interface Balances { readonly address: string, readonly balances: { readonly denom: string, readonly amount: string }[] }

/** Calls the control port; throws with its text when it refuses. */
export async function control<T = unknown>(sandbox: Sandbox, path: string, body: Record<string, unknown> = {}): Promise<T> {
  const response = await fetch(sandbox.controlUrl + path, { method: 'POST', body: JSON.stringify(body) })
  const answer = await response.json() as T & { error?: string }
  if (!response.ok) throw new Error(answer.error)
  return answer
}

export async function balance(sandbox: Sandbox, chain: SandboxChain, to: string, denom = chain.feeDenom): Promise<bigint> {
  const { balances } = await control<Balances>(sandbox, '/balances', { chainId: chain.chainId, to })
  return BigInt(balances.find(coin => coin.denom === denom)?.amount ?? '0')
}

export interface ChannelState { readonly chainId: string, readonly unreceivedPackets: string[], readonly unreceivedAcknowledgements: string[] }

export async function channelState(sandbox: Sandbox, chain: SandboxChain): Promise<ChannelState> {
  const { channels } = await (await fetch(`${sandbox.controlUrl}/state`)).json() as { channels: ChannelState[] }
  return channels.find(({ chainId }) => chainId === chain.chainId)!
}

/** Sends `count` packets and returns their sequences. */
export async function sendPackets(sandbox: Sandbox, chain: SandboxChain, facts: Record<string, unknown> = {}): Promise<string[]> {
  const { packets } = await control<{ packets: string[] }>(sandbox, '/transfer', { chainId: chain.chainId, ...facts })
  return packets.map(packet => packet.split('/')[3]!)
}

export async function comet(chain: SandboxChain, endpoint: 0 | 1 = 0): Promise<Comet38Client> {
  return Comet38Client.connect(chain.rpcUrls[endpoint])
}

export async function signingClient(sandbox: Sandbox, chain: SandboxChain, name: AccountName, mode: 'direct' | 'amino' = 'direct'): Promise<{ client: SigningStargateClient, address: string }> {
  const { mnemonic, addresses } = sandbox.accounts[name]
  const options = { prefix: chain.bech32Prefix }
  const signer: OfflineSigner = mode === 'direct'
    ? await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, options)
    : await Secp256k1HdWallet.fromMnemonic(mnemonic, options)
  const client = SigningStargateClient.createWithSigner(await comet(chain), signer, { gasPrice: GasPrice.fromString(`${chain.gasPrice}${chain.feeDenom}`), broadcastPollIntervalMs: 20 })
  return { client, address: addresses[chain.chainId]! }
}

export interface HermesRun { readonly exitCode: number | null, readonly signal: NodeJS.Signals | null, readonly lines: string[], readonly last: { status: string, result: unknown } | undefined }

/** Runs the stand-in command and reads its last line as JSON, where it is JSON. SIGKILL meets it `killAfterMs` after it printed `killAt`. */
export async function hermes(sandbox: Sandbox, args: readonly string[], { killAt, killAfterMs = 0 }: { readonly killAt?: string, readonly killAfterMs?: number } = {}): Promise<HermesRun> {
  const child = spawn(sandbox.hermes.binary, ['--json', '--config', sandbox.hermes.configPath, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
    if (killAt !== undefined && output.includes(killAt)) setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  })
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(resolve => child.on('close', (code, name) => resolve([code, name])))
  const lines = output.trimEnd().split('\n')
  let last: HermesRun['last']
  try {
    last = JSON.parse(lines.at(-1)!) as HermesRun['last']
  }
  catch {
    // Garbage stays undefined.
  }
  return { exitCode, signal, lines, last }
}

export function clearArguments(chain: SandboxChain, sequences?: string): string[] {
  return ['clear', 'packets', '--chain', chain.chainId, '--port', chain.portId, '--channel', chain.channelId, ...(sequences ? ['--packet-sequences', sequences] : [])]
}

export interface EventView { readonly type: string, readonly attributes: { readonly key: string, readonly value: string }[] }

/** Result of a captured answer, whole. */
export function captured<T>(name: string): T {
  const text = readFileSync(new URL(`../../fixtures/cometbft/${name}.json`, import.meta.url), 'utf8')
  return (JSON.parse(text) as { result: T }).result
}
