import type { OpenQuestion, PacketLegName } from '../../../shared/types/packet'
import type { Coin } from '../../../shared/utils/coin'
import type { ChannelEnd, PacketId } from '../../../shared/utils/packet-id'

/** One answer of a chain, or why there is none. `height` is the block whose state was read. */
export type Answer<T>
  = | { readonly known: true, readonly value: T, readonly height: bigint, readonly endpointCount: number }
    | { readonly known: false, readonly reason: string }

/** A question without an answer; `detail`: why, in English. `chainId` null: the chain itself is not known. */
export interface Unanswered {
  readonly question: OpenQuestion
  readonly chainId: string | null
  readonly detail: string
}

export interface Tip {
  readonly height: bigint
  readonly time: Date
}

/** `none`: nothing stored (asynchronous, or not received). `unreadable`: a hash is stored whose bytes nobody has. */
export type AcknowledgementReading = 'none' | 'success' | 'error' | 'other_success' | 'unreadable'

export interface FungibleTokenPacketData {
  readonly sender: string
  readonly receiver: string
  /** Denom as the packet carries it: a base denom or a trace path. */
  readonly coin: Coin
  /** What the bank of the sending chain calls that denom: `ibc/HASH` for a voucher. */
  readonly localDenom: string
  readonly memo: string
}

export interface CreditedCoin {
  readonly address: string
  readonly coin: Coin
}

/** What `send_packet` said; `transfer` is absent when the data is not ICS-20 JSON. */
export interface SentPacket {
  readonly timeoutHeight: { readonly revisionNumber: bigint, readonly revisionHeight: bigint } | null
  readonly timeoutTimestampNs: bigint | null
  readonly transfer: FungibleTokenPacketData | null
}

/** One tx that carried this packet a step further; only txs with result code 0 whose own event names the packet. */
export interface PacketLeg {
  readonly leg: PacketLegName
  readonly chainId: string
  readonly height: bigint
  readonly time: Date | null
  readonly txHash: string
  /** Account that signed the message carrying the event, when the tx could be decoded. */
  readonly signer: string | null
  /** `acknowledge` and `timeout`: what the bank credited to anybody in that message. Absent: not read. */
  readonly credits?: readonly CreditedCoin[]
}

export type ClientStatus = 'Active' | 'Expired' | 'Frozen' | 'Unknown'
export type ChannelState = 'open' | 'closed' | 'not_open'

/** How long a 07-tendermint light client may be trusted: from the time of its newest header for its trusting period. */
export interface ClientTrust {
  readonly clientId: string
  readonly trustingPeriodSeconds: bigint
  readonly newestHeaderTime: Date
  readonly frozen: boolean
}

/** Facts about the route a channel end belongs to. */
export interface RouteFacts {
  readonly source: ChannelEnd
  readonly destination: ChannelEnd | null
  readonly ordering: 'unordered' | 'ordered'
  readonly sourceChannelState: Answer<ChannelState>
  readonly destinationChannelState: Answer<ChannelState>
  /** Client on the destination that follows the source: needed to deliver. */
  readonly destinationClientStatus: Answer<ClientStatus>
  /** Client on the source that follows the destination: needed to acknowledge and to time out. */
  readonly sourceClientStatus: Answer<ClientStatus>
  readonly destinationClientTrust: Answer<ClientTrust>
  readonly sourceClientTrust: Answer<ClientTrust>
}

/** Everything read from chain about one packet. */
export interface PacketFacts {
  readonly id: PacketId
  readonly destination: ChannelEnd | null
  /** `destination` is null because it could not be asked, not because the chain is not served. */
  readonly destinationUnread?: string
  readonly commitment: Answer<boolean>
  /** Next sequence the source channel will send; a lower one without a commitment was finished, a higher one never sent. */
  readonly nextSequenceSend: Answer<bigint>
  /** Asked on the destination only while the commitment exists. */
  readonly received: Answer<boolean>
  readonly acknowledgement: Answer<AcknowledgementReading>
  readonly sourceTip: Answer<Tip>
  readonly destinationTip: Answer<Tip>
  readonly sent: Answer<SentPacket | null>
  readonly legs: readonly PacketLeg[]
  /** Acknowledgement outcome for a finished packet, read from the acknowledge/timeout tx or the destination. */
  readonly finishedBy: Answer<'acknowledged_success' | 'acknowledged_error' | 'timed_out'>
}
