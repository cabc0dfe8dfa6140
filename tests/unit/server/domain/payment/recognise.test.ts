import { describe, expect, it } from 'vitest'
import type { BlockTx, ChainEvent, ScannedBlock } from '../../../../../server/domain/payment/inbound'
import { recogniseInbound } from '../../../../../server/domain/payment/recognise'
import { at } from '../../../../builders/tokens'

const us = 'cosmos1service'
const addresses = new Set([us])
const event = (type: string, attributes: Record<string, string>): ChainEvent => ({ type, attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })) })
const received = (amount: string, msgIndex?: string): ChainEvent => event('coin_received', { receiver: us, amount, ...msgIndex === undefined ? {} : { msg_index: msgIndex } })
const transferred = (sender: string, amount: string, msgIndex?: string): ChainEvent => event('transfer', { recipient: us, sender, amount, ...msgIndex === undefined ? {} : { msg_index: msgIndex } })
const send = (amount = 100n, index = 0, to = us, denom = 'uatom') => ({ index, typeUrl: '/cosmos.bank.v1beta1.MsgSend', send: { fromAddress: 'cosmos1payer', toAddress: to, coins: [{ denom, amount }] } })

function aTx(over: Partial<BlockTx> = {}): BlockTx {
  return { index: 0, txHash: 'AB'.repeat(32), code: 0, memo: 'RLY-CODE', messages: [send()], signers: [], events: [transferred('cosmos1payer', '100uatom', '0'), received('100uatom', '0')], ...over }
}
function inbound(...txs: readonly BlockTx[]) {
  return recogniseInbound(aBlock({ txs }), addresses)
}
function aBlock(over: Partial<ScannedBlock> = {}): ScannedBlock {
  return { chainId: 'hub-1', height: 7n, time: at(0), blockHash: 'CD'.repeat(32), txs: [], blockEvents: [], endpoint: 'node', ...over }
}
const kinds = (rows: ReturnType<typeof inbound>) => rows.map(row => [row.kind, row.coin.amount, row.fromAddress])

describe('what reached the service address', () => {
  it('is a payment when it is a decoded top-level MsgSend of a successful tx', () => {
    expect(inbound(aTx())).toEqual([{
      chainId: 'hub-1', height: 7n, blockTime: at(0), txIndex: 0, msgIndex: 0, txHash: 'AB'.repeat(32),
      coin: { denom: 'uatom', amount: 100n }, fromAddress: 'cosmos1payer', toAddress: us, memo: 'RLY-CODE', kind: 'msg_send',
    }])
  })

  it('case 2: is nothing when the tx failed, whatever it says and whatever its events say', () => {
    expect(inbound(aTx({ code: 5 }))).toEqual([])
    expect(inbound(aTx({ code: 11, messages: null }))).toEqual([])
  })

  it.each(['wasm-transfer', 'ibccallbackerror-transfer', 'wasm-coin_received', 'ibccallbackerror-coin_received', 'transfer'])('case 3a: is nothing for a lone %s event', (type) => {
    const forged = event(type, { recipient: us, receiver: us, sender: 'cosmos1payer', amount: '100uatom', msg_index: '0' })
    expect(inbound(aTx({ messages: [{ index: 0, typeUrl: '/cosmwasm.wasm.v1.MsgExecuteContract' }], events: [forged] }))).toEqual([])
  })

  it.each([
    ['authz', '/cosmos.authz.v1beta1.MsgExec'], ['a contract', '/cosmwasm.wasm.v1.MsgExecuteContract'],
    ['MultiSend', '/cosmos.bank.v1beta1.MsgMultiSend'], ['an IBC receive', '/ibc.core.channel.v1.MsgRecvPacket'],
  ])('never credits by itself when %s sent it', (_, typeUrl) => {
    expect(kinds(inbound(aTx({ messages: [{ index: 0, typeUrl }] })))).toEqual([['other', 100n, 'cosmos1payer']])
  })

  it('case 4a: never credits a MsgSend inside another message', () => {
    const nested = { index: 0, typeUrl: '/cosmos.authz.v1beta1.MsgExec', send: { fromAddress: 'cosmos1victim', toAddress: us, coins: [{ denom: 'uatom', amount: 100n }] } }
    expect(inbound(aTx({ messages: [nested] })).every(row => row.kind === 'other')).toBe(true)
  })

  it('never credits a tx that cannot be decoded', () => {
    expect(kinds(inbound(aTx({ messages: null, memo: null })))).toEqual([['other', 100n, 'cosmos1payer']])
  })

  it('case 4b: names no sender where several paid in one message: only a true debited account may be refunded', () => {
    const events = [transferred('cosmos1a', '60uatom', '0'), received('60uatom', '0'), transferred('cosmos1b', '40uatom', '0'), received('40uatom', '0')]
    expect(kinds(inbound(aTx({ messages: [{ index: 0, typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend' }], events })))).toEqual([['other', 100n, null]])
  })

  it('counts each message and denom of one tx once', () => {
    const rows = inbound(aTx({
      messages: [send(10n, 0), send(20n, 1), send(30n, 2, 'cosmos1elsewhere')],
      events: [received('10uatom', '0'), received('20uatom', '1')],
    }))
    expect(rows.map(row => [row.kind, row.msgIndex, row.coin.amount])).toEqual([['msg_send', 0, 10n], ['msg_send', 1, 20n]])
  })

  it('keeps what a hook of the same message added in another denom apart', () => {
    const rows = inbound(aTx({ events: [received('100uatom', '0'), received('5uosmo', '0')] }))
    expect(rows.map(row => [row.kind, row.coin])).toEqual([['msg_send', { denom: 'uatom', amount: 100n }], ['other', { denom: 'uosmo', amount: 5n }]])
  })

  it('is counted once where events name no message, as before SDK 0.50, and what else came stays apart', () => {
    expect(kinds(inbound(aTx({ events: [transferred('cosmos1payer', '100uatom'), received('100uatom')] })))).toEqual([['msg_send', 100n, 'cosmos1payer']])
    const more = inbound(aTx({ messages: [send(), send(20n, 1)], events: [received('100uatom'), received('20uatom'), transferred('cosmos1payer', '120uatom'), received('7uatom'), transferred('cosmos1granter', '7uatom')] }))
    expect(more.map(row => [row.kind, row.msgIndex, row.coin.amount, row.fromAddress])).toEqual([['msg_send', 0, 100n, 'cosmos1payer'], ['msg_send', 1, 20n, 'cosmos1payer'], ['other', -1, 7n, null]])
  })

  it('keeps what a hook of the same message added in the same denom, under a key of its own', () => {
    const rows = inbound(aTx({ events: [received('100uatom', '0'), received('5uatom', '0'), transferred('cosmos1payer', '100uatom', '0'), transferred('cosmos1hook', '5uatom', '0')] }))
    expect(rows.map(row => [row.kind, row.msgIndex, row.coin.amount, row.fromAddress])).toEqual([['msg_send', 0, 100n, 'cosmos1payer'], ['other', -1, 5n, null]])
  })

  it.each(['recv_packet', 'acknowledge_packet', 'timeout_packet'])('case 5b: names no sender for what came by IBC (%s): an escrow is nobody\'s account', (type) => {
    const events = [event(type, { packet_sequence: '1', msg_index: '1' }), transferred('cosmos1escrow', '100uatom', '1'), received('100uatom', '1')]
    expect(kinds(inbound(aTx({ messages: null, events })))).toEqual([['other', 100n, null]])
    expect(kinds(inbound(aTx({ messages: null, events: [...events.slice(1), event(type, { msg_index: '0' })] })))).toEqual([['other', 100n, 'cosmos1escrow']])
  })

  it('is read exactly at any size', () => {
    expect(inbound(aTx({ messages: [send(10n ** 30n)], events: [] }))[0]?.coin.amount).toBe(10n ** 30n)
  })

  it('is kept when it came with the block, without a tx', () => {
    expect(recogniseInbound(aBlock({ blockEvents: [transferred('cosmos1module', '9uatom'), received('9uatom')] }), addresses)).toEqual([
      expect.objectContaining({ kind: 'other', memo: '', txIndex: -1, msgIndex: -1, txHash: null, fromAddress: 'cosmos1module', coin: { denom: 'uatom', amount: 9n } }),
    ])
  })

  it('is nothing when a wallet pays itself, and is kept when one of our wallets pays another', () => {
    expect(recogniseInbound(aBlock({ txs: [aTx({ messages: [{ ...send(), send: { ...send().send, fromAddress: us } }], events: [transferred(us, '100uatom', '0'), received('100uatom', '0')] })] }), addresses)).toEqual([])
    expect(recogniseInbound(aBlock({ txs: [aTx()] }), new Set([us, 'cosmos1payer']))).toMatchObject([{ toAddress: us, fromAddress: 'cosmos1payer' }])
  })

  it('is told wallet by wallet when one message pays several of ours', () => {
    const other = event('coin_received', { receiver: 'cosmos1old', amount: '7uatom', msg_index: '0' })
    const rows = recogniseInbound(aBlock({ txs: [aTx({ messages: [{ index: 0, typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend' }], events: [transferred('cosmos1payer', '100uatom', '0'), received('100uatom', '0'), other] })] }), new Set([us, 'cosmos1old']))
    expect(rows.map(row => [row.toAddress, row.msgIndex, row.coin.amount])).toEqual([[us, 0, 100n], ['cosmos1old', 0, 7n]])
  })

  it('belongs to the message that an event names in plain digits, and to none otherwise', () => {
    const place = (msgIndex?: string) => inbound(aTx({ messages: null, memo: null, events: [received('5uatom', msgIndex)] })).map(row => [row.msgIndex, row.memo])
    expect([place('0'), place('12'), place('999999')]).toEqual([[[0, '']], [[12, '']], [[999_999, '']]])
    for (const odd of [undefined, '', 'x', '-1', '1x', 'x1', '1.5', '1000000', ' 1']) expect(place(odd)).toEqual([[-1, '']])
  })

  it('keeps the memo and the sender of the message that brought it', () => {
    const events = [received('5uatom', '0'), transferred('cosmos1alice', '5uatom', '0'), event('transfer', { recipient: 'cosmos1elsewhere', sender: 'cosmos1bob', amount: '1uatom', msg_index: '0' }), event('message', { recipient: us, sender: 'cosmos1bob', msg_index: '0' }),
      received('7uatom', '1'), transferred('cosmos1bob', '7uatom', '1')]
    expect(inbound(aTx({ messages: null, memo: 'hello', events })).map(row => [row.coin.amount, row.fromAddress, row.memo])).toEqual([[5n, 'cosmos1alice', 'hello'], [7n, 'cosmos1bob', 'hello']])
  })

  it('has no sender where the bank names none', () => {
    expect(kinds(inbound(aTx({ messages: null, events: [received('5uatom', '0')] })))).toEqual([['other', 5n, null]])
    expect(kinds(inbound(aTx({ messages: null, events: [received('5uatom', '0'), event('transfer', { recipient: us, amount: '5uatom', msg_index: '0' })] })))).toEqual([['other', 5n, null]])
    expect(inbound(aTx({ messages: null, events: [event('coin_received', { amount: '5uatom' }), event('coin_received', { receiver: us })] }))).toEqual([])
  })

  it('is named only when both ways that it came name the same sender', () => {
    const beside = (sender: string) => inbound(aTx({ events: [received('100uatom', '0'), received('5uatom', '0'), transferred('cosmos1payer', '105uatom', '0'), received('7uatom', 'x'), transferred(sender, '7uatom', 'x')] }))
    expect(kinds(beside('cosmos1payer'))).toEqual([['msg_send', 100n, 'cosmos1payer'], ['other', 12n, 'cosmos1payer']])
    expect(kinds(beside('cosmos1other'))).toEqual([['msg_send', 100n, 'cosmos1payer'], ['other', 12n, null]])
  })

  it('survives amounts and indexes that are nonsense', () => {
    for (const amount of ['', '100', 'uatom', '-5uatom', '99999999999999999999999999999999999999999999999999999999999999999999999999999999uatom']) {
      expect(inbound(aTx({ messages: null, events: [received(amount, 'x')] }))).toEqual([])
    }
  })
})
