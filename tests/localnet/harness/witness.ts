import { fromBase64, toHex } from '@cosmjs/encoding'
import { BaseAccount } from 'cosmjs-types/cosmos/auth/v1beta1/auth'
import { QueryAccountRequest, QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query'
import { QueryBalanceRequest, QueryBalanceResponse } from 'cosmjs-types/cosmos/bank/v1beta1/query'
import {
  QueryPacketAcknowledgementRequest, QueryPacketAcknowledgementResponse,
  QueryPacketCommitmentsRequest, QueryPacketCommitmentsResponse,
  QueryUnreceivedPacketsRequest, QueryUnreceivedPacketsResponse,
} from 'cosmjs-types/ibc/core/channel/v1/query'
import type { LocalChain } from './facts'
import { waitUntil } from './wait'

/** Reads of a chain that share no code with the app: what tests believe. */

interface AbciAnswer { readonly response: { readonly code: number, readonly log: string, readonly value: string | null } }
interface StatusAnswer { readonly sync_info: { readonly latest_block_height: string, readonly latest_block_time: string, readonly catching_up: boolean } }
export interface WitnessTx { readonly hash: string, readonly height: string, readonly tx_result: { readonly code: number, readonly log: string, readonly events: readonly { readonly type: string, readonly attributes: readonly { readonly key: string, readonly value: string }[] }[] } }

/** One JSON-RPC call of a node; throws what the node answers as an error. */
export async function rpc<Answer>(url: string, method: string, params: Record<string, unknown> = {}): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), signal: AbortSignal.timeout(10_000) })
  const answer = await response.json() as { result?: Answer, error?: { message: string, data?: string } }
  if (answer.result === undefined) throw new Error(`${method}: ${answer.error?.message} ${answer.error?.data ?? ''}`)
  return answer.result
}

async function query(url: string, path: string, request: Uint8Array): Promise<Uint8Array> {
  const { response } = await rpc<AbciAnswer>(url, 'abci_query', { path, data: toHex(request) })
  if (response.code !== 0) throw new Error(`${path}: code ${response.code} ${response.log}`)
  return fromBase64(response.value ?? '')
}

/** Sequences whose commitment is still on this chain's end of the channel, ascending. */
export async function commitmentsOf(chain: LocalChain, url = chain.rpc): Promise<bigint[]> {
  const request = QueryPacketCommitmentsRequest.fromPartial({ portId: chain.port, channelId: chain.channel, pagination: { limit: 10_000n } })
  const bytes = await query(url, '/ibc.core.channel.v1.Query/PacketCommitments', QueryPacketCommitmentsRequest.encode(request).finish())
  return QueryPacketCommitmentsResponse.decode(bytes).commitments.map(state => state.sequence).sort((one, other) => Number(one - other))
}

/** Of these sequences, the ones that this chain (the destination) has not received. */
export async function unreceivedBy(chain: LocalChain, sequences: readonly bigint[]): Promise<bigint[]> {
  const request = QueryUnreceivedPacketsRequest.fromPartial({ portId: chain.port, channelId: chain.channel, packetCommitmentSequences: [...sequences] })
  const bytes = await query(chain.rpc, '/ibc.core.channel.v1.Query/UnreceivedPackets', QueryUnreceivedPacketsRequest.encode(request).finish())
  return QueryUnreceivedPacketsResponse.decode(bytes).sequences
}

/** Hash of the acknowledgement that this chain (the destination) wrote, in hex; undefined when it wrote none. */
export async function acknowledgementOf(chain: LocalChain, sequence: bigint): Promise<string | undefined> {
  const request = QueryPacketAcknowledgementRequest.fromPartial({ portId: chain.port, channelId: chain.channel, sequence })
  try {
    const bytes = await query(chain.rpc, '/ibc.core.channel.v1.Query/PacketAcknowledgement', QueryPacketAcknowledgementRequest.encode(request).finish())
    return toHex(QueryPacketAcknowledgementResponse.decode(bytes).acknowledgement)
  }
  catch (error) {
    if (String(error).includes('not found')) return undefined
    throw error
  }
}

/** Balance in base units. */
export async function balanceOf(chain: LocalChain, address: string, denom = chain.denom): Promise<bigint> {
  const bytes = await query(chain.rpc, '/cosmos.bank.v1beta1.Query/Balance', QueryBalanceRequest.encode({ address, denom }).finish())
  return BigInt(QueryBalanceResponse.decode(bytes).balance?.amount ?? '0')
}

/** How many txs of this account went through its signature check, failed ones included. */
export async function sequenceOf(chain: LocalChain, address: string): Promise<bigint> {
  const bytes = await query(chain.rpc, '/cosmos.auth.v1beta1.Query/Account', QueryAccountRequest.encode({ address }).finish())
  const account = QueryAccountResponse.decode(bytes).account
  if (!account) throw new Error(`${address} has no account on ${chain.id}`)
  return BaseAccount.decode(account.value).sequence
}

/** The first hundred txs that the node's index has for a query, oldest first; waits for as many as are wanted. */
export async function txsWith(chain: LocalChain, search: string, atLeast = async () => 1n): Promise<readonly WitnessTx[]> {
  return waitUntil(`txs with ${search}`, async () => {
    const wanted = await atLeast()
    const { txs } = await rpc<{ readonly txs: readonly WitnessTx[] }>(chain.rpc, 'tx_search', { query: search, prove: false, page: '1', per_page: '100', order_by: 'asc' })
    return txs.length >= wanted ? txs : undefined
  }, { boundMs: 10_000 })
}

/** Every tx that this account signed, in order. */
export async function signedBy(chain: LocalChain, address: string): Promise<readonly WitnessTx[]> {
  return txsWith(chain, `tx.fee_payer='${address}'`, () => sequenceOf(chain, address))
}

export async function statusOf(chain: LocalChain, url = chain.rpc): Promise<{ readonly height: bigint, readonly timeMs: number }> {
  const { sync_info: sync } = await rpc<StatusAnswer>(url, 'status')
  return { height: BigInt(sync.latest_block_height), timeMs: Date.parse(sync.latest_block_time) }
}

export async function waitForHeight(chain: LocalChain, height: bigint, url = chain.rpc): Promise<void> {
  await waitUntil(`height ${height} of ${chain.id}`, async () => (await statusOf(chain, url)).height >= height || undefined)
}

/** Waits until the chain's own clock (its latest block's time) is past `timeMs`. */
export async function waitForChainTime(chain: LocalChain, timeMs: number): Promise<void> {
  await waitUntil(`a block of ${chain.id} after ${new Date(timeMs).toISOString()}`, async () => (await statusOf(chain)).timeMs > timeMs || undefined)
}

/** A tx by its hash (upper-case hex), as the node confirms it; undefined when it has none such. */
export async function txOf(chain: LocalChain, hash: string): Promise<WitnessTx | undefined> {
  try {
    return await rpc<WitnessTx>(chain.rpc, 'tx', { hash: Buffer.from(hash, 'hex').toString('base64') })
  }
  catch (error) {
    if (String(error).includes('not found')) return undefined
    throw error
  }
}

/** Attribute values of one event type in a tx. */
export function attributesOf(tx: WitnessTx, type: string, key: string): string[] {
  return tx.tx_result.events.filter(event => event.type === type).flatMap(event => event.attributes.filter(attribute => attribute.key === key).map(attribute => attribute.value))
}
