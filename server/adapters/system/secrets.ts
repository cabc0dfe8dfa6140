import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { AnswerSeal, TokenSigner } from '../../usecases/ports'

/** One key per purpose, all from CLEARING_TOKEN_SECRET, so that none can stand in for another. */
export interface DerivedKeys {
  readonly tokenSigning: Buffer
  readonly ipHashing: Buffer
  readonly answerSealing: Buffer
  /** Seed of an Ed25519 key. */
  readonly receiptSigning: Buffer
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'relayooor', purpose, 32))
}

/** HKDF-SHA256 (RFC 5869) with the purpose as info. */
export function deriveKeys(secret: string): DerivedKeys {
  return { tokenSigning: derive(secret, 'token-signing'), ipHashing: derive(secret, 'ip-hashing'), answerSealing: derive(secret, 'answer-sealing'), receiptSigning: derive(secret, 'receipt-signing') }
}

/** HMAC-SHA256 as base64url: for signatures, and for what is stored only as a hash (IP addresses, session secrets). */
export function keyedHash(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('base64url')
}

/** Signs tokens; verifying takes the same time wherever a signature differs. */
export function makeTokenSigner(key: Buffer): TokenSigner {
  return {
    sign: text => keyedHash(key, text),
    verify(text, signature) {
      const expected = Buffer.from(keyedHash(key, text))
      const given = Buffer.from(signature)
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
  }
}

const nonceBytes = 12
const tagBytes = 16

/** AES-256-GCM under a key of its own per Idempotency-Key: base64url of nonce ‖ tag ‖ ciphertext. */
export function makeAnswerSeal(secret: Buffer): AnswerSeal {
  const keyFor = (key: string) => Buffer.from(hkdfSync('sha256', secret, 'relayooor', `answer ${key}`, 32))
  return {
    nameOf: key => keyedHash(secret, `name ${key}`),
    close(key, text) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', keyFor(key), nonce)
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url')
    },
    open(key, sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', keyFor(key), bytes.subarray(0, nonceBytes))
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8')
    },
  }
}
