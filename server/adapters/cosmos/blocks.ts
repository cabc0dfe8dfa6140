import { setTimeout as delay } from 'node:timers/promises'
import { isComet1Client, isComet38Client, type comet38, type CometClient } from '@cosmjs/tendermint-rpc'
import { DomainError, isChainUnavailable } from '../../domain/errors'
import type { BlockTx, ChainEvent, ScannedBlock } from '../../domain/payment/inbound'
import type { BlockAgreement, BlockReading, ToldByEvents } from '../../usecases/ports'
import { TransportError } from './bounded-fetch'
import { decodeTx, txSigners } from './decode-tx'
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

/** Where blocks are read; the prefix writes addresses as the chain does. */
export interface BlockAccess {
  readonly pool: EndpointPool
  readonly chain: { readonly bech32Prefix: string }
}

function blockTx(bytes: Uint8Array, index: number, result: RawBlock['results'][number], bech32Prefix: string): BlockTx {
  const decoded = decodeTx(bytes)
  return {
    index,
    txHash: upperHex(sha256(bytes)),
    code: result.code,
    memo: decoded?.memo ?? null,
    messages: decoded?.messages ?? null,
    signers: txSigners(bytes, bech32Prefix),
    events: plainEvents(result.events),
  }
}

function scanned({ pool, chain }: BlockAccess, endpoint: Endpoint, height: bigint, raw: RawBlock): ScannedBlock {
  return {
    chainId: pool.chainId,
    height,
    time: new Date(raw.header.time.getTime()),
    blockHash: upperHex(raw.hash),
    txs: raw.txs.map((bytes, index) => blockTx(bytes, index, raw.results[index]!, chain.bech32Prefix)),
    blockEvents: plainEvents(raw.blockEvents),
    endpoint: endpoint.name,
  }
}

/**
 * One block with its results, its txs checked against the header's data_hash and the header against the block hash. Throws DomainError('chain_unavailable')
 * when no endpoint has it (not made yet, pruned, results discarded) or none fits.
 */
export async function scanBlock(access: BlockAccess, height: bigint, avoidEndpoint?: string): Promise<ScannedBlock> {
  const { pool } = access
  try {
    return await pool.ask(async endpoint => scanned(access, endpoint, height, await readBlock(endpoint, height)), { minHeight: height, avoidEndpoint, hedgeMs: blockHedgeMs })
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

async function secondOpinion(access: BlockAccess, read: BlockReading, toldBy: ToldByEvents | undefined, excluded: Set<string>): Promise<Opinion> {
  const { height } = read
  const textOf = (blockHash: string, codes: readonly number[], told: string) => [blockHash, codes.join(), told].join('/')
  try {
    return await access.pool.ask<Opinion>(async (endpoint) => {
      const own = scanned(access, endpoint, height, await readBlock(endpoint, height))
      excluded.add(endpoint.name)
      const reading = textOf(own.blockHash, own.txs.map(tx => tx.code), toldBy?.(own) ?? '')
      return reading === textOf(read.blockHash, read.codes, toldBy ? read.toldByEvents ?? '' : '') ? { said: 'same' } : { said: 'different', endpoint, reading }
    }, { minHeight: height, excluded, once: true })
  }
  catch (cause) {
    if (cause instanceof RpcError || isChainUnavailable(cause)) return nobody
    throw cause
  }
}

/**
 * Asks a second endpoint for the same block. When it differs, a third may settle it: with the first, the second alone is
 * marked; with the second, the first alone; otherwise the block stays disputed and nobody is believed.
 */
export async function confirmBlock(access: BlockAccess, block: BlockReading, toldBy?: ToldByEvents): Promise<BlockAgreement> {
  const { pool } = access
  if (pool.endpoints.every(endpoint => endpoint.name === block.endpoint)) return 'single'
  const excluded = new Set([block.endpoint])
  let second = await secondOpinion(access, block, toldBy, excluded)
  // A healthy follower shows a new block a moment later; a dead one is not waited for.
  if (second.said === 'none' && pool.endpoints.some(endpoint => endpoint.name !== block.endpoint && !endpoint.failing && !endpoint.wrongChain)) {
    await delay(followerPauseMs)
    second = await secondOpinion(access, block, toldBy, excluded)
  }
  if (second.said === 'same') return 'agreed'
  if (second.said !== 'different') return 'waiting'
  // Its word is against one that is not configured any more.
  if (pool.endpoints.length < 2) return 'disputed'
  const third = await secondOpinion(access, block, toldBy, excluded)
  const refuted = third.said === 'different' && third.reading === second.reading
  if (!refuted) second.endpoint.markDisagreeing()
  if (third.said === 'same') return 'agreed'
  if (third.said === 'different') pool.endpoints.find(endpoint => endpoint.name === block.endpoint)?.markDisagreeing()
  if (third.said === 'different' && !refuted) third.endpoint.markDisagreeing()
  return 'disputed'
}
