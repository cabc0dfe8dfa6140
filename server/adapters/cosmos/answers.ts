import { DomainError } from '../../domain/errors'
import type { Answer } from '../../domain/packet/facts'
import { QueryDisputed, QueryRefused, QueryUnvouched } from './abci'
import { RpcError } from './json-rpc'

const unansweredCodes: ReadonlySet<string> = new Set(['chain_unavailable', 'chain_not_served', 'too_many_results'])

/** Whether this failure means "could not be asked", as against a bug of ours. */
export function isUnanswered(cause: unknown): cause is Error {
  return cause instanceof RpcError || cause instanceof QueryRefused || cause instanceof QueryDisputed || cause instanceof QueryUnvouched || (cause instanceof DomainError && unansweredCodes.has(cause.code))
}

export function unknown(reason: string): { readonly known: false, readonly reason: string } {
  return { known: false, reason }
}

/** The answer of one endpoint, or of so many that agree. */
export function known<T>(value: T, height: bigint, endpointCount = 1): Answer<T> {
  return { known: true, value, height, endpointCount }
}

/** Runs a read; what could not be asked becomes an unknown with its reason, everything else is thrown. */
export async function attempt<T>(read: () => Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await read()
  }
  catch (cause) {
    if (isUnanswered(cause)) return unknown(cause.message)
    throw cause
  }
}
