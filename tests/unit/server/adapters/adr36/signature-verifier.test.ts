import { Secp256k1, Secp256k1Signature, sha256 } from '@cosmjs/crypto'
import { fromBase64, toBase64 } from '@cosmjs/encoding'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adr36SignBytes, adr36Verifier } from '../../../../../server/adapters/adr36/signature-verifier'
import { aWallet, highSTwin } from '../../../../builders/wallet'

const text = 'relayooor.test wants you to sign in — ünïcödé\nNonce: abc'
const wallet = await aWallet(1)
const signed = { text, address: wallet.address, bech32Prefix: 'cosmos', pubKey: wallet.pubKey, signature: wallet.signText(text) }

describe('ADR-36 signatures', () => {
  it('accepts what the wallet signed', () => {
    expect(adr36Verifier.verify(signed)).toBe(true)
  })

  it('signs the document that ADR-36 lays down', () => {
    expect(Buffer.from(adr36SignBytes('cosmos1abc', 'hello')).toString()).toBe('{"account_number":"0","chain_id":"","fee":{"amount":[],"gas":"0"},"memo":"","msgs":[{"type":"sign/MsgSignData","value":{"data":"aGVsbG8=","signer":"cosmos1abc"}}],"sequence":"0"}')
  })

  it('refuses the high-S twin, which is a valid signature otherwise', () => {
    const twin = highSTwin(signed.signature)
    expect(Secp256k1.verifySignature(Secp256k1Signature.fromFixedLength(fromBase64(twin)), sha256(adr36SignBytes(wallet.address, text)), fromBase64(wallet.pubKey))).toBe(true)
    expect(adr36Verifier.verify({ ...signed, signature: twin })).toBe(false)
  })

  it('refuses an edited text, another address, another prefix and another key', async () => {
    const other = await aWallet(2)
    expect(adr36Verifier.verify({ ...signed, text: `${text} ` })).toBe(false)
    expect(adr36Verifier.verify({ ...signed, address: other.address })).toBe(false)
    expect(adr36Verifier.verify({ ...signed, bech32Prefix: 'osmo' })).toBe(false)
    expect(adr36Verifier.verify({ ...signed, pubKey: other.pubKey })).toBe(false)
    expect(adr36Verifier.verify({ ...signed, address: other.address, pubKey: other.pubKey })).toBe(false)
  })

  it('refuses a signature made for another signer field', async () => {
    const other = await aWallet(2)
    expect(adr36Verifier.verify({ ...signed, signature: wallet.signText(text, other.address) })).toBe(false)
  })

  it('refuses an uncompressed key, a key off the curve, and zero', () => {
    expect(adr36Verifier.verify({ ...signed, pubKey: toBase64(Secp256k1.uncompressPubkey(fromBase64(wallet.pubKey))) })).toBe(false)
    expect(adr36Verifier.verify({ ...signed, pubKey: toBase64(new Uint8Array([2, ...new Uint8Array(32).fill(255)])) })).toBe(false)
    expect(adr36Verifier.verify({ ...signed, signature: toBase64(new Uint8Array(64)) })).toBe(false)
  })

  it('never throws and never accepts anything else', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (signature, pubKey) => {
      expect(adr36Verifier.verify({ ...signed, signature })).toBe(false)
      expect(adr36Verifier.verify({ ...signed, pubKey })).toBe(false)
    }))
    fc.assert(fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
      expect(adr36Verifier.verify({ ...signed, signature: toBase64(bytes) })).toBe(false)
    }), { numRuns: 30 })
  })
})
