import type { StdSignDoc } from '@keplr-wallet/types'
import type { CoinDto } from '#shared/schemas/common'

/** Enough for a MsgSend with a memo on every SDK chain; unused gas is not given back, so not more than that. */
export const paymentGasLimit = 120_000n

export interface PaymentOrder {
  readonly chainId: string
  readonly fromAddress: string
  readonly toAddress: string
  readonly coin: CoinDto
  readonly memo: string
  /** Network fee in base units. */
  readonly fee: CoinDto
  readonly accountNumber: bigint
  readonly sequence: bigint
  /** Compressed secp256k1 public key, 33 bytes. */
  readonly pubKey: Uint8Array
}

/** gas × price rounded up; the price is a decimal text in base units per gas, as nodes give it. */
export function networkFee(gasPrice: string, gasLimit: bigint = paymentGasLimit): bigint {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(gasPrice)
  if (!match) throw new RangeError('a gas price is a decimal text')
  const fraction = match[2] ?? ''
  const scaled = BigInt(match[1]! + fraction) * gasLimit
  const unit = 10n ** BigInt(fraction.length)
  return (scaled + unit - 1n) / unit
}

/** The protobuf encoders come only when somebody pays. */
async function encoders() {
  const [{ AuthInfo, SignDoc, TxBody, TxRaw }, { MsgSend }, { PubKey }, { SignMode }] = await Promise.all([
    import('cosmjs-types/cosmos/tx/v1beta1/tx'),
    import('cosmjs-types/cosmos/bank/v1beta1/tx'),
    import('cosmjs-types/cosmos/crypto/secp256k1/keys'),
    import('cosmjs-types/cosmos/tx/signing/v1beta1/signing'),
  ])
  return { AuthInfo, SignDoc, TxBody, TxRaw, MsgSend, PubKey, SignMode }
}

type Encoders = Awaited<ReturnType<typeof encoders>>

function encodeBody({ TxBody, MsgSend }: Encoders, order: PaymentOrder): Uint8Array {
  const value = MsgSend.encode(MsgSend.fromPartial({ fromAddress: order.fromAddress, toAddress: order.toAddress, amount: [order.coin] })).finish()
  return TxBody.encode(TxBody.fromPartial({ messages: [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value }], memo: order.memo })).finish()
}

interface SignerFee { readonly amount: readonly CoinDto[], readonly gasLimit: bigint }

function encodeAuthInfo({ AuthInfo, PubKey }: Encoders, order: PaymentOrder, fee: SignerFee, mode: number): Uint8Array {
  const publicKey = { typeUrl: '/cosmos.crypto.secp256k1.PubKey', value: PubKey.encode(PubKey.fromPartial({ key: order.pubKey })).finish() }
  return AuthInfo.encode(AuthInfo.fromPartial({
    signerInfos: [{ publicKey, modeInfo: { single: { mode } }, sequence: order.sequence }],
    fee: { amount: fee.amount.map(({ denom, amount }) => ({ denom, amount })), gasLimit: fee.gasLimit },
  })).finish()
}

/** The two byte strings that a direct signature covers (source: cosmos.tx.v1beta1.SignDoc). */
export async function directSignParts(order: PaymentOrder): Promise<{ readonly bodyBytes: Uint8Array, readonly authInfoBytes: Uint8Array }> {
  const encoder = await encoders()
  const fee = { amount: [order.fee], gasLimit: paymentGasLimit }
  return { bodyBytes: encodeBody(encoder, order), authInfoBytes: encodeAuthInfo(encoder, order, fee, encoder.SignMode.SIGN_MODE_DIRECT) }
}

/** The document that a Ledger signs. */
export function aminoSignDoc(order: PaymentOrder): StdSignDoc {
  return {
    chain_id: order.chainId,
    account_number: order.accountNumber.toString(),
    sequence: order.sequence.toString(),
    fee: { amount: [order.fee], gas: paymentGasLimit.toString() },
    msgs: [{ type: 'cosmos-sdk/MsgSend', value: { from_address: order.fromAddress, to_address: order.toAddress, amount: [order.coin] } }],
    memo: order.memo,
  }
}

function sortKeys(_: string, value: unknown): unknown {
  return value && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) : value
}

/** Whether a wallet signed what it was asked to. The fee is its own to choose; Keplr answers with the keys sorted, as they are in the signed text. */
export function isSamePayment(asked: StdSignDoc, signed: StdSignDoc): boolean {
  return JSON.stringify({ ...signed, fee: asked.fee }, sortKeys) === JSON.stringify(asked, sortKeys)
}

export async function encodeDirectTx(bodyBytes: Uint8Array, authInfoBytes: Uint8Array, signature: Uint8Array): Promise<Uint8Array> {
  const { TxRaw } = await encoders()
  return TxRaw.encode(TxRaw.fromPartial({ bodyBytes, authInfoBytes, signatures: [signature] })).finish()
}

/** The fee may have been changed by the wallet; everything else is taken from the order. */
export async function encodeAminoTx(order: PaymentOrder, fee: StdSignDoc['fee'], signature: Uint8Array): Promise<Uint8Array> {
  const encoder = await encoders()
  const mode = encoder.SignMode.SIGN_MODE_LEGACY_AMINO_JSON
  const authInfoBytes = encodeAuthInfo(encoder, order, { amount: fee.amount, gasLimit: BigInt(fee.gas) }, mode)
  return encodeDirectTx(encodeBody(encoder, order), authInfoBytes, signature)
}
