import { postJson, TransportError, type FetchLimits } from './bounded-fetch'

/** The node understood and refused (JSON-RPC error object): height pruned, indexing off, tx already in cache … */
export class RpcError extends Error {
  override readonly name = 'RpcError'

  constructor(readonly code: number, message: string, readonly detail: string) {
    super(detail ? `${message}: ${detail}` : message)
  }
}

type Json = Record<string, unknown>

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const megabyte = 1024 * 1024
const maxBytes: Readonly<Record<string, number>> = { status: megabyte, block_results: 64 * megabyte, tx_search: 64 * megabyte }
const defaultMaxBytes = 32 * megabyte

export function sizeLimit(method: string): number {
  return maxBytes[method] ?? defaultMaxBytes
}

let lastId = 0

/** One JSON-RPC call; the `result` as it came. Throws RpcError or TransportError. */
export async function callRpc(url: string, method: string, params: unknown, limits: Omit<FetchLimits, 'maxBytes'>): Promise<unknown> {
  const id = ++lastId
  const answer = await postJson(url, { jsonrpc: '2.0', id, method, params }, { ...limits, maxBytes: sizeLimit(method) })
  if (!isRecord(answer)) throw new TransportError('answer is not JSON-RPC')
  if (isRecord(answer.error)) {
    const { code, message, data } = answer.error
    throw new RpcError(Number(code), typeof message === 'string' ? message : 'error', typeof data === 'string' ? data : '')
  }
  if (answer.id !== id || answer.result === undefined) throw new TransportError('answer is not JSON-RPC')
  return answer.result
}

function tameEvents(events: unknown): unknown {
  if (!Array.isArray(events)) return []
  return events.filter(isRecord).map(event => ({
    ...event,
    attributes: Array.isArray(event.attributes) ? event.attributes.filter(attribute => isRecord(attribute) && attribute.key !== '' && attribute.key != null) : [],
  }))
}

/**
 * Removes what CosmJS would stumble over and nobody here reads: attributes with an empty key, validator updates with
 * unknown key types. One odd contract must not stop the scanner.
 */
export function tameResult(method: string, result: unknown): unknown {
  if (!isRecord(result)) return result
  if (method === 'block_results') {
    const txs = Array.isArray(result.txs_results) ? result.txs_results : []
    const { consensus_param_updates: _unused, ...rest } = result
    return {
      ...rest,
      txs_results: txs.map(tx => isRecord(tx) ? { ...tx, events: tameEvents(tx.events) } : tx),
      validator_updates: [],
      finalize_block_events: tameEvents(result.finalize_block_events),
      begin_block_events: tameEvents(result.begin_block_events),
      end_block_events: tameEvents(result.end_block_events),
    }
  }
  const tameTx = (tx: unknown) => isRecord(tx) && isRecord(tx.tx_result) ? { ...tx, tx_result: { ...tx.tx_result, events: tameEvents(tx.tx_result.events) } } : tx
  if (method === 'tx_search') return { ...result, txs: Array.isArray(result.txs) ? result.txs.map(tameTx) : [] }
  return method === 'tx' ? tameTx(result) : result
}
