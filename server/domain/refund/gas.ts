import { parseDecimal, timesRoundedUp } from '../pricing/decimal'

/** gas × price (decimal text per unit of gas), rounded up to a whole base unit. Throws RangeError on a price that is none. */
export function multiplyRoundedUp(gas: bigint, gasPrice: string): bigint {
  const price = parseDecimal(gasPrice)
  if (!price) throw new RangeError('a gas price is a decimal text')
  return timesRoundedUp(gas, price)
}

/** Enough for a MsgSend on every SDK chain. */
export const presumedGas = 150_000n

/** A fee market may take several times its floor; more is a spike, or a lie. */
const mostTimesTheFloor = 20n

/** What a refund's transaction may cost where the operator has not said: 20 times a send at this price (decimal text per unit of gas). */
export function defaultFeeLimit(gasPriceFloor: string): bigint {
  return multiplyRoundedUp(presumedGas * mostTimesTheFloor, gasPriceFloor)
}
