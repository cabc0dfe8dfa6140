import { formatChannelEnd, formatPacketId, type ChannelEnd, type PacketId } from '../../shared/utils/packet-id'
import type { RelayTerms } from '../domain/packet/diagnose'
import type { PacketFacts, RouteFacts, Tip } from '../domain/packet/facts'
import { gasPriceKey, gasPriceTtlMs } from './gas-price'
import type { Cache, ChainReader, ChannelPending, PacketRelayer, RelayerReadiness } from './ports'

/** A quote may lean on answers this old; a run reads everything again before gas is spent. */
const packetTtlMs = 2_000
const tipTtlMs = 2_000
const balanceTtlMs = 5_000
const routeTtlMs = 10_000

/** Chain facts for quotes: asked at once, shared by quotes that come together. */
export interface QuoteFacts {
  packets(ids: readonly PacketId[]): Promise<PacketFacts[]>
  /** Keyed by formatChannelEnd. */
  routes(sources: readonly ChannelEnd[]): Promise<ReadonlyMap<string, RouteFacts>>
  /** Sequences sent on `source` that are not finished. */
  pending(source: ChannelEnd, destination: ChannelEnd): Promise<ChannelPending>
  gasPrice(chainId: string): Promise<string>
  tip(chainId: string): Promise<Tip>
  readiness(): Promise<RelayerReadiness>
  routeProblems(source: ChannelEnd, destination: ChannelEnd): Promise<readonly string[]>
  terms(source: ChannelEnd, destination: ChannelEnd): Promise<RelayTerms | null>
  balance(chainId: string, address: string, denom: string): Promise<bigint>
}

interface Deps {
  readonly reader: ChainReader
  readonly relayer: PacketRelayer
  readonly cache: Cache
}

export function makeQuoteFacts({ reader, relayer, cache }: Deps): QuoteFacts {
  return {
    packets: ids => cache.remember(`packet-facts:${ids.map(formatPacketId).join()}`, packetTtlMs, () => reader.packetFacts(ids, { withLegs: false })),
    async routes(sources) {
      const read = sources.map(async source => [
        formatChannelEnd(source),
        await cache.remember(`route:${formatChannelEnd(source)}`, routeTtlMs, () => reader.route({ chainId: source.chainId, portId: source.portId, channelId: source.channelId })),
      ] as const)
      return new Map(await Promise.all(read))
    },
    pending: (source, destination) => cache.remember(`pending:${formatChannelEnd(source)}`, packetTtlMs, () => reader.channelPending(source, destination)),
    gasPrice: chainId => cache.remember(gasPriceKey(chainId), gasPriceTtlMs, () => reader.gasPrice(chainId)),
    tip: chainId => cache.remember(`tip:${chainId}`, tipTtlMs, () => reader.tip(chainId)),
    // Not shared through the cache: each instance has a Hermes of its own, and its adapter remembers for some seconds.
    readiness: () => relayer.readiness(),
    routeProblems: (source, destination) => relayer.routeProblems(source, destination),
    terms: (source, destination) => relayer.terms(source, destination),
    balance: async (chainId, address, denom) => {
      const coin = await cache.remember(`balance:${chainId}:${address}:${denom}`, balanceTtlMs, () => reader.balance(chainId, address, denom))
      return coin.amount
    },
  }
}
