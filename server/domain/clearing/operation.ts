import type { OperationStatus, PacketResultName, PaymentIssue, RefundReason, RefundStatus, RelayedBy } from '../../../shared/types/clearing'
import type { PacketNeed } from '../../../shared/types/packet'
import type { Coin } from '../../../shared/utils/coin'
import type { MemoCode } from '../../../shared/utils/memo-code'
import type { PacketId } from '../../../shared/utils/packet-id'

export type OperationId = string & { readonly __brand: 'OperationId' }
export type PaymentId = string & { readonly __brand: 'PaymentId' }
export type RunId = string & { readonly __brand: 'RunId' }

export interface OperationPacket {
  readonly id: PacketId
  readonly need: PacketNeed
  /** Signed share of the total, base units of the fee denom. */
  readonly share: bigint
  /** null until decided for good. */
  readonly result: PacketResultName | null
  readonly relayedBy: RelayedBy | null
  /** Why the share goes back when it does; null until decided. */
  readonly refundReason: RefundReason | null
}

/** A payment row's part that counts towards the total, in chain order. */
export interface Credit {
  readonly paymentId: PaymentId
  readonly amount: bigint
}

/** The life of a clearing token after it was issued. */
export interface Operation {
  readonly id: OperationId
  readonly token: string
  readonly memoCode: MemoCode
  readonly status: OperationStatus
  readonly paymentIssue: PaymentIssue
  readonly refundStatus: RefundStatus
  readonly walletAddress: string
  readonly paymentChainId: string
  readonly total: Coin
  readonly issuedAt: Date
  readonly expiresAt: Date
  readonly graceUntil: Date
  readonly creditedAt: Date | null
  /** Block time of the completing payment + CLEARING_DEADLINE. */
  readonly deadlineAt: Date | null
  readonly finishedAt: Date | null
  /** True once a relayer run was started for it. */
  readonly attempted: boolean
  readonly credits: readonly Credit[]
  /** Parts of credits for which a refund is planned, one entry per payment. */
  readonly givenBack: readonly Credit[]
  /** Parts of credits that were recognised as ours when the operation settled, one entry per payment. */
  readonly consumed: readonly Credit[]
  readonly packets: readonly OperationPacket[]
}

/** The final word on one packet. A share is consumed iff `relayedBy` is `us`. */
export interface DecidedPacket {
  readonly id: PacketId
  readonly result: PacketResultName
  readonly relayedBy: RelayedBy
  /** Why the share goes back when it does. */
  readonly refundReason: Extract<RefundReason, 'not_cleared' | 'relayed_by_other' | 'deadline'>
}

export interface PlannedRefund {
  readonly paymentId: PaymentId
  readonly coin: Coin
  readonly reason: RefundReason
  /** True where the payer caused it: the refund's own network fee is taken off when it is sent. */
  readonly networkFeeDeducted: boolean
}
