import type { PacketDto, PacketLegDto } from '../../../shared/schemas/packets'
import type { PacketLegName } from '../../../shared/types/packet'
import { sentAt, type Classified } from '../../domain/packet/classify'
import type { Diagnosis } from '../../domain/packet/diagnose'
import { unansweredOf } from '../../domain/packet/evidence'
import type { PacketFacts, PacketLeg } from '../../domain/packet/facts'
import { timeoutDate } from '../../domain/packet/timeout'
import { toCoinDto, toInstant, toInstantOrNull, toPacketIdDto } from './wire'

const order: readonly PacketLegName[] = ['send', 'receive', 'write_acknowledgement', 'acknowledge', 'timeout']

function toLegDto(leg: PacketLeg): PacketLegDto {
  return { leg: leg.leg, chainId: leg.chainId, height: leg.height.toString(), time: toInstantOrNull(leg.time), txHash: leg.txHash, signer: leg.signer }
}

/** One packet as the API shows it, from its facts and what they mean. */
export function toPacketDto(facts: PacketFacts, verdict: Classified & { readonly diagnosis: Diagnosis }, now: Date): PacketDto {
  const sent = facts.sent.known ? facts.sent.value : null
  const { transfer } = sent ?? { transfer: null }
  const { diagnosis } = verdict
  return {
    id: toPacketIdDto(facts.id),
    destination: facts.destination ? { ...facts.destination } : null,
    state: verdict.state,
    outcome: verdict.outcome,
    need: verdict.need,
    transfer: transfer ? { sender: transfer.sender, receiver: transfer.receiver, coin: toCoinDto(transfer.coin), memo: transfer.memo } : null,
    sentAt: toInstantOrNull(sentAt(facts)),
    timeoutAt: toInstantOrNull(sent ? timeoutDate(sent) : null),
    timeoutHeight: sent?.timeoutHeight ? `${sent.timeoutHeight.revisionNumber}-${sent.timeoutHeight.revisionHeight}` : null,
    legs: [...facts.legs].sort((a, b) => order.indexOf(a.leg) - order.indexOf(b.leg)).map(toLegDto),
    diagnosis: { ...diagnosis, evidence: diagnosis.evidence.map(row => ({ ...row, height: row.height?.toString() ?? null })) },
    unanswered: unansweredOf(facts),
    asOf: toInstant(now),
  }
}
