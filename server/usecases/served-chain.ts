import { DomainError } from '../domain/errors'
import type { ChainDirectory, ServedChain } from './ports'

/** Throws DomainError('chain_not_served'). */
export function servedChain(directory: ChainDirectory, chainId: string): ServedChain {
  const chain = directory.chain(chainId)
  if (!chain) throw new DomainError('chain_not_served', `The chain ${chainId} is not served here.`, { nextStep: 'GET /api/v1/chains lists the chains that are.' })
  return chain
}
