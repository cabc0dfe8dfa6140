import { Secp256k1, Secp256k1Signature, sha256 } from '@cosmjs/crypto'
import { decodeTxRaw, DirectSecp256k1HdWallet, makeSignBytes } from '@cosmjs/proto-signing'
import { Secp256k1HdWallet } from '@cosmjs/amino'
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import { SignMode } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing'
import { describe, expect, it } from 'vitest'
import { aminoSignDoc, directSignParts, encodeAminoTx, encodeDirectTx, networkFee, paymentGasLimit, type PaymentOrder } from '../../../services/payment-transaction'
import { serviceOnHub } from '../../builders/dto'

const mnemonic = 'test test test test test test test test test test test junk'

async function anOrder(pubKey: Uint8Array, address: string): Promise<PaymentOrder> {
  return { chainId: 'hub-1', fromAddress: address, toAddress: serviceOnHub, coin: { denom: 'uatom', amount: '1104500' }, memo: 'RLY-23456789AB7C', fee: { denom: 'uatom', amount: '3000' }, accountNumber: 7n, sequence: 3n, pubKey }
}

describe('the payment', () => {
  it('pays the network fee rounded up, exactly, from a decimal gas price', () => {
    expect(networkFee('0.025')).toBe(3000n)
    expect(networkFee('0.0000001')).toBe(1n)
    expect(networkFee('20000000000', 100n)).toBe(2_000_000_000_000n)
    expect(networkFee('0')).toBe(0n)
    for (const text of ['', '-1', '1e3', '0,5', 'NaN']) expect(() => networkFee(text)).toThrow(RangeError)
  })

  it('signed directly, is one MsgSend with the memo, and CosmJS accepts it as such', async () => {
    const wallet = await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix: 'cosmos' })
    const account = (await wallet.getAccounts())[0]!
    const order = await anOrder(account.pubkey, account.address)
    const parts = await directSignParts(order)
    const signDoc = { ...parts, chainId: order.chainId, accountNumber: order.accountNumber }
    const { signature } = await wallet.signDirect(account.address, signDoc)
    const raw = Uint8Array.from(Buffer.from(signature.signature, 'base64'))
    const decoded = decodeTxRaw(await encodeDirectTx(parts.bodyBytes, parts.authInfoBytes, raw))
    expect(decoded.body.memo).toBe(order.memo)
    expect(decoded.body.messages).toHaveLength(1)
    expect(MsgSend.decode(decoded.body.messages[0]!.value)).toEqual({ fromAddress: order.fromAddress, toAddress: order.toAddress, amount: [order.coin] })
    expect(decoded.authInfo.fee).toMatchObject({ gasLimit: paymentGasLimit, amount: [order.fee] })
    expect(decoded.authInfo.signerInfos[0]).toMatchObject({ sequence: 3n, modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } } })
    expect(await Secp256k1.verifySignature(Secp256k1Signature.fromFixedLength(raw), sha256(makeSignBytes(signDoc)), account.pubkey)).toBe(true)
  })

  it('signed by a Ledger, keeps the fee that the wallet chose', async () => {
    const wallet = await Secp256k1HdWallet.fromMnemonic(mnemonic, { prefix: 'cosmos' })
    const account = (await wallet.getAccounts())[0]!
    const order = await anOrder(account.pubkey, account.address)
    const signDoc = { ...aminoSignDoc(order), fee: { amount: [{ denom: 'uatom', amount: '9999' }], gas: '150000' } }
    const { signed, signature } = await wallet.signAmino(account.address, signDoc)
    const decoded = decodeTxRaw(await encodeAminoTx(order, signed.fee, Uint8Array.from(Buffer.from(signature.signature, 'base64'))))
    expect(decoded.authInfo.fee).toMatchObject({ gasLimit: 150_000n, amount: [{ denom: 'uatom', amount: '9999' }] })
    expect(decoded.authInfo.signerInfos[0]?.modeInfo).toMatchObject({ single: { mode: SignMode.SIGN_MODE_LEGACY_AMINO_JSON } })
    expect(signDoc.msgs).toEqual([{ type: 'cosmos-sdk/MsgSend', value: { from_address: order.fromAddress, to_address: order.toAddress, amount: [order.coin] } }])
    expect(signDoc.memo).toBe(order.memo)
  })
})
