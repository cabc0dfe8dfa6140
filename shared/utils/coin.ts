/** An amount of one denom in base units (source: cosmos.base.v1beta1.Coin). */
export interface Coin {
  readonly denom: string
  readonly amount: bigint
}

/** Decimal digits only, no sign, no leading zero: what the SDK prints for an Int. */
const integerPattern = /^(?:0|[1-9]\d{0,77})$/

export function coin(denom: string, amount: bigint): Coin {
  if (amount < 0n) throw new RangeError(`negative amount of ${denom}`)
  return { denom, amount }
}

/** Parses base units; undefined when the text is not a plain non-negative integer of at most 78 digits. */
export function parseAmount(text: string): bigint | undefined {
  return integerPattern.test(text) ? BigInt(text) : undefined
}

function sameDenom(a: Coin, b: Coin): string {
  if (a.denom !== b.denom) throw new TypeError(`cannot combine ${a.denom} with ${b.denom}`)
  return a.denom
}

/** Throws TypeError across denoms. */
export function addCoins(a: Coin, b: Coin): Coin {
  return coin(sameDenom(a, b), a.amount + b.amount)
}

/** Throws TypeError across denoms, RangeError below zero. */
export function subtractCoins(a: Coin, b: Coin): Coin {
  return coin(sameDenom(a, b), a.amount - b.amount)
}

/** Sum of coins that share `denom`; throws TypeError otherwise. */
export function sumCoins(denom: string, coins: readonly Coin[]): Coin {
  return coins.reduce(addCoins, coin(denom, 0n))
}

/**
 * Splits an amount by integer weights so that the parts add up to it exactly; the remainder goes to the first part
 * with a weight. All weights 0 (or none): throws RangeError.
 */
export function splitByWeights(amount: bigint, weights: readonly bigint[]): bigint[] {
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0n)
  if (totalWeight <= 0n || weights.some(weight => weight < 0n)) throw new RangeError('weights must be non-negative and not all zero')
  const parts = weights.map(weight => amount * weight / totalWeight)
  const first = weights.findIndex(weight => weight > 0n)
  parts[first] = parts[first]! + amount - parts.reduce((sum, part) => sum + part, 0n)
  return parts
}

/** Parses the SDK's coin list text `12uatom,5ibc/AB…`; undefined when any part is malformed. Empty text is no coins. */
export function parseCoins(text: string): Coin[] | undefined {
  if (text === '') return []
  const coins: Coin[] = []
  for (const part of text.split(',')) {
    const match = /^(\d+)([a-z][a-z0-9/:._-]{2,127})$/i.exec(part)
    const amount = match ? parseAmount(match[1]!) : undefined
    if (!match || amount === undefined) return undefined
    coins.push({ denom: match[2]!, amount })
  }
  return coins
}

/** Base units as a decimal text with the denom's exponent, without trailing zeros: (1500000n, 6) → "1.5". */
export function toDisplayAmount(amount: bigint, exponent: number): string {
  const digits = amount.toString().padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const fraction = digits.slice(digits.length - exponent).replace(/0+$/, '')
  return fraction ? `${whole}.${fraction}` : whole
}
