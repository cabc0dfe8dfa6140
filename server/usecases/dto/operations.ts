import type { OperationSummaryDto } from '../../../shared/schemas/clearing'
import type { OperationSummary } from '../read-ports'
import { toCoinDto, toInstant, toInstantOrNull, toPacketIdDto } from './wire'

export function toOperationSummaryDto(summary: OperationSummary): OperationSummaryDto {
  const { denom } = summary.total
  return {
    token: summary.token,
    memoCode: summary.memoCode,
    status: summary.status,
    paymentIssue: summary.paymentIssue,
    refundStatus: summary.refundStatus,
    paymentChainId: summary.paymentChainId,
    total: toCoinDto(summary.total),
    credited: toCoinDto({ denom, amount: summary.credited }),
    refunded: toCoinDto({ denom, amount: summary.refunded }),
    packets: summary.packets.map(packet => ({ id: toPacketIdDto(packet.id), result: packet.result })),
    refunds: summary.refunds.map(({ coin, state, holdReason, txHash }) => ({ coin: toCoinDto(coin), state, holdReason, txHash })),
    issuedAt: toInstant(summary.issuedAt),
    finishedAt: toInstantOrNull(summary.finishedAt),
  }
}
