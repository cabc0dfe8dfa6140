import { setTimeout as delay } from 'node:timers/promises'
import { isComet1Client, isComet38Client, type comet38, type CometClient } from '@cosmjs/tendermint-rpc'
import { DomainError } from '../../domain/errors'
import type { BlockTx, ChainEvent, ScannedBlock } from '../../domain/payment/inbound'
import type { BlockAgreement } from '../../usecases/ports'
import { TransportError } from './bounded-fetch'
import { decodeTx } from './decode-tx'
import type { Endpoint } from './endpoint'
import type { EndpointPool } from './endpoint-pool'
import { headerHash } from './header-hash'
import { RpcError } from './json-rpc'
import { dataHash, sha256, upperHex } from './merkle'

export interface RawBlock {
  readonly hash: Uint8Array
  readonly header: comet38.Header
  readonly txs: readonly Uint8Array[]
  readonly results: readonly { readonly code: number, readonly events: readonly ChainEvent[] }[]
  readonly blockEvents: readonly ChainEvent[]
}

async function blockResults(client: CometClient, height: number): Promise<Pick<RawBlock, 'results' | 'blockEvents'>> {
  if (isComet38Client(client) || isComet1Client(client)) {
    const { results, finalizeBlockEvents } = await client.blockResults(height)
    return { results, blockEvents: finalizeBlockEvents }
  }
  const { results, beginBlockEvents, endBlockEvents } = await client.blockResults(height)
  return { results, blockEvents: [...beginBlockEvents, ...endBlockEvents] }
}

function plainEvents(events: readonly ChainEvent[]): ChainEvent[] {
  return events.map(({ type, attributes }) => ({ type, attributes: attributes.map(({ key, value }) => ({ key, value })) }))
}

/** One endpoint's block, which fits in itself. Throws TransportError when it does not, RpcError when it has none. */
export async function readBlock(endpoint: Endpoint, height: bigint): Promise<RawBlock> {
  const client = endpoint.client()
  const [{ block, blockId }, results] = await Promise.all([client.block(Number(height)), blockResults(client, Number(height))])
  if (block.header.chainId !== endpoint.chainId || BigInt(block.header.height) !== height) throw new TransportError('answered with another block')
  if (results.results.length !== block.txs.length) throw new TransportError('results do not fit the block')
  if (Buffer.compare(dataHash(block.txs), block.header.dataHash) !== 0) throw new TransportError('txs do not fit the header')
  // Or a node could change txs and keep the hash by which two nodes are found to agree.
  if (Buffer.compare(headerHash(block.header), blockId.hash) !== 0) throw new TransportError('the header does not fit the block hash')
  endpoint.sawHeight(height)
  return { hash: blockId.hash, header: block.header, txs: block.txs, ...results }
}

/** A block that comes comes in far less; a payment is not to wait for a node that hangs. */
const blockHedgeMs = 1_500

function blockTx(bytes: Uint8Array, index: number, result: RawBlock['results'][number]): BlockTx {
  const decoded = decodeTx(bytes)
  return {
    index,
    txHash: upperHex(sha256(bytes)),
    code: result.code,
    memo: decoded?.memo ?? null,
    messages: decoded?.messages ?? null,
    events: plainEvents(result.events),
  }
}

/**
 * One block with its results, its txs checked against the header's data_hash and the header against the block hash. Throws DomainError('chain_unavailable')
 * when no endpoint has it (not made yet, pruned, results discarded) or none fits.
 */
export async function scanBlock(pool: EndpointPool, height: bigint, avoidEndpoint?: string): Promise<ScannedBlock> {
  try {
    return await pool.ask(async (endpoint) => {
      const raw = await readBlock(endpoint, height)
      return {
        chainId: pool.chainId,
        height,
        time: new Date(raw.header.time.getTime()),
        blockHash: upperHex(raw.hash),
        txs: raw.txs.map((bytes, index) => blockTx(bytes, index, raw.results[index]!)),
        blockEvents: plainEvents(raw.blockEvents),
        endpoint: endpoint.name,
      }
    }, { minHeight: height, avoidEndpoint, hedgeMs: blockHedgeMs })
  }
  catch (cause) {
    if (cause instanceof RpcError) throw new DomainError('chain_unavailable', `No endpoint of ${pool.chainId} has block ${height}`, { cause })
    throw cause
  }
}

const followerPauseMs = 150

/** What another endpoint says of a block; `none`: it cannot be asked. */
type Opinion = { readonly said: 'same' | 'none' } | { readonly said: 'different', readonly endpoint: Endpoint, readonly reading: string }

const nobody: Opinion = { said: 'none' }

const readingOf = (blockHash: string, codes: readonly number[]) => `${blockHash}/${codes.join()}`

async function secondOpinion(pool: EndpointPool, height: bigint, expected: { blockHash: string, codes: readonly number[] }, excluded: Set<string>): Promise<Opinion> {
  try {
    return await pool.ask<Opinion>(async (endpoint) => {
      const raw = await readBlock(endpoint, height)
      excluded.add(endpoint.name)
      const reading = readingOf(upperHex(raw.hash), raw.results.map(result => result.code))
      return reading === readingOf(expected.blockHash, expected.codes) ? { said: 'same' } : { said: 'different', endpoint, reading }
    }, { minHeight: height, excluded, once: true })
  }
  catch (cause) {
    if (cause instanceof RpcError || (cause instanceof DomainError && cause.code === 'chain_unavailable')) return nobody
    throw cause
  }
}

/**
 * Asks a second endpoint for the same block. When it differs, a third may settle it: with the first, the second alone is
 * marked; with the second, the first alone; otherwise the block stays disputed and nobody is believed.
 */
export async function confirmBlock(pool: EndpointPool, block: { height: bigint, blockHash: string, endpoint: string, codes: readonly number[] }): Promise<BlockAgreement> {
  if (pool.endpoints.length < 2) return 'single'
  const excluded = new Set([block.endpoint])
  let second = await secondOpinion(pool, block.height, block, excluded)
  // A healthy follower shows a new block a moment later; a dead one is not waited for.
  if (second.said === 'none' && pool.endpoints.some(endpoint => endpoint.name !== block.endpoint && !endpoint.failing && !endpoint.wrongChain)) {
    await delay(followerPauseMs)
    second = await secondOpinion(pool, block.height, block, excluded)
  }
  if (second.said === 'same') return 'agreed'
  if (second.said !== 'different') return 'waiting'
  const third = await secondOpinion(pool, block.height, block, excluded)
  const refuted = third.said === 'different' && third.reading === second.reading
  if (!refuted) second.endpoint.markDisagreeing()
  if (third.said === 'same') return 'agreed'
  if (third.said === 'different') pool.endpoints.find(endpoint => endpoint.name === block.endpoint)?.markDisagreeing()
  if (third.said === 'different' && !refuted) third.endpoint.markDisagreeing()
  return 'disputed'
}
