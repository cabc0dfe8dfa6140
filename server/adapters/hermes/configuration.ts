import { parse } from 'smol-toml'
import { coin, type Coin } from '../../../shared/utils/coin'
import { parseDecimal } from '../../domain/pricing/decimal'
import type { RelayTerms } from '../../domain/packet/diagnose'
import type { ChannelEnd } from '../../../shared/utils/packet-id'

export interface HermesChain {
  readonly chainId: string
  readonly keyName: string | null
  readonly maxGas: number | null
  /** `price` as decimal text per unit of gas; null: not set, or no plain number. */
  readonly gasPrice: { readonly price: string, readonly denom: string } | null
  readonly filter: { readonly policy: string, readonly pairs: readonly (readonly [string, string])[] } | null
}

export interface HermesConfiguration {
  readonly chains: readonly HermesChain[]
  /** Of ICS-20 packets; null: none. */
  readonly maxMemoBytes: number | null
  readonly maxReceiverBytes: number | null
  readonly packetsEnabled: boolean
}

type Table = Record<string, unknown>

function asTable(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Table : {}
}

const asText = (value: unknown): string | null => typeof value === 'string' && value !== '' ? value : null

/** Numbers of TOML as plain decimals: 2e-7 → 0.0000002. */
function decimalText(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value !== 'number' && typeof value !== 'bigint') return null
  const text = String(value)
  return /e/i.test(text) ? Number(text).toFixed(20) : text
}

function readGasPrice(value: unknown): HermesChain['gasPrice'] {
  const table = asTable(value)
  const [price, denom] = [decimalText(table.price), asText(table.denom)]
  return price !== null && denom !== null && parseDecimal(price) ? { price, denom } : null
}

function readFilter(value: unknown): HermesChain['filter'] {
  const table = asTable(value)
  const policy = asText(table.policy)
  if (policy === null) return null
  const list = Array.isArray(table.list) ? table.list : []
  return { policy, pairs: list.flatMap(pair => Array.isArray(pair) && pair.length === 2 ? [[String(pair[0]), String(pair[1])] as const] : []) }
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, 'b': 1, 'kb': 1e3, 'kib': 2 ** 10, 'mb': 1e6, 'mib': 2 ** 20, 'gb': 1e9, 'gib': 2 ** 30 }

/** `32768`, `32KiB`, `1.5 MB` (source: crate byte-unit); undefined: no size. */
function readBytes(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  const match = /^(\d+(?:\.\d+)?) *([a-z]*)$/i.exec(typeof value === 'string' ? value.trim() : '')
  const unit = match ? unitBytes[match[2]!.toLowerCase()] : undefined
  return match && unit !== undefined ? Math.floor(Number(match[1]) * unit) : undefined
}

/** `{ enabled, size }` of ics20_max_memo_size and ics20_max_receiver_size; absent: Hermes' own default. */
function readSizeLimit(value: unknown, defaultBytes: number): number | null {
  const table = asTable(value)
  return table.enabled === false ? null : readBytes(table.size) ?? defaultBytes
}

/** Reads the parts of a Hermes configuration that clearing depends on. Throws what the TOML parser says. */
export function readHermesConfiguration(text: string): HermesConfiguration {
  const root = asTable(parse(text, { integersAsBigInt: 'asNeeded' }))
  const packets = asTable(asTable(root.mode).packets)
  const chains = Array.isArray(root.chains) ? root.chains.map(asTable) : []
  return {
    chains: chains.flatMap((chain) => {
      const chainId = asText(chain.id)
      if (chainId === null) return []
      return [{
        chainId, keyName: asText(chain.key_name), maxGas: chain.max_gas === undefined ? null : Number(chain.max_gas), gasPrice: readGasPrice(chain.gas_price), filter: readFilter(chain.packet_filter),
      }]
    }),
    packetsEnabled: packets.enabled !== false,
    maxMemoBytes: readSizeLimit(packets.ics20_max_memo_size, 32_768),
    maxReceiverBytes: readSizeLimit(packets.ics20_max_receiver_size, 2_048),
  }
}

/**
 * What a key's wallet must hold before Hermes sends anything: it simulates with the highest fee it might pay, max_gas ×
 * gas_price, rounded up to the next unit. undefined: the configuration does not tell (a dynamic gas price, or none).
 */
export function leastBalance({ maxGas, gasPrice }: HermesChain): Coin | undefined {
  const price = gasPrice && parseDecimal(gasPrice.price)
  if (!gasPrice || !price || maxGas === null || !Number.isSafeInteger(maxGas)) return undefined
  return coin(gasPrice.denom, BigInt(maxGas) * price.numerator / price.denominator + 1n)
}

/** What is wrong with the configuration for any route, each with what to do. */
export function configurationProblems(configuration: HermesConfiguration): string[] {
  const problems: string[] = []
  if (configuration.chains.length === 0) problems.push('the Hermes configuration lists no chains: add a [[chains]] section for each')
  if (!configuration.packetsEnabled) problems.push('the Hermes configuration has [mode.packets] enabled = false: set it to true')
  return problems
}

function filterProblems(chain: HermesChain, end: ChannelEnd): string[] {
  const { filter } = chain
  if (!filter || filter.policy === 'allowall') return []
  const named = filter.pairs.some(([port, channel]) => port === end.portId && channel === end.channelId)
  const wildcard = filter.pairs.some(([port, channel]) => port.includes('*') || channel.includes('*'))
  const pair = `['${end.portId}', '${end.channelId}']`
  if (filter.policy === 'deny') return named || wildcard ? [`packet_filter of ${end.chainId} denies ${pair}: remove it, and wildcards, from the list`] : []
  return named ? [] : [`packet_filter of ${end.chainId} does not name ${pair}: add it (wildcards do not count)`]
}

function chainProblems(configuration: HermesConfiguration, end: ChannelEnd): string[] {
  const chain = configuration.chains.find(candidate => candidate.chainId === end.chainId)
  if (!chain) return [`the Hermes configuration has no chain ${end.chainId}: add a [[chains]] section for it`]
  return [
    ...chain.keyName === null ? [`${end.chainId} has no key_name in the Hermes configuration`] : [],
    ...chain.maxGas === null ? [`${end.chainId} has no max_gas in the Hermes configuration`] : [],
    ...filterProblems(chain, end),
  ]
}

/** Why this configuration cannot serve a route; empty when it can. */
export function routeConfigurationProblems(configuration: HermesConfiguration, source: ChannelEnd, destination: ChannelEnd): string[] {
  return [...chainProblems(configuration, source), ...chainProblems(configuration, destination)]
}

/** What it says of one route to somebody who asks why a packet is stuck: keys and limits of gas are the operator's business. */
export function routeTerms(configuration: HermesConfiguration, source: ChannelEnd, destination: ChannelEnd): RelayTerms {
  const served = (end: ChannelEnd) => {
    const chain = configuration.chains.find(candidate => candidate.chainId === end.chainId)
    return chain !== undefined && filterProblems(chain, end).length === 0
  }
  const { maxMemoBytes, maxReceiverBytes } = configuration
  return { served: served(source) && served(destination), maxMemoBytes, maxReceiverBytes }
}
