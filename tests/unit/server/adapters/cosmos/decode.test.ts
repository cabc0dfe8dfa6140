import { AuthInfo, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import { describe, expect, it } from 'vitest'
import { readAcknowledgement } from '../../../../../server/adapters/cosmos/acknowledgement'
import { decodeTx, deliveredAcknowledgement, makeTxDecoder, messageSigner, txSigners } from '../../../../../server/adapters/cosmos/decode-tx'
import { formatDecimal, parseDecimal, priceIn } from '../../../../../server/adapters/cosmos/gas-price'
import { sha256 } from '../../../../../server/adapters/cosmos/merkle'
import { readPacketEvents, readTransfer, sentPacket } from '../../../../../server/adapters/cosmos/packet-events'
import { findingOf } from '../../../../../server/adapters/cosmos/packet-search'
import { condition } from '../../../../../server/adapters/cosmos/tx-search'
import type { ChainEvent } from '../../../../../server/domain/payment/inbound'
import { captured } from '../../../../builders/rpc-node'

interface TxAnswer { tx: string, tx_result: { events: ChainEvent[] } }
const tx = (name: string) => captured(name) as TxAnswer
const bytes = (answer: TxAnswer) => Buffer.from(answer.tx, 'base64')
const send = (amount = '7') => ({ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: MsgSend.encode({ fromAddress: 'a', toAddress: 'b', amount: [{ denom: 'uatom', amount }] }).finish() })

function rawTx(body: Uint8Array, signatures = [new Uint8Array(64)]): Uint8Array {
  return TxRaw.encode({ bodyBytes: body, authInfoBytes: new Uint8Array(), signatures }).finish()
}
const bodyOf = (messages: ReturnType<typeof send>[], memo = '') => TxBody.encode(TxBody.fromPartial({ messages, memo })).finish()
/** A TxBody of a memo alone, as raw bytes. */
const memoBody = (memo: Uint8Array) => Buffer.concat([Uint8Array.of(0x12, memo.length), memo])

describe('packet events of captured txs', () => {
  it('reads every packet that a tx sent', () => {
    const events = readPacketEvents(tx('rpc_tx_send_packet').tx_result.events)
    expect(events.map(event => [event.leg, event.sequence, event.msgIndex])).toEqual([['send', 1n, 0], ['send', 2n, 1], ['send', 3n, 2], ['send', 4n, 3], ['send', 5n, 4]])
    expect(sentPacket(events[0]!)).toEqual({
      timeoutHeight: null, timeoutTimestampNs: 1795474144298147115n,
      transfer: { sender: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl', receiver: 'osmo12ecyuddg4wlnhztusgju5zxxjgznkz7fcj8wqj', coin: { denom: 'uatom', amount: 1000n }, localDenom: 'uatom', memo: '' },
    })
  })

  it('reads acknowledgements and timeouts, with who signed them', () => {
    const acknowledged = tx('rpc_tx_acknowledge_packet')
    const [event] = readPacketEvents(acknowledged.tx_result.events)
    expect(event).toMatchObject({ leg: 'acknowledge', sequence: 1n, msgIndex: 1 })
    expect(messageSigner(bytes(acknowledged), 1)).toBe('cosmos1jrkmdcwgq94uaamx6zax2luewlhf7u4kucx3kz')
    expect(Buffer.from(deliveredAcknowledgement(bytes(acknowledged), 1)!).toString()).toBe('{"result":"AQ=="}')
    const timedOut = tx('rpc_tx_timeout_packet')
    expect(readPacketEvents(timedOut.tx_result.events)).toMatchObject([{ leg: 'timeout', sequence: 8n }])
    expect(messageSigner(bytes(timedOut), 1)).toBe('cosmos1jrkmdcwgq94uaamx6zax2luewlhf7u4kucx3kz')
  })

  it('reads an error acknowledgement only by bytes that hash to what is stored', () => {
    const [found] = (captured('tx_search_recv_error_ack') as { txs: TxAnswer[] }).txs
    const written = readPacketEvents(found!.tx_result.events).find(event => event.leg === 'write_acknowledgement')!
    const hash = sha256(written.acknowledgement!)
    expect(readAcknowledgement(hash, written.acknowledgement)).toBe('error')
    expect(readAcknowledgement(hash, null)).toBe('unreadable')
    expect(readAcknowledgement(hash, Buffer.from('{"result":"AQ=="}'))).toBe('unreadable')
    expect(readAcknowledgement(sha256(Buffer.from('{"result":"AQ=="}')), null)).toBe('success')
    expect(readAcknowledgement(sha256(Buffer.from('{"result":"Ag=="}')), Buffer.from('{"result":"Ag=="}'))).toBe('other_success')
    expect(readAcknowledgement(sha256(Buffer.from('x')), Buffer.from('x'))).toBe('unreadable')
  })

  it('reads the plain-text data of older chains, and no transfer from anything else', () => {
    const attributes = { packet_sequence: '4', packet_src_port: 'transfer', packet_src_channel: 'channel-1', packet_dst_port: 'transfer', packet_dst_channel: 'channel-2', packet_timeout_height: '1-500', packet_timeout_timestamp: '0', packet_data: '{"denom":"u","amount":"5","sender":"s","receiver":"r"}' }
    const [event] = readPacketEvents([{ type: 'send_packet', attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })) }])
    expect(sentPacket(event!)).toEqual({ timeoutHeight: { revisionNumber: 1n, revisionHeight: 500n }, timeoutTimestampNs: null, transfer: { sender: 's', receiver: 'r', coin: { denom: 'u', amount: 5n }, localDenom: 'u', memo: '' } })
    for (const text of ['', '[]', 'null', '{"denom":"u","amount":"-5","sender":"s","receiver":"r"}', '{"denom":"u","amount":5,"sender":"s","receiver":"r"}']) expect(readTransfer(Buffer.from(text))).toBeNull()
    expect(readPacketEvents([{ type: 'send_packet', attributes: [{ key: 'packet_sequence', value: '0' }] }, { type: 'wasm-send_packet', attributes: [] }])).toEqual([])
  })
})

describe('what a tx says about packets', () => {
  const tx = (code: number, events: ChainEvent[] = []) => ({ txHash: 'AB'.repeat(32), height: 1n, code, bytes: new Uint8Array(), events })
  const v2 = { type: 'send_packet', attributes: Object.entries({ packet_source_client: '08-wasm-1369', packet_dest_client: 'cosmoshub-0', packet_sequence: '2985', packet_timeout_timestamp: '1764400000', encoded_packet_hex: '0801', msg_index: '0' }).map(([key, value]) => ({ key, value })) }

  it('tells a failed one, one that nobody knows, and packets of IBC v2 from the rest', () => {
    expect(findingOf(null)).toBe('unknown')
    expect(findingOf(tx(5, [v2]))).toBe('failed')
    expect(findingOf(tx(0, [v2]))).toBe('ibc_v2')
    expect(findingOf(tx(0, [{ type: 'message', attributes: v2.attributes }]))).toBe('succeeded')
    expect(findingOf(tx(0))).toBe('succeeded')
  })
})

describe('who signed a tx', () => {
  const signedBy = (signerInfos: { publicKey?: { typeUrl: string, value: Uint8Array }, sequence: bigint }[], messages = [send()]) =>
    TxRaw.encode({ bodyBytes: bodyOf(messages), authInfoBytes: AuthInfo.encode(AuthInfo.fromPartial({ signerInfos })).finish(), signatures: [] }).finish()
  const foreign = { typeUrl: '/ethermint.crypto.v1.ethsecp256k1.PubKey', value: new Uint8Array() }

  it('is told by the keys and sequences of its AuthInfo, with the prefix of its chain', () => {
    const acknowledged = bytes(tx('rpc_tx_acknowledge_packet'))
    const sequence = tx('rpc_tx_acknowledge_packet').tx_result.events.flatMap(event => event.attributes.filter(({ key }) => key === 'acc_seq').map(({ value }) => BigInt(value.split('/')[1]!)))[0]
    expect(txSigners(acknowledged, 'cosmos')).toEqual([{ address: 'cosmos1jrkmdcwgq94uaamx6zax2luewlhf7u4kucx3kz', sequence }])
    expect(txSigners(acknowledged, 'osmo')).toEqual([{ address: 'osmo1jrkmdcwgq94uaamx6zax2luewlhf7u4k5r4pqs', sequence }])
  })

  it('is told by its first message where the key is left out or of another kind, and nobody else signed', () => {
    expect(txSigners(signedBy([{ sequence: 4n }]), 'cosmos')).toEqual([{ address: 'a', sequence: 4n }])
    expect(txSigners(signedBy([{ publicKey: foreign, sequence: 4n }]), 'cosmos')).toEqual([{ address: 'a', sequence: 4n }])
    expect(txSigners(signedBy([{ sequence: 4n }, { publicKey: foreign, sequence: 5n }]), 'cosmos')).toEqual([{ address: null, sequence: 4n }, { address: null, sequence: 5n }])
  })

  it('is nobody where its bytes cannot be read', () => {
    for (const garbage of [Uint8Array.of(255), signedBy([{ publicKey: { typeUrl: '/cosmos.crypto.secp256k1.PubKey', value: Uint8Array.of(255) }, sequence: 4n }])]) expect(txSigners(garbage, 'cosmos')).toEqual([])
  })
})

describe('decoding a tx', () => {
  it('gives memo and top-level sends, and no more than a type for other messages', () => {
    expect(decodeTx(rawTx(bodyOf([send(), { typeUrl: '/cosmos.authz.v1beta1.MsgExec', value: new Uint8Array() }], 'hi')))).toEqual({
      memo: 'hi',
      messages: [{ index: 0, typeUrl: '/cosmos.bank.v1beta1.MsgSend', send: { fromAddress: 'a', toAddress: 'b', coins: [{ denom: 'uatom', amount: 7n }] } }, { index: 1, typeUrl: '/cosmos.authz.v1beta1.MsgExec' }],
    })
  })

  it('never throws on bytes that are no tx', () => {
    for (const garbage of [Uint8Array.of(255), Uint8Array.of(1, 2, 3), Buffer.from('tx')]) expect(decodeTx(garbage)).toBeNull()
  })

  it('case 12c: turns invalid, overlong and NUL bytes of a memo into replacement characters', () => {
    expect(decodeTx(rawTx(memoBody(Uint8Array.of(0x52, 0xFF, 0x59))))?.memo).toBe('R\uFFFDY')
    expect(decodeTx(rawTx(memoBody(Uint8Array.of(0x52, 0x00))))?.memo).toBe('R\uFFFD')
    // 0xC1 0x92 is an overlong "R": lenient decoders would read it as the letter.
    expect(decodeTx(rawTx(memoBody(Uint8Array.of(0xC1, 0x92))))?.memo).toBe('\uFFFD\uFFFD')
  })

  it('does not read a send in an encoding that another decoder may read otherwise', () => {
    const { value } = send()
    const at = Buffer.from(value).indexOf('uatom')
    const withDenom = (...bytes: number[]) => Buffer.concat([value.subarray(0, at), Buffer.from(bytes), value.subarray(at + bytes.length)])
    const unknownField = Buffer.concat([value, Buffer.from([0x22, 1, 0x61])])
    const twice = Buffer.concat([value, Buffer.from([0x12, 1, 0x62])])
    // 0xC1 0xB5 is an overlong "u", 0x80 no UTF-8 at all.
    for (const odd of [withDenom(0xC1, 0xB5), withDenom(0x80), unknownField, twice]) expect(decodeTx(rawTx(bodyOf([{ ...send(), value: odd }])))?.messages).toEqual([{ index: 0, typeUrl: '/cosmos.bank.v1beta1.MsgSend' }])
  })

  it('does not read a send whose amount is none', () => {
    expect(decodeTx(rawTx(bodyOf([send('-1')])))?.messages[0]).toEqual({ index: 0, typeUrl: '/cosmos.bank.v1beta1.MsgSend' })
  })
})

describe('the decoder of payments to broadcast', () => {
  const decoder = makeTxDecoder()
  it('takes a signed tx with one MsgSend', () => {
    expect(decoder.singleSend(rawTx(bodyOf([send()], 'memo')))).toEqual({ fromAddress: 'a', toAddress: 'b', coins: [{ denom: 'uatom', amount: 7n }], memo: 'memo' })
    expect(decoder.singleSend(bytes(tx('rpc_tx_bank_send')))).toMatchObject({ memo: 'clr:3f9a1c77' })
  })

  it.each([
    ['garbage', Uint8Array.of(1, 2, 3)], ['nothing', new Uint8Array()], ['an unsigned tx', rawTx(bodyOf([send()]), [])],
    ['two messages', rawTx(bodyOf([send(), send()]))], ['another message', rawTx(bodyOf([{ typeUrl: '/cosmos.gov.v1.MsgVote', value: new Uint8Array() }]))],
  ])('refuses %s', (_, txBytes) => {
    expect(() => decoder.singleSend(txBytes)).toThrow(expect.objectContaining({ code: 'transaction_not_a_payment' }))
  })
})

describe('small readers', () => {
  it('reads a node\'s gas price of one denom exactly', () => {
    expect(priceIn('0.025uatom,0.1ibc/AB', 'uatom')).toBe(25_000_000_000_000_000n)
    expect(priceIn('0.025uatom', 'atom')).toBeUndefined()
    expect(formatDecimal(parseDecimal('1000000000.5')!)).toBe('1000000000.5')
    expect(formatDecimal(0n)).toBe('0')
    expect(parseDecimal('1e5')).toBeUndefined()
  })

  it('lets nothing break out of a search condition', () => {
    expect(condition('ibc_transfer.sender', 'cosmos1abc')).toBe('ibc_transfer.sender=\'cosmos1abc\'')
    expect(() => condition('ibc_transfer.sender', 'a\' OR \'1\'=\'1')).toThrow(RangeError)
  })
})
