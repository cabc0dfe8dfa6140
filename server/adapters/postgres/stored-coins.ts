import type { Coin } from '../../../shared/utils/coin'

/** Coins as jsonb keeps them: JSON has no big integers. */
export interface StoredCoin { readonly denom: string, readonly amount: string }

export const storeCoin = ({ denom, amount }: Coin): StoredCoin => ({ denom, amount: amount.toString() })
export const readCoin = ({ denom, amount }: StoredCoin): Coin => ({ denom, amount: BigInt(amount) })
export const storeCoins = (coins: readonly Coin[]): StoredCoin[] => coins.map(storeCoin)
export const readCoins = (coins: readonly StoredCoin[]): Coin[] => coins.map(readCoin)
