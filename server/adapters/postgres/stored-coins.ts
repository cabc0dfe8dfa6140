import type { Coin } from '../../../shared/utils/coin'

/** Coins as jsonb keeps them: JSON has no big integers. */
export interface StoredCoin { readonly denom: string, readonly amount: string }

export const storeCoins = (coins: readonly Coin[]): StoredCoin[] => coins.map(({ denom, amount }) => ({ denom, amount: amount.toString() }))
export const readCoins = (coins: readonly StoredCoin[]): Coin[] => coins.map(({ denom, amount }) => ({ denom, amount: BigInt(amount) }))
