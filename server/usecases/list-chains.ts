import type { ChainDto } from '../../shared/schemas/chains'
import { toChainDto } from './dto/chain'
import type { ChainDirectory, ChainReader, ServedChain } from './ports'

export type ListChains = () => Promise<ChainDto[]>

interface Deps {
  readonly directory: ChainDirectory
  readonly reader: ChainReader
  /** null: this chain cannot be paid on. */
  readonly paymentAddress: (chain: ServedChain) => string | null
}

export function makeListChains({ directory, reader, paymentAddress }: Deps): ListChains {
  return async () => directory.chains().map(chain => toChainDto(chain, {
    paymentAddress: paymentAddress(chain),
    channels: directory.channels(),
    endpoints: reader.endpoints(chain.chainId),
  }))
}
