import { parseCoins, type Coin } from '../../../shared/utils/coin'
import type { BlockTx, ChainEvent, InboundTransfer, ScannedBlock } from './inbound'

const blockLevel = -1
const noMessage = -1

function attribute(event: ChainEvent, key: string): string | undefined {
  return event.attributes.find(candidate => candidate.key === key)?.value
}

function messageIndex(event: ChainEvent): number {
  const text = attribute(event, 'msg_index')
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : noMessage
}

interface Received { readonly msgIndex: number, readonly coin: Coin, readonly fromAddress: string | null }

const rowKey = (msgIndex: number, denom: string) => `${msgIndex}/${denom}`

function sendsToUs(tx: BlockTx, wallet: string): Received[] {
  return (tx.messages ?? []).flatMap((message) => {
    if (message.typeUrl !== '/cosmos.bank.v1beta1.MsgSend' || !message.send || message.send.toAddress !== wallet) return []
    const { fromAddress, coins } = message.send
    return coins.map(sent => ({ msgIndex: message.index, coin: sent, fromAddress }))
  })
}

/** In a message with one of these, coins come out of an escrow or are minted (ICS-20): no sender's account is debited here. */
const packetEvents: ReadonlySet<string> = new Set(['recv_packet', 'acknowledge_packet', 'timeout_packet'])

/** Who paid us in this message; null unless there is exactly one. */
function soleSender(events: readonly ChainEvent[], msgIndex: number, wallet: string): string | null {
  const own = events.filter(event => messageIndex(event) === msgIndex)
  if (own.some(event => packetEvents.has(event.type))) return null
  const transfers = own.filter(event => event.type === 'transfer' && attribute(event, 'recipient') === wallet)
  const [sender, ...others] = new Set(transfers.map(event => attribute(event, 'sender')))
  return sender && others.length === 0 ? sender : null
}

/** `coin_received` of ours per message and denom, less what `sends` brought. Before SDK 0.50 events name no message. */
function receivedBeyond(sends: readonly Received[], events: readonly ChainEvent[], wallet: string): Omit<Received, 'fromAddress'>[] {
  const totals = new Map<string, Omit<Received, 'fromAddress'>>()
  const add = (msgIndex: number, { denom, amount }: Coin) => {
    const before = totals.get(rowKey(msgIndex, denom))?.coin.amount ?? 0n
    totals.set(rowKey(msgIndex, denom), { msgIndex, coin: { denom, amount: before + amount } })
  }
  for (const event of events) {
    if (event.type !== 'coin_received' || attribute(event, 'receiver') !== wallet) continue
    for (const received of parseCoins(attribute(event, 'amount') ?? '') ?? []) add(messageIndex(event), received)
  }
  const messagesNamed = events.some(event => attribute(event, 'msg_index') !== undefined)
  for (const { msgIndex, coin: { denom, amount } } of sends) add(messagesNamed ? msgIndex : noMessage, { denom, amount: -amount })
  return [...totals.values()].filter(({ coin }) => coin.amount > 0n)
}

/** What only events show. The row of a message and denom that has a MsgSend is taken: what else came with it has no message. */
function otherReceipts(sends: readonly Received[], events: readonly ChainEvent[], wallet: string): Received[] {
  const taken = new Set(sends.map(send => rowKey(send.msgIndex, send.coin.denom)))
  const rows = new Map<string, Received>()
  for (const { msgIndex, coin: { denom, amount } } of receivedBeyond(sends, events, wallet)) {
    const fromAddress = soleSender(events, msgIndex, wallet)
    const place = taken.has(rowKey(msgIndex, denom)) ? noMessage : msgIndex
    const before = rows.get(rowKey(place, denom))
    rows.set(rowKey(place, denom), { msgIndex: place, coin: { denom, amount: amount + (before?.coin.amount ?? 0n) }, fromAddress: before && before.fromAddress !== fromAddress ? null : fromAddress })
  }
  return [...rows.values()]
}

function inboundOfTx(block: ScannedBlock, tx: BlockTx, toAddress: string): InboundTransfer[] {
  if (tx.code !== 0) return []
  const place = { chainId: block.chainId, height: block.height, blockTime: block.time, txIndex: tx.index, txHash: tx.txHash, memo: tx.memo ?? '', toAddress }
  const sends = sendsToUs(tx, toAddress)
  return [
    ...sends.map(send => ({ ...place, ...send, kind: 'msg_send' as const })),
    ...otherReceipts(sends, tx.events, toAddress).map(received => ({ ...place, ...received, kind: 'other' as const })),
  ]
}

function inboundOf(block: ScannedBlock, toAddress: string): InboundTransfer[] {
  const fromBlock = otherReceipts([], block.blockEvents, toAddress)
    .map(received => ({ ...received, chainId: block.chainId, height: block.height, blockTime: block.time, txIndex: blockLevel, txHash: null, memo: '', toAddress, kind: 'other' as const }))
  const rows = [...block.txs.flatMap(tx => inboundOfTx(block, tx, toAddress)), ...fromBlock]
  // What a wallet sends to itself has not left it either.
  return rows.filter(inbound => inbound.kind === 'other' || inbound.fromAddress !== toAddress)
}

/**
 * Everything that reached one of `addresses` in this block, wallet by wallet in chain order. Txs with a result code other
 * than 0 give nothing, whatever their events say. Only `msg_send` may ever credit a token.
 */
export function recogniseInbound(block: ScannedBlock, addresses: ReadonlySet<string>): InboundTransfer[] {
  return [...addresses].flatMap(address => inboundOf(block, address))
}
