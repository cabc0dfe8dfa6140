// No 0/O, 1/I/L, U/V look-alikes: 29 symbols (prime, so the weighted check finds every single error and transposition).
const alphabet = '23456789ABCDEFGHJKMNPQRSTWXYZ'
const prefix = 'RLY-'
const randomLength = 10
const base = alphabet.length

/** The short public name of a clearing token, as written in a payment's memo: `RLY-` + 10 random + 2 check characters. */
export type MemoCode = string & { readonly __brand: 'MemoCode' }

function checkCharacters(body: string): string {
  let first = 0
  let second = 0
  for (const [position, symbol] of [...body].entries()) {
    const value = alphabet.indexOf(symbol)
    first = (first + value * (position + 1)) % base
    second = (second + value * (position + 2) * (position + 2)) % base
  }
  return alphabet[first]! + alphabet[second]!
}

/** Number of symbols a caller must choose at random for makeMemoCode. */
export const memoCodeSymbols = { count: randomLength, base }

/** Builds a code from 10 uniformly random integers in [0, 29). Throws RangeError otherwise. */
export function makeMemoCode(symbols: readonly number[]): MemoCode {
  if (symbols.length !== randomLength || symbols.some(symbol => !Number.isInteger(symbol) || symbol < 0 || symbol >= base)) {
    throw new RangeError(`a memo code takes ${randomLength} integers below ${base}`)
  }
  const body = symbols.map(symbol => alphabet[symbol]).join('')
  return (prefix + body + checkCharacters(body)) as MemoCode
}

const uuidPattern = /^[\dA-F]{8}-[\dA-F]{4}-4[\dA-F]{3}-[89AB][\dA-F]{3}-[\dA-F]{12}$/

export type MemoReading
  = | { readonly kind: 'memo_code', readonly memoCode: MemoCode }
    | { readonly kind: 'token', readonly token: string }
    | { readonly kind: 'near_miss', readonly text: string }
    | { readonly kind: 'none' }

function trimAscii(text: string): string {
  return text.replace(/^[ \t\r\n\f\v]+|[ \t\r\n\f\v]+$/g, '')
}

function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, letters => letters.toUpperCase())
}

/**
 * Reads a payment's memo strictly: ASCII white space trimmed, ASCII letters upper-cased, then exactly one memo code or
 * one full UUIDv4 token. `near_miss` is only a suggestion for a person: it never credits anything.
 */
export function readMemo(memo: string): MemoReading {
  const text = upperAscii(trimAscii(memo))
  if (text.startsWith(prefix) && text.length === prefix.length + randomLength + 2) {
    const body = text.slice(prefix.length, prefix.length + randomLength)
    const known = [...text.slice(prefix.length)].every(symbol => alphabet.includes(symbol))
    if (known && checkCharacters(body) === text.slice(-2)) return { kind: 'memo_code', memoCode: text as MemoCode }
  }
  if (uuidPattern.test(text)) return { kind: 'token', token: text.toLowerCase() }
  const near = /RLY[- ]?[\dA-Z]{6,16}/.exec(text)
  return near ? { kind: 'near_miss', text: near[0] } : { kind: 'none' }
}
