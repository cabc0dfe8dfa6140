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

interface Received { msgIndex: number, coin: Coin, fromAddress: string | null }

/** Sums `coin_received` of ours per message and denom; the sender is named only where exactly one transfer event fits. */
function receivedByEvents(events: readonly ChainEvent[], addresses: ReadonlySet<string>): Received[] {
  const totals = new Map<string, Received>()
  for (const event of events) {
    if (event.type !== 'coin_received' || !addresses.has(attribute(event, 'receiver') ?? '')) continue
    const msgIndex = messageIndex(event)
    for (const received of parseCoins(attribute(event, 'amount') ?? '') ?? []) {
      const key = `${msgIndex}/${received.denom}`
      const amount = received.amount + (totals.get(key)?.coin.amount ?? 0n)
      totals.set(key, { msgIndex, coin: { denom: received.denom, amount }, fromAddress: null })
    }
  }
  const senders = (msgIndex: number) => new Set(events
    .filter(event => event.type === 'transfer' && messageIndex(event) === msgIndex && addresses.has(attribute(event, 'recipient') ?? ''))
    .map(event => attribute(event, 'sender') ?? ''))
  return [...totals.values()].map((received) => {
    const [sender, ...others] = senders(received.msgIndex)
    return { ...received, fromAddress: sender && others.length === 0 ? sender : null }
  })
}

function sendsToUs(tx: BlockTx, addresses: ReadonlySet<string>): Received[] {
  return (tx.messages ?? []).flatMap((message) => {
    if (message.typeUrl !== '/cosmos.bank.v1beta1.MsgSend' || !message.send || !addresses.has(message.send.toAddress)) return []
    const { fromAddress, coins } = message.send
    return coins.map(sent => ({ msgIndex: message.index, coin: sent, fromAddress }))
  })
}

function inboundOfTx(block: ScannedBlock, tx: BlockTx, addresses: ReadonlySet<string>): InboundTransfer[] {
  if (tx.code !== 0) return []
  const place = { chainId: block.chainId, height: block.height, blockTime: block.time, txIndex: tx.index, txHash: tx.txHash }
  const sends = sendsToUs(tx, addresses)
  const named = new Set(sends.map(send => `${send.msgIndex}/${send.coin.denom}`))
  const others = receivedByEvents(tx.events, addresses).filter(received => !named.has(`${received.msgIndex}/${received.coin.denom}`))
  return [
    ...sends.map(send => ({ ...place, ...send, memo: tx.memo ?? '', kind: 'msg_send' as const })),
    ...others.map(received => ({ ...place, ...received, memo: tx.memo ?? '', kind: 'other' as const })),
  ]
}

/**
 * Everything that reached one of `addresses` in this block, in chain order. Txs with a result code other than 0 give
 * nothing, whatever their events say. Only `msg_send` may ever credit a token.
 */
export function recogniseInbound(block: ScannedBlock, addresses: ReadonlySet<string>): InboundTransfer[] {
  const fromTxs = block.txs.flatMap(tx => inboundOfTx(block, tx, addresses))
  const fromBlock = receivedByEvents(block.blockEvents, addresses)
    .map(received => ({ ...received, chainId: block.chainId, height: block.height, blockTime: block.time, txIndex: blockLevel, txHash: null, memo: '', kind: 'other' as const }))
  return [...fromTxs, ...fromBlock].filter(inbound => !addresses.has(inbound.fromAddress ?? ''))
}
