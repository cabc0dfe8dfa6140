import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeReceiptSigner } from '../../../server/adapters/system/receipt-signer'
import { makeSignReceipt } from '../../../server/usecases/sign-receipt'
import { checkReceipt } from '../../../scripts/receipts/check'
import { canonicalJson } from '../../../shared/utils/canonical-json'
import { aClearedStatus, aStatus, aToken } from '../../builders/dto'

const signer = makeReceiptSigner(randomBytes(32))
const keys = JSON.stringify({ keys: [signer.publicKey] })
const clock = { now: () => new Date('2026-11-24T03:00:00Z') }
const sign = (status = aClearedStatus()) => makeSignReceipt({ getStatus: async () => status, signer, clock, issuer: 'https://relayooor.test' })(aToken)

describe('a signed receipt', () => {
  it('is accepted with the published key, however its text is laid out', async () => {
    const signed = await sign()
    expect(checkReceipt(JSON.stringify(signed), keys)).toMatchObject({ valid: true, keyId: signer.publicKey.kid, receipt: { issuer: 'https://relayooor.test', status: 'cleared' } })
    const turned = Object.fromEntries(Object.entries(signed.receipt).reverse())
    expect(checkReceipt(JSON.stringify({ signature: signed.signature, receipt: turned }, undefined, 4), keys)).toMatchObject({ valid: true })
  })

  it('holds no token: the receipt may be shown to anybody', async () => {
    expect(JSON.stringify(await sign())).not.toContain(aToken)
  })

  it('is refused when anything in it was changed, added or left out', async () => {
    const { receipt, signature } = await sign()
    const changed = [
      { ...receipt, total: { ...receipt.total, amount: '1' } },
      { ...receipt, packets: receipt.packets.map(packet => ({ ...packet, relayedBy: 'other' as const })) },
      { ...receipt, refundStatus: 'done' as const },
      { ...receipt, note: 'paid twice' },
    ]
    for (const forged of changed) expect(checkReceipt(JSON.stringify({ receipt: forged, signature }), keys)).toMatchObject({ valid: false, reason: expect.stringContaining('does not fit') })
    expect(checkReceipt(JSON.stringify({ receipt: { ...receipt, packets: undefined }, signature }), keys)).toMatchObject({ valid: false })
  })

  it('is refused when another key signed it, and says so when its key is not published', async () => {
    const other = makeReceiptSigner(randomBytes(32))
    const forged = await makeSignReceipt({ getStatus: async () => aClearedStatus(), signer: other, clock, issuer: 'https://relayooor.test' })(aToken)
    expect(checkReceipt(JSON.stringify(forged), keys)).toMatchObject({ valid: false, reason: expect.stringContaining('no published key') })
    expect(checkReceipt(JSON.stringify({ ...forged, signature: { ...forged.signature, keyId: signer.publicKey.kid } }), keys)).toMatchObject({ valid: false, reason: expect.stringContaining('does not fit') })
    expect(checkReceipt('{', keys)).toMatchObject({ valid: false, reason: 'the file is not JSON' })
  })

  it('is refused when it names another issuer than the one whose keys were asked', async () => {
    const text = JSON.stringify(await sign())
    expect(checkReceipt(text, keys, 'https://relayooor.test/')).toMatchObject({ valid: true })
    expect(checkReceipt(text, keys, 'https://other.test')).toMatchObject({ valid: false, reason: expect.stringContaining('names https://relayooor.test') })
  })

  it('states no address that nobody proved', async () => {
    expect((await sign()).receipt).not.toHaveProperty('walletAddress')
  })

  it('is not signed before the clearing is over', async () => {
    await expect(sign(aStatus())).rejects.toMatchObject({ code: 'not_in_this_state' })
  })

  it('comes from the same key after a restart', () => {
    const seed = randomBytes(32)
    expect(makeReceiptSigner(seed).publicKey).toEqual(makeReceiptSigner(seed).publicKey)
    expect(makeReceiptSigner(seed).publicKey.kid).not.toBe(signer.publicKey.kid)
  })
})

describe('canonical JSON', () => {
  it('is what RFC 8785 says for texts, integers and nested members', () => {
    expect(canonicalJson({ 'b': [1, { d: null, c: true }], 'a': 'é"\n', '\u20AC': undefined })).toBe('{"a":"é\\"\\n","b":[1,{"c":true,"d":null}]}')
  })

  it('refuses numbers that are no integers, whose text is not the same everywhere', () => {
    expect(() => canonicalJson({ a: 0.1 })).toThrow(TypeError)
    expect(() => canonicalJson(1n)).toThrow(TypeError)
  })
})
