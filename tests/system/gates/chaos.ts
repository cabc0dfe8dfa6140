import { gzipSync } from 'node:zlib'
import { dataHash, upperHex } from '../../../server/adapters/cosmos/merkle'
import { passOn, type Interference, type RpcCall } from './rpc-gate'

interface BlockJson { block: { header: { data_hash: string, chain_id: string, height: string }, data: { txs: string[] } } }
export interface ResultsJson { txs_results: { code: number, events: unknown[] }[] | null }

/** Changes the `result` that an honest node gave; undefined: leaves it. A text: the node refuses with it. */
type Rewrite = (result: never, call: RpcCall) => unknown

/** Rewrites the answers to these methods; everything else passes. */
export function rewriting(rewrites: Readonly<Record<string, Rewrite>>): Interference {
  return async (call, ask, response) => {
    const answer = await ask()
    const rewrite = rewrites[call.method]
    const body = JSON.parse(answer.body) as { id: unknown, result?: unknown }
    if (!rewrite || body.result === undefined) return passOn(response, answer)
    const changed = rewrite(structuredClone(body.result) as never, call)
    const outcome = typeof changed === 'string' ? { error: { code: -32603, message: 'Internal error', data: changed } } : { result: changed ?? body.result }
    passOn(response, { status: 200, body: JSON.stringify({ jsonrpc: '2.0', id: body.id, ...outcome }) })
  }
}

export const dataHashOf = (txs: readonly string[]) => upperHex(dataHash(txs.map(tx => Buffer.from(tx, 'base64'))))

/** Another list of txs with results to fit, at heights where `tamper` makes one; `withHash`: the header's data_hash fits it, too. */
export function otherTxs(tamper: (txs: string[], height: number) => { readonly txs: string[], readonly from: readonly number[] }, withHash: boolean): Interference {
  const sources = new Map<number, readonly number[]>()
  const heightOf = ({ params }: RpcCall) => Number(params.height)
  const tampered = (answer: BlockJson, call: RpcCall) => {
    const { txs, from } = tamper(answer.block.data.txs, heightOf(call))
    sources.set(heightOf(call), from)
    answer.block.data.txs = txs
    if (withHash) answer.block.header.data_hash = dataHashOf(txs)
    return answer
  }
  // The two calls come at once: the block says which txs the results must be of.
  const blockFirst = async (height: number) => {
    for (let tries = 0; tries < 100 && !sources.has(height); tries++) await new Promise(resolve => setTimeout(resolve, 5))
    return sources.get(height) ?? []
  }
  const block = rewriting({ block: tampered })
  return async (call, ask, response) => {
    if (call.method !== 'block_results') return block(call, ask, response)
    const from = await blockFirst(heightOf(call))
    return rewriting({ block_results: (answer: ResultsJson) => ({ ...answer, txs_results: from.map(index => answer.txs_results?.[index] ?? { code: 0, events: [] }) }) })(call, ask, response)
  }
}

const bomb = gzipSync(Buffer.alloc(200_000_000, ' '))

/** Faults of every call. */
export const faults = {
  'answers 429 with Retry-After': async (_call, _ask, response) => void response.writeHead(429, { 'retry-after': '30' }).end('slow down'),
  'answers 502 with a page': async (_call, _ask, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>bad gateway</html>'),
  'is slow': async (_call, ask, response) => {
    const answer = await ask()
    setTimeout(passOn, 1_000, response, answer)
  },
  'cuts its answers': async (_call, ask, response) => {
    const { body } = await ask()
    response.writeHead(200, { 'content-length': body.length })
    response.write(body.slice(0, body.length / 2), () => response.destroy())
  },
  'sends a gzip bomb': async (_call, _ask, response) => void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb),
  'never ends its answers': async (_call, _ask, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write('{"jsonrpc":"2.0",'.repeat(60_000)), 20)
    response.on('close', () => clearInterval(timer))
  },
} satisfies Record<string, Interference>

/** Knows nothing after the height that it tells first. */
export function stale(): Interference {
  let kept: { readonly sync_info: { readonly latest_block_height: string } } | undefined
  const unknown = (_: unknown, { params }: RpcCall) => {
    const height = Number(kept?.sync_info.latest_block_height ?? 0)
    return Number(params.height) > height ? `height ${String(params.height)} must be less than or equal to the current blockchain height ${height}` : undefined
  }
  return rewriting({ status: (status: typeof kept) => kept ??= status, block: unknown, block_results: unknown })
}
