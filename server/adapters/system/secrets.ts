import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { TokenSigner } from '../../usecases/ports'

/** One key per purpose, all from CLEARING_TOKEN_SECRET, so that none can stand in for another. */
export interface DerivedKeys {
  readonly tokenSigning: Buffer
  readonly ipHashing: Buffer
  readonly sessionHashing: Buffer
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'relayooor', purpose, 32))
}

/** HKDF-SHA256 (RFC 5869) with the purpose as info. */
export function deriveKeys(secret: string): DerivedKeys {
  return { tokenSigning: derive(secret, 'token-signing'), ipHashing: derive(secret, 'ip-hashing'), sessionHashing: derive(secret, 'session-hashing') }
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
