import type { StoredFeeLine } from '../../../drizzle/schema/clearing'
import type { FeeLine } from '../../domain/clearing/token'
import { readCoin, storeCoin } from './stored-coins'

/** A fee line as the database keeps it: amounts as text. */
export function toStoredFeeLine({ kind, coin, detail, each, gas }: FeeLine): StoredFeeLine {
  return {
    kind, detail,
    coin: storeCoin(coin),
    each: each && { count: each.count, coin: storeCoin(each.coin) },
    gas: gas && { ...gas, gas: gas.gas.toString(), cost: storeCoin(gas.cost) },
  }
}

export function fromStoredFeeLine({ kind, coin, detail, each, gas }: StoredFeeLine): FeeLine {
  return {
    kind, detail,
    coin: readCoin(coin),
    each: each && { count: each.count, coin: readCoin(each.coin) },
    gas: gas && { ...gas, gas: BigInt(gas.gas), cost: readCoin(gas.cost) },
  }
}
