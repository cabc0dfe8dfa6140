import fc from 'fast-check'
import type { BlockTx, ChainEvent, DecodedMessage, ScannedBlock } from '../../server/domain/payment/inbound'
import type { Coin } from '../../shared/utils/coin'
import { at } from './tokens'

export const event = (type: string, attributes: Readonly<Record<string, string>>): ChainEvent => ({ type, attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })) })

/** What one top-level message moved. `send`: a MsgSend; `other`: by authz, a contract, a MultiSend. */
export interface Move {
  readonly kind: 'send' | 'other'
  readonly from: string
  readonly to: string
  readonly coin: Coin
}

export interface MovingTx {
  readonly moves: readonly Move[]
  /** Code other than 0: only the fee was taken. */
  readonly code: number
  readonly fee: { readonly payer: string, readonly sequence: bigint, readonly amount: bigint }
}

const text = ({ denom, amount }: Coin) => `${amount}${denom}`

function moved(from: string, to: string, coin: Coin, place: Readonly<Record<string, string>>): ChainEvent[] {
  const amount = text(coin)
  return [event('coin_spent', { spender: from, amount, ...place }), event('coin_received', { receiver: to, amount, ...place }), event('transfer', { recipient: to, sender: from, amount, ...place })]
}

function messageOf(move: Move, index: number): DecodedMessage {
  return move.kind === 'send'
    ? { index, typeUrl: '/cosmos.bank.v1beta1.MsgSend', send: { fromAddress: move.from, toAddress: move.to, coins: [move.coin] } }
    : { index, typeUrl: '/cosmos.authz.v1beta1.MsgExec' }
}

/** A tx with the events of x/bank and x/auth; `messagesNamed`: with msg_index, as since SDK 0.50. */
export function movingTx(tx: MovingTx, index: number, messagesNamed: boolean): BlockTx {
  const { payer, sequence, amount } = tx.fee
  const fee: Coin = { denom: 'uatom', amount }
  const feeEvents = [...moved(payer, 'cosmos1feecollector', fee, {}), event('tx', { fee: text(fee), fee_payer: payer }), event('tx', { acc_seq: `${payer}/${sequence}` })]
  const messageEvents = tx.moves.flatMap((move, place) => moved(move.from, move.to, move.coin, messagesNamed ? { msg_index: String(place) } : {}))
  return { index, txHash: `${index}`.padStart(64, '0'), code: tx.code, memo: 'memo', messages: tx.moves.map(messageOf), signers: [{ address: payer, sequence }], events: tx.code === 0 ? [...feeEvents, ...messageEvents] : feeEvents }
}

export function blockOf(txs: readonly BlockTx[], blockEvents: readonly ChainEvent[] = []): ScannedBlock {
  return { chainId: 'hub-1', height: 9n, time: at(0), blockHash: 'AA', endpoint: 'node', txs, blockEvents }
}

/** Sum per denom. */
export function totals(coins: readonly Coin[]): Record<string, bigint> {
  const sums: Record<string, bigint> = {}
  for (const { denom, amount } of coins) sums[denom] = (sums[denom] ?? 0n) + amount
  return sums
}

/** Types that contracts and failed callbacks can emit with whatever attributes they like. */
const forgeableTypes = ['wasm-coin_received', 'wasm-coin_spent', 'wasm-transfer', 'wasm', 'ibccallbackerror-coin_received', 'ibccallbackerror-transfer', 'ibccallbackerror-coin_spent', 'message']

export const coins: fc.Arbitrary<Coin> = fc.record({ denom: fc.constantFrom('uatom', 'ibc/AB12', 'factory/x/uatom'), amount: fc.bigInt(1n, 10n ** 24n) })

export const forgedEvents = (victim: string): fc.Arbitrary<ChainEvent[]> => fc.array(fc.record({ type: fc.constantFrom(...forgeableTypes), coin: coins, index: fc.constantFrom('0', '1', 'x') })
  .map(({ type, coin, index }) => event(type, { receiver: victim, recipient: victim, spender: victim, sender: victim, amount: text(coin), msg_index: index })), { maxLength: 6 })
