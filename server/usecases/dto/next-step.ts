import type { ClearingStatus } from '../../../shared/schemas/clearing'
import type { NextCode, NextRefund } from '../../../shared/types/clearing'
import { toDisplayAmount } from '../../../shared/utils/coin'
import { englishNextRefunds, englishNextSteps } from '../../../shared/utils/next-step-texts'
import type { OperationRecord } from '../read-ports'

/** Symbol and decimals of the denom a person pays in. */
export interface MoneyNames {
  readonly symbol: string
  readonly exponent: number
}

type NextStep = ClearingStatus['next']

function credited(record: OperationRecord): bigint {
  return record.payments.reduce((sum, payment) => sum + payment.creditedAmount, 0n)
}

function refundOf(record: OperationRecord): NextRefund | null {
  const owed = record.refunds.filter(refund => refund.state !== 'confirmed')
  const held = owed.find(refund => refund.state === 'held')
  if (held) return held.holdReason ? `held_${held.holdReason}` : 'held'
  if (owed.length > 0) return owed.every(refund => refund.destination === refund.payer) ? 'to_payer' : 'to_named'
  return record.refunds.length > 0 ? 'sent' : null
}

type Step = Pick<NextStep, 'code' | 'refund'> & { readonly by: Date | null }

const step = (code: NextCode, by: Date | null = null): Step => ({ code, by, refund: null })
const ended = (record: OperationRecord, code: NextCode): Step => ({ code, by: null, refund: refundOf(record) })

function awaiting(record: OperationRecord, now: Date): Step {
  if (record.payments.some(payment => payment.state === 'seen')) return step('payment_confirming')
  if (now > record.graceUntil) return step('window_over')
  if (credited(record) > 0n) return step('top_up', record.graceUntil)
  return now > record.expiresAt ? step('pay_late', record.graceUntil) : step('pay', record.expiresAt)
}

function stepOf(record: OperationRecord, now: Date): Step {
  switch (record.status) {
    case 'awaiting_payment': return awaiting(record, now)
    case 'queued': return step(record.packets.some(packet => packet.attempts > 0) ? 'queued_again' : 'queued', record.deadlineAt)
    case 'clearing': return step('clearing', record.deadlineAt)
    case 'needs_attention': return step('needs_attention')
    case 'cleared': case 'partially_cleared': case 'not_cleared': case 'not_needed': case 'resolved': return ended(record, record.status)
    case 'expired': return ended(record, record.payments.length === 0 ? 'expired_unpaid' : 'expired_underpaid')
    default: return record.status satisfies never
  }
}

/** What happens next, and by when; pure, from the rows alone. */
export function nextStep(record: OperationRecord, now: Date, money: MoneyNames): NextStep {
  const { code, refund, by } = stepOf(record, now)
  const missing = `${toDisplayAmount(record.total.amount - credited(record), money.exponent)} ${money.symbol}`
  const sentence = englishNextSteps[code]({ missing, memoCode: record.memoCode })
  return { code, refund, sentence: refund ? `${sentence} ${englishNextRefunds[refund]}` : sentence, by: by?.toISOString() ?? null }
}
