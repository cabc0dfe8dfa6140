import type { PacketNeed, PacketOutcome, PacketState } from '../../../shared/types/packet'
import type { PacketFacts, SentPacket, Tip } from './facts'
import { timeoutPassed } from './timeout'

export interface Classified {
  readonly state: PacketState
  /** Only for `completed`; null there too when it could not be read how the packet ended. */
  readonly outcome: PacketOutcome | null
  readonly need: PacketNeed
}

const unknownState: Classified = { state: 'unknown', outcome: null, need: 'unknown' }

/** The sequence lies beyond everything the channel ever sent. */
export function neverSent(facts: Pick<PacketFacts, 'id' | 'commitment' | 'nextSequenceSend'>): boolean {
  return facts.commitment.known && !facts.commitment.value && facts.nextSequenceSend.known && facts.id.sequence >= facts.nextSequenceSend.value
}

/** Time of the sending block; null when its tx is not known. */
export function sentAt(facts: Pick<PacketFacts, 'legs'>): Date | null {
  return facts.legs.find(leg => leg.leg === 'send')?.time ?? null
}

/** Whether the packet is younger than the threshold after which it counts as stuck; a packet of unknown age is not. */
function isYoung(facts: PacketFacts, now: Date, thresholdMs: number): boolean {
  const sent = sentAt(facts)
  return sent !== null && now.getTime() - sent.getTime() < thresholdMs
}

function finishedOutcome(facts: PacketFacts): PacketOutcome | null {
  if (!facts.finishedBy.known) return null
  switch (facts.finishedBy.value) {
    case 'acknowledged_success': return 'delivered'
    case 'acknowledged_error': return 'returned_by_error'
    case 'timed_out': return 'returned_by_timeout'
    default: return facts.finishedBy.value satisfies never
  }
}

function finished(facts: PacketFacts): Classified {
  if (neverSent(facts)) return { state: 'unknown', outcome: null, need: 'nothing' }
  // Without the channel's counter only a trace of the packet shows that it ever existed.
  if (!facts.nextSequenceSend.known && facts.legs.length === 0 && !facts.finishedBy.known) return unknownState
  return { state: 'completed', outcome: finishedOutcome(facts), need: 'nothing' }
}

function undelivered(facts: PacketFacts, sent: SentPacket, tip: Tip, young: boolean): Classified {
  if (timeoutPassed(sent, tip, facts.destination?.chainId ?? '')) return { state: 'timed_out', outcome: null, need: 'timeout' }
  return { state: young ? 'in_flight' : 'stuck_undelivered', outcome: null, need: 'deliver' }
}

function delivered(facts: PacketFacts, young: boolean): Classified {
  if (!facts.acknowledgement.known) return unknownState
  switch (facts.acknowledgement.value) {
    case 'none': return { state: 'in_flight', outcome: null, need: 'nothing' }
    case 'success':
    case 'other_success': return { state: young ? 'in_flight' : 'stuck_unacknowledged', outcome: null, need: 'acknowledge' }
    case 'error': return { state: young ? 'in_flight' : 'stuck_error_acknowledged', outcome: null, need: 'acknowledge' }
    case 'unreadable': return unknownState
    default: return facts.acknowledgement.value satisfies never
  }
}

/**
 * Where a packet is, from chain facts alone. `thresholdMs`: age from which a pending packet counts as stuck. A fact that
 * is missing and would matter gives `unknown`, never a guess.
 */
export function classifyPacket(facts: PacketFacts, now: Date, thresholdMs: number): Classified {
  const { commitment, received, sent, destinationTip } = facts
  if (!commitment.known) return unknownState
  if (!commitment.value) return finished(facts)
  if (!received.known) return unknownState
  const young = isYoung(facts, now, thresholdMs)
  if (received.value) return delivered(facts, young)
  // The timeout stands in the sent packet, and the destination's clock decides.
  if (!sent.known || sent.value === null || !destinationTip.known) return unknownState
  return undelivered(facts, sent.value, destinationTip.value, young)
}
