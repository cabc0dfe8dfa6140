import { parseCoins, type Coin } from '../../../shared/utils/coin'
import type { BlockTx, ChainEvent, ScannedBlock } from '../payment/inbound'

/** Key of a row: (chainId, height, txIndex, msgIndex). −1: not a top-level MsgSend, or no message at all (a failed tx). */
export interface OutgoingTransfer {
  readonly chainId: string
  readonly height: bigint
  readonly blockTime: Date
  readonly txIndex: number
  readonly msgIndex: number
  /** Our wallet that it left. */
  readonly address: string
  readonly txHash: string | null
  readonly code: number
  readonly memo: string
  /** Of our account, used up by this tx; null when the tx was not signed by us. */
  readonly sequence: bigint | null
  readonly toAddress: string | null
  readonly coins: readonly Coin[]
  /** What the tx took from us for gas; on the first row of a tx only. */
  readonly fee: readonly Coin[]
}

const attribute = (event: ChainEvent, key: string) => event.attributes.find(candidate => candidate.key === key)?.value

function sum(into: Map<string, bigint>, coins: readonly Coin[], sign: 1n | -1n = 1n): Map<string, bigint> {
  for (const { denom, amount } of coins) into.set(denom, (into.get(denom) ?? 0n) + sign * amount)
  return into
}

const positive = (totals: ReadonlyMap<string, bigint>): Coin[] => [...totals].filter(([, amount]) => amount > 0n).map(([denom, amount]) => ({ denom, amount }))

function spent(events: readonly ChainEvent[], address: string): Map<string, bigint> {
  const own = events.filter(event => event.type === 'coin_spent' && attribute(event, 'spender') === address)
  return own.reduce((total, event) => sum(total, parseCoins(attribute(event, 'amount') ?? '') ?? []), new Map<string, bigint>())
}

/**
 * The sequence that the tx itself names for this account, if it passed the signature check: that one leaves the event
 * `acc_seq` (cosmos-sdk x/auth, since 0.43) of `address/sequence`, for failed txs, too. An event alone is anybody's word.
 */
function sequenceOf(tx: BlockTx, address: string): bigint | null {
  const passed = new Set(tx.events.flatMap(event => event.type === 'tx' ? attribute(event, 'acc_seq') ?? [] : []))
  return tx.signers.find(signer => signer.address === address && passed.has(`${address}/${signer.sequence}`))?.sequence ?? null
}

/** SDK 0.50 marks a message's events with msg_index, so that what is left is the fee; before, the tx event names it. */
function feeOf(tx: BlockTx, address: string): Map<string, bigint> {
  const isMarked = (event: ChainEvent) => attribute(event, 'msg_index') !== undefined
  if (tx.code !== 0 || tx.events.some(isMarked)) return spent(tx.events.filter(event => !isMarked(event)), address)
  const paid = tx.events.find(event => event.type === 'tx' && attribute(event, 'fee_payer') === address)
  return sum(new Map<string, bigint>(), parseCoins(paid ? attribute(paid, 'fee') ?? '' : '') ?? [])
}

function outgoingOfTx(block: ScannedBlock, tx: BlockTx, address: string): OutgoingTransfer[] {
  const sequence = sequenceOf(tx, address)
  const fee = feeOf(tx, address)
  const place = { chainId: block.chainId, height: block.height, blockTime: block.time, txIndex: tx.index, address, txHash: tx.txHash, code: tx.code, memo: tx.memo ?? '', sequence }
  const sends = tx.code === 0 ? (tx.messages ?? []).flatMap(({ index, send }) => send?.fromAddress === address ? [{ index, send }] : []) : []
  const rest = tx.code === 0 ? sum(spent(tx.events, address), positive(fee), -1n) : new Map<string, bigint>()
  for (const { send } of sends) sum(rest, send.coins, -1n)
  const rows: OutgoingTransfer[] = sends.map(({ index, send }) => ({ ...place, msgIndex: index, toAddress: send.toAddress, coins: send.coins, fee: [] }))
  const unnamed = positive(rest)
  if (unnamed.length > 0 || (rows.length === 0 && (sequence !== null || positive(fee).length > 0))) rows.push({ ...place, msgIndex: -1, toAddress: null, coins: unnamed, fee: [] })
  return rows.map((row, index) => index === 0 ? { ...row, fee: positive(fee) } : row)
}

/**
 * Everything that left one of our wallets in this block or used its sequence, in chain order: top-level sends from the
 * decoded tx, whatever else was spent from the bank events, and failed txs that cost us a fee.
 */
export function recogniseOutgoing(block: ScannedBlock, addresses: ReadonlySet<string>): OutgoingTransfer[] {
  return [...addresses].flatMap((address) => {
    const byBlock = positive(spent(block.blockEvents, address))
    const blockLevel = { chainId: block.chainId, height: block.height, blockTime: block.time, txIndex: -1, msgIndex: -1, address, txHash: null, code: 0, memo: '', sequence: null, toAddress: null, coins: byBlock, fee: [] }
    return [...block.txs.flatMap(tx => outgoingOfTx(block, tx, address)), ...byBlock.length > 0 ? [blockLevel] : []]
  })
}
