import { formatChannelEnd } from '../../shared/utils/packet-id'
import type { ChainDirectory, ServedChain, ServedChannel } from '../../server/usecases/ports'

export function aServedChain(over: Partial<ServedChain> = {}): ServedChain {
  return {
    chainId: 'hub-1', chainName: 'hub', prettyName: 'Hub', bech32Prefix: 'cosmos', slip44: 118, feeDenom: 'uatom', feeSymbol: 'ATOM', feeExponent: 6, gasPriceFloor: '0.01',
    assets: [{ denom: 'uatom', symbol: 'ATOM', exponent: 6 }], explorers: [], sandbox: false,
    ...over,
  }
}

export const hub = aServedChain()
export const zone = aServedChain({ chainId: 'zone-1', chainName: 'zone', prettyName: 'Zone', bech32Prefix: 'osmo', feeDenom: 'uosmo', feeSymbol: 'OSMO', assets: [{ denom: 'uosmo', symbol: 'OSMO', exponent: 6 }] })

/** hub-1/transfer/channel-0 ⇄ zone-1/transfer/channel-7 */
export const hubToZone: ServedChannel = {
  a: { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0', connectionId: null, clientId: null },
  b: { chainId: 'zone-1', portId: 'transfer', channelId: 'channel-7', connectionId: null, clientId: null },
}

/** A directory of these chains and channels. */
export function aDirectory(chains: readonly ServedChain[] = [hub, zone], channels: readonly ServedChannel[] = [hubToZone]): ChainDirectory {
  const ends = new Map(channels.flatMap(({ a, b }) => [[formatChannelEnd(a), b] as const, [formatChannelEnd(b), a] as const]))
  return {
    chains: () => chains,
    chain: chainId => chains.find(chain => chain.chainId === chainId),
    channels: () => channels,
    counterparty: end => ends.get(formatChannelEnd(end)),
  }
}
