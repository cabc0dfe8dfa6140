import type { RefundReason, WalletRole } from '../../../shared/types/clearing'
import type { Coin } from '../../../shared/utils/coin'
import type { PlannedRefund } from '../clearing/operation'

/** One leg of an entry set, base units; the legs of a set sum to zero. Positive = the account holds more. */
export interface LedgerLeg {
  readonly account: string
  readonly amount: bigint
  /** Block that moved the coins; on every leg of a wallet and on no other. */
  readonly height?: bigint
}

/** One of our wallets, in the block that moved its coins. */
export interface MovedWallet {
  readonly role: WalletRole
  readonly address: string
  readonly height: bigint
}

export const unallocated = 'liability:unallocated'
export const refundsPayable = 'liability:refunds_payable'
export const revenue = 'revenue'
/** Network fees of our own transactions, less what payers bore. */
export const gasSpent = 'expense:gas'
export const ownerCapital = 'equity:owner'
/** Left the wallet and fits nothing that we know. */
export const unexplained = 'unexplained'
export const customer = (operationId: string) => `liability:operation:${operationId}`
export const walletAccount = (role: WalletRole, address: string) => `wallet:${role}:${address}`

const move = (from: string, to: string, amount: bigint): LedgerLeg[] => [{ account: from, amount: -amount }, { account: to, amount }]

const walletLeg = ({ role, address, height }: MovedWallet, amount: bigint): LedgerLeg => ({ account: walletAccount(role, address), amount, height })

const received = (wallet: MovedWallet, from: string, amount: bigint): LedgerLeg[] => [{ account: from, amount: -amount }, walletLeg(wallet, amount)]

/** Coins reached the wallet; until they are allocated we owe them to nobody known. Liabilities are negative. */
export const paymentReceivedLegs = (wallet: MovedWallet, amount: bigint) => received(wallet, unallocated, amount)

/** The owner's own money reached the wallet. */
export const capitalReceivedLegs = (wallet: MovedWallet, amount: bigint) => received(wallet, ownerCapital, amount)

export const paymentCreditedLegs = (operationId: string, amount: bigint) => move(customer(operationId), unallocated, amount)

export const revenueLegs = (operationId: string, amount: bigint) => move(revenue, customer(operationId), amount)

// Whole payments and surpluses go back before they are credited; shares and underpayments were credited first.
const neverCredited: ReadonlySet<RefundReason> = new Set(['overpaid', 'duplicate', 'too_late', 'wrong_denom'])

export const refundPlannedLegs = (operationId: string, refund: PlannedRefund) =>
  move(refundsPayable, neverCredited.has(refund.reason) ? unallocated : customer(operationId), refund.coin.amount)

/** What named no clearing is owed back to its sender. */
export const unallocatedReturnedLegs = (amount: bigint) => move(refundsPayable, unallocated, amount)

/** A leg with its denom: what leaves a wallet may be of several. */
export interface OutgoingLeg extends LedgerLeg {
  readonly denom: string
}

const paidOut = (wallet: MovedWallet, account: string, coins: readonly Coin[]): OutgoingLeg[] =>
  coins.flatMap(({ denom, amount }) => [{ ...walletLeg(wallet, -amount), denom }, { account, amount, denom }])

/** Gas of a tx of ours, whatever became of it. */
export const feePaidLegs = (wallet: MovedWallet, fee: readonly Coin[]) => paidOut(wallet, gasSpent, fee)

/** A refund reached its payer: nothing is owed any more; what the payer bore of the fee lessens our gas. */
export function refundConfirmedLegs(wallet: MovedWallet, owed: Coin, sent: Coin): OutgoingLeg[] {
  const borne = owed.amount - sent.amount
  return [...paidOut(wallet, refundsPayable, [sent]), ...borne > 0n ? move(gasSpent, refundsPayable, borne).map(leg => ({ ...leg, denom: owed.denom })) : []]
}

/** What was booked as unexplained turns out to have paid a refund. */
export function strangerIsRefundLegs(owed: Coin, sent: Coin): OutgoingLeg[] {
  const borne = owed.amount - sent.amount
  return [...move(unexplained, refundsPayable, sent.amount), ...borne > 0n ? move(gasSpent, refundsPayable, borne) : []].map(leg => ({ ...leg, denom: owed.denom }))
}

/** What a wallet held besides its `legs`, per denom; below 0 where the books say that more left it than it can have held. */
export function openingOf(balances: readonly Coin[], legs: readonly Coin[]): Coin[] {
  const denoms = [...new Set([...balances, ...legs].map(({ denom }) => denom))].sort()
  const sum = (coins: readonly Coin[], denom: string) => coins.reduce((total, coin) => coin.denom === denom ? total + coin.amount : total, 0n)
  return denoms.map(denom => ({ denom, amount: sum(balances, denom) - sum(legs, denom) })).filter(({ amount }) => amount !== 0n)
}

/** What a wallet gained or lost in blocks that nobody could read: it came from nobody known, or left for nothing known. */
export const skippedLegs = (wallet: MovedWallet, differences: readonly Coin[]): OutgoingLeg[] => differences.flatMap(({ denom, amount }) =>
  amount > 0n ? paymentReceivedLegs(wallet, amount).map(leg => ({ ...leg, denom })) : unexplainedLegs(wallet, [{ denom, amount: -amount }]))

/** What was booked of skipped blocks in one sum, taken back for coins that are known now to have left in them. */
export const unskippedLegs = (wallet: MovedWallet, coins: readonly Coin[]): OutgoingLeg[] => unexplainedLegs(wallet, coins.map(({ denom, amount }) => ({ denom, amount: -amount })))

export const withdrawnLegs = (wallet: MovedWallet, coins: readonly Coin[]) => paidOut(wallet, ownerCapital, coins)

export const unexplainedLegs = (wallet: MovedWallet, coins: readonly Coin[]) => paidOut(wallet, unexplained, coins)
