import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AccountName } from './accounts'
import { accountNames, deriveAccounts } from './accounts'
import { startBlockTimer } from './block-timer'
import { chainsFileOf } from './chains-file'
import { startControlServer } from './control/server'
import type { SandboxWorld } from './control/world'
import { hermesConfig } from './hermes/config'
import type { FieldLimits } from './hermes/relay'
import { startHermesServer } from './hermes/server'
import { createNetwork } from './network'
import { RpcNode } from './rpc/node'
import type { RpcEndpoint } from './rpc/server'
import { startRpcEndpoint } from './rpc/server'
import type { Story } from './story'
import { tellStory } from './story'

export interface SandboxOptions {
  /** First of a block of six ports; 0 (default): any free ones. */
  readonly portBase?: number
  /** Default 1000. */
  readonly blockTimeMs?: number
  /** No block is made but by the control port. */
  readonly manualBlocks?: boolean
  /** Open an ordered channel beside the unordered one (default false). */
  readonly orderedChannel?: boolean
  /** Put the story on the chains (default true). */
  readonly story?: boolean
  /** Where the Hermes configuration and the chains file go; default: a temporary folder, removed by stop(). */
  readonly dataDir?: string
  /** Same seed, same keys. */
  readonly seed?: string
}

export interface SandboxChain {
  readonly chainId: string
  /** Two endpoints of the same chain, each with faults of its own. */
  readonly rpcUrls: readonly [string, string]
  readonly wsUrl: string
  readonly bech32Prefix: string
  readonly feeDenom: string
  readonly symbol: string
  readonly exponent: number
  /** Decimal text, base units per gas. */
  readonly gasPrice: string
  readonly portId: string
  readonly channelId: string
  readonly connectionId: string
  readonly clientId: string
}

export interface Sandbox {
  readonly chains: readonly SandboxChain[]
  readonly controlUrl: string
  readonly accounts: Readonly<Record<AccountName, { readonly mnemonic: string, readonly addresses: Readonly<Record<string, string>> }>>
  readonly hermes: { readonly binary: string, readonly configPath: string, readonly restUrl: string }
  /** JSON file for the app: networks that no registry lists. */
  readonly chainsFile: string
  readonly story: Story | undefined
  stop(): Promise<void>
}

const sixHoursMs = 6 * 3_600_000

async function startEndpoints(nodes: readonly RpcNode[], portBase: number): Promise<RpcEndpoint[]> {
  const endpoints: RpcEndpoint[] = []
  for (const [index, node] of nodes.entries()) endpoints.push(await startRpcEndpoint(node, portBase === 0 ? 0 : portBase + 1 + index))
  return endpoints
}

function describeChains(world: Pick<SandboxWorld, 'network' | 'endpoints'>): SandboxChain[] {
  return world.network.chains.map(({ spec }) => {
    const urls = world.endpoints.filter(({ node }) => node.chain.spec === spec).map(({ url }) => url)
    const { chainId: _, ...end } = world.network.channels.flat().find(each => each.chainId === spec.chainId)!
    return {
      chainId: spec.chainId,
      rpcUrls: [urls[0]!, urls[1]!] as const,
      wsUrl: `${urls[0]!.replace('http', 'ws')}/websocket`,
      bech32Prefix: spec.bech32Prefix,
      feeDenom: spec.feeDenom,
      symbol: spec.symbol,
      exponent: spec.exponent,
      gasPrice: spec.gasPrice,
      ...end,
    }
  })
}

/** Starts simulated chains, their RPC nodes, the Hermes stand-in and the control port, all on loopback. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { portBase = 0, blockTimeMs = 1_000, manualBlocks = false, story: withStory = true, orderedChannel = false, seed = 'sandbox' } = options
  const dataDir = options.dataDir ?? await mkdtemp(join(tmpdir(), 'sandbox-'))
  const keyFolder = join(dataDir, 'hermes', 'keys')
  await mkdir(keyFolder, { recursive: true })
  const nowMs = (): number => Date.now()
  const accounts = await deriveAccounts(seed)
  const network = createNetwork(accounts, BigInt(nowMs() - sixHoursMs) * 1_000_000n, { orderedChannel })
  const endpoints = await startEndpoints(network.chains.flatMap(chain => [new RpcNode(chain, nowMs), new RpcNode(chain, nowMs)]), portBase)
  const isNodeDown = (rpcUrl: string): boolean => endpoints.find(({ url }) => url === rpcUrl)?.node.faults.isDown ?? true
  let configText = ''
  const hermes = await startHermesServer({ network, accounts, configText: () => configText, isNodeDown }, portBase === 0 ? 0 : portBase + 5)
  const configPath = join(dataDir, 'hermes', 'config.toml')
  const chainsFile = join(dataDir, 'chains.json')
  const configureHermes = async (limits?: FieldLimits): Promise<void> => {
    configText = hermesConfig(network.chains.map(chain => ({ spec: chain.spec, rpcUrl: endpoints.find(({ node }) => node.chain === chain)!.url })), hermes.port, keyFolder, limits)
    await writeFile(configPath, configText)
  }
  await configureHermes()
  await writeFile(chainsFile, `${JSON.stringify(chainsFileOf(network), undefined, 2)}\n`)
  const story = withStory ? await tellStory({ network, accounts, relayAsOther: hermes.relayAsOther, nowMs: nowMs() }) : undefined
  for (const chain of network.chains) chain.produceBlock(BigInt(nowMs()) * 1_000_000n)
  const timer = startBlockTimer(network.chains, manualBlocks ? undefined : blockTimeMs, nowMs)
  const world: SandboxWorld = { network, accounts, endpoints, hermes, configureHermes, timer, nowMs, story }
  const control = await startControlServer(world, portBase)
  return {
    chains: describeChains(world),
    controlUrl: control.url,
    accounts: Object.fromEntries(accountNames.map((name) => {
      const addresses = Object.fromEntries(network.chains.map(({ spec }) => [spec.chainId, accounts[name].address(spec.bech32Prefix)]))
      return [name, { mnemonic: accounts[name].mnemonic, addresses }]
    })) as Sandbox['accounts'],
    hermes: { binary: fileURLToPath(new URL('bin/hermes', import.meta.url)), configPath, restUrl: `http://127.0.0.1:${hermes.port}` },
    chainsFile,
    story,
    async stop() {
      timer.stop()
      await Promise.all([control.close(), hermes.close(), ...endpoints.map(endpoint => endpoint.close())])
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
}
