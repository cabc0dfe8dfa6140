import { setTimeout as delay } from 'node:timers/promises'
import { TransportError } from './bounded-fetch'
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

/** Several endpoints are configured, and only one of them could be asked. */
export class QueryUnvouched extends Error {
  override readonly name = 'QueryUnvouched'
}

export interface QueryOptions extends AskOptions {
  readonly height?: bigint
  /** Also ask the other endpoints. Throws QueryDisputed when one of them differs. */
  readonly corroborate?: boolean
  /** As `corroborate`; throws QueryUnvouched where several endpoints are configured and only one says so. */
  readonly vouched?: boolean
}

/** Pause before a node that lacks a height is asked again. */
const behindMs = 400
interface Patience {
  /** A reader waits no longer than this for further endpoints to agree. */
  readonly ms: number
  readonly attempts: number
}

const whoeverIsThere: Patience = { ms: 1_500, attempts: 2 }
/** For a follower that shows blocks late: its word is needed. */
const untilVouched: Patience = { ms: 4_000, attempts: 10 }
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

/** What is true now: the state of a past block is true, too, and every other node would agree with it. */
async function askNewest(pool: EndpointPool, endpoint: Endpoint, path: string, bytes: Uint8Array): Promise<RawAnswer> {
  const answer = await askEndpoint(endpoint, path, bytes, undefined)
  if (answer.height < pool.requiredHeight()) throw new TransportError(`answered with the state of block ${answer.height}`)
  return answer
}

/** Whether another endpoint gives the same bytes; null: it says nothing. Tries again: it may be a block behind. */
async function agrees(endpoint: Endpoint, path: string, bytes: Uint8Array, first: RawAnswer, attempts: number): Promise<boolean | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await askEndpoint(endpoint, path, bytes, first.height)
      return Buffer.compare(answer.bytes, first.bytes) === 0
    }
    catch (cause) {
      if (cause instanceof QueryRefused && cause.notFound) return false
      if (attempt === attempts) return null
      await delay(behindMs)
    }
  }
}

async function countAgreeing(pool: EndpointPool, first: RawAnswer & { readonly endpoint: string }, path: string, bytes: Uint8Array, { ms, attempts }: Patience): Promise<number> {
  const others = pool.usable().filter(endpoint => endpoint.name !== first.endpoint && !endpoint.failing)
  const opinions = await Promise.all(others.map(endpoint => Promise.race([agrees(endpoint, path, bytes, first, attempts), delay(ms, null, { ref: false })])))
  if (opinions.includes(false)) throw new QueryDisputed(`the endpoints of ${pool.chainId} give different answers for height ${first.height}`)
  return 1 + opinions.filter(opinion => opinion === true).length
}

function decoded<T>(codec: Pick<Codec<T>, 'decode'>, bytes: Uint8Array): T {
  try {
    return codec.decode(bytes)
  }
  catch (cause) {
    throw new TransportError('answered with bytes that are not the message that was asked for', { cause })
  }
}

/** One gRPC method through `abci_query`. Throws QueryRefused, QueryDisputed, QueryUnvouched, or DomainError('chain_unavailable'). */
export async function query<Request, Response>(
  pool: EndpointPool, path: string, request: { codec: Codec<Request>, message: Request }, response: Pick<Codec<Response>, 'decode'>,
  options: QueryOptions = {},
): Promise<QueryAnswer<Response>> {
  const bytes = request.codec.encode(request.message).finish()
  const { height } = options
  const ask = async (endpoint: Endpoint) => {
    const answer = await (height === undefined ? askNewest(pool, endpoint, path, bytes) : askEndpoint(endpoint, path, bytes, height))
    return { ...answer, value: decoded(response, answer.bytes), endpoint: endpoint.name }
  }
  const first = await pool.ask(ask, { ...options, ...(height === undefined ? {} : { minHeight: height }) })
  const endpointCount = options.vouched || options.corroborate ? await countAgreeing(pool, first, path, bytes, options.vouched ? untilVouched : whoeverIsThere) : 1
  if (options.vouched && endpointCount < 2 && pool.endpoints.length > 1) throw new QueryUnvouched(`only one endpoint of ${pool.chainId} can be asked now`)
  return { value: first.value, height: first.height, endpoint: first.endpoint, endpointCount }
}
