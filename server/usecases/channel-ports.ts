import type { Coin } from '../../shared/utils/coin'
import type { ChannelEnd, PacketId } from '../../shared/utils/packet-id'

export type DeliveryOutcome = 'waiting' | 'delivered' | 'returned' | 'unknown'

export interface DeliverySample {
  readonly sequence: bigint
  readonly outcome: DeliveryOutcome
  readonly sentAt: Date | null
  readonly receivedAt: Date | null
}

/** Packets followed from their sending on, to tell how long deliveries take. */
export interface DeliverySamples {
  /** Highest sequence that was ever chosen on the channel. */
  newest(source: ChannelEnd): Promise<bigint | null>
  /** Chosen ones that still wait, oldest first. */
  waiting(source: ChannelEnd, limit: number): Promise<readonly bigint[]>
  save(source: ChannelEnd, samples: readonly DeliverySample[], now: Date): Promise<void>
  /** Drops what was chosen before. */
  forget(before: Date): Promise<void>
}

export interface ChannelFigures {
  readonly source: ChannelEnd
  readonly readAt: Date | null
  readonly undelivered: number
  readonly unacknowledged: number
  readonly oldestPendingAt: Date | null
  /** Seconds. */
  readonly median: number | null
  readonly p95: number | null
  readonly delivered: number
  readonly waiting: number
}

export interface StuckPacket {
  readonly id: PacketId
  readonly destinationChainId: string
  readonly state: 'undelivered' | 'unacknowledged'
  readonly pendingSince: Date
  readonly coin: Coin | null
}

export interface ChannelReads {
  /** Of every channel that was read or sampled; delivery times of packets sent from `since` on. */
  figures(since: Date): Promise<readonly ChannelFigures[]>
  /** Pending since before, oldest first, and how many there are. */
  stuck(before: Date, limit: number): Promise<{ readonly total: number, readonly packets: readonly StuckPacket[] }>
}
