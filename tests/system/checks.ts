import { fromBase64 } from '@cosmjs/encoding'
import { decodeTxRaw } from '@cosmjs/proto-signing'
import { MsgRecvPacket } from 'cosmjs-types/ibc/core/channel/v1/tx'
import { expect } from 'vitest'
import type { ClearingStatus } from '../../shared/schemas/clearing'
import type { World } from './harness'

interface SearchedTx { readonly tx: string }

async function txsOf(rpcUrl: string, query: string): Promise<Uint8Array[]> {
  const found: SearchedTx[] = []
  for (let page = 1; ; page++) {
    const response = await fetch(rpcUrl, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tx_search', params: { query, prove: false, page: String(page), per_page: '100', order_by: 'asc' } }) })
    const { result } = await response.json() as { result: { txs: SearchedTx[], total_count: string } }
    found.push(...result.txs)
    if (found.length >= Number(result.total_count) || result.txs.length === 0) return found.map(({ tx }) => fromBase64(tx))
  }
}

/** How often our relayer sent a receive for each packet, redundant ones included: packet id → messages. */
export async function receivesSent(world: World): Promise<Map<string, number>> {
  const [hub, zone] = world.sandbox.chains
  const counts = new Map<string, number>()
  for (const [source, destination] of [[hub!, zone!], [zone!, hub!]] as const) {
    const relayer = world.sandbox.accounts.relayer.addresses[destination.chainId]!
    for (const tx of await txsOf(destination.rpcUrls[0], `message.sender='${relayer}'`)) {
      for (const { typeUrl, value } of decodeTxRaw(tx).body.messages) {
        if (typeUrl !== '/ibc.core.channel.v1.MsgRecvPacket') continue
        const { packet } = MsgRecvPacket.decode(value)
        const id = `${source.chainId}/${packet.sourcePort}/${packet.sourceChannel}/${packet.sequence}`
        counts.set(id, (counts.get(id) ?? 0) + 1)
      }
    }
  }
  return counts
}

/** Everything paid is revenue, goes back, or waits for a person, once; the books say what the wallet holds on chain. */
export async function expectMoneyWhole(world: World, paid: readonly { readonly paymentChainId: string, readonly total: { readonly amount: string } }[]): Promise<void> {
  const { sql, sandbox } = world
  for (const { chainId, feeDenom, exponent } of sandbox.chains) {
    const sent = paid.filter(token => token.paymentChainId === chainId).reduce((sum, token) => sum + BigInt(token.total.amount), 0n)
    const [rows] = await sql<{ count: string, received: string, kept: string, back: string, unallocated: string }[]>`
      select count(*)::text, coalesce(sum(amount), 0)::text as received, coalesce(sum(consumed_amount), 0)::text as kept, coalesce(sum(refund_planned_amount), 0)::text as back,
        coalesce(sum(amount) filter (where state = 'unallocated'), 0)::text as unallocated from payments where chain_id = ${chainId}`
    const [refunds] = await sql<{ sum: string }[]>`select coalesce(sum(amount), 0)::text as sum from refunds where chain_id = ${chainId}`
    const [wallet] = await sql<{ sum: string }[]>`select coalesce(sum(amount), 0)::text as sum from ledger_entries where account like 'wallet:service:%' and cause <> 'opening_balance' and chain_id = ${chainId}`
    const { balances } = await world.control<{ balances: { denom: string, amount: string }[] }>('balances', { chainId, to: 'service' })
    const onChain = BigInt(balances.find(coin => coin.denom === feeDenom)?.amount ?? '0') - 10_000n * 10n ** BigInt(exponent)
    expect({ chainId, payments: Number(rows!.count), received: BigInt(rows!.received), booked: BigInt(wallet!.sum), onChain, refundRows: BigInt(refunds!.sum), total: BigInt(rows!.kept) + BigInt(rows!.back) + BigInt(rows!.unallocated) })
      .toEqual({ chainId, payments: paid.filter(token => token.paymentChainId === chainId).length, received: sent, booked: sent, onChain: sent, refundRows: BigInt(rows!.back), total: sent })
  }
  const unbalanced = await sql`select entry_set, denom from ledger_entries group by entry_set, denom having sum(amount) <> 0`
  expect([...unbalanced]).toEqual([])
}

/** Delivered by us, paid and credited once, nothing owed. */
export function expectCleared(status: ClearingStatus): void {
  expect(status.status).toBe('cleared')
  expect(status.packets.map(({ result, relayedBy }) => ({ result, relayedBy }))).toEqual(status.packets.map(() => ({ result: 'delivered', relayedBy: 'us' })))
  expect(status.payments).toHaveLength(1)
  expect(status.credited.amount).toBe(status.total.amount)
  expect(status.refunds).toEqual([])
  expect(status.events.filter(event => event.type === 'settled')).toHaveLength(1)
  expect(status.events.filter(event => event.type === 'payment_credited')).toHaveLength(1)
}
