import type { Network } from './network'
import { isOrdered } from './network'

/** The file that tells the app about networks that no registry lists. */
export interface ChainsFile {
  readonly chains: readonly {
    readonly chainId: string
    readonly chainName: string
    readonly prettyName: string
    readonly bech32Prefix: string
    /** Pages show a ribbon. */
    readonly sandbox: true
    readonly slip44: number
    readonly feeTokens: readonly { readonly denom: string, readonly fixedMinGasPrice: string, readonly averageGasPrice: string }[]
    readonly assets: readonly { readonly denom: string, readonly symbol: string, readonly exponent: number }[]
    readonly explorers: readonly { readonly name: string, readonly txPage: string, readonly accountPage: string }[]
  }[]
  readonly channels: readonly {
    readonly a: ChainsFileEnd
    readonly b: ChainsFileEnd
    readonly ordering: 'unordered' | 'ordered'
  }[]
}

interface ChainsFileEnd {
  readonly chainId: string
  readonly portId: string
  readonly channelId: string
  readonly connectionId: string
  readonly clientId: string
}

function doubled(decimal: string): string {
  const digits = decimal.split('.')[1]?.length ?? 0
  const scaled = (BigInt(decimal.replace('.', '')) * 2n).toString().padStart(digits + 1, '0')
  return digits === 0 ? scaled : `${scaled.slice(0, -digits)}.${scaled.slice(-digits)}`
}

export function chainsFileOf(network: Network): ChainsFile {
  return {
    chains: network.chains.map(({ spec }) => ({
      chainId: spec.chainId,
      chainName: spec.chainName,
      prettyName: spec.prettyName,
      bech32Prefix: spec.bech32Prefix,
      sandbox: true,
      slip44: spec.slip44,
      feeTokens: [{ denom: spec.feeDenom, fixedMinGasPrice: spec.gasPrice, averageGasPrice: doubled(spec.gasPrice) }],
      assets: [{ denom: spec.feeDenom, symbol: spec.symbol, exponent: spec.exponent }],
      explorers: [],
    })),
    channels: network.channels.map(([a, b]) => ({ a, b, ordering: isOrdered(a) ? 'ordered' as const : 'unordered' as const })),
  }
}
