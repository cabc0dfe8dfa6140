import type { ClearingStatus } from '../../../shared/schemas/clearing'
import type { RefundHoldReason } from '../../../shared/types/clearing'
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

function heldSentence(reason: RefundHoldReason | null): string {
  switch (reason) {
    case 'minimum': return ' A refund is held, because it is too small to be worth the fee of sending it; it is added to your next one.'
    case 'approval': return ' A refund waits for an operator to approve it, because it is large.'
    case 'exchange': return ' A refund waits for an operator, because it would go to a wallet of an exchange.'
    case 'refused': return ' A refund could not be sent: the chain refuses the address. It is tried again, and an operator can see it.'
    case 'no_destination': return ' A refund is kept, because the chain does not show which address paid.'
    case null: return ' A refund is held; an operator can see it.'
    default: return reason satisfies never
  }
}

function refundSentence(record: OperationRecord): string {
  const owed = record.refunds.filter(refund => refund.state !== 'confirmed')
  const held = owed.find(refund => refund.state === 'held')
  if (held) return heldSentence(held.holdReason)
  if (owed.length > 0) return owed.every(refund => refund.destination === refund.payer) ? ' A refund is on its way to the address that paid.' : ' A refund is on its way to the address that its payer named.'
  return record.refunds.length > 0 ? ' The refund was sent.' : ''
}

function awaiting(record: OperationRecord, now: Date, money: MoneyNames): NextStep {
  const show = (amount: bigint) => `${toDisplayAmount(amount, money.exponent)} ${money.symbol}`
  const missing = record.total.amount - credited(record)
  if (record.payments.some(payment => payment.state === 'seen')) {
    return { sentence: 'Your payment is in a block and is being confirmed. Nothing to do for you.', by: null }
  }
  const topUp = missing < record.total.amount
  const until = now <= record.expiresAt ? record.expiresAt : record.graceUntil
  const late = now > record.expiresAt ? ' The quoted time is over; a payment is still honoured for a short while.' : ''
  if (now > record.graceUntil) {
    return { sentence: 'The time to pay is over. We wait for a later block of the chain to be sure that no payment was missed.', by: null }
  }
  return topUp
    ? { sentence: `${show(missing)} more is missing: send it with the same memo, or everything goes back to you.`, by: record.graceUntil.toISOString() }
    : { sentence: `Pay ${show(missing)} with the memo ${record.memoCode}.${late}`, by: until.toISOString() }
}

function sentenceOfEnd(record: OperationRecord): string {
  switch (record.status) {
    case 'cleared': return 'Done: every packet was cleared, and the proof is below.'
    case 'partially_cleared': return 'Some packets were cleared. The shares of the others go back.'
    case 'not_cleared': return 'The packets could not be cleared. What you paid for them goes back.'
    case 'not_needed': return 'Nothing was left for us to do: the packets were finished without us. Your payment goes back whole.'
    case 'resolved': return 'Closed by an operator.'
    case 'expired': return record.payments.length === 0 ? 'Nobody paid in time, so nothing was done. Ask for a new price if the packet is still stuck.' : 'The payment did not reach the quoted total in time. It goes back to the address that paid.'
    default: return ''
  }
}

/** What happens next, and by when; pure, from the rows alone. */
export function nextStep(record: OperationRecord, now: Date, money: MoneyNames): NextStep {
  switch (record.status) {
    case 'awaiting_payment':
      return awaiting(record, now, money)
    case 'queued': {
      const tried = record.packets.some(packet => packet.attempts > 0)
      return { sentence: tried ? 'A run is over, and something is not finished yet: the chain is looked at again, and the next run starts by itself. What is not done by the deadline is refunded.' : 'Paid. The relayer starts as soon as its keys are free. What is not done by the deadline is refunded.', by: record.deadlineAt?.toISOString() ?? null }
    }
    case 'clearing':
      return { sentence: 'The relayer is clearing your packets; the chain decides when they are done. What is not done by the deadline is refunded.', by: record.deadlineAt?.toISOString() ?? null }
    case 'needs_attention':
      return { sentence: 'The chains gave no clear answer, so a person looks at this. Your payment is safe: it clears your packets or goes back.', by: null }
    default:
      return { sentence: sentenceOfEnd(record) + refundSentence(record), by: null }
  }
}
