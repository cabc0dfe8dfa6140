import { formatPacketId, type ChannelEnd, type PacketId } from '../../shared/utils/packet-id'
import { DomainError } from '../domain/errors'
import type { Blocker, OrderAnswer } from '../domain/packet/diagnose'
import type { PacketFacts, RouteFacts } from '../domain/packet/facts'
import type { JudgedPacket } from '../domain/pricing/clearable'
import type { Surroundings } from './describe-packets'
import type { ChannelPending, Clock } from './ports'

export interface OrderReads {
  readonly pending: (source: ChannelEnd, destination: ChannelEnd) => Promise<Pick<ChannelPending, 'undelivered' | 'unacknowledged'>>
  readonly packets: (ids: readonly PacketId[]) => Promise<readonly PacketFacts[]>
  readonly judge: (facts: PacketFacts, now: Date, around: Surroundings) => Pick<JudgedPacket, 'need' | 'diagnosis'>
  readonly clock: Clock
}

/** What was read around a packet whose route is known, before its channel's order. */
export type RouteSurroundings = Pick<Surroundings, 'terms'> & { readonly route: RouteFacts }

/** Of a channel only so many of the first are looked at: nobody is told to pay for more. */
const mostJudged = 50

function blockerAmong(earlier: readonly bigint[], judged: readonly (Pick<JudgedPacket, 'need' | 'diagnosis'> & { readonly sequence: bigint })[], requested: (sequence: bigint) => boolean): Blocker | null {
  const timedOut = judged.find(({ need }) => need === 'timeout')
  if (timedOut) return { sequence: timedOut.sequence, kind: 'timed_out' }
  const first = earlier.find(sequence => !requested(sequence))
  if (first === undefined) return null
  const payable = judged.length === earlier.length && judged.every(({ diagnosis }) => diagnosis.payingHelps === 'yes')
  return { sequence: first, kind: payable ? 'payable' : 'waiting' }
}

/**
 * The earlier packet of an ordered channel that must move before this one: to be received, every earlier one must have
 * been; to be acknowledged, every earlier one must have been acknowledged (ibc-go RecvPacket, AcknowledgePacket).
 * `requested`: cleared together with it, so that they block only where nothing can clear both.
 */
async function blockerOf(reads: OrderReads, facts: PacketFacts, around: RouteSurroundings, requested: ReadonlySet<string>): Promise<OrderAnswer> {
  const { route } = around
  const { id, commitment, received, destination } = facts
  if (route.ordering !== 'ordered' || !destination || !commitment.known || !commitment.value || !received.known) return null
  try {
    const { undelivered, unacknowledged } = await reads.pending(route.source, destination)
    const pending = [...undelivered, ...received.value ? unacknowledged : []].sort((a, b) => a < b ? -1 : 1)
    const earlier = pending.filter(sequence => sequence < id.sequence)
    if (earlier.length === 0) return null
    // The same question for every packet of the channel, so that a list asks it once.
    const firstFacts = await reads.packets(pending.slice(0, mostJudged).map(sequence => ({ ...id, sequence })))
    // Each by itself: as if nothing came before it.
    const judged = firstFacts.filter(packet => packet.id.sequence < id.sequence).map(packet => ({ ...reads.judge(packet, reads.clock.now(), around), sequence: packet.id.sequence }))
    return blockerAmong(earlier, judged, sequence => requested.has(formatPacketId({ ...id, sequence })))
  }
  catch (cause) {
    if (cause instanceof DomainError) return 'unread'
    throw cause
  }
}

/** What was read around a packet, with what its channel's order adds. */
export async function withBlocker(reads: OrderReads, facts: PacketFacts, around: RouteSurroundings, requested: ReadonlySet<string> = new Set()): Promise<Surroundings> {
  return { ...around, blocker: await blockerOf(reads, facts, around, requested) }
}
