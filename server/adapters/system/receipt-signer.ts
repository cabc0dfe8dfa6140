import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { ReceiptSigner } from '../../usecases/ports'

/** PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410, 10.3). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Signs receipts with the Ed25519 key that `seed` (32 bytes) is; named by its RFC 7638 thumbprint. */
export function makeReceiptSigner(seed: Buffer): ReceiptSigner {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')
  return {
    publicKey: { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' },
    sign: text => sign(null, Buffer.from(text, 'utf8'), privateKey).toString('base64url'),
  }
}
