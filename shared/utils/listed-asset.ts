import { toDisplayAmount } from './coin'

/** The facts of a chain by which a denom gets its symbol. */
export interface AssetChain {
  readonly chainId: string
  readonly assets: readonly { readonly denom: string, readonly symbol: string, readonly exponent: number }[]
  readonly channels: readonly { readonly portId: string, readonly channelId: string, readonly counterparty: { readonly chainId: string } }[]
}

export interface ListedAsset {
  readonly symbol: string
  /** Decimal places between base unit and symbol. */
  readonly exponent: number
}

const longestTrace = 8

/**
 * Finds the listed asset of a denom as it is written on `chainId`: a denom of that chain's own list, or a trace path
 * (`transfer/channel-0/uatom`), whose hops are walked over the served channels to the chain that lists the base denom
 * (source: ICS-20 denomination traces). Undefined: unlisted, so no symbol may be shown.
 */
export function findListedAsset(denom: string, chainId: string, chains: readonly AssetChain[]): ListedAsset | undefined {
  let place = chains.find(chain => chain.chainId === chainId)
  let rest = denom
  for (let hop = 0; place && hop <= longestTrace; hop++) {
    const listed = place.assets.find(asset => asset.denom === rest)
    if (listed) return { symbol: listed.symbol, exponent: listed.exponent }
    const [portId, channelId, ...base] = rest.split('/')
    const channel = place.channels.find(known => known.portId === portId && known.channelId === channelId)
    if (!channel || base.length === 0) return undefined
    rest = base.join('/')
    place = chains.find(chain => chain.chainId === channel.counterparty.chainId)
  }
  return undefined
}

/** `ibc/27394F…06EDB2`, `factory/osmo1…/thing`: a denom short enough for a phone; the whole one belongs into a title. */
export function shortDenom(denom: string): string {
  return denom.length <= 20 ? denom : `${denom.slice(0, 10)}…${denom.slice(-6)}`
}

/** A coin as a person reads it: `12.5 ATOM`, or base units with the short denom where it is not listed. `denom` as `chainId` writes it. */
export function coinText(coin: { readonly denom: string, readonly amount: bigint | string }, chainId: string, chains: readonly AssetChain[]): string {
  const asset = findListedAsset(coin.denom, chainId, chains)
  return asset ? `${groupThousands(toDisplayAmount(BigInt(coin.amount), asset.exponent))} ${asset.symbol}` : `${coin.amount} ${shortDenom(coin.denom)}`
}

/** Groups the whole part by thousands: `1234567.5` → `1,234,567.5`. */
export function groupThousands(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
