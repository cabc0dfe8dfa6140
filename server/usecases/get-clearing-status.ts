import type { ClearingStatus } from '../../shared/schemas/clearing'
import { DomainError } from '../domain/errors'
import { toStatusDto } from './dto/status'
import type { ChainDirectory, Clock } from './ports'
import type { ClearingReads } from './read-ports'

/** Throws DomainError('token_not_found'). */
export type GetClearingStatus = (token: string) => Promise<ClearingStatus>

interface Deps {
  readonly reads: ClearingReads
  readonly directory: ChainDirectory
  readonly clock: Clock
}

export function makeGetClearingStatus({ reads, directory, clock }: Deps): GetClearingStatus {
  return async (token) => {
    const record = await reads.operation(token)
    if (!record) throw new DomainError('token_not_found', 'There is no clearing with this token.', { nextStep: 'Check that the link is complete.' })
    const chain = directory.chain(record.paymentChainId)
    // A chain taken out of the configuration still shows its old operations, in base units.
    const money = chain && chain.feeDenom === record.total.denom ? { symbol: chain.feeSymbol, exponent: chain.feeExponent } : { symbol: record.total.denom, exponent: 0 }
    return toStatusDto(record, clock.now(), money)
  }
}
