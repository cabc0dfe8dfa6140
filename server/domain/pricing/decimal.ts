/** An exact non-negative decimal: `numerator / denominator`, the denominator a power of ten (or swapped by `invert`). */
export interface Ratio {
  readonly numerator: bigint
  readonly denominator: bigint
}

const decimalPattern = /^(\d{1,40})(?:\.(\d{1,40}))?$/

/** Parses decimal text such as `0.025`; undefined when it is anything else (no sign, no exponent). */
export function parseDecimal(text: string): Ratio | undefined {
  const match = decimalPattern.exec(text)
  if (!match) return undefined
  const fraction = match[2] ?? ''
  return { numerator: BigInt(match[1]! + fraction), denominator: 10n ** BigInt(fraction.length) }
}

export function multiply(a: Ratio, b: Ratio): Ratio {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator }
}

/** 1 / ratio; throws RangeError for 0. */
export function invert(ratio: Ratio): Ratio {
  if (ratio.numerator === 0n) throw new RangeError('cannot invert 0')
  return { numerator: ratio.denominator, denominator: ratio.numerator }
}

/** `amount × ratio`, rounded up to a whole unit. */
export function timesRoundedUp(amount: bigint, ratio: Ratio): bigint {
  return (amount * ratio.numerator + ratio.denominator - 1n) / ratio.denominator
}
