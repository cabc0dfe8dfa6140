const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

function polymod(values: readonly number[]): number {
  let check = 1
  for (const value of values) {
    const top = check >>> 25
    check = ((check & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of generators.entries()) {
      if ((top >>> bit) & 1) check ^= generator
    }
  }
  return check
}

/**
 * The human readable part of a lower-case bech32 text whose checksum holds; undefined otherwise
 * (source: BIP-173, without its limit of 90 characters, as Cosmos addresses may be longer).
 */
export function readBech32Prefix(text: string): string | undefined {
  const separator = text.lastIndexOf('1')
  if (separator < 1 || text !== text.toLowerCase() || text.length - separator < 7) return undefined
  const prefix = text.slice(0, separator)
  const symbols = [...text.slice(separator + 1)].map(symbol => alphabet.indexOf(symbol))
  if (symbols.includes(-1)) return undefined
  const codes = [...prefix].map(letter => letter.charCodeAt(0))
  const expanded = [...codes.map(code => code >> 5), 0, ...codes.map(code => code & 31)]
  return polymod([...expanded, ...symbols]) === 1 ? prefix : undefined
}

/** Symbols of 20 bytes (keys, modules) and of 32 (contracts, ADR-028), each with the checksum's 6. */
const accountSymbols: readonly number[] = [38, 58]

/** Whether a text is an account's address under this prefix. */
export function isAccountAddress(text: string, prefix: string): boolean {
  return readBech32Prefix(text) === prefix && accountSymbols.includes(text.length - prefix.length - 1)
}
