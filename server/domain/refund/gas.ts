import { parseDecimal, timesRoundedUp } from '../pricing/decimal'

/** gas × price (decimal text per unit of gas), rounded up to a whole base unit. Throws RangeError on a price that is none. */
export function multiplyRoundedUp(gas: bigint, gasPrice: string): bigint {
  const price = parseDecimal(gasPrice)
  if (!price) throw new RangeError('a gas price is a decimal text')
  return timesRoundedUp(gas, price)
}
