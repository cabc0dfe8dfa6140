import { PageRequest, PageResponse } from 'cosmjs-types/cosmos/base/query/v1beta1/pagination'
import type { ChainSpec } from '../context'
import { invalidRequest, keyNotFound } from '../errors'
import type { StateReader } from '../state'

/** What a query may read: the state after one block, and that block's height and time. */
export interface QueryContext {
  readonly spec: ChainSpec
  readonly state: StateReader
  readonly height: number
  readonly timeNs: bigint
  readonly simulate: (bytes: Uint8Array) => { gasWanted: number, gasUsed: number, data: Uint8Array, log: string, events: readonly { type: string, attributes: readonly (readonly [string, string])[] }[] }
}

/** Answers one gRPC method: encoded request in, encoded response out. */
export type QueryMethod = (context: QueryContext, request: Uint8Array) => Uint8Array

export function notFound(detail: string): Error {
  return keyNotFound(`rpc error: code = NotFound desc = ${detail}`)
}

export function invalidArgument(detail: string): Error {
  return invalidRequest(`rpc error: code = InvalidArgument desc = ${detail}`)
}

/** Pages as the SDK's query.Paginate: by key (resume at it) or offset; 100 and a total when nothing was asked for. */
export function paginate<T>(items: readonly (readonly [key: string, item: T])[], request: PageRequest | undefined): { page: T[], pagination: PageResponse } {
  const { key, offset, limit, countTotal, reverse } = request ?? PageRequest.fromPartial({})
  if (key.length > 0 && offset > 0n) throw invalidRequest('invalid request, either offset or key is expected, got both')
  const size = limit === 0n ? 100 : Number(limit > 1_000_000n ? 1_000_000n : limit)
  const withTotal = (countTotal || limit === 0n) && key.length === 0
  const ordered = reverse ? [...items].reverse() : items
  const wanted = Buffer.from(key).toString()
  const found = key.length > 0 ? ordered.findIndex(([itemKey]) => reverse ? itemKey <= wanted : itemKey >= wanted) : Number(offset)
  const start = found < 0 ? ordered.length : found
  const next = ordered[start + size]
  return {
    page: ordered.slice(start, start + size).map(([, item]) => item),
    pagination: PageResponse.fromPartial({ nextKey: next ? Buffer.from(next[0]) : new Uint8Array(), total: withTotal ? BigInt(items.length) : 0n }),
  }
}

/** Last part of each key of a bucket, in store order. */
export function suffixes(state: StateReader, bucket: string): string[] {
  return state.keys(bucket).map(key => key.slice(bucket.length + 1))
}
