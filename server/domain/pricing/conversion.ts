import { coin, type Coin } from '../../../shared/utils/coin'
import { invert, timesRoundedUp, type Ratio } from './decimal'

/** One unit of `from` costs `rate` units of `to`, as the operator set it. */
export interface ConversionRate {
  readonly from: string
  readonly to: string
  readonly rate: Ratio
}

/**
 * Converts into `denom`, rounded up; a rate set for the opposite direction is inverted.
 * Undefined when no rate was set: then the route cannot be quoted.
 */
export function convert(amount: Coin, denom: string, rates: readonly ConversionRate[]): Coin | undefined {
  if (amount.denom === denom) return amount
  const direct = rates.find(rate => rate.from === amount.denom && rate.to === denom)
  if (direct) return coin(denom, timesRoundedUp(amount.amount, direct.rate))
  const opposite = rates.find(rate => rate.from === denom && rate.to === amount.denom)
  return opposite ? coin(denom, timesRoundedUp(amount.amount, invert(opposite.rate))) : undefined
}
