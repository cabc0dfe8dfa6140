import type { AcknowledgementReading } from '../../domain/packet/facts'
import { sha256 } from './merkle'

/** sha256 of `{"result":"AQ=="}`, the acknowledgement of a plain ICS-20 success, as D stores it. */
const successHash = Buffer.from('CPdVftUYJv4Y2EUSvyTsdQAe268hI6R333KgqfNkCnw=', 'base64')

export function isSuccessHash(storedHash: Uint8Array): boolean {
  return Buffer.compare(successHash, storedHash) === 0
}

/**
 * Reads an acknowledgement by its stored hash. Bytes count only if they hash to it; a JSON object with `error` is a failed
 * receive (ICS-04 Acknowledgement), one with `result` another kind of success. Anything else stays unreadable.
 */
export function readAcknowledgement(storedHash: Uint8Array, bytes: Uint8Array | null): AcknowledgementReading {
  if (isSuccessHash(storedHash)) return 'success'
  if (!bytes || Buffer.compare(sha256(bytes), storedHash) !== 0) return 'unreadable'
  try {
    const parsed: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    if (typeof parsed !== 'object' || parsed === null) return 'unreadable'
    if ('error' in parsed) return 'error'
    return 'result' in parsed ? 'other_success' : 'unreadable'
  }
  catch {
    return 'unreadable'
  }
}
