import type { ClearingStatus } from '../../../shared/schemas/clearing'
import type { NextCode, NextRefund } from '../../../shared/types/clearing'
import { toDisplayAmount } from '../../../shared/utils/coin'
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

const refundSentences: Readonly<Record<NextRefund, string>> = {
  to_payer: 'A refund is on its way to the address that paid.',
  to_named: 'A refund is on its way to the address that its payer named.',
  sent: 'The refund was sent.',
  held_minimum: 'A refund is held, because it is too small to be worth the fee of sending it; it is added to your next one.',
  held_approval: 'A refund waits for an operator to approve it, because it is large.',
  held_exchange: 'A refund waits for an operator, because it would go to a wallet of an exchange.',
  held_refused: 'A refund could not be sent: the chain refuses the address. It is tried again, and an operator can see it.',
  held_no_destination: 'A refund is kept, because the chain does not show which address paid.',
  held: 'A refund is held; an operator can see it.',
}

function refundOf(record: OperationRecord): NextRefund | null {
  const owed = record.refunds.filter(refund => refund.state !== 'confirmed')
  const held = owed.find(refund => refund.state === 'held')
  if (held) return held.holdReason ? `held_${held.holdReason}` : 'held'
  if (owed.length > 0) return owed.every(refund => refund.destination === refund.payer) ? 'to_payer' : 'to_named'
  return record.refunds.length > 0 ? 'sent' : null
}

function step(code: NextCode, sentence: string, by: Date | null = null): NextStep {
  return { code, refund: null, sentence, by: by?.toISOString() ?? null }
}

function awaiting(record: OperationRecord, now: Date, money: MoneyNames): NextStep {
  const missing = record.total.amount - credited(record)
  const show = `${toDisplayAmount(missing, money.exponent)} ${money.symbol}`
  if (record.payments.some(payment => payment.state === 'seen')) return step('payment_confirming', 'Your payment is in a block and is being confirmed. Nothing to do for you.')
  if (now > record.graceUntil) return step('window_over', 'The time to pay is over. We wait for a later block of the chain to be sure that no payment was missed.')
  if (missing < record.total.amount) return step('top_up', `${show} more is missing: send it with the same memo, or everything goes back to you.`, record.graceUntil)
  const asked = `Pay ${show} with the memo ${record.memoCode}.`
  return now > record.expiresAt
    ? step('pay_late', `${asked} The quoted time is over; a payment is still honoured for a short while.`, record.graceUntil)
    : step('pay', asked, record.expiresAt)
}

function ended(record: OperationRecord, code: NextCode, sentence: string): NextStep {
  const refund = refundOf(record)
  return { code, refund, sentence: refund ? `${sentence} ${refundSentences[refund]}` : sentence, by: null }
}

/** What happens next, and by when; pure, from the rows alone. */
export function nextStep(record: OperationRecord, now: Date, money: MoneyNames): NextStep {
  switch (record.status) {
    case 'awaiting_payment': return awaiting(record, now, money)
    case 'queued': return record.packets.some(packet => packet.attempts > 0)
      ? step('queued_again', 'A run is over, and something is not finished yet: the chain is looked at again, and the next run starts by itself. What is not done by the deadline is refunded.', record.deadlineAt)
      : step('queued', 'Paid. The relayer starts as soon as its keys are free. What is not done by the deadline is refunded.', record.deadlineAt)
    case 'clearing': return step('clearing', 'The relayer is clearing your packets; the chain decides when they are done. What is not done by the deadline is refunded.', record.deadlineAt)
    case 'needs_attention': return step('needs_attention', 'The chains gave no clear answer, so a person looks at this. Your payment is safe: it clears your packets or goes back.')
    case 'cleared': return ended(record, 'cleared', 'Done: every packet was cleared, and the proof is below.')
    case 'partially_cleared': return ended(record, 'partially_cleared', 'Some packets were cleared. The shares of the others go back.')
    case 'not_cleared': return ended(record, 'not_cleared', 'The packets could not be cleared. What you paid for them goes back.')
    case 'not_needed': return ended(record, 'not_needed', 'Nothing was left for us to do: the packets were finished without us. Your payment goes back whole.')
    case 'resolved': return ended(record, 'resolved', 'Closed by an operator.')
    case 'expired': return record.payments.length === 0
      ? ended(record, 'expired_unpaid', 'Nobody paid in time, so nothing was done. Ask for a new price if the packet is still stuck.')
      : ended(record, 'expired_underpaid', 'The payment did not reach the quoted total in time. It goes back to the address that paid.')
    default: return record.status satisfies never
  }
}
