import { fromBase64 } from '@cosmjs/encoding'
import { decodeTxRaw } from '@cosmjs/proto-signing'
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import { MsgAcknowledgement, MsgRecvPacket } from 'cosmjs-types/ibc/core/channel/v1/tx'
import type { Packet } from 'cosmjs-types/ibc/core/channel/v1/channel'
import { expect } from 'vitest'
import type { ClearingStatus } from '../../shared/schemas/clearing'
import type { World } from './harness'

interface SearchedTx { readonly tx: string, readonly tx_result: { readonly code: number } }
interface OwnTx { readonly code: number, readonly memo: string, readonly fee: bigint, readonly messages: readonly { readonly typeUrl: string, readonly value: Uint8Array }[] }

/** Every tx of an address on a chain, failed ones included. */
async function txsOf(rpcUrl: string, address: string): Promise<OwnTx[]> {
  const found: SearchedTx[] = []
  for (let page = 1; ; page++) {
    const response = await fetch(rpcUrl, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tx_search', params: { query: `message.sender='${address}'`, prove: false, page: String(page), per_page: '100', order_by: 'asc' } }) })
    const { result } = await response.json() as { result: { txs: SearchedTx[], total_count: string } }
    found.push(...result.txs)
    if (found.length >= Number(result.total_count) || result.txs.length === 0) break
  }
  return found.map(({ tx, tx_result: { code } }) => {
    const { body, authInfo } = decodeTxRaw(fromBase64(tx))
    return { code, memo: body.memo, fee: BigInt(authInfo.fee?.amount[0]?.amount ?? '0'), messages: body.messages }
  })
}

/** How often our relayer sent a message for each packet, redundant ones included: packet id → messages. */
async function relayed(world: World, typeUrl: string, on: 'source' | 'destination', packetOf: (value: Uint8Array) => Packet): Promise<Map<string, number>> {
  const [hub, zone] = world.sandbox.chains
  const counts = new Map<string, number>()
  for (const [source, destination] of [[hub!, zone!], [zone!, hub!]] as const) {
    const chain = on === 'source' ? source : destination
    for (const { messages } of await txsOf(chain.rpcUrls[0], world.sandbox.accounts.relayer.addresses[chain.chainId]!)) {
      for (const message of messages.filter(each => each.typeUrl === typeUrl)) {
        const { sourcePort, sourceChannel, sequence } = packetOf(message.value)
        if (sourceChannel !== source.channelId) continue
        const id = `${source.chainId}/${sourcePort}/${sourceChannel}/${sequence}`
        counts.set(id, (counts.get(id) ?? 0) + 1)
      }
    }
  }
  return counts
}

export const receivesSent = (world: World) => relayed(world, '/ibc.core.channel.v1.MsgRecvPacket', 'destination', value => MsgRecvPacket.decode(value).packet)
const acknowledgementsSent = (world: World) => relayed(world, '/ibc.core.channel.v1.MsgAcknowledgement', 'source', value => MsgAcknowledgement.decode(value).packet)

interface SentBack { readonly destination: string, readonly amount: bigint, readonly fee: bigint, readonly refundIds: readonly string[], readonly code: number }

/** Every transfer out of the service wallet of a chain, as the chain tells it. */
async function sentBack(world: World, chainId: string): Promise<SentBack[]> {
  const { rpcUrls } = world.sandbox.chains.find(chain => chain.chainId === chainId)!
  const txs = await txsOf(rpcUrls[0], world.sandbox.accounts.service.addresses[chainId]!)
  return txs.flatMap(({ code, memo, fee, messages }) => messages.map(({ value }) => {
    const { toAddress, amount } = MsgSend.decode(value)
    return { destination: toAddress, amount: BigInt(amount[0]!.amount), fee, refundIds: memo.split(','), code }
  }))
}

/** What of ours is on the chains, in words that do not depend on the run's ids. */
export async function ourTransactions(world: World): Promise<{ readonly refunds: readonly string[], readonly receives: readonly string[], readonly acknowledgements: readonly string[] }> {
  const rows = await world.sql<{ id: string, reason: string }[]>`select id, reason from refunds`
  const reasonOf = (id: string) => rows.find(row => row.id === id)?.reason ?? `unknown refund ${id}`
  const sent = (await Promise.all(world.sandbox.chains.map(({ chainId }) => sentBack(world, chainId)))).flat()
  const lines = (counts: Map<string, number>) => [...counts].map(([id, count]) => `${id} × ${count}`).sort()
  return {
    refunds: sent.map(({ destination, amount, refundIds, code }) => `${amount} to ${destination} for ${refundIds.map(reasonOf).join()}, code ${code}`).sort(),
    receives: lines(await receivesSent(world)),
    acknowledgements: lines(await acknowledgementsSent(world)),
  }
}

/** Each confirmed refund left once, by a tx that names it; nothing else did. */
async function expectSentOnce(world: World, chainId: string): Promise<{ readonly left: bigint }> {
  const sent = await sentBack(world, chainId)
  const confirmed = await world.sql<{ id: string, amount: string, deducted: boolean, destination: string }[]>`
    select id, amount::text, network_fee_deducted as deducted, destination from refunds where chain_id = ${chainId} and state = 'confirmed' order by id`
  const good = sent.filter(({ code }) => code === 0)
  expect(good.flatMap(({ refundIds }) => refundIds).sort()).toEqual(confirmed.map(({ id }) => id))
  for (const { refundIds, amount, fee, destination } of good) {
    const carried = confirmed.filter(({ id }) => refundIds.includes(id))
    const owed = carried.reduce((sum, refund) => sum + BigInt(refund.amount), 0n)
    expect({ destination, amount }).toEqual({ destination: carried[0]!.destination, amount: carried.some(refund => refund.deducted) ? owed - fee : owed })
  }
  return { left: good.reduce((sum, { amount }) => sum + amount, 0n) + sent.reduce((sum, { fee }) => sum + fee, 0n) }
}

export interface Paid { readonly paymentChainId: string, readonly total: { readonly amount: string } }

/**
 * Everything paid is revenue, goes back, or waits for a person, once; what went back did so once; the books say what the
 * wallet holds on chain, and the reconciler found nothing.
 */
export async function expectMoneyWhole(world: World, paid: readonly Paid[]): Promise<void> {
  const { sql, sandbox } = world
  for (const { chainId, feeDenom, exponent } of sandbox.chains) {
    const sent = paid.filter(token => token.paymentChainId === chainId).reduce((sum, token) => sum + BigInt(token.total.amount), 0n)
    const [rows] = await sql<{ count: string, received: string, kept: string, back: string, unallocated: string }[]>`
      select count(*)::text, coalesce(sum(amount), 0)::text as received, coalesce(sum(consumed_amount), 0)::text as kept, coalesce(sum(refund_planned_amount), 0)::text as back,
        coalesce(sum(amount) filter (where state = 'unallocated'), 0)::text as unallocated from payments where chain_id = ${chainId}`
    const [refunds] = await sql<{ sum: string }[]>`select coalesce(sum(amount), 0)::text as sum from refunds where chain_id = ${chainId}`
    const [wallet] = await sql<{ sum: string }[]>`
      select coalesce(sum(amount), 0)::text as sum from ledger_entries where account like 'wallet:service%' and cause <> 'opening_balance' and chain_id = ${chainId}`
    const { left } = await expectSentOnce(world, chainId)
    const { balances } = await world.control<{ balances: { denom: string, amount: string }[] }>('balances', { chainId, to: 'service' })
    const onChain = BigInt(balances.find(coin => coin.denom === feeDenom)?.amount ?? '0') - 10_000n * 10n ** BigInt(exponent)
    expect({ chainId, payments: Number(rows!.count), received: BigInt(rows!.received), booked: BigInt(wallet!.sum), onChain, refundRows: BigInt(refunds!.sum), total: BigInt(rows!.kept) + BigInt(rows!.back) + BigInt(rows!.unallocated) })
      .toEqual({ chainId, payments: paid.filter(token => token.paymentChainId === chainId).length, received: sent, booked: sent - left, onChain: sent - left, refundRows: BigInt(rows!.back), total: sent })
  }
  const unbalanced = await sql`select entry_set, denom from ledger_entries group by entry_set, denom having sum(amount) <> 0`
  expect([...unbalanced]).toEqual([])
  // A finding stops payouts: one that was closed again was false, and stopped them for nothing.
  expect([...await sql`select chain_id, invariant, subject, sentence, closed_at from reconciliation_findings`]).toEqual([])
}

/** Delivered by us, paid and credited once, nothing owed. */
export function expectCleared(status: ClearingStatus): void {
  expectDelivered(status)
  expect(status.refunds).toEqual([])
}

/** Delivered by us, paid and credited once; what was paid too much is not looked at. */
export function expectDelivered(status: ClearingStatus): void {
  expect(status.status).toBe('cleared')
  expect(status.packets.map(({ result, relayedBy }) => ({ result, relayedBy }))).toEqual(status.packets.map(() => ({ result: 'delivered', relayedBy: 'us' })))
  expect(status.payments).toHaveLength(1)
  expect(status.credited.amount).toBe(status.total.amount)
  expect(status.events.filter(event => event.type === 'settled')).toHaveLength(1)
  expect(status.events.filter(event => event.type === 'payment_credited')).toHaveLength(1)
}
