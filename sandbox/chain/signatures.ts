import { makeSignDoc as makeAminoSignDoc, serializeSignDoc } from '@cosmjs/amino'
import { Secp256k1, Secp256k1Signature } from '@cosmjs/crypto'
import { makeSignBytes, Registry } from '@cosmjs/proto-signing'
import { AminoTypes, createDefaultAminoConverters, defaultRegistryTypes } from '@cosmjs/stargate'
import { AuthInfo, SignDoc } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { SignMode } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing'
import { sha256 } from './merkle'
import type { Transaction } from './transaction'

const registry = new Registry(defaultRegistryTypes)
const aminoTypes = new AminoTypes(createDefaultAminoConverters())

function directBytes(transaction: Transaction, chainId: string, accountNumber: string): Uint8Array {
  const { bodyBytes, authInfoBytes } = transaction.raw
  return makeSignBytes(SignDoc.fromPartial({ bodyBytes, authInfoBytes, chainId, accountNumber: BigInt(accountNumber) }))
}

function aminoBytes(transaction: Transaction, chainId: string, accountNumber: string): Uint8Array {
  const { body } = transaction
  const fee = AuthInfo.decode(transaction.raw.authInfoBytes).fee
  const messages = body.messages.map(({ typeUrl, value }) => aminoTypes.toAmino({ typeUrl, value: registry.decode({ typeUrl, value }) as unknown }))
  const stdFee = { amount: fee?.amount ?? [], gas: String(fee?.gasLimit ?? 0n) }
  const timeoutHeight = body.timeoutHeight > 0n ? body.timeoutHeight : undefined
  return serializeSignDoc(makeAminoSignDoc(messages, stdFee, chainId, body.memo, accountNumber, transaction.sequence.toString(), timeoutHeight))
}

/** Checks a secp256k1 signature over the direct or the legacy amino sign bytes; anything else is no signature. */
export function isSignedBy(transaction: Transaction, publicKey: Uint8Array, chainId: string, accountNumber: string): boolean {
  try {
    const bytes = transaction.signMode === SignMode.SIGN_MODE_DIRECT
      ? directBytes(transaction, chainId, accountNumber)
      : transaction.signMode === SignMode.SIGN_MODE_LEGACY_AMINO_JSON ? aminoBytes(transaction, chainId, accountNumber) : undefined
    if (!bytes || transaction.signature.length !== 64) return false
    return Secp256k1.verifySignature(Secp256k1Signature.fromFixedLength(transaction.signature), sha256(bytes), publicKey)
  }
  catch {
    // Sign bytes that cannot be built (a message without amino form) were not signed.
    return false
  }
}
