import { codeOfReason, type DiagnosisCode, type DiagnosisReason, type PacketState, type PayingHelps } from '../../../shared/types/packet'
import type { PacketId } from '../../../shared/utils/packet-id'
import type { EvidenceRow } from '../clearing/evidence'
import { neverSent, type Classified } from './classify'
import { evidenceOf } from './evidence'
import type { PacketFacts, RouteFacts } from './facts'
import { forwardOf, type Forward } from './forward'
import { haltObstacle, isRouteUnread, routeObstacle, type Obstacle } from './route-rules'
import { blocksUntilTimeout, timeoutDate } from './timeout'

/** A packet that carries the transfer on, and what is the matter with it. */
export interface NextHop {
  readonly id: PacketId
  readonly state: PacketState
  readonly code: DiagnosisCode
  readonly payingHelps: PayingHelps
}

/** The facts that a reason's words are made of; what does not belong to it is absent. */
export interface DiagnosisParams {
  /** Where the client, the channel end or the stopped chain is. */
  readonly chainId?: string
  readonly clientId?: string
  readonly channelId?: string
  readonly trustingPeriodSeconds?: bigint
  /** Time of the newest block of a stopped chain, or end of a client's trust. */
  readonly since?: Date
  /** By the clock of the destination. */
  readonly secondsLeft?: number
  readonly blocksLeft?: bigint
  /** Earlier packet of the same ordered channel. */
  readonly blockedBySequence?: bigint
  readonly bytes?: number
  readonly limitBytes?: number
  readonly endpointCount?: number
  /** Only the destination stands in the way: once the packet has timed out, clearing that can be sold. */
  readonly clearableAfterTimeout?: true
  readonly forward?: Forward
  /** In the order of forwarding; the last one is where the transfer is. */
  readonly nextHops?: readonly NextHop[]
}

export interface Diagnosis {
  readonly code: DiagnosisCode
  readonly reason: DiagnosisReason
  readonly payingHelps: PayingHelps
  readonly params: DiagnosisParams
  readonly evidence: readonly EvidenceRow[]
}

/** What our relayer is configured for on one route. */
export interface RelayTerms {
  /** Both chains are configured and no packet filter excludes the channel. */
  readonly served: boolean
  /** ICS-20 packets with a longer field are skipped, their timeouts and acknowledgements, too; null: no limit. */
  readonly maxMemoBytes: number | null
  readonly maxReceiverBytes: number | null
}

/**
 * An earlier packet of an ordered channel that must move first. `payable`: it and what lies between can be had cleared.
 * `waiting`: not, or nobody can tell. `timed_out`: it never moves, and proving that closes the channel.
 */
export interface Blocker {
  readonly sequence: bigint
  readonly kind: 'payable' | 'waiting' | 'timed_out'
}

/** null: nothing blocks. `unread`: it could not be asked. */
export type OrderAnswer = Blocker | 'unread' | null

export interface DiagnosisContext {
  readonly now: Date
  /** A chain whose newest block is older than this has stopped. */
  readonly haltedAfterMs: number
  /** undefined: not read, so that nothing is said about clients and channel ends. */
  readonly route?: RouteFacts
  /** null or undefined: not known, so that nothing is said about them. */
  readonly terms?: RelayTerms | null
  readonly blocker?: OrderAnswer
  /** undefined: not followed; empty: not found. */
  readonly nextHops?: readonly NextHop[]
}

interface Finding {
  readonly reason: DiagnosisReason
  readonly payingHelps: PayingHelps
  readonly params?: DiagnosisParams
}

/** A packet this close to its timeout may run out while it is being paid for. */
const timingOutSoonMs = 120_000
/** As many blocks, at the six seconds that most chains take for one. */
const timingOutSoonBlocks = 20n

interface View {
  readonly facts: PacketFacts
  readonly classified: Classified
  readonly context: DiagnosisContext
}

const no = (obstacle: Obstacle | null): Finding | null => obstacle && { ...obstacle, payingHelps: 'no' }

function tooLong({ facts, context: { terms } }: View): Obstacle | null {
  const transfer = facts.sent.known ? facts.sent.value?.transfer : null
  if (!transfer || !terms) return null
  const bytes = (text: string) => new TextEncoder().encode(text).length
  const over = (text: string, limit: number | null, reason: DiagnosisReason): Obstacle | null =>
    limit !== null && bytes(text) > limit ? { reason, params: { bytes: bytes(text), limitBytes: limit } } : null
  return over(transfer.memo, terms.maxMemoBytes, 'memo_too_long') ?? over(transfer.receiver, terms.maxReceiverBytes, 'receiver_too_long')
}

/** What keeps a relayer from doing what the packet needs. */
function obstacleOf(view: View): Obstacle | null {
  const { facts, classified: { need }, context: { now, haltedAfterMs, route, terms } } = view
  return haltObstacle(facts, now, haltedAfterMs)
    ?? (route ? routeObstacle(facts, route, need === 'deliver') : null)
    ?? tooLong(view)
    ?? (terms && !terms.served ? { reason: 'route_not_relayed', params: { channelId: facts.id.channelId } } : null)
}

/** Paying helps, unless something that could stand in the way was not read. */
function payable({ facts, classified: { need }, context: { route, blocker } }: View, reason: DiagnosisReason): Finding {
  const orderUnread = need !== 'timeout' && blocker === 'unread'
  return { reason, payingHelps: orderUnread || (route && isRouteUnread(facts, route, need === 'deliver')) ? 'unknown' : 'yes' }
}

const reasonsOfBlocker = {
  deliver: { payable: 'ordered_channel_blocked_payable', waiting: 'ordered_channel_blocked', timed_out: 'ordered_channel_closing' },
  acknowledge: { payable: 'ordered_refund_blocked_payable', waiting: 'ordered_refund_blocked', timed_out: 'ordered_refund_blocked' },
} as const satisfies Record<string, Record<Blocker['kind'], DiagnosisReason>>

/** What an ordered channel must carry first. A timeout waits for nobody. */
function ofOrder({ context: { blocker } }: View, need: keyof typeof reasonsOfBlocker): Finding | null {
  if (!blocker || blocker === 'unread') return null
  return { reason: reasonsOfBlocker[need][blocker.kind], payingHelps: 'no', params: { blockedBySequence: blocker.sequence } }
}

function timingOutSoon({ facts: { sent, destination, destinationTip } }: View): Finding | null {
  if (!sent.known || !sent.value || !destination || !destinationTip.known) return null
  const timeout = timeoutDate(sent.value)
  const leftMs = timeout ? timeout.getTime() - destinationTip.value.time.getTime() : Number.POSITIVE_INFINITY
  if (leftMs <= timingOutSoonMs) return { reason: 'timing_out_soon', payingHelps: 'no', params: { secondsLeft: Math.floor(leftMs / 1000) } }
  const blocksLeft = blocksUntilTimeout(sent.value, destinationTip.value, destination.chainId)
  return blocksLeft !== null && blocksLeft <= timingOutSoonBlocks ? { reason: 'timing_out_soon_by_height', payingHelps: 'no', params: { blocksLeft } } : null
}

/** What stands in the way of a delivery; a timeout may still be relayed where only the destination does. */
function deliveryObstacle(view: View): Obstacle | null {
  const obstacle = obstacleOf(view)
  const { facts: { sent }, classified } = view
  const timesOut = sent.known && (sent.value?.timeoutHeight ?? sent.value?.timeoutTimestampNs ?? null) !== null
  const onceTimedOut: View = { ...view, classified: { ...classified, need: 'timeout' } }
  if (!obstacle || !timesOut || obstacleOf(onceTimedOut) || payable(onceTimedOut, 'timed_out').payingHelps !== 'yes') return obstacle
  return { ...obstacle, params: { ...obstacle.params, clearableAfterTimeout: true } }
}

function ofUndelivered(view: View): Finding {
  const found = no(deliveryObstacle(view)) ?? ofOrder(view, 'deliver') ?? timingOutSoon(view)
  return found ?? (view.classified.state === 'in_flight' ? { reason: 'in_flight', payingHelps: 'not_needed' } : payable(view, 'undelivered'))
}

/** Received without an acknowledgement: at work on the destination, or forwarded from there. */
function ofAsynchronous({ facts, context: { nextHops } }: View): Finding {
  const forward = forwardOf(facts)
  const last = nextHops?.at(-1)
  if (last) return { reason: last.payingHelps === 'yes' ? 'forwarded_payable' : 'forwarded', payingHelps: 'no', params: { nextHops, ...forward ? { forward } : {} } }
  if (!forward) return { reason: 'async_ack_pending', payingHelps: 'no' }
  return { reason: nextHops ? 'forwarded_unseen' : 'forwarding', payingHelps: 'no', params: { forward } }
}

/** A success acknowledgement of a packet that was to be forwarded does not say that the money stayed there. */
function ofSucceeded({ facts, context: { nextHops } }: View, reasons: { readonly plain: DiagnosisReason, readonly forwarded: DiagnosisReason, readonly asked: DiagnosisReason }): Finding {
  const forward = forwardOf(facts)
  if (!forward) return { reason: reasons.plain, payingHelps: 'not_needed' }
  return nextHops?.length ? { reason: reasons.forwarded, payingHelps: 'not_needed', params: { nextHops, forward } } : { reason: reasons.asked, payingHelps: 'not_needed', params: { forward } }
}

function ofCompleted(view: View): Finding {
  const { outcome } = view.classified
  if (outcome === 'delivered') return ofSucceeded(view, { plain: 'completed_delivered', forwarded: 'completed_forwarded', asked: 'completed_forward_asked' })
  return { reason: outcome ? `completed_${outcome}` : 'completed_somehow', payingHelps: 'not_needed' }
}

/** What was refused needs no delivery: only its acknowledgement is held up. */
const refusedReasons: Partial<Record<DiagnosisReason, DiagnosisReason>> = { channel_closed: 'channel_closed_refused', channel_not_open: 'channel_not_open_refused' }

function ofReceived(view: View): Finding {
  const { facts: { acknowledgement }, classified } = view
  const reading = acknowledgement.known ? acknowledgement.value : undefined
  if (reading === 'none') return ofAsynchronous(view)
  if (reading !== 'error') return ofSucceeded(view, { plain: 'delivered_ack_missing', forwarded: 'delivered_forwarded', asked: 'delivered_forward_asked' })
  const obstacle = obstacleOf(view)
  if (obstacle) return { ...obstacle, reason: refusedReasons[obstacle.reason] ?? obstacle.reason, payingHelps: 'no' }
  if (classified.state === 'in_flight') return { reason: 'in_flight_returning', payingHelps: 'not_needed' }
  return ofOrder(view, 'acknowledge') ?? payable(view, 'error_ack_pending')
}

function ofUnknown({ facts }: View): Finding {
  const unsure = (reason: DiagnosisReason): Finding => ({ reason, payingHelps: 'unknown' })
  if (neverSent(facts)) return { reason: 'not_found', payingHelps: 'no' }
  if (!facts.commitment.known) return unsure('source_unreachable')
  if (!facts.commitment.value) return unsure('cannot_tell_sent')
  if (!facts.destination) return facts.destinationUnread === undefined ? { reason: 'route_not_served', payingHelps: 'no' } : unsure('cannot_tell_counterparty')
  if (!facts.received.known) return unsure('destination_unreachable')
  if (facts.received.value) return unsure('cannot_tell_acknowledged')
  if (facts.sent.known && facts.sent.value === null) return { reason: 'packet_data_pruned', payingHelps: 'no', params: { endpointCount: facts.sent.endpointCount } }
  return unsure(facts.destinationTip.known ? 'cannot_tell_timeout' : 'destination_unreachable')
}

function find(view: View): Finding {
  const { classified: { state }, facts } = view
  if (state !== 'completed' && !facts.destination) return ofUnknown(view)
  switch (state) {
    case 'unknown': return ofUnknown(view)
    case 'completed': return ofCompleted(view)
    case 'timed_out': return no(obstacleOf(view)) ?? payable(view, 'timed_out')
    case 'stuck_undelivered': return ofUndelivered(view)
    case 'stuck_unacknowledged':
    case 'stuck_error_acknowledged': return ofReceived(view)
    case 'in_flight': return facts.received.known && facts.received.value ? ofReceived(view) : ofUndelivered(view)
    default: return state satisfies never
  }
}

/** Why the packet is where it is, whether paying helps, and on which chain answers that rests. No words: see shared/utils/diagnosis-texts. */
export function diagnose(facts: PacketFacts, classified: Classified, context: DiagnosisContext): Diagnosis {
  const { reason, payingHelps, params = {} } = find({ facts, classified, context })
  return { code: codeOfReason[reason], reason, payingHelps, params, evidence: evidenceOf(facts, context.route) }
}
