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
}

/** Code of the SDK for a height that this node has not or no longer. */
const heightRefused = /failed to load state at height|height in the future|version does not exist|invalid height/

/** One gRPC method through `abci_query`. Throws QueryRefused, or DomainError('chain_unavailable'). */
export async function query<Request, Response>(
  pool: EndpointPool, path: string, request: { codec: Codec<Request>, message: Request }, response: Pick<Codec<Response>, 'decode'>,
  options: AskOptions & { readonly height?: bigint } = {},
): Promise<QueryAnswer<Response>> {
  const bytes = request.codec.encode(request.message).finish()
  return pool.ask(async (endpoint) => {
    const answer = await endpoint.client().abciQuery({ path, data: bytes, prove: false, ...(options.height === undefined ? {} : { height: Number(options.height) }) })
    if (answer.code) {
      // Another node may still have, or already have, this height.
      if (heightRefused.test(answer.log ?? '')) throw new RpcError(answer.code, 'height not available', answer.log ?? '')
      throw new QueryRefused(answer.code, answer.codespace, answer.log ?? '')
    }
    const height = BigInt(answer.height ?? 0)
    endpoint.sawHeight(height)
    return { value: response.decode(answer.value), height, endpoint: endpoint.name }
  }, { ...options, ...(options.height === undefined ? {} : { minHeight: options.height }) })
}
