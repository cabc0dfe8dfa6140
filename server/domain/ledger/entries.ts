import type { RefundReason } from '../../../shared/types/clearing'
import type { PlannedRefund } from '../clearing/operation'

/** One leg of an entry set, base units; the legs of a set sum to zero. Positive = the account holds more. */
export interface LedgerLeg {
  readonly account: string
  readonly amount: bigint
}

export const serviceWallet = 'wallet:service'
export const unallocated = 'liability:unallocated'
export const refundsPayable = 'liability:refunds_payable'
export const revenue = 'revenue'
export const customer = (operationId: string) => `liability:operation:${operationId}`

const move = (from: string, to: string, amount: bigint): LedgerLeg[] => [{ account: from, amount: -amount }, { account: to, amount }]

/** Coins reached the wallet; until they are allocated we owe them to nobody known. Liabilities are negative. */
export const paymentSeenLegs = (amount: bigint) => move(unallocated, serviceWallet, amount)

export const paymentCreditedLegs = (operationId: string, amount: bigint) => move(customer(operationId), unallocated, amount)

export const revenueLegs = (operationId: string, amount: bigint) => move(revenue, customer(operationId), amount)

// Whole payments and surpluses go back before they are credited; shares and underpayments were credited first.
const neverCredited: ReadonlySet<RefundReason> = new Set(['overpaid', 'duplicate', 'too_late', 'wrong_denom'])

export const refundPlannedLegs = (operationId: string, refund: PlannedRefund) =>
  move(refundsPayable, neverCredited.has(refund.reason) ? unallocated : customer(operationId), refund.coin.amount)
