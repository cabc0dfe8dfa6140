import { coin, parseAmount, parseCoins, type Coin } from '../../../shared/utils/coin'

/** An operator-set amount: one bare number for every chain, or one amount per denom. */
export type AmountSetting
  = | { readonly kind: 'bare', readonly amount: bigint }
    | { readonly kind: 'per_denom', readonly amounts: readonly Coin[] }

/** The only exponent for which a bare number means the same everywhere. */
export const bareExponent = 6

/** Parses `1000000` or `1000000uatom,500000uosmo`; undefined when malformed or when a denom is named twice. */
export function parseAmountSetting(text: string): AmountSetting | undefined {
  const bare = parseAmount(text)
  if (bare !== undefined) return { kind: 'bare', amount: bare }
  const amounts = parseCoins(text.replaceAll(' ', ''))
  if (!amounts || amounts.length === 0 || new Set(amounts.map(amount => amount.denom)).size < amounts.length) return undefined
  return { kind: 'per_denom', amounts }
}

/** The setting in `feeDenom`; undefined when it does not say, or is a bare number and the denom has not 6 decimals. */
export function amountIn(setting: AmountSetting, feeDenom: string, feeExponent: number): Coin | undefined {
  if (setting.kind === 'per_denom') return setting.amounts.find(amount => amount.denom === feeDenom)
  return feeExponent === bareExponent || setting.amount === 0n ? coin(feeDenom, setting.amount) : undefined
}
