import { and, eq, inArray, or, sql } from 'drizzle-orm'
import { channelReadings, pendingPackets } from '../../../drizzle/schema'
import type { ChannelEnd } from '../../../shared/utils/packet-id'
import type { PacketIndex } from '../../usecases/packet-index-port'
import type { Database } from './database'

function inChannel(source: ChannelEnd) {
  return and(eq(pendingPackets.chainId, source.chainId), eq(pendingPackets.portId, source.portId), eq(pendingPackets.channelId, source.channelId))
}

/** Rows of one insert: 13 parameters each, PostgreSQL takes 65,535. */
const rowsPerInsert = 1_000

/** Text from a packet, which may hold NUL: PostgreSQL stores none. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD')
}

/** Index of pending packets in the table pending_packets. */
export function makePacketIndex(db: Database): PacketIndex {
  return {
    async ofAddress(address, limit) {
      const rows = await db.select({ chainId: pendingPackets.chainId, portId: pendingPackets.portId, channelId: pendingPackets.channelId, sequence: pendingPackets.sequence })
        .from(pendingPackets)
        .where(or(eq(pendingPackets.sender, address), eq(pendingPackets.receiver, address)))
        .orderBy(sql`${pendingPackets.firstSeenAt} desc`)
        .limit(limit)
      return rows
    },

    async ofChannel(source) {
      return db.select({ sequence: pendingPackets.sequence, state: pendingPackets.state }).from(pendingPackets).where(inChannel(source))
    },

    async wasRead(source, at) {
      const { chainId, portId, channelId } = source
      await db.insert(channelReadings).values({ chainId, portId, channelId, readAt: at })
        .onConflictDoUpdate({ target: [channelReadings.chainId, channelReadings.portId, channelReadings.channelId], set: { readAt: at } })
    },

    async apply(source, change, now) {
      const rows = change.added.map(({ sequence, state, transfer, sentAt }) => ({
        chainId: source.chainId, portId: source.portId, channelId: source.channelId, sequence, state,
        destinationChainId: change.destinationChainId,
        sender: transfer ? storable(transfer.sender) : null,
        receiver: transfer ? storable(transfer.receiver) : null,
        denom: transfer ? storable(transfer.coin.denom) : null,
        amount: transfer?.coin.amount ?? null,
        sentAt,
        sourceHeight: change.sourceHeight,
        firstSeenAt: now,
      }))
      await db.transaction(async (tx) => {
        if (change.removed.length > 0) await tx.delete(pendingPackets).where(and(inChannel(source), inArray(pendingPackets.sequence, [...change.removed])))
        for (const state of ['undelivered', 'unacknowledged'] as const) {
          const sequences = change.changed.filter(packet => packet.state === state).map(packet => packet.sequence)
          if (sequences.length > 0) await tx.update(pendingPackets).set({ state }).where(and(inChannel(source), inArray(pendingPackets.sequence, sequences)))
        }
        for (let start = 0; start < rows.length; start += rowsPerInsert) {
          // Another instance may have written the same packets meanwhile.
          await tx.insert(pendingPackets).values(rows.slice(start, start + rowsPerInsert)).onConflictDoNothing()
        }
      })
    },
  }
}
