import type { RefundReason } from '../../../shared/types/clearing'
import type { Coin } from '../../../shared/utils/coin'
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
/** Network fees of our own transactions, less what payers bore. */
export const gasSpent = 'expense:gas'
export const ownerCapital = 'equity:owner'
/** Left the wallet and fits nothing that we know. */
export const unexplained = 'unexplained'
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

/** A leg with its denom: what leaves a wallet may be of several. */
export interface OutgoingLeg extends LedgerLeg {
  readonly denom: string
}

const paidOut = (account: string, coins: readonly Coin[]): OutgoingLeg[] =>
  coins.flatMap(({ denom, amount }) => move(serviceWallet, account, amount).map(leg => ({ ...leg, denom })))

/** Gas of a tx of ours, whatever became of it. */
export const feePaidLegs = (fee: readonly Coin[]) => paidOut(gasSpent, fee)

/** A refund reached its payer: nothing is owed any more; what the payer bore of the fee lessens our gas. */
export function refundConfirmedLegs(owed: Coin, sent: Coin): OutgoingLeg[] {
  const borne = owed.amount - sent.amount
  return [...paidOut(refundsPayable, [sent]), ...borne > 0n ? move(gasSpent, refundsPayable, borne).map(leg => ({ ...leg, denom: owed.denom })) : []]
}

export const withdrawnLegs = (coins: readonly Coin[]) => paidOut(ownerCapital, coins)

export const unexplainedLegs = (coins: readonly Coin[]) => paidOut(unexplained, coins)
