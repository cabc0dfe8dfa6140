import { ledgerEntries } from '../../../drizzle/schema'
import type { Coin } from '../../../shared/utils/coin'
import type { Operation, PaymentId, PlannedRefund } from '../../domain/clearing/operation'
import { capitalReceivedLegs, paymentCreditedLegs, paymentReceivedLegs, refundPlannedLegs, revenueLegs, unallocatedReturnedLegs, type LedgerLeg, type MovedWallet } from '../../domain/ledger/entries'
import type { Tx } from './transaction-types'

interface Subject { readonly chainId: string, readonly paymentId: string | null, readonly operationId: string | null }

/** Books entry sets in the caller's transaction; the database refuses a set that does not sum to zero. */
export function ledger(tx: Tx, entrySet: string, now: Date) {
  const book = async (cause: string, subject: Subject, denom: string, legs: readonly LedgerLeg[], reason: string | null = null) => {
    await tx.insert(ledgerEntries).values(legs.map(leg => ({
      entrySet, account: leg.account, chainId: subject.chainId, denom, amount: leg.amount, cause, paymentId: subject.paymentId, operationId: subject.operationId, height: leg.height ?? null, reason, createdAt: now,
    })))
  }
  return {
    paymentReceived: (chainId: string, paymentId: string, wallet: MovedWallet, received: Coin) =>
      book('payment_received', { chainId, paymentId, operationId: null }, received.denom, paymentReceivedLegs(wallet, received.amount)),
    capitalReceived: (chainId: string, paymentId: string | null, wallet: MovedWallet, received: Coin) =>
      book('capital_received', { chainId, paymentId, operationId: null }, received.denom, capitalReceivedLegs(wallet, received.amount)),
    openingBalance: (chainId: string, wallet: MovedWallet, held: Coin) =>
      book('opening_balance', { chainId, paymentId: null, operationId: null }, held.denom, capitalReceivedLegs(wallet, held.amount)),
    paymentCredited: (operation: Operation, paymentId: PaymentId, amount: bigint) =>
      book('payment_credited', { chainId: operation.paymentChainId, paymentId, operationId: operation.id }, operation.total.denom, paymentCreditedLegs(operation.id, amount)),
    refundPlanned: (operation: Operation, chainId: string, refund: PlannedRefund) =>
      book('refund_planned', { chainId, paymentId: refund.paymentId, operationId: operation.id }, refund.coin.denom, refundPlannedLegs(operation.id, refund)),
    revenueRecognised: (operation: Operation, paymentId: PaymentId, amount: bigint) =>
      book('revenue', { chainId: operation.paymentChainId, paymentId, operationId: operation.id }, operation.total.denom, revenueLegs(operation.id, amount)),
    /** A correction: what was earned is the customer's again. */
    revenueReversed: (operation: Operation, paymentId: PaymentId, amount: bigint, reason: string) =>
      book('revenue_reversed', { chainId: operation.paymentChainId, paymentId, operationId: operation.id }, operation.total.denom, revenueLegs(operation.id, -amount), reason),
    unallocatedReturned: (chainId: string, paymentId: string, returned: Coin, reason: string) =>
      book('refund_planned', { chainId, paymentId, operationId: null }, returned.denom, unallocatedReturnedLegs(returned.amount), reason),
  }
}
