import type { PacketDto } from '../../shared/schemas/packets'
import { toDisplayAmount, type Coin } from '../../shared/utils/coin'
import { findListedAsset, groupThousands, shortDenom, type AssetChain } from '../../shared/utils/listed-asset'
import type { PacketId } from '../../shared/utils/packet-id'
import { classifyPacket, type Classified } from '../domain/packet/classify'
import { diagnose, type Diagnosis, type DiagnosisContext } from '../domain/packet/diagnose'
import type { PacketFacts, RouteFacts } from '../domain/packet/facts'
import { toPacketDto } from './dto/packet'
import type { ChainDirectory } from './ports'

export interface PacketVerdict extends Classified {
  readonly id: PacketId
  readonly destination: PacketFacts['destination']
  readonly diagnosis: Diagnosis
}

export interface PacketJudge {
  /** State and diagnosis of a packet; `route` undefined: nothing is said about clients and channel ends. */
  judge(facts: PacketFacts, now: Date, route?: RouteFacts, blockedBySequence?: bigint | null): PacketVerdict
  describe(facts: PacketFacts, now: Date, route?: RouteFacts, blockedBySequence?: bigint | null): PacketDto
}

function assetChains(directory: ChainDirectory): AssetChain[] {
  const ends = directory.channels().flatMap(({ a, b }) => [{ here: a, there: b }, { here: b, there: a }])
  return directory.chains().map(({ chainId, assets }) => ({
    chainId,
    assets,
    channels: ends.filter(({ here }) => here.chainId === chainId)
      .map(({ here, there }) => ({ portId: here.portId, channelId: here.channelId, counterparty: { chainId: there.chainId } })),
  }))
}

/** `stuckAfterMs`: age of a pending packet from which it counts as stuck. `haltedAfterMs`: age of a chain's newest block from which it counts as stopped. */
export function makePacketJudge(deps: { readonly directory: ChainDirectory, readonly stuckAfterMs: number, readonly haltedAfterMs: number }): PacketJudge {
  const chains = assetChains(deps.directory)
  const words: Pick<DiagnosisContext, 'chainName' | 'coinText'> = {
    chainName: chainId => deps.directory.chain(chainId)?.prettyName ?? chainId,
    coinText: (coin: Coin, chainId: string) => {
      const asset = findListedAsset(coin.denom, chainId, chains)
      return asset ? `${groupThousands(toDisplayAmount(coin.amount, asset.exponent))} ${asset.symbol}` : `${coin.amount} ${shortDenom(coin.denom)}`
    },
  }
  const judge: PacketJudge['judge'] = (facts, now, route, blockedBySequence) => {
    const classified = classifyPacket(facts, now, deps.stuckAfterMs)
    const diagnosis = diagnose(facts, classified, { ...words, now, route, haltedAfterMs: deps.haltedAfterMs, blockedBySequence })
    return { id: facts.id, destination: facts.destination, ...classified, diagnosis }
  }
  return { judge, describe: (facts, now, ...rest) => toPacketDto(facts, judge(facts, now, ...rest), now) }
}
