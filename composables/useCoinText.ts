import { toDisplayAmount } from '#shared/utils/coin'
import { shortDenom } from '#shared/utils/listed-asset'

/** Writes a coin of `chainId` as a text in the language of the page: `12.5 ATOM`; an unlisted denom stays in base units. */
export function useCoinText(): (coin: { readonly denom: string, readonly amount: string }, chainId: string) => string {
  const { f } = useWords()
  const { assetOf } = useChains()
  return ({ denom, amount }, chainId) => {
    const asset = assetOf(denom, chainId)
    return asset ? `${f.value.decimal(toDisplayAmount(BigInt(amount), asset.exponent))} ${asset.symbol}` : `${f.value.decimal(amount)} ${shortDenom(denom)}`
  }
}
