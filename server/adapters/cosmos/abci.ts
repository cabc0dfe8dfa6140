import { setTimeout as delay } from 'node:timers/promises'
import type { Endpoint } from './endpoint'
import type { EndpointPool, AskOptions } from './endpoint-pool'
import { RpcError } from './json-rpc'

/** The application refused the query (code ≠ 0): not found, bad request, unknown path. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused'

  constructor(readonly code: number, readonly codespace: string, readonly log: string) {
    super(log || `query refused with code ${code}`)
  }

  /** gRPC NotFound; the SDK maps it to several codes over its versions, the text stays. */
  get notFound(): boolean {
    return /NotFound|not found/i.test(this.log)
  }

  get unknownPath(): boolean {
    return /unknown query path|unknown service|unknown request|Unimplemented/i.test(this.log)
  }
}

/** A protobuf codec of cosmjs-types. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array }
  decode(bytes: Uint8Array): T
}

export interface QueryAnswer<T> {
  readonly value: T
  /** Block whose state was read. */
  readonly height: bigint
  readonly endpoint: string
  /** Endpoints that gave this very answer for this height: 1 unless the others were asked, too. */
  readonly endpointCount: number
}

/** Two endpoints answer one query of one height differently: nobody can tell which one is right. */
export class QueryDisputed extends Error {
  override readonly name = 'QueryDisputed'
}

export interface QueryOptions extends AskOptions {
  readonly height?: bigint
  /** Also ask the other endpoints. Throws QueryDisputed when one of them differs. */
  readonly corroborate?: boolean
}

/** Pause before a node that lacks a height is asked again. */
const behindMs = 400
/** A reader waits no longer than this for further endpoints to agree. */
const patienceMs = 1_500
/** Code of the SDK for a height that this node has not or no longer. */
const heightRefused = /failed to load state at height|height in the future|version does not exist|invalid height/

interface RawAnswer {
  readonly bytes: Uint8Array
  readonly height: bigint
}

async function askEndpoint(endpoint: Endpoint, path: string, bytes: Uint8Array, wanted: bigint | undefined): Promise<RawAnswer> {
  const answer = await endpoint.client().abciQuery({ path, data: bytes, prove: false, ...(wanted === undefined ? {} : { height: Number(wanted) }) })
  if (answer.code) {
    // Another node may still have, or already have, this height.
    if (heightRefused.test(answer.log ?? '')) throw new RpcError(answer.code, 'height not available', answer.log ?? '')
    throw new QueryRefused(answer.code, answer.codespace, answer.log ?? '')
  }
  const height = BigInt(answer.height ?? 0)
  endpoint.sawHeight(height)
  return { bytes: answer.value, height }
}

/** Whether another endpoint gives the same bytes; null: it says nothing in time. Tries again once: it may be a block behind. */
async function agrees(endpoint: Endpoint, path: string, bytes: Uint8Array, first: RawAnswer): Promise<boolean | null> {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await askEndpoint(endpoint, path, bytes, first.height)
      return Buffer.compare(answer.bytes, first.bytes) === 0
    }
    catch (cause) {
      if (cause instanceof QueryRefused && cause.notFound) return false
      if (attempt === 1) return null
      await delay(behindMs)
    }
  }
}

async function countAgreeing(pool: EndpointPool, first: RawAnswer & { readonly endpoint: string }, path: string, bytes: Uint8Array): Promise<number> {
  const others = pool.usable().filter(endpoint => endpoint.name !== first.endpoint && !endpoint.failing)
  const opinions = await Promise.all(others.map(endpoint => Promise.race([agrees(endpoint, path, bytes, first), delay(patienceMs, null, { ref: false })])))
  if (opinions.includes(false)) throw new QueryDisputed(`the endpoints of ${pool.chainId} give different answers for height ${first.height}`)
  return 1 + opinions.filter(opinion => opinion === true).length
}

/** One gRPC method through `abci_query`. Throws QueryRefused, QueryDisputed, or DomainError('chain_unavailable'). */
export async function query<Request, Response>(
  pool: EndpointPool, path: string, request: { codec: Codec<Request>, message: Request }, response: Pick<Codec<Response>, 'decode'>,
  options: QueryOptions = {},
): Promise<QueryAnswer<Response>> {
  const bytes = request.codec.encode(request.message).finish()
  const first = await pool.ask(async endpoint => ({ ...await askEndpoint(endpoint, path, bytes, options.height), endpoint: endpoint.name }), {
    ...options, ...(options.height === undefined ? {} : { minHeight: options.height }),
  })
  const endpointCount = options.corroborate ? await countAgreeing(pool, first, path, bytes) : 1
  return { value: response.decode(first.bytes), height: first.height, endpoint: first.endpoint, endpointCount }
}
