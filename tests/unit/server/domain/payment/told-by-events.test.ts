import { describe, expect, it } from 'vitest'
import type { InboundTransfer } from '../../../../../server/domain/payment/inbound'
import { toldByEvents } from '../../../../../server/domain/payment/told-by-events'
import type { OutgoingTransfer } from '../../../../../server/domain/refund/outgoing'
import { at } from '../../../../builders/tokens'

const uatom = (amount: bigint) => [{ denom: 'uatom', amount }]
const place = { chainId: 'hub-1', height: 7n, blockTime: at(0), txIndex: 0, msgIndex: 0, txHash: 'AB', memo: 'm' }
const came = (over: Partial<InboundTransfer> = {}): InboundTransfer => ({ ...place, coin: uatom(100n)[0]!, fromAddress: 'cosmos1payer', toAddress: 'cosmos1service', kind: 'other', ...over })
const left = (over: Partial<OutgoingTransfer> = {}): OutgoingTransfer => ({ ...place, address: 'cosmos1service', code: 0, sequence: 7n, toAddress: null, coins: uatom(100n), fee: uatom(10n), ...over })
const told = (inbound: InboundTransfer[], outgoing: OutgoingTransfer[] = []) => toldByEvents(inbound, outgoing)

describe('what of a block only its events tell', () => {
  it('is the same for the same movements, and something else than nothing', () => {
    expect(told([came()], [left()])).toBe(told([came()], [left()]))
    expect(new Set([told([]), told([came()]), told([], [left()])]).size).toBe(3)
  })

  it.each([
    ['the tx', { txIndex: 1 }], ['the message', { msgIndex: 1 }], ['the wallet', { toAddress: 'cosmos1other' }], ['the sender', { fromAddress: null }],
    ['the denom', { coin: { denom: 'uosmo', amount: 100n } }], ['the amount', { coin: { denom: 'uatom', amount: 101n } }],
  ])('of what came beside a MsgSend: %s', (_, over) => {
    expect(told([came(over)])).not.toBe(told([came()]))
  })

  it('of a MsgSend that came: nothing, its bytes say it', () => {
    expect(told([came({ kind: 'msg_send' })])).toBe(told([]))
  })

  it.each([
    ['the tx', { txIndex: 1 }], ['the message', { msgIndex: 1 }], ['the wallet', { address: 'cosmos1other' }], ['the sequence', { sequence: 8n }], ['that it is not of ours', { sequence: null }],
    ['the gas', { fee: uatom(11n) }], ['that it cost no gas', { fee: [] }], ['the coins', { coins: uatom(101n) }], ['that no coins left', { coins: [] }],
  ])('of what left beside a MsgSend: %s', (_, over) => {
    expect(told([], [left(over)])).not.toBe(told([], [left()]))
  })

  it('of a MsgSend that left: its sequence and gas, not its coins and receiver, which its bytes say', () => {
    const sent = (over: Partial<OutgoingTransfer> = {}) => told([], [left({ toAddress: 'cosmos1payer', ...over })])
    expect(sent({ toAddress: 'cosmos1other', coins: uatom(5n) })).toBe(sent())
    for (const over of [{ sequence: 8n }, { sequence: null }, { fee: uatom(11n) }]) expect(sent(over)).not.toBe(sent())
  })
})
