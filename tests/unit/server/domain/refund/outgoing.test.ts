import { describe, expect, it } from 'vitest'
import type { BlockTx, ChainEvent, ScannedBlock } from '../../../../../server/domain/payment/inbound'
import { recogniseOutgoing } from '../../../../../server/domain/refund/outgoing'
import { at } from '../../../../builders/tokens'

const us = 'cosmos1service'
const event = (type: string, attributes: Record<string, string>): ChainEvent => ({ type, attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })) })
const feeEvents = [event('coin_spent', { spender: us, amount: '10uatom' }), event('tx', { fee: '10uatom', fee_payer: us }), event('tx', { acc_seq: `${us}/7` })]
const send = (toAddress = 'cosmos1payer', amount = 100n, fromAddress = us) => ({ index: 0, typeUrl: '/cosmos.bank.v1beta1.MsgSend', send: { fromAddress, toAddress, coins: [{ denom: 'uatom', amount }] } })
const spentBy = (spender: string, amount: string, msgIndex = '0') => event('coin_spent', { spender, amount, msg_index: msgIndex })

function outgoing(tx: Partial<BlockTx>, blockEvents: ChainEvent[] = []) {
  const block: ScannedBlock = {
    chainId: 'hub-1', height: 9n, time: at(0), blockHash: 'AA', endpoint: 'node', blockEvents,
    txs: [{ index: 3, txHash: 'BB', code: 0, memo: 'm', messages: [], signers: [{ address: us, sequence: 7n }], events: [], ...tx }],
  }
  return recogniseOutgoing(block, new Set([us]))
}

describe('what leaves a wallet in a block', () => {
  it('is a send with its fee and sequence', () => {
    expect(outgoing({ messages: [send()], events: [...feeEvents, spentBy(us, '100uatom')] })).toEqual([{
      chainId: 'hub-1', height: 9n, blockTime: at(0), txIndex: 3, msgIndex: 0, address: us, txHash: 'BB', code: 0, memo: 'm', sequence: 7n, toAddress: 'cosmos1payer',
      coins: [{ denom: 'uatom', amount: 100n }], fee: [{ denom: 'uatom', amount: 10n }],
    }])
  })

  it('is the same before SDK 0.50, whose events name no message', () => {
    expect(outgoing({ messages: [send()], events: [...feeEvents, event('coin_spent', { spender: us, amount: '100uatom' })] })).toMatchObject([{ msgIndex: 0, coins: [{ amount: 100n }], fee: [{ amount: 10n }] }])
  })

  it('is a failed tx with its fee and sequence and nothing else', () => {
    expect(outgoing({ code: 5, messages: [send()], events: feeEvents })).toMatchObject([{ msgIndex: -1, code: 5, sequence: 7n, toAddress: null, coins: [], fee: [{ denom: 'uatom', amount: 10n }] }])
  })

  it('is nothing when a tx of ours was refused before it cost anything', () => {
    expect(outgoing({ code: 32, messages: [send()], events: [] })).toEqual([])
  })

  it('is what an authorised stranger or another kind of message took', () => {
    expect(outgoing({ messages: [{ index: 0, typeUrl: '/cosmos.authz.v1beta1.MsgExec' }], events: [spentBy(us, '33uatom,2ibc/AA')] })).toMatchObject([
      { msgIndex: -1, sequence: null, toAddress: null, coins: [{ denom: 'uatom', amount: 33n }, { denom: 'ibc/AA', amount: 2n }], fee: [] },
    ])
  })

  it('is every one of several sends, and what they do not explain', () => {
    const messages = [send(), { ...send('cosmos1other', 1n), index: 1 }]
    const rows = outgoing({ messages, events: [...feeEvents, spentBy(us, '100uatom'), spentBy(us, '1uatom', '1'), spentBy(us, '7uatom', '2')] })
    expect(rows.map(row => [row.msgIndex, row.coins, row.fee.length])).toEqual([[0, [{ denom: 'uatom', amount: 100n }], 1], [1, [{ denom: 'uatom', amount: 1n }], 0], [-1, [{ denom: 'uatom', amount: 7n }], 0]])
  })

  it('is what a block itself took', () => {
    expect(outgoing({}, [event('coin_spent', { spender: us, amount: '4uatom' })])).toMatchObject([{ txIndex: -1, msgIndex: -1, txHash: null, coins: [{ amount: 4n }] }])
  })

  it('is nothing of other people\'s', () => {
    expect(outgoing({ messages: [send(us, 5n, 'cosmos1alice')], events: [spentBy('cosmos1alice', '5uatom'), event('tx', { fee: '1uatom', fee_payer: 'cosmos1alice' }), event('tx', { acc_seq: 'cosmos1alice/3' })] })).toEqual([])
  })

  it('takes a failed tx\'s fee from what was spent, whoever the tx event names', () => {
    expect(outgoing({ code: 5, events: [event('coin_spent', { spender: us, amount: '10uatom' })] })).toMatchObject([{ sequence: null, coins: [], fee: [{ denom: 'uatom', amount: 10n }] }])
    expect(outgoing({ code: 5, events: [event('coin_spent', { spender: us, amount: '10uatom' }), spentBy(us, '100uatom')] })).toMatchObject([{ coins: [], fee: [{ denom: 'uatom', amount: 10n }] }])
  })

  it('is a tx of ours that cost nothing, for its sequence, and one that cost only gas', () => {
    expect(outgoing({ events: [event('tx', { acc_seq: `${us}/7` })] })).toMatchObject([{ msgIndex: -1, sequence: 7n, toAddress: null, coins: [], fee: [] }])
    expect(outgoing({ messages: [{ index: 0, typeUrl: '/cosmos.gov.v1.MsgVote' }], events: [event('tx', { fee: '10uatom', fee_payer: us }), event('coin_spent', { spender: us, amount: '10uatom' })] })).toMatchObject([{ msgIndex: -1, sequence: null, coins: [], fee: [{ amount: 10n }] }])
  })

  it('knows our sequence only where the tx names it and the signature check says that it passed', () => {
    const ours = { address: us, sequence: 12345678901234567890n }
    const sequences = (events: ChainEvent[], signers: BlockTx['signers'] = [{ address: null, sequence: 9n }, { address: us, sequence: 9n }]) => outgoing({ signers, events: [...events, event('coin_spent', { spender: us, amount: '10uatom' })] }).map(row => row.sequence)
    const passed = event('tx', { acc_seq: `${us}/12345678901234567890` })
    expect(sequences([event('tx', { acc_seq: 'cosmos1alice/3' }), passed], [{ address: 'cosmos1alice', sequence: 3n }, ours])).toEqual([12345678901234567890n])
    expect(sequences([passed], [{ address: 'cosmos1alice', sequence: 3n }])).toEqual([null])
    expect(sequences([passed], [{ address: us, sequence: 8n }])).toEqual([null])
    expect(sequences([passed], [{ address: 'cosmos1alice', sequence: 12345678901234567890n }])).toEqual([null])
    expect(sequences([passed], [])).toEqual([null])
    expect(sequences([], [ours])).toEqual([null])
    for (const forged of [event('message', { acc_seq: `${us}/9` }), event('tx', { acc_seq: `x ${us}/9` }), event('tx', { acc_seq: `${us}/9 ` }), event('tx', { acc_seq: `${us}/${'9'.repeat(21)}` }), event('tx', { acc_seq: us }), event('tx', {})]) {
      expect(sequences([forged])).toEqual([null])
    }
  })

  it('takes the gas before SDK 0.50 from the tx event that names us as its payer', () => {
    const spent = event('coin_spent', { spender: us, amount: '100uatom' })
    const rows = (...events: ChainEvent[]) => outgoing({ messages: [send()], events: [spent, ...events] }).map(row => [row.coins, row.fee])
    const sent = [{ denom: 'uatom', amount: 100n }]
    expect(rows(event('tx', { fee: '10uatom', fee_payer: 'cosmos1granter' }))).toEqual([[sent, []]])
    expect(rows(event('message', { fee: '10uatom', fee_payer: us }))).toEqual([[sent, []]])
    expect(rows(event('tx', { fee_payer: us }))).toEqual([[sent, []]])
    expect(rows(event('tx', { fee: 'free', fee_payer: us }))).toEqual([[sent, []]])
  })

  it('takes the gas since SDK 0.50 from what was spent outside of messages, whatever the tx event says', () => {
    const events = [event('coin_spent', { spender: us, amount: '8uatom' }), event('tx', { fee: '10uatom', fee_payer: us }), spentBy(us, '100uatom')]
    expect(outgoing({ messages: [send()], events })).toMatchObject([{ coins: [{ amount: 100n }], fee: [{ denom: 'uatom', amount: 8n }] }])
  })

  it('counts what the bank says was spent, and nothing else', () => {
    const none = { messages: [], events: [event('transfer', { spender: us, sender: us, amount: '5uatom' }), event('coin_spent', { spender: us }), event('coin_spent', { spender: us, amount: 'uatom' })] }
    expect(outgoing(none)).toEqual([])
    expect(outgoing({ ...none, messages: null, memo: null, events: [spentBy(us, '5uatom')] })).toMatchObject([{ memo: '', coins: [{ amount: 5n }] }])
    expect(outgoing({}, [event('coin_spent', { spender: us, amount: '4uatom' })])).toEqual([{
      chainId: 'hub-1', height: 9n, blockTime: at(0), txIndex: -1, msgIndex: -1, address: us, txHash: null, code: 0, memo: '', sequence: null, toAddress: null, coins: [{ denom: 'uatom', amount: 4n }], fee: [],
    }])
  })
})
