import type { ChainEndpoints } from '../../../shared/utils/endpoint-list'
import { formatChannelEnd, type ChannelEnd } from '../../../shared/utils/packet-id'
import type { ChainDirectory, ServedChain } from '../../usecases/ports'
import { readChainsFile, servedChain, type ChainsFile, type ListedChain, type ListedChannel } from './chains-file'

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

export interface OpenedDirectory {
  readonly directory: ChainDirectory
  /** RPC URLs by chain id. */
  readonly rpcUrls: ReadonlyMap<string, readonly string[]>
}

/**
 * Directory of the chains that have an RPC endpoint: facts from the chains file first, else from the registry extract.
 * `endpoints` name chains by registry name or chain id; a name that neither lists is left out (the configuration check
 * reports it). Throws an Error when the chains file cannot be read.
 */
export async function openDirectory(options: { readonly endpoints: readonly ChainEndpoints[], readonly chainsFile: string | null }): Promise<OpenedDirectory> {
  const own = options.chainsFile ? await readChainsFile(options.chainsFile) : { chains: [], channels: [] }
  const named = (chain: ListedChain, name: string) => chain.chainName === name || chain.chainId === name
  const unlisted = options.endpoints.some(({ chain: name }) => !own.chains.some(chain => named(chain, name)))
  // Loaded only where needed: the extract is some hundred kB.
  const registry = unlisted ? (await import('./registry.json')).default as ChainsFile : { chains: [], channels: [] }
  const ownIds = new Set(own.chains.map(chain => chain.chainId))
  const listed = [...own.chains, ...registry.chains.filter(chain => !ownIds.has(chain.chainId))]
  const rpcUrls = new Map<string, readonly string[]>()
  for (const { chain: name, urls } of options.endpoints) {
    const chain = listed.find(candidate => named(candidate, name))
    if (chain) rpcUrls.set(chain.chainId, [...rpcUrls.get(chain.chainId) ?? [], ...urls])
  }
  const served = listed.filter(chain => rpcUrls.has(chain.chainId))
  return { directory: makeChainDirectory(served, [...own.channels, ...registry.channels]), rpcUrls }
}
