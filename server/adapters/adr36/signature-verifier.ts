import { makeSignDoc, pubkeyToAddress, serializeSignDoc } from '@cosmjs/amino'
import { Secp256k1, Secp256k1Signature, sha256 } from '@cosmjs/crypto'
import { fromBase64, toBase64, toUtf8 } from '@cosmjs/encoding'
import type { SignatureVerifier, SignedText } from '../../usecases/auth-ports'

/** Half of the order of secp256k1 (source: SEC 2, 2.4.1): a larger s is the twin anybody can make of a signature. */
const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/** The bytes a wallet signs for a text (source: Cosmos SDK ADR-36). */
export function adr36SignBytes(signer: string, text: string): Uint8Array {
  const message = { type: 'sign/MsgSignData', value: { signer, data: toBase64(toUtf8(text)) } }
  return serializeSignDoc(makeSignDoc([message], { gas: '0', amount: [] }, '', '', 0, 0))
}

function hasLowS(signature: Uint8Array): boolean {
  const s = signature.slice(32).reduce((value, byte) => value * 256n + BigInt(byte), 0n)
  return s > 0n && s <= halfOrder
}

function isSigned({ text, address, bech32Prefix, pubKey, signature }: SignedText): boolean {
  const key = fromBase64(pubKey)
  const fixed = fromBase64(signature)
  if (key.length !== 33 || fixed.length !== 64 || !hasLowS(fixed)) return false
  if (pubkeyToAddress({ type: 'tendermint/PubKeySecp256k1', value: pubKey }, bech32Prefix) !== address) return false
  return Secp256k1.verifySignature(Secp256k1Signature.fromFixedLength(fixed), sha256(adr36SignBytes(address, text)), key)
}

export const adr36Verifier: SignatureVerifier = {
  verify(signed) {
    try {
      return isSigned(signed)
    }
    catch {
      // Not base64, or not a point of the curve: no signature of anybody.
      return false
    }
  },
}
