/** Fee markets move with blocks; a price some seconds old is inside the margin that every estimate has. */
export const gasPriceTtlMs = 15_000

/** Cache key of a chain's gas price (decimal text). */
export function gasPriceKey(chainId: string): string {
  return `gas-price:${chainId}`
}
