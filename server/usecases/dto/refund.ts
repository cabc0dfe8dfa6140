import type { RefundDto } from '../../../shared/schemas/clearing'
import type { RefundRow } from '../store-ports'
import { toCoinDto, toInstant, toInstantOrNull } from './wire'

export function toRefundDto(refund: RefundRow): RefundDto {
  return {
    id: refund.id,
    coin: toCoinDto(refund.coin),
    payer: refund.payer,
    destination: refund.destination,
    reason: refund.reason,
    state: refund.state,
    holdReason: refund.holdReason,
    nextTryAt: toInstantOrNull(refund.nextTryAt),
    networkFeeDeducted: refund.networkFeeDeducted,
    networkFee: refund.networkFee === null ? null : toCoinDto({ denom: refund.coin.denom, amount: refund.networkFee }),
    txHash: refund.txHash,
    plannedAt: toInstant(refund.plannedAt),
    confirmedAt: toInstantOrNull(refund.confirmedAt),
  }
}
