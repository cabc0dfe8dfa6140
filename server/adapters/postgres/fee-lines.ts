import type { StoredFeeLine } from '../../../drizzle/schema/clearing'
import type { Coin } from '../../../shared/utils/coin'
import type { FeeLine } from '../../domain/clearing/token'

const toStoredCoin = ({ denom, amount }: Coin) => ({ denom, amount: amount.toString() })
const fromStoredCoin = ({ denom, amount }: StoredFeeLine['coin']): Coin => ({ denom, amount: BigInt(amount) })

/** A fee line as the database keeps it: amounts as text. */
export function toStoredFeeLine({ kind, coin, detail, each, gas }: FeeLine): StoredFeeLine {
  return {
    kind, detail,
    coin: toStoredCoin(coin),
    each: each && { count: each.count, coin: toStoredCoin(each.coin) },
    gas: gas && { ...gas, gas: gas.gas.toString(), cost: toStoredCoin(gas.cost) },
  }
}

export function fromStoredFeeLine({ kind, coin, detail, each, gas }: StoredFeeLine): FeeLine {
  return {
    kind, detail,
    coin: fromStoredCoin(coin),
    each: each && { count: each.count, coin: fromStoredCoin(each.coin) },
    gas: gas && { ...gas, gas: BigInt(gas.gas), cost: fromStoredCoin(gas.cost) },
  }
}
