import { toDisplayAmount, type Coin } from '../../shared/utils/coin'
import { findListedAsset, shortDenom, type AssetChain } from '../../shared/utils/listed-asset'
import { classifyPacket } from '../domain/packet/classify'
import { diagnose } from '../domain/packet/diagnose'
import type { PacketFacts, RouteFacts } from '../domain/packet/facts'
import type { JudgedPacket } from '../domain/pricing/clearable'
import { channelsFrom } from './dto/chain'
import type { ChainDirectory } from './ports'

/** `blockedBySequence`: earlier packet of an ordered channel that is pending and not in the same request. */
export type JudgeForSale = (facts: PacketFacts, route: RouteFacts | undefined, now: Date, blockedBySequence: bigint | null) => JudgedPacket

interface Deps {
  readonly directory: ChainDirectory
  /** A pending packet counts as stuck from this age on. */
  readonly stuckAfterMs: number
}

/** A chain whose newest block is older has stopped. */
const haltedAfterMs = 60_000

/** The same classification and diagnosis that a packet's page shows, so that the two never disagree. */
export function makeJudgeForSale({ directory, stuckAfterMs }: Deps): JudgeForSale {
  const assetChains: readonly AssetChain[] = directory.chains().map(chain => ({ chainId: chain.chainId, assets: chain.assets, channels: channelsFrom(chain.chainId, directory.channels()) }))
  const coinText = ({ denom, amount }: Coin, chainId: string) => {
    const asset = findListedAsset(denom, chainId, assetChains)
    return asset ? `${toDisplayAmount(amount, asset.exponent)} ${asset.symbol}` : `${amount} ${shortDenom(denom)}`
  }
  return (facts, route, now, blockedBySequence) => {
    const classified = classifyPacket(facts, now, stuckAfterMs)
    const diagnosis = diagnose(facts, classified, {
      now, haltedAfterMs, blockedBySequence, coinText,
      ...route && { route },
      chainName: chainId => directory.chain(chainId)?.prettyName ?? chainId,
    })
    return { id: facts.id, destination: facts.destination, state: classified.state, need: classified.need, diagnosis }
  }
}
