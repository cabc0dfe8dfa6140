import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import type { Clock, Ids } from '../../usecases/ports'

/** 12 bits that count within one millisecond, so that ids of one process sort as they were made. */
const counterLimit = 0x1000

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

/**
 * Ids of the machine's random source. Row ids are UUIDv7 (RFC 9562, section 6.2 method 1: a counter in rand_a; a
 * clock that steps back or a full counter borrows from the next millisecond).
 */
export function makeIds(clock: Clock): Ids {
  let lastMs = 0
  let counter = 0
  return {
    rowId() {
      const ms = clock.now().getTime()
      if (ms > lastMs) {
        lastMs = ms
        counter = 0
      }
      else if (++counter === counterLimit) {
        lastMs += 1
        counter = 0
      }
      const time = hex(lastMs, 12)
      const random = randomBytes(8)
      random[0] = (random[0]! & 0x3f) | 0x80
      const tail = random.toString('hex')
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(counter, 3)}-${tail.slice(0, 4)}-${tail.slice(4)}`
    },
    secretId: () => randomUUID(),
    // randomInt rejects what would make some values likelier than others.
    randomIntegers: (count, base) => Array.from({ length: count }, () => randomInt(base)),
    randomText: bytes => randomBytes(bytes).toString('base64url'),
  }
}
