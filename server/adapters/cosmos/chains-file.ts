import type { ServedChain, ServedChannel } from '../../usecases/ports'

/** A chains file's or registry extract's chain: as ServedChain, with all fee tokens (the first one is ours). */
export interface ListedChain {
  readonly chainId: string
  readonly chainName: string
  readonly prettyName: string
  readonly bech32Prefix: string
  readonly slip44: number
  readonly feeTokens: readonly { readonly denom: string, readonly fixedMinGasPrice: string, readonly averageGasPrice?: string | null }[]
  readonly assets: readonly { readonly denom: string, readonly symbol: string, readonly exponent: number }[]
  readonly explorers: readonly { readonly name: string, readonly txPage: string | null, readonly accountPage: string | null }[]
  readonly sandbox?: boolean
}

export interface ListedChannel {
  readonly a: ServedChannel['a']
  readonly b: ServedChannel['b']
  readonly ordering: 'unordered' | 'ordered'
}

/** What `CHAINS_FILE` holds: networks that the registry does not list. */
export interface ChainsFile {
  readonly chains: readonly ListedChain[]
  readonly channels: readonly ListedChannel[]
}

/** Throws RangeError for a chain without a fee token. */
export function servedChain(listed: ListedChain): ServedChain {
  const fee = listed.feeTokens[0]
  if (!fee) throw new RangeError(`${listed.chainId} has no fee token`)
  const asset = listed.assets.find(candidate => candidate.denom === fee.denom)
  return {
    chainId: listed.chainId,
    chainName: listed.chainName,
    prettyName: listed.prettyName,
    bech32Prefix: listed.bech32Prefix,
    slip44: listed.slip44,
    feeDenom: fee.denom,
    feeSymbol: asset?.symbol ?? fee.denom,
    feeExponent: asset?.exponent ?? 0,
    gasPriceFloor: fee.fixedMinGasPrice,
    assets: listed.assets.map(({ denom, symbol, exponent }) => ({ denom, symbol, exponent })),
    explorers: listed.explorers.map(({ name, txPage, accountPage }) => ({ name, txPage, accountPage })),
    sandbox: listed.sandbox ?? false,
  }
}
