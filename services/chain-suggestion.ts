import type { ChainInfo } from '@keplr-wallet/types'
import type { ChainDto } from '#shared/schemas/chains'

/** The host of an endpoint as a URL; plain HTTP only for this machine. */
function endpointUrl(host: string): string {
  return /^(?:localhost|127\.|\[::1\])/.test(host) ? `http://${host}` : `https://${host}`
}

/** What a wallet needs to add a chain it does not know (source: Keplr's experimentalSuggestChain). */
export function chainSuggestion(chain: ChainDto, gasPrice: string): ChainInfo {
  const url = endpointUrl(chain.endpoints[0]?.endpoint ?? 'localhost')
  const prefix = chain.bech32Prefix
  const currencies = chain.assets.map(asset => ({ coinDenom: asset.symbol, coinMinimalDenom: asset.denom, coinDecimals: asset.exponent }))
  const feeCurrency = { coinDenom: chain.feeSymbol, coinMinimalDenom: chain.feeDenom, coinDecimals: chain.feeExponent }
  const price = Number(gasPrice) || 0
  return {
    chainId: chain.chainId,
    chainName: chain.prettyName,
    rpc: url,
    rest: url,
    bip44: { coinType: chain.slip44 },
    bech32Config: {
      bech32PrefixAccAddr: prefix,
      bech32PrefixAccPub: `${prefix}pub`,
      bech32PrefixValAddr: `${prefix}valoper`,
      bech32PrefixValPub: `${prefix}valoperpub`,
      bech32PrefixConsAddr: `${prefix}valcons`,
      bech32PrefixConsPub: `${prefix}valconspub`,
    },
    currencies: currencies.some(currency => currency.coinMinimalDenom === chain.feeDenom) ? currencies : [feeCurrency, ...currencies],
    stakeCurrency: feeCurrency,
    feeCurrencies: [{ ...feeCurrency, gasPriceStep: { low: price, average: price, high: price * 1.5 } }],
  }
}
