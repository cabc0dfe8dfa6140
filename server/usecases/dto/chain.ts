import type { ChainDto } from '../../../shared/schemas/chains'
import type { EndpointHealth, ServedChain, ServedChannel } from '../ports'
import { toInstantOrNull } from './wire'

interface ChainSurroundings {
  readonly paymentAddress: string | null
  readonly channels: readonly ServedChannel[]
  readonly endpoints: readonly EndpointHealth[]
}

/** Every served channel as seen from one chain. */
function channelsFrom(chainId: string, channels: readonly ServedChannel[]): ChainDto['channels'] {
  return channels.flatMap(({ a, b }) => [[a, b] as const, [b, a] as const]).flatMap(([here, there]) => here.chainId === chainId
    ? [{ portId: here.portId, channelId: here.channelId, counterparty: { chainId: there.chainId, portId: there.portId, channelId: there.channelId } }]
    : [])
}

export function toChainDto(chain: ServedChain, { paymentAddress, channels, endpoints }: ChainSurroundings): ChainDto {
  return {
    chainId: chain.chainId,
    chainName: chain.chainName,
    prettyName: chain.prettyName,
    bech32Prefix: chain.bech32Prefix,
    slip44: chain.slip44,
    feeDenom: chain.feeDenom,
    feeSymbol: chain.feeSymbol,
    feeExponent: chain.feeExponent,
    assets: chain.assets.map(asset => ({ denom: asset.denom, symbol: asset.symbol, exponent: asset.exponent })),
    explorers: chain.explorers.map(explorer => ({ name: explorer.name, txPage: explorer.txPage, accountPage: explorer.accountPage })),
    paymentAddress,
    channels: channelsFrom(chain.chainId, channels),
    endpoints: endpoints.map(health => ({ endpoint: health.endpoint, status: health.status, height: health.height?.toString() ?? null, checkedAt: toInstantOrNull(health.checkedAt) })),
    sandbox: chain.sandbox,
  }
}
