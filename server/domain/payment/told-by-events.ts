import type { OutgoingTransfer } from '../refund/outgoing'
import type { InboundTransfer } from './inbound'

const said = (coins: OutgoingTransfer['coins']) => coins.map(({ denom, amount }) => [denom, amount.toString()])

/**
 * What of these movements of one block only its events tell, as a text that is the same for the same events. A block's hash
 * covers its txs and not its events, so that two endpoints can show one block and differ in this.
 */
export function toldByEvents(inbound: readonly InboundTransfer[], outgoing: readonly OutgoingTransfer[]): string {
  const came = inbound.filter(({ kind }) => kind === 'other').map(({ txIndex, msgIndex, toAddress, fromAddress, coin }) => ['in', txIndex, msgIndex, toAddress, fromAddress, ...said([coin])])
  const left = outgoing.map(({ txIndex, msgIndex, address, toAddress, sequence, fee, coins }) => ['out', txIndex, msgIndex, address, sequence?.toString() ?? null, said(fee), toAddress === null ? said(coins) : []])
  return JSON.stringify([...came, ...left])
}
