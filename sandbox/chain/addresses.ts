import { fromBech32, toBech32 } from '@cosmjs/encoding'
import { sha256 } from './merkle'

/** Address of a module account: the first 20 bytes of sha256(name). */
export function moduleAddress(prefix: string, name: string): string {
  return toBech32(prefix, sha256(name).slice(0, 20))
}

/** Escrow account of an ICS-20 channel (ADR-028: sha256("ics20-1" ‖ 0 ‖ "port/channel"), 20 bytes). */
export function escrowAddress(prefix: string, portId: string, channelId: string): string {
  return toBech32(prefix, sha256(`ics20-1\0${portId}/${channelId}`).slice(0, 20))
}

const maxBech32Length = 90

/** Account bytes and prefix of an address; throws for text that is no bech32. */
export function decodeAddress(text: string): { readonly prefix: string, readonly bytes: Uint8Array } {
  // The limit is passed on purpose: the library's default (none) is refused by its own bech32 codec.
  const { prefix, data: bytes } = fromBech32(text, maxBech32Length)
  return { prefix, bytes }
}

export function isAddress(prefix: string, text: string): boolean {
  try {
    const { prefix: found, bytes } = decodeAddress(text)
    return found === prefix && (bytes.length === 20 || bytes.length === 32)
  }
  catch {
    return false
  }
}

/** `ibc/HASH` for a full denom path, the path itself for a native denom. */
export function localDenom(path: string): string {
  return path.includes('/') ? `ibc/${Buffer.from(sha256(path)).toString('hex').toUpperCase()}` : path
}
