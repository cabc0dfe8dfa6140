import type { Block } from '../chain/blocks'
import { AlreadyInCacheError } from '../chain/chain'
import { abciQuery } from '../chain/queries/abci-query'
import { upperHex } from '../chain/merkle'
import { blockView, commitView, consensusParams, headerView, isoTime, resultView, toBase64, transactionView } from './encode'
import { internalError, invalidParams, RpcError } from './error'
import type { RpcNode } from './node'
import { matches, pageOf, parseQuery, transactionKeys } from './search'

/** Parameters after the transport's own encoding was undone: bytes are bytes, the rest is text or numbers. */
export interface RpcParams {
  text(name: string): string | undefined
  integer(name: string): number | undefined
  /** Hex with or without 0x in URIs and for `data`, base64 in JSON bodies for `tx` and `hash`. */
  bytes(name: string, jsonForm: 'base64' | 'hex'): Uint8Array | undefined
}

type RpcMethod = (node: RpcNode, params: RpcParams) => unknown

function blockAt(node: RpcNode, params: RpcParams): Block {
  const height = params.integer('height') ?? node.newest
  if (height <= 0) throw internalError('height must be greater than 0, but got ' + height)
  if (height > node.newest) throw internalError(`height ${height} must be less than or equal to the current blockchain height ${node.newest}`)
  if (height < node.earliest) throw internalError(`height ${height} is not available, lowest height is ${node.earliest}`)
  return node.chain.block(height)!
}

function status(node: RpcNode): unknown {
  const latest = node.chain.block(node.newest)!
  const earliest = node.chain.block(node.earliest)!
  const { validator } = node.chain
  return {
    node_info: {
      protocol_version: { p2p: '8', block: '11', app: '0' },
      id: upperHex(validator.address).toLowerCase(),
      listen_addr: 'tcp://127.0.0.1:26656',
      network: node.chainId,
      version: '0.38.22',
      channels: '40202122233038606100',
      moniker: node.chainId,
      other: { tx_index: node.faults.conditions.indexer === 'off' ? 'off' : 'on', rpc_address: 'tcp://127.0.0.1:26657' },
    },
    sync_info: {
      latest_block_hash: upperHex(latest.id.hash),
      latest_app_hash: upperHex(latest.header.appHash),
      latest_block_height: String(latest.header.height),
      latest_block_time: isoTime(latest.header.timeNs),
      earliest_block_hash: upperHex(earliest.id.hash),
      earliest_app_hash: upperHex(earliest.header.appHash),
      earliest_block_height: String(earliest.header.height),
      earliest_block_time: isoTime(earliest.header.timeNs),
      catching_up: false,
    },
    validator_info: { address: upperHex(validator.address), pub_key: { type: 'tendermint/PubKeyEd25519', value: toBase64(validator.publicKey) }, voting_power: '1' },
  }
}

function blockResults(node: RpcNode, params: RpcParams): unknown {
  const block = blockAt(node, params)
  return {
    height: String(block.header.height),
    txs_results: block.transactions.length > 0 ? block.transactions.map(({ result }) => resultView(result)) : null,
    finalize_block_events: null,
    validator_updates: null,
    consensus_param_updates: consensusParams,
    app_hash: toBase64(block.appHashAfter),
  }
}

function requireIndexer(node: RpcNode): void {
  if (node.faults.conditions.indexer === 'off') throw internalError('transaction indexing is disabled')
}

function indexedBlocks(node: RpcNode, blocks: readonly Block[]): Block[] {
  const from = Math.max(node.earliest, node.faults.conditions.indexedFrom ?? 1)
  return blocks.filter(({ header: { height } }) => height >= from && height <= node.newest && node.isIndexed(height))
}

function tx(node: RpcNode, params: RpcParams): unknown {
  requireIndexer(node)
  const hash = upperHex(params.bytes('hash', 'base64') ?? new Uint8Array())
  for (const block of indexedBlocks(node, node.chain.busyBlocks)) {
    const index = block.transactions.findIndex(transaction => transaction.hash === hash)
    if (index >= 0) return transactionView(block, index, block.transactions[index]!)
  }
  throw internalError(`tx (${hash}) not found`)
}

function orderedDescending(params: RpcParams): boolean {
  const order = params.text('order_by') ?? ''
  if (!['', 'asc', 'desc'].includes(order)) throw internalError('expected order_by to be either `asc` or `desc` or empty')
  return order === 'desc'
}

function txSearch(node: RpcNode, params: RpcParams): unknown {
  requireIndexer(node)
  const conditions = parseQuery(params.text('query') ?? '')
  const found: unknown[] = []
  for (const block of indexedBlocks(node, node.chain.busyBlocks)) {
    for (const [index, transaction] of block.transactions.entries()) {
      if (matches(conditions, transactionKeys(block, transaction))) found.push(transactionView(block, index, transaction))
    }
  }
  if (orderedDescending(params)) found.reverse()
  const { start, size } = pageOf(found.length, params.integer('page'), params.integer('per_page'))
  return { txs: found.slice(start, start + size), total_count: String(found.length) }
}

function blockSearch(node: RpcNode, params: RpcParams): unknown {
  requireIndexer(node)
  const conditions = parseQuery(params.text('query') ?? '')
  const found = indexedBlocks(node, node.chain.blocks).filter(block => matches(conditions, new Map([['block.height', [String(block.header.height)]]])))
  if (orderedDescending(params)) found.reverse()
  const { start, size } = pageOf(found.length, params.integer('page'), params.integer('per_page'))
  return { blocks: found.slice(start, start + size).map(block => blockView(node.chain, block, node.chainId)), total_count: String(found.length) }
}

function broadcastTxSync(node: RpcNode, params: RpcParams): unknown {
  const bytes = params.bytes('tx', 'base64')
  if (!bytes) throw invalidParams('missing tx')
  try {
    const { code, codespace, log, hash } = node.chain.submit(bytes)
    return { code, data: '', log, codespace, hash }
  }
  catch (cause) {
    if (cause instanceof AlreadyInCacheError) throw internalError(cause.message)
    throw cause
  }
}

function abciQueryMethod(node: RpcNode, params: RpcParams): unknown {
  const request = params.bytes('data', 'hex') ?? new Uint8Array()
  const answer = abciQuery(node.chain, params.text('path') ?? '', request, params.integer('height') ?? 0, node.newest, node.earliest)
  return {
    response: {
      code: answer.code,
      log: answer.log,
      info: '',
      index: '0',
      key: null,
      value: answer.value.length > 0 ? toBase64(answer.value) : null,
      proofOps: null,
      height: String(answer.code === 0 ? answer.height : 0),
      codespace: answer.codespace,
    },
  }
}

function commit(node: RpcNode, params: RpcParams): unknown {
  const block = blockAt(node, params)
  return {
    signed_header: { header: headerView(block.header, node.chainId), commit: commitView(node.chain, block, block.header.timeNs) },
    canonical: block.header.height < node.newest,
  }
}

function validators(node: RpcNode, params: RpcParams): unknown {
  const { height } = blockAt(node, params).header
  const { address, publicKey } = node.chain.validator
  const validator = { address: upperHex(address), pub_key: { type: 'tendermint/PubKeyEd25519', value: toBase64(publicKey) }, voting_power: '1', proposer_priority: '0' }
  return { block_height: String(height), validators: [validator], count: '1', total: '1' }
}

const methods: Readonly<Record<string, RpcMethod>> = {
  health: () => ({}),
  status,
  block: (node, params) => blockView(node.chain, blockAt(node, params), node.chainId),
  block_results: blockResults,
  header: (node, params) => ({ header: headerView(blockAt(node, params).header, node.chainId) }),
  commit,
  validators,
  tx,
  tx_search: txSearch,
  block_search: blockSearch,
  abci_query: abciQueryMethod,
  abci_info: node => ({ response: { data: 'sandbox', version: '', app_version: '0', last_block_height: String(node.newest), last_block_app_hash: toBase64(node.chain.block(node.newest)!.appHashAfter) } }),
  broadcast_tx_sync: broadcastTxSync,
  num_unconfirmed_txs: node => ({ n_txs: String(node.chain.mempoolSize), total: String(node.chain.mempoolSize), total_bytes: '0', txs: null }),
}

export const methodNames: readonly string[] = Object.keys(methods)

export function callMethod(node: RpcNode, name: string, params: RpcParams): unknown {
  const method = methods[name]
  if (!method) throw new RpcError(-32601, 'Method not found', '')
  return method(node, params)
}
