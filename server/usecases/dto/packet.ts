import type { DiagnosisDto, PacketDto, PacketLegDto } from '../../../shared/schemas/packets'
import type { PacketLegName } from '../../../shared/types/packet'
import { sentAt, type Classified } from '../../domain/packet/classify'
import type { Diagnosis, DiagnosisParams } from '../../domain/packet/diagnose'
import { unansweredOf } from '../../domain/packet/evidence'
import type { PacketFacts, PacketLeg } from '../../domain/packet/facts'
import type { PacketRefund } from '../../domain/packet/refund'
import { timeoutDate } from '../../domain/packet/timeout'
import { toCoinDto, toInstant, toInstantOrNull, toPacketIdDto } from './wire'

const order: readonly PacketLegName[] = ['send', 'receive', 'write_acknowledgement', 'acknowledge', 'timeout']

function toLegDto(leg: PacketLeg): PacketLegDto {
  return { leg: leg.leg, chainId: leg.chainId, height: leg.height.toString(), time: toInstantOrNull(leg.time), txHash: leg.txHash, signer: leg.signer }
}

function toParamsDto({ trustingPeriodSeconds, since, blocksLeft, blockedBySequence, nextHops, ...same }: DiagnosisParams): DiagnosisDto['params'] {
  return {
    ...same,
    ...trustingPeriodSeconds === undefined ? {} : { trustingPeriodSeconds: Number(trustingPeriodSeconds) },
    ...since === undefined ? {} : { since: toInstant(since) },
    ...blocksLeft === undefined ? {} : { blocksLeft: blocksLeft.toString() },
    ...blockedBySequence === undefined ? {} : { blockedBySequence: blockedBySequence.toString() },
    ...nextHops === undefined ? {} : { nextHops: nextHops.map(hop => ({ ...hop, id: toPacketIdDto(hop.id) })) },
  }
}

/** Writes the words of a packet that is complete but for them. */
export type Compose = (packet: PacketWithoutWords) => Pick<DiagnosisDto, 'sentence' | 'nextStep'>

export type PacketWithoutWords = Omit<PacketDto, 'diagnosis'> & { readonly diagnosis: Omit<DiagnosisDto, 'sentence' | 'nextStep'> }

/** One packet as the API shows it, from its facts and what they mean. */
export function toPacketDto(facts: PacketFacts, verdict: Classified & { readonly diagnosis: Diagnosis, readonly refund: PacketRefund | null }, now: Date, compose: Compose): PacketDto {
  const sent = facts.sent.known ? facts.sent.value : null
  const { transfer } = sent ?? { transfer: null }
  const { diagnosis, refund } = verdict
  const packet: PacketWithoutWords = {
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
    refund: refund && { ...refund, coin: toCoinDto(refund.coin) },
    diagnosis: {
      code: diagnosis.code, reason: diagnosis.reason, payingHelps: diagnosis.payingHelps, params: toParamsDto(diagnosis.params),
      evidence: diagnosis.evidence.map(row => ({ ...row, height: row.height?.toString() ?? null })),
    },
    unanswered: unansweredOf(facts),
    asOf: toInstant(now),
  }
  return { ...packet, diagnosis: { ...packet.diagnosis, ...compose(packet) } }
}
