import type { DiagnosisDto, PacketDto } from '../../shared/schemas/packets'
import { composeDiagnosis, type DiagnosisFormats } from '../../shared/utils/compose-diagnosis'
import { englishDiagnosis } from '../../shared/utils/diagnosis-texts'
import { coinText, type AssetChain } from '../../shared/utils/listed-asset'
import type { PacketId } from '../../shared/utils/packet-id'
import { durationText, shortAddress } from '../../shared/utils/short-text'
import { classifyPacket, type Classified } from '../domain/packet/classify'
import { diagnose, type Diagnosis, type DiagnosisContext } from '../domain/packet/diagnose'
import type { PacketFacts } from '../domain/packet/facts'
import { refundOf } from '../domain/packet/refund'
import { toPacketDto } from './dto/packet'
import type { ChainDirectory } from './ports'

/** What was read around a packet; see DiagnosisContext for what a gap means. */
export type Surroundings = Pick<DiagnosisContext, 'route' | 'terms' | 'blocker' | 'nextHops'>

export interface PacketVerdict extends Classified {
  readonly id: PacketId
  readonly destination: PacketFacts['destination']
  /** With its words in English. */
  readonly diagnosis: DiagnosisDto
}

export interface PacketJudge {
  /** State and diagnosis of a packet. */
  judge(facts: PacketFacts, now: Date, around?: Surroundings): PacketVerdict
  /** The same as the API shows it. */
  describe(facts: PacketFacts, now: Date, around?: Surroundings): PacketDto
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
  const formats: DiagnosisFormats = {
    chainName: chainId => deps.directory.chain(chainId)?.prettyName ?? chainId,
    coin: (coin, chainId) => coinText(coin, chainId, chains),
    address: shortAddress,
    duration: durationText,
  }
  const verdictOf = (facts: PacketFacts, now: Date, around: Surroundings): Classified & { readonly diagnosis: Diagnosis } => {
    const classified = classifyPacket(facts, now, deps.stuckAfterMs)
    return { ...classified, diagnosis: diagnose(facts, classified, { ...around, now, haltedAfterMs: deps.haltedAfterMs }) }
  }
  const describe: PacketJudge['describe'] = (facts, now, around = {}) => {
    const verdict = verdictOf(facts, now, around)
    return toPacketDto(facts, { ...verdict, refund: refundOf(facts, verdict) }, now, packet => composeDiagnosis(packet, englishDiagnosis, formats))
  }
  return {
    describe,
    judge: (facts, now, around) => {
      const { state, outcome, need, diagnosis } = describe(facts, now, around)
      return { id: facts.id, destination: facts.destination, state, outcome, need, diagnosis }
    },
  }
}
