import { formatChannelEnd, formatPacketId, type ChannelEnd } from '../../shared/utils/packet-id'
import { DomainError } from '../domain/errors'
import { sentAt } from '../domain/packet/classify'
import type { IndexedPacket, NewIndexedPacket, PacketIndex, PendingState } from './packet-index-port'
import type { ChainDirectory, ChainReader, Clock, Logger } from './ports'

/** Brings the index of pending packets up to date, channel after channel. A channel without changes costs two queries. */
export type RefreshPacketIndex = () => Promise<{ readonly channels: number, readonly changed: number, readonly failed: number }>

export interface RefreshPacketIndexDeps {
  readonly reader: ChainReader
  readonly directory: ChainDirectory
  readonly index: PacketIndex
  readonly clock: Clock
  readonly logger: Logger
}

/** New packets per channel and round whose details are read; the others follow in the next rounds. */
const newPerRound = 200

interface Difference {
  readonly added: readonly IndexedPacket[]
  readonly changed: readonly IndexedPacket[]
  readonly removed: readonly bigint[]
}

/** What to write so that `stored` becomes `current`. */
export function indexDifference(stored: readonly IndexedPacket[], current: readonly IndexedPacket[]): Difference {
  const before = new Map(stored.map(packet => [packet.sequence, packet.state]))
  const after = new Set(current.map(packet => packet.sequence))
  return {
    added: current.filter(packet => !before.has(packet.sequence)).slice(0, newPerRound),
    changed: current.filter(packet => before.has(packet.sequence) && before.get(packet.sequence) !== packet.state),
    removed: stored.filter(packet => !after.has(packet.sequence)).map(packet => packet.sequence),
  }
}

export function makeRefreshPacketIndex({ reader, directory, index, clock, logger }: RefreshPacketIndexDeps): RefreshPacketIndex {
  async function details(source: ChannelEnd, added: readonly IndexedPacket[]): Promise<NewIndexedPacket[]> {
    if (added.length === 0) return []
    const facts = await reader.packetFacts(added.map(({ sequence }) => ({ ...source, sequence })))
    const byId = new Map(facts.map(packet => [formatPacketId(packet.id), packet]))
    return added.map((packet) => {
      const found = byId.get(formatPacketId({ ...source, sequence: packet.sequence }))
      const sent = found?.sent.known ? found.sent.value : null
      return { ...packet, transfer: sent?.transfer ?? null, sentAt: found ? sentAt(found) : null }
    })
  }

  async function refreshChannel(source: ChannelEnd, destination: ChannelEnd): Promise<boolean> {
    const [pending, stored] = await Promise.all([reader.channelPending(source, destination), index.ofChannel(source)])
    const inState = (state: PendingState) => (sequence: bigint): IndexedPacket => ({ sequence, state })
    const current = [...pending.undelivered.map(inState('undelivered')), ...pending.unacknowledged.map(inState('unacknowledged'))]
    const { added, changed, removed } = indexDifference(stored, current)
    const differs = added.length + changed.length + removed.length > 0
    if (differs) await index.apply(source, { destinationChainId: destination.chainId, sourceHeight: pending.sourceHeight, added: await details(source, added), changed, removed }, clock.now())
    await index.wasRead(source, clock.now())
    return differs
  }

  return async () => {
    const totals = { channels: 0, changed: 0, failed: 0 }
    const directions = directory.channels().flatMap(({ a, b }) => [[a, b], [b, a]] as const)
    for (const [from, to] of directions) {
      const [source, destination] = [from, to].map(({ chainId, portId, channelId }) => ({ chainId, portId, channelId })) as [ChannelEnd, ChannelEnd]
      totals.channels += 1
      try {
        if (await refreshChannel(source, destination)) totals.changed += 1
      }
      catch (cause) {
        if (!(cause instanceof DomainError)) throw cause
        totals.failed += 1
        logger.warn({ channel: formatChannelEnd(source), code: cause.code }, 'pending packets of a channel were not refreshed')
      }
    }
    return totals
  }
}
