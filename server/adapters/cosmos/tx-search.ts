import { mapLimited } from './map-limited'
import type { ChainEvent } from '../../domain/payment/inbound'
import { TransportError } from './bounded-fetch'
import type { Endpoint } from './endpoint'
import type { AskOptions, EndpointPool } from './endpoint-pool'
import { isRecord } from './json-rpc'
import { upperHex } from './merkle'

export interface FoundTx {
  readonly txHash: string
  readonly height: bigint
  readonly code: number
  readonly bytes: Uint8Array
  readonly events: readonly ChainEvent[]
}

export interface TxSearchAnswer {
  readonly txs: readonly FoundTx[]
  /** The node says there are more than were read, or fewer came than it counted. */
  readonly partial: boolean
}

/** CometBFT clamps to this silently. */
const pageSize = 100

/** Quotes for the query language; what holds a quote itself is refused (no value of ours does). */
export function condition(key: string, value: string): string {
  if (/['\\\n]/.test(value)) throw new RangeError('value not searchable')
  return `${key}='${value}'`
}

/**
 * Txs that match, newest first, at most `maxPages` pages of 100. Failed txs are left out. Throws DomainError('chain_unavailable')
 * or RpcError (indexing disabled). A node may also give a silent partial answer: absence proves nothing.
 */
export async function searchTxs(pool: EndpointPool, query: string, maxPages = 1, options: AskOptions = {}): Promise<TxSearchAnswer> {
  return pool.ask(async (endpoint) => {
    const client = endpoint.client()
    const txs: FoundTx[] = []
    let total = 0
    for (let page = 1; page <= maxPages; page++) {
      const answer = await client.txSearch({ query, page, per_page: pageSize, order_by: 'desc' })
      total = Math.max(total, answer.totalCount)
      txs.push(...answer.txs.map(tx => ({ txHash: upperHex(tx.hash), height: BigInt(tx.height), code: tx.result.code, bytes: tx.tx, events: tx.result.events })))
      if (answer.txs.length === 0 || txs.length >= total) break
    }
    return { txs: txs.filter(tx => tx.code === 0), partial: txs.length < total }
  }, options)
}

const timesKept = 5_000

/** Times of blocks by height, remembered: a height's time never changes. */
export class BlockTimes {
  private readonly known = new Map<bigint, Date>()

  constructor(private readonly pool: EndpointPool) {}

  /** null where no endpoint has the header (pruned). */
  async of(height: bigint): Promise<Date | null> {
    const known = this.known.get(height)
    if (known) return known
    try {
      const time = await this.pool.ask(endpoint => this.ask(endpoint, height), { minHeight: height, once: true })
      if (this.known.size >= timesKept) this.known.clear()
      this.known.set(height, time)
      return time
    }
    catch {
      // Only decoration for a leg whose height and tx are known.
      return null
    }
  }

  async ofAll(heights: readonly bigint[]): Promise<void> {
    await mapLimited([...new Set(heights)].filter(height => !this.known.has(height)), 6, height => this.of(height))
  }

  private async ask(endpoint: Endpoint, height: bigint): Promise<Date> {
    const result = await endpoint.call('commit', { height: height.toString() })
    const signed = isRecord(result) && isRecord(result.signed_header) && isRecord(result.signed_header.header) ? result.signed_header.header : null
    const time = new Date(typeof signed?.time === 'string' ? signed.time : Number.NaN)
    if (Number.isNaN(time.getTime()) || signed?.height !== height.toString()) throw new TransportError('answered with another header')
    return time
  }
}
