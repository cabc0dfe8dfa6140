import type { ClearingStatus } from '../../../shared/schemas/clearing'
import type { EventRecord, OperationRecord, PacketRecord, PaymentRecord } from '../read-ports'
import { nextStep, type MoneyNames } from './next-step'
import { toFeeLineDto } from './quote'
import { toRefundDto } from './refund'
import { toCoinDto, toInstant, toInstantOrNull, toPacketIdDto } from './wire'

/** A payment counts as confirmed by a second source only where there is one. */
function toPaymentDto(payment: PaymentRecord): ClearingStatus['payments'][number] {
  return {
    txHash: payment.txHash ?? '',
    height: payment.height.toString(),
    blockTime: toInstant(payment.blockTime),
    fromAddress: payment.fromAddress,
    coin: toCoinDto(payment.coin),
    state: payment.state,
    creditedAmount: payment.creditedAmount.toString(),
    endpointCount: payment.confirmation === 'agreed' ? 2 : 1,
    reason: payment.reason,
  }
}

function toPacketDto(packet: PacketRecord, denom: string): ClearingStatus['packets'][number] {
  return {
    id: toPacketIdDto(packet.id),
    need: packet.need,
    share: toCoinDto({ denom, amount: packet.share }),
    result: packet.result,
    relayedBy: packet.relayedBy,
    legs: packet.legs.map(leg => ({ ...leg, height: leg.height.toString(), time: toInstantOrNull(leg.time) })),
    evidence: packet.evidence.map(row => ({ ...row, height: row.height === null ? null : row.height.toString() })),
    attempts: packet.attempts,
    note: packet.note,
  }
}

export function toEventDto(event: EventRecord): ClearingStatus['events'][number] {
  return { id: event.id.toString(), type: event.type, at: toInstant(event.at), detail: { ...event.detail } }
}

/** `now` is only for the sentence about what happens next. */
export function toStatusDto(record: OperationRecord, now: Date, chain: MoneyNames): ClearingStatus {
  const credited = record.payments.reduce((sum, payment) => sum + payment.creditedAmount, 0n)
  return {
    token: record.token,
    memoCode: record.memoCode,
    status: record.status,
    paymentIssue: record.paymentIssue,
    refundStatus: record.refundStatus,
    walletAddress: record.walletAddress,
    paymentChainId: record.paymentChainId,
    paymentAddress: record.paymentAddress,
    feeLines: record.feeLines.map(toFeeLineDto),
    total: toCoinDto(record.total),
    credited: toCoinDto({ denom: record.total.denom, amount: credited }),
    payments: record.payments.map(toPaymentDto),
    packets: record.packets.map(packet => toPacketDto(packet, record.total.denom)),
    refunds: record.refunds.map(toRefundDto),
    events: record.events.map(toEventDto),
    next: nextStep(record, now, chain),
    issuedAt: toInstant(record.issuedAt),
    expiresAt: toInstant(record.expiresAt),
    graceUntil: toInstant(record.graceUntil),
    creditedAt: toInstantOrNull(record.creditedAt),
    finishedAt: toInstantOrNull(record.finishedAt),
  }
}
