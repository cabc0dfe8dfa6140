import { formatChannelEnd, type ChannelEnd } from '../../../shared/utils/packet-id'
import type { ChainDirectory, ServedChain } from '../../usecases/ports'
import { servedChain, type ListedChain, type ListedChannel } from './chains-file'

/** Directory over already chosen chains: only channels whose both ends are among them are kept. */
export function makeChainDirectory(listedChains: readonly ListedChain[], listedChannels: readonly ListedChannel[]): ChainDirectory {
  const chains = new Map<string, ServedChain>(listedChains.map(listed => [listed.chainId, servedChain(listed)]))
  const channels = listedChannels.filter(({ a, b }) => chains.has(a.chainId) && chains.has(b.chainId)).map(({ a, b }) => ({ a, b }))
  const counterparties = new Map<string, ChannelEnd>()
  for (const { a, b } of channels) {
    for (const [here, there] of [[a, b], [b, a]] as const) {
      counterparties.set(formatChannelEnd(here), { chainId: there.chainId, portId: there.portId, channelId: there.channelId })
    }
  }
  return {
    chains: () => [...chains.values()],
    chain: chainId => chains.get(chainId),
    channels: () => channels,
    counterparty: end => counterparties.get(formatChannelEnd(end)),
  }
}
