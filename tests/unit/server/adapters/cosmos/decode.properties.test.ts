import fc from 'fast-check'
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import { TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { describe, expect, it } from 'vitest'
import { decodeTx, deliveredAcknowledgement, makeTxDecoder, messageSigner } from '../../../../../server/adapters/cosmos/decode-tx'
import { DomainError } from '../../../../../server/domain/errors'
import { readMemo } from '../../../../../shared/utils/memo-code'
import { captured } from '../../../../builders/rpc-node'
import { randomMemoCode } from '../../../../builders/tokens'

const us = 'cosmos1kng7tv83qesgvv2ze7hxlw4urfrjk8vqqnpqdt'
const elsewhere = 'cosmos1jrkmdcwgq94uaamx6zax2luewlhf7u4kucx3kz'
const memoCode = randomMemoCode()

function txOf(to: string, memo: string): Uint8Array {
  const messages = [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: MsgSend.encode({ fromAddress: elsewhere, toAddress: to, amount: [{ denom: 'uatom', amount: '1500000' }] }).finish() }]
  return TxRaw.encode({ bodyBytes: TxBody.encode(TxBody.fromPartial({ messages, memo })).finish(), authInfoBytes: new Uint8Array(), signatures: [new Uint8Array(64)] }).finish()
}

const capturedTx = (name: string) => Buffer.from((captured(name) as { tx: string }).tx, 'base64')
const originals = [txOf(us, memoCode), txOf(elsewhere, memoCode), ...['rpc_tx_bank_send', 'rpc_tx_recv_packet', 'rpc_tx_acknowledge_packet', 'rpc_tx_timeout_packet', 'rpc_tx_send_packet'].map(capturedTx)]

interface Change { readonly at: number, readonly kind: 'set' | 'insert' | 'remove' | 'cut', readonly byte: number }

function changed(bytes: Uint8Array, changes: readonly Change[]): Uint8Array {
  const mutable = [...bytes]
  for (const { at, kind, byte } of changes) {
    const place = at % (mutable.length + 1)
    if (kind === 'set') mutable[Math.min(place, mutable.length - 1)] = byte
    else if (kind === 'insert') mutable.splice(place, 0, byte)
    else if (kind === 'remove') mutable.splice(place, 1)
    else mutable.length = place
  }
  return Uint8Array.from(mutable)
}

const change: fc.Arbitrary<Change> = fc.record({ at: fc.nat(4_000), kind: fc.constantFrom('set', 'set', 'set', 'insert', 'remove', 'cut'), byte: fc.integer({ min: 0, max: 255 }) })
const mutated = fc.tuple(fc.constantFrom(...originals), fc.array(change, { maxLength: 6 })).map(([bytes, changes]) => changed(bytes, changes))
const bytes = fc.oneof({ weight: 3, arbitrary: mutated }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) })

/** Where `text` stands in bytes as a protobuf field: behind its length. */
const holdsField = (all: Uint8Array, text: string) => Buffer.from(all).includes(Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]))

describe('bytes of any kind', () => {
  it('are a tx or are none, and never an error', () => {
    fc.assert(fc.property(bytes, fc.nat(9), (all, index) => {
      const decoded = decodeTx(all)
      if (decoded) expect(decoded.messages.every((message, place) => message.index === place)).toBe(true)
      messageSigner(all, index)
      deliveredAcknowledgement(all, index)
    }), { numRuns: 2_000 })
  })

  it('give a payment to us only where address, denom and amount stand in them', () => {
    fc.assert(fc.property(bytes, (all) => {
      for (const { typeUrl, send } of decodeTx(all)?.messages ?? []) {
        if (send?.toAddress !== us) continue
        expect(typeUrl).toBe('/cosmos.bank.v1beta1.MsgSend')
        expect(holdsField(all, typeUrl) && holdsField(all, us)).toBe(true)
        for (const { denom, amount } of send.coins) expect((denom === '' || holdsField(all, denom)) && holdsField(all, amount.toString())).toBe(true)
      }
    }), { numRuns: 2_000 })
  })

  it('name a token only where its memo code stands in them letter by letter', () => {
    fc.assert(fc.property(bytes, (all) => {
      const decoded = decodeTx(all)
      if (decoded && readMemo(decoded.memo).kind === 'memo_code') expect(Buffer.from(all).toString('latin1').toUpperCase()).toContain(memoCode)
    }), { numRuns: 2_000 })
  })

  it('are broadcast as one payment, or refused with the code for it', () => {
    const decoder = makeTxDecoder()
    fc.assert(fc.property(bytes, (all) => {
      try {
        const payment = decoder.singleSend(all)
        expect(decodeTx(all)).toMatchObject({ memo: payment.memo, messages: [{ send: { toAddress: payment.toAddress } }] })
      }
      catch (refusal) {
        expect(refusal instanceof DomainError && refusal.code).toBe('transaction_not_a_payment')
      }
    }), { numRuns: 1_000 })
  })
})
