import type { ChannelEnd, PacketId } from '../../shared/utils/packet-id'
import type { FungibleTokenPacketData } from '../domain/packet/facts'

export type PendingState = 'undelivered' | 'unacknowledged'

export interface IndexedPacket {
  readonly sequence: bigint
  readonly state: PendingState
}

export interface NewIndexedPacket extends IndexedPacket {
  /** null: its send_packet tx was not found. */
  readonly transfer: FungibleTokenPacketData | null
  readonly sentAt: Date | null
}

/** Pending packets of served channels, kept warm. A hint where to look; never a verdict. */
export interface PacketIndex {
  /** Pending packets whose ICS-20 sender or receiver is `address`. */
  ofAddress(address: string, limit: number): Promise<readonly PacketId[]>
  ofChannel(source: ChannelEnd): Promise<readonly IndexedPacket[]>
  /** The channel was read at that time; only with this do its rows say how many packets are pending. */
  wasRead(source: ChannelEnd, at: Date): Promise<void>
  /** Adds, changes and removes rows of one channel, in one transaction. */
  apply(source: ChannelEnd, change: {
    readonly destinationChainId: string
    readonly sourceHeight: bigint
    readonly added: readonly NewIndexedPacket[]
    readonly changed: readonly IndexedPacket[]
    readonly removed: readonly bigint[]
  }, now: Date): Promise<void>
}
