import { fromHex } from '@cosmjs/encoding'
import { headerHash, type BlockHeader } from '../../../sandbox/chain/blocks'
import { transactionsHash, upperHex } from '../../../sandbox/chain/merkle'

type Json = Record<string, unknown>

export interface RpcCall {
  readonly method: string
  readonly params: Json
}

/** The node refuses, in CometBFT's words. */
export class Refused extends Error {}

/** Changes a true answer into what a bad node says; throws Refused. `ask` calls the true node. */
export type Lie = (call: RpcCall, result: Json, ask: (method: string, params: Json) => Promise<Json>) => Json | Promise<Json>

const heightOf = ({ params }: RpcCall) => typeof params.height === 'string' && params.height !== '0' ? Number(params.height) : undefined
const changed = (parent: Json, name: string, change: Json): Json => ({ ...parent, [name]: { ...parent[name] as Json, ...change } })

/** A node that stopped following: it is up, and knows nothing above this height. */
export function frozenAt(height: number): Lie {
  return async (call, result, ask) => {
    const asked = heightOf(call)
    if (call.method === 'status') return changed(result, 'sync_info', { latest_block_height: String(height) })
    if (asked !== undefined && asked > height) throw new Refused(`height ${asked} must be less than or equal to the current blockchain height ${height}`)
    return asked === undefined && call.method === 'abci_query' ? ask(call.method, { ...call.params, height: String(height) }) : result
  }
}

/** Tells the state of this height as that of every later one. */
export function oldState(height: number): Lie {
  return async (call, result, ask) => {
    if (call.method !== 'abci_query') return result
    const { response } = result as { response: Json }
    if (Number(response.height) <= height) return result
    const old = await ask('abci_query', { ...call.params, height: String(height) })
    return changed(old, 'response', { height: response.height })
  }
}

/** Shows this height, truly, to whoever asks for the newest state. */
export function frozenState(height: number): Lie {
  return async (call, result, ask) => call.method === 'abci_query' && heightOf(call) === undefined ? ask('abci_query', { ...call.params, height: String(height) }) : result
}

/** Answers every query of state with bytes that no message begins with. */
export const noProtobuf: Lie = ({ method }, result) => method === 'abci_query' ? changed(result, 'response', { value: '/////w==' }) : result

/** A list of acknowledgements never ends: each page names a next one. */
export const endlessPages: Lie = ({ method, params }, result) => {
  if (method !== 'abci_query' || !String(params.path).endsWith('/PacketAcknowledgements')) return result
  const { value } = result.response as { value: string | null }
  const nextKey = Buffer.from('12030a0101', 'hex') // pagination { next_key: 01 }, which is merged into what is there
  return changed(result, 'response', { value: Buffer.concat([Buffer.from(value ?? '', 'base64'), nextKey]).toString('base64') })
}

/** Blocks and states below are gone. */
export function prunedBelow(height: number): Lie {
  return (call, result) => {
    const asked = heightOf(call)
    if (call.method === 'status') return changed(result, 'sync_info', { earliest_block_height: String(height) })
    if (asked !== undefined && asked < height) throw new Refused(`height ${asked} is not available, lowest height is ${height}`)
    return result
  }
}

export function onChain(chainId: string): Lie {
  return ({ method }, result) => {
    if (method === 'status') return changed(result, 'node_info', { network: chainId })
    if (method === 'block') return { ...result, block: changed(result.block as Json, 'header', { chain_id: chainId }) }
    return result
  }
}

export const indexerOff: Lie = ({ method }, result) => {
  if (['tx', 'tx_search', 'block_search'].includes(method)) throw new Refused('transaction indexing is disabled')
  return result
}

/** Leaves out the newest row of every search, and counts as it likes. */
export function partialSearch(countOf: (trueCount: number) => number): Lie {
  return ({ method }, result) => method === 'tx_search' ? { ...result, txs: (result.txs as unknown[]).slice(1), total_count: String(countOf(Number(result.total_count))) } : result
}

/** Shows the txs that relayed one packet as those which relayed another, by the index and by the results of their blocks. */
export function relayedAs(sequence: bigint, shown: bigint): Lie {
  const renamed = (told: Json) => JSON.parse(JSON.stringify(told).replaceAll(`"packet_sequence","value":"${sequence}"`, `"packet_sequence","value":"${shown}"`)) as Json
  return async (call, result, ask) => {
    if (call.method === 'block_results') return renamed(result)
    const query = String(call.params.query)
    if (call.method !== 'tx_search' || query.startsWith('send_packet') || !query.includes(`packet_sequence='${shown}'`)) return result
    return renamed(await ask('tx_search', { ...call.params, query: query.replace(`'${shown}'`, `'${sequence}'`) }))
  }
}

export interface BlockContent {
  /** base64 */
  readonly txs: readonly string[]
  readonly results: readonly Json[]
}

/** How far the liar goes: txs alone, a data_hash that fits them, or a block hash that fits that header, too. */
export type Seal = 'nothing' | 'data_hash' | 'block_hash'

const timeNs = (text: string) => {
  const [seconds, fraction = ''] = text.replace('Z', '').split('.')
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}
const hex = (value: unknown) => fromHex(String(value))

function blockHashOf(header: Json): string {
  const last = header.last_block_id as { hash: string, parts: { hash: string } }
  const read: BlockHeader = {
    chainId: String(header.chain_id), height: Number(header.height), timeNs: timeNs(String(header.time)),
    lastBlockId: last.hash === '' ? undefined : { hash: hex(last.hash), partsHash: hex(last.parts.hash) },
    lastCommitHash: hex(header.last_commit_hash), dataHash: hex(header.data_hash), validatorsHash: hex(header.validators_hash), nextValidatorsHash: hex(header.next_validators_hash),
    consensusHash: hex(header.consensus_hash), appHash: hex(header.app_hash), lastResultsHash: hex(header.last_results_hash), evidenceHash: hex(header.evidence_hash), proposerAddress: hex(header.proposer_address),
  }
  return upperHex(headerHash(read))
}

const contentOf = (block: Json, results: Json): BlockContent => ({
  txs: ((block.block as Json).data as { txs: string[] }).txs, results: (results.txs_results ?? []) as Json[],
})

/** Tells blocks with txs otherwise. */
export function forgedBlocks(forge: (content: BlockContent) => BlockContent, seal: Seal): Lie {
  return async (call, result, ask) => {
    if (call.method !== 'block' && call.method !== 'block_results') return result
    const [block, results] = call.method === 'block' ? [result, await ask('block_results', call.params)] : [await ask('block', call.params), result]
    const truth = contentOf(block, results)
    const { txs, results: forgedResults } = forge(truth)
    if (call.method === 'block_results') return { ...results, txs_results: forgedResults }
    const content = block.block as Json
    const header = seal === 'nothing' ? content.header as Json : { ...content.header as Json, data_hash: upperHex(transactionsHash(txs.map(tx => Buffer.from(tx, 'base64')))) }
    const forged = { ...block, block: { ...content, header, data: { txs } } }
    return seal === 'block_hash' ? changed(forged, 'block_id', { hash: blockHashOf(header) }) : forged
  }
}
