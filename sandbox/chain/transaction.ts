import { PubKey } from 'cosmjs-types/cosmos/crypto/secp256k1/keys'
import { AuthInfo, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { SignMode } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing'
import type { Coin } from '../../shared/utils/coin'
import { parseAmount } from '../../shared/utils/coin'
import { decodeFailed, invalidRequest, noSignatures } from './errors'
import type { ChainMessage } from './messages'
import { decodeMessage } from './messages'

/** A transaction taken apart, once. Only one signer per transaction: that is all these chains need. */
export interface Transaction {
  readonly raw: TxRaw
  readonly body: TxBody
  readonly messages: readonly ChainMessage[]
  readonly signer: string
  readonly publicKey: Uint8Array | undefined
  readonly signMode: SignMode
  readonly sequence: bigint
  readonly signature: Uint8Array
  readonly fee: readonly Coin[]
  readonly gasLimit: number
  readonly byteLength: number
}

function decodeParts(bytes: Uint8Array): { raw: TxRaw, body: TxBody, authInfo: AuthInfo } {
  try {
    const raw = TxRaw.decode(bytes)
    return { raw, body: TxBody.decode(raw.bodyBytes), authInfo: AuthInfo.decode(raw.authInfoBytes) }
  }
  catch (cause) {
    throw decodeFailed(`${cause instanceof Error ? cause.message : 'unreadable'}: tx parse error`)
  }
}

/** Throws code 2 for bytes that are no transaction, 6 for unknown messages, 18 or 15 for incomplete ones. */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  const { raw, body, authInfo } = decodeParts(bytes)
  if (body.messages.length === 0) throw invalidRequest('must contain at least one message')
  const messages = body.messages.map(decodeMessage)
  const signer = messages[0]!.signer
  if (messages.some(message => message.signer !== signer)) throw invalidRequest('a transaction has one signer here')
  const signerInfo = authInfo.signerInfos[0]
  const signature = raw.signatures[0]
  if (!signerInfo || !signature) throw noSignatures('')
  const mode = signerInfo.modeInfo?.single?.mode ?? SignMode.SIGN_MODE_UNSPECIFIED
  return {
    raw,
    body,
    messages,
    signer,
    publicKey: signerInfo.publicKey ? PubKey.decode(signerInfo.publicKey.value).key : undefined,
    signMode: mode,
    sequence: signerInfo.sequence,
    signature,
    fee: (authInfo.fee?.amount ?? []).map(({ denom, amount }) => ({ denom, amount: parseAmount(amount) ?? 0n })),
    gasLimit: Number(authInfo.fee?.gasLimit ?? 0n),
    byteLength: bytes.length,
  }
}
