// Cuts the chain registry (dev dependency chain-registry) down to what the server reads, so that the built app needs no
// 32 MB package: node_modules/.bin/tsx scripts/extract-chains.ts writes server/adapters/cosmos/registry.json.
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { ListedChain, ListedChannel } from '../server/adapters/cosmos/chains-file'

interface RegistryChain {
  chainName: string
  chainId?: string
  prettyName?: string
  status?: string
  chainType?: string
  bech32Prefix?: string
  slip44?: number
  fees?: { feeTokens: { denom: string, fixedMinGasPrice?: number, lowGasPrice?: number, averageGasPrice?: number }[] }
  explorers?: { kind?: string, txPage?: string, accountPage?: string }[]
}
interface RegistryAssets { chainName: string, assets: { base: string, symbol: string, display: string, typeAsset?: string, denomUnits: { denom: string, exponent: number }[] }[] }
interface RegistryEnd { chainId?: string, chainName: string, clientId: string, connectionId: string }
interface RegistryConnection { chain1: RegistryEnd, chain2: RegistryEnd, channels: { chain1: { channelId: string, portId: string }, chain2: { channelId: string, portId: string }, ordering: string, tags?: { status?: string } }[] }

const require = createRequire(import.meta.url)
const load = <T>(path: string): T => (require(path) as { default: T }).default
const mostAssets = 8
const mostExplorers = 3

/** JavaScript's shortest text of a number, without an exponent. */
function decimalText(price: number): string {
  return price.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 18 })
}

function assetsOf(chain: RegistryChain, lists: RegistryAssets[]): ListedChain['assets'] {
  const feeDenoms = new Set(chain.fees?.feeTokens.map(token => token.denom))
  const assets = lists.filter(list => list.chainName === chain.chainName).flatMap(list => list.assets)
    .filter(asset => asset.typeAsset === 'sdk.coin' || feeDenoms.has(asset.base))
    .sort((a, b) => Number(feeDenoms.has(b.base)) - Number(feeDenoms.has(a.base)))
  return assets.slice(0, mostAssets).flatMap((asset) => {
    const exponent = asset.denomUnits.find(unit => unit.denom === asset.display)?.exponent
    return exponent === undefined ? [] : [{ denom: asset.base, symbol: asset.symbol, exponent }]
  })
}

function listedChain(chain: RegistryChain, lists: RegistryAssets[]): ListedChain | undefined {
  const { chainId, bech32Prefix, slip44 } = chain
  const fee = chain.fees?.feeTokens[0]
  const price = fee?.fixedMinGasPrice ?? fee?.lowGasPrice ?? fee?.averageGasPrice
  if (!chainId || !bech32Prefix || !fee || price === undefined || chain.status !== 'live' || chain.chainType !== 'cosmos') return undefined
  const explorers = (chain.explorers ?? []).filter(explorer => explorer.txPage).slice(0, mostExplorers)
  return {
    chainId, chainName: chain.chainName, prettyName: chain.prettyName ?? chain.chainName, bech32Prefix, slip44: slip44 ?? 118,
    feeTokens: [{ denom: fee.denom, fixedMinGasPrice: decimalText(price), averageGasPrice: fee.averageGasPrice === undefined ? null : decimalText(fee.averageGasPrice) }],
    assets: assetsOf(chain, lists),
    explorers: explorers.map(explorer => ({ name: explorer.kind ?? 'explorer', txPage: explorer.txPage ?? null, accountPage: explorer.accountPage ?? null })),
  }
}

/** The registry's index names each connection from both sides: each channel is kept once. */
function onlyOnce(channels: ListedChannel[]): ListedChannel[] {
  return [...new Map(channels.map(channel => [`${channel.a.chainId}/${channel.a.channelId}/${channel.b.chainId}/${channel.b.channelId}`, channel])).values()]
}

function listedChannels(connections: RegistryConnection[], served: ReadonlySet<string>): ListedChannel[] {
  return onlyOnce(connections.flatMap(({ chain1, chain2, channels }) => channels
    .filter(channel => chain1.chainId && chain2.chainId && served.has(chain1.chainId) && served.has(chain2.chainId) && channel.chain1.portId === 'transfer' && channel.chain2.portId === 'transfer' && (channel.tags?.status ?? 'ACTIVE').toUpperCase() !== 'CLOSED')
    .map(channel => ({
      a: { chainId: chain1.chainId!, ...channel.chain1, connectionId: chain1.connectionId, clientId: chain1.clientId },
      b: { chainId: chain2.chainId!, ...channel.chain2, connectionId: chain2.connectionId, clientId: chain2.clientId },
      ordering: channel.ordering === 'ordered' ? 'ordered' as const : 'unordered' as const,
    }))))
}

const { version } = require('chain-registry/package.json') as { version: string }

const lists = load<RegistryAssets[]>('chain-registry/mainnet/asset-lists')
const chains = load<RegistryChain[]>('chain-registry/mainnet/chains').map(chain => listedChain(chain, lists)).filter(chain => chain !== undefined)
const channels = listedChannels(load<RegistryConnection[]>('chain-registry/mainnet/ibc-data'), new Set(chains.map(chain => chain.chainId)))
const lines = (items: readonly unknown[]) => items.map(item => `    ${JSON.stringify(item)}`).join(',\n')
const text = `{\n  "source": "chain-registry ${version}",\n  "chains": [\n${lines(chains)}\n  ],\n  "channels": [\n${lines(channels)}\n  ]\n}\n`
writeFileSync(fileURLToPath(new URL('../server/adapters/cosmos/registry.json', import.meta.url)), text)
console.log(`${chains.length} chains, ${channels.length} channels, ${Math.round(text.length / 1024)} kB`)
