import { DomainError } from '../../domain/errors'
import type { ServedChain } from '../../usecases/ports'
import type { EndpointPool } from './endpoint-pool'
import type { BlockTimes } from './tx-search'

/** A served chain with its connections. */
export interface ChainAccess {
  readonly chain: ServedChain
  readonly pool: EndpointPool
  readonly times: BlockTimes
}

/** By chain id. */
export type ChainAccesses = ReadonlyMap<string, ChainAccess>

/** Throws DomainError('chain_not_served'). */
export function accessTo(chains: ChainAccesses, chainId: string): ChainAccess {
  const access = chains.get(chainId)
  if (!access) throw new DomainError('chain_not_served', `${chainId} is not served here`)
  return access
}
