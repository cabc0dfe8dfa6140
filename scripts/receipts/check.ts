import { createPublicKey, verify } from 'node:crypto'
import { receiptKeysSchema, signedReceiptSchema, type Receipt } from '../../shared/schemas/receipts'
import { canonicalJson } from '../../shared/utils/canonical-json'

export type CheckedReceipt
  = | { readonly valid: true, readonly receipt: Receipt, readonly keyId: string }
    | { readonly valid: false, readonly reason: string }

const originOf = (url: string) => URL.canParse(url) ? new URL(url).origin : url

/**
 * Checks the text of a signed receipt against the published keys. What was signed is what the file says, member for member.
 * `issuer` is the origin that published the keys, where that is known: it signs for no other.
 */
export function checkReceipt(text: string, keysText: string, issuer?: string): CheckedReceipt {
  let file: unknown
  try {
    file = JSON.parse(text)
  }
  catch {
    return { valid: false, reason: 'the file is not JSON' }
  }
  const read = signedReceiptSchema.safeParse(file)
  if (!read.success) return { valid: false, reason: `the file is not a signed receipt: ${read.error.issues[0]?.path.join('.') ?? ''} ${read.error.issues[0]?.message ?? ''}`.trim() }
  const { keyId, value } = read.data.signature
  const key = receiptKeysSchema.parse(JSON.parse(keysText)).keys.find(known => known.kid === keyId)
  if (!key) return { valid: false, reason: `no published key has the id ${keyId}` }
  // Over what the file holds, not over what our schema kept of it: an added member must not pass.
  const signed = Buffer.from(canonicalJson((file as { receipt: unknown }).receipt), 'utf8')
  const publicKey = createPublicKey({ key: { kty: key.kty, crv: key.crv, x: key.x }, format: 'jwk' })
  if (!verify(null, signed, publicKey, Buffer.from(value, 'base64url'))) return { valid: false, reason: 'the signature does not fit: the receipt was changed, or another key signed it' }
  const { receipt } = read.data
  if (issuer !== undefined && originOf(receipt.issuer) !== originOf(issuer)) return { valid: false, reason: `it names ${receipt.issuer} as its issuer, which is not ${issuer}` }
  return { valid: true, receipt, keyId }
}
