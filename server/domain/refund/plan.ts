import type { RefundReason } from '../../../shared/types/clearing'
import type { Credit, PlannedRefund } from '../clearing/operation'

const payerCaused: ReadonlySet<RefundReason> = new Set(['overpaid', 'duplicate', 'too_late', 'wrong_denom', 'underpaid', 'unallocated'])

/** Whether the payer, not we, caused a refund: then its own network fee is taken off it. */
export function isPayerCaused(reason: RefundReason): boolean {
  return payerCaused.has(reason)
}

export interface OwedBack {
  readonly reason: RefundReason
  readonly amount: bigint
}

/**
 * Spreads amounts owed back over the credited payments, latest payment first, never more than a payment gave.
 * Throws RangeError when more is owed than was credited: that must never be planned.
 */
export function planShareRefunds(denom: string, credits: readonly Credit[], owed: readonly OwedBack[]): PlannedRefund[] {
  const remaining = [...credits].reverse().map(credit => ({ ...credit }))
  const refunds: PlannedRefund[] = []
  for (const { reason, amount } of owed) {
    let left = amount
    for (const credit of remaining) {
      const part = left < credit.amount ? left : credit.amount
      if (part === 0n) continue
      credit.amount -= part
      left -= part
      refunds.push({ paymentId: credit.paymentId, coin: { denom, amount: part }, reason, networkFeeDeducted: isPayerCaused(reason) })
    }
    if (left > 0n) throw new RangeError(`owed ${amount} ${denom}, ${left} more than was credited`)
  }
  return refunds
}
