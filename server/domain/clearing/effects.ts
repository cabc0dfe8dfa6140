import type { OperationEventType } from '../../../shared/types/clearing'
import type { Operation, PlannedRefund } from './operation'
import type { Effect, EventDetail, Transition } from './transition'

export const unchanged = (operation: Operation): Transition => ({ operation, effects: [] })

export const log = (event: OperationEventType, detail: EventDetail = {}): Effect => ({ type: 'log', event, detail })

export function planned(refunds: readonly PlannedRefund[]): Effect[] {
  return refunds.flatMap(refund => [
    { type: 'plan_refund' as const, refund },
    log('refund_planned', { amount: refund.coin.amount.toString(), denom: refund.coin.denom, reason: refund.reason }),
  ])
}
