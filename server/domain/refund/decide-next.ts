import type { RefundHoldReason } from '../../../shared/types/clearing'
import type { Coin } from '../../../shared/utils/coin'
import { feeBorneByPayer, totalOf, type Payout, type Refund } from './refund'

/** What is looked at: refunds that one transaction would pay together, or the one that is signed and not yet settled. */
export type RefundInHand
  = | { readonly kind: 'waiting', readonly refunds: readonly [Refund, ...Refund[]] }
    | { readonly kind: 'signed', readonly payout: Payout, readonly failures: number }

/** What sending would take, as the chain says now. */
export type Estimate
  = | { readonly state: 'known', readonly fee: Coin, readonly balances: readonly Coin[] }
    | { readonly state: 'refused', readonly reason: string }
    /** `alert`: the wallet or the price is wrong; else it passes by itself. */
    | { readonly state: 'unavailable', readonly reason: string, readonly alert: boolean }

export interface RefundRules {
  /** Base units of the refund's denom; null: nobody has said what is worth its gas, and an admin lets it go. */
  readonly minimum: bigint | null
  /** null: none waits for an admin. */
  readonly approvalAbove: bigint | null
  /** The most that one transaction may cost, base units of the gas denom. */
  readonly feeLimit: bigint
  /** Wallets of exchanges, which may not know whose money they get. Absent: none is known. */
  readonly exchangeAddresses?: ReadonlySet<string>
  readonly rebroadcastAfterMs: number
}

export interface RefundWorld {
  readonly rules: RefundRules
  /** Last scanned height. */
  readonly cursorHeight: bigint
  /** Why nothing may be signed on this chain now; null: nothing is in the way. */
  readonly blocked: { readonly reason: string, readonly alert: boolean } | null
  /** null: not asked yet. */
  readonly estimate: Estimate | null
  /** The signed tx in a scanned block, with a code other than 0. With code 0 the scanner settles it, and it is not in hand. */
  readonly includedCode: number | null
  /** Whether the account's sequence on chain is beyond the signed one's, by the word of two endpoints where there are two. */
  readonly sequenceUsed: boolean
  /** Hash of another scanned tx of the wallet that has used up the signed one's sequence. */
  readonly sequenceUsedBy: string | null
  /**
   * Whether verified blocks up to the timeout height are free of it. `unreadable`: its sequence was used, and nobody shows a
   * block that could hold it. `disproven`: it stands in a block that an admin let the scanner pass.
   */
  readonly absence: 'unasked' | 'proven' | 'unproven' | 'unreadable' | 'disproven'
}

export type RefundStep
  /** `alert`: goes on only when a person acts. */
  = | { readonly do: 'wait', readonly reason: string, readonly alert: boolean }
    | { readonly do: 'hold', readonly reason: Exclude<RefundHoldReason, 'refused'>, readonly note: string }
    | { readonly do: 'estimate' }
    | { readonly do: 'sign', readonly sent: Coin, readonly fee: Coin }
    | { readonly do: 'park', readonly note: string, readonly until: Date }
    | { readonly do: 'rebroadcast' }
    | { readonly do: 'verify_absence' }
    /** Puts it into the books from the block that was passed. */
    | { readonly do: 'record' }
    | { readonly do: 'sign_anew', readonly reason: string }

const firstParkingMs = 600_000
const longestParkingMs = 86_400_000

/** One failed inclusion may be bad luck; each costs gas. */
const mostFailedInclusions = 2

function park(failures: number, note: string, now: Date): RefundStep {
  return { do: 'park', note, until: new Date(now.getTime() + Math.min(firstParkingMs * 2 ** Math.min(failures, 16), longestParkingMs)) }
}

/** A node that is asked for the account's sequence may be this far behind our cursor. */
const mostBlocksBehind = 10n

function nextForSigned(payout: Payout, failures: number, world: RefundWorld, now: Date): RefundStep {
  const failed = world.includedCode !== null && world.includedCode !== 0
  const afterFailure = (reason: string): RefundStep => failures + 1 >= mostFailedInclusions ? park(failures, reason, now) : { do: 'sign_anew', reason }
  if (failed && world.sequenceUsed) return afterFailure(`was included with code ${world.includedCode}`)
  if (world.sequenceUsedBy !== null && world.sequenceUsed) return { do: 'sign_anew', reason: `its sequence ${payout.accountSequence} was used by ${world.sequenceUsedBy}` }
  // Refused in a block that left its sequence as it was, the same bytes may still be included.
  if (world.cursorHeight >= payout.timeoutHeight + (failed ? mostBlocksBehind : 0n)) {
    if (world.absence === 'unasked') return { do: 'verify_absence' }
    if (world.absence === 'disproven') return { do: 'record' }
    if (world.absence === 'unreadable') return { do: 'wait', reason: `the sequence of ${payout.txHash} was used, and no endpoint has all blocks from ${payout.signedHeight + 1n} to ${payout.timeoutHeight}, which could hold it: add some that keep old blocks to CHAIN_RPC_ENDPOINTS`, alert: true }
    if (world.absence === 'unproven') return { do: 'wait', reason: `blocks up to ${payout.timeoutHeight} are not verified yet`, alert: false }
    return failed ? afterFailure(`was refused with code ${world.includedCode} without using its sequence`) : { do: 'sign_anew', reason: `in no block up to its timeout height ${payout.timeoutHeight}` }
  }
  const due = payout.lastBroadcastAt === null || now.getTime() - payout.lastBroadcastAt.getTime() >= world.rules.rebroadcastAfterMs
  return due ? { do: 'rebroadcast' } : { do: 'wait', reason: 'waits to be included', alert: false }
}

function shortOf(needed: readonly Coin[], balances: readonly Coin[]): Coin | undefined {
  const totals = new Map<string, bigint>()
  for (const { denom, amount } of needed) totals.set(denom, (totals.get(denom) ?? 0n) + amount)
  return [...totals].map(([denom, amount]) => ({ denom, amount })).find(({ denom, amount }) => amount > (balances.find(balance => balance.denom === denom)?.amount ?? 0n))
}

function nextForWaiting(refunds: readonly [Refund, ...Refund[]], world: RefundWorld, now: Date): RefundStep {
  const [lead] = refunds
  const { minimum, approvalAbove, feeLimit, exchangeAddresses } = world.rules
  const total = totalOf(refunds)
  if (lead.destination === null) return { do: 'hold', reason: 'no_destination', note: 'nobody knows who paid' }
  if (approvalAbove !== null && refunds.some(refund => refund.coin.amount > approvalAbove && !refund.approved)) return { do: 'hold', reason: 'approval', note: `above ${approvalAbove}${total.denom}` }
  // Small ones that travel along go where an admin let the lead go.
  if (exchangeAddresses?.has(lead.destination) && !lead.approved) return { do: 'hold', reason: 'exchange', note: 'the address is a wallet of an exchange' }
  if (minimum === null && !lead.approved) return { do: 'hold', reason: 'approval', note: `REFUND_MINIMUM names no amount in ${total.denom}` }
  if (minimum !== null && total.amount < minimum && !lead.approved) return { do: 'hold', reason: 'minimum', note: `below ${minimum}${total.denom}` }
  if (lead.nextTryAt !== null && lead.nextTryAt > now) return { do: 'wait', reason: 'was refused, tried again later', alert: false }
  if (world.blocked !== null) return { do: 'wait', ...world.blocked }
  if (world.estimate === null) return { do: 'estimate' }
  if (world.estimate.state === 'unavailable') return { do: 'wait', reason: world.estimate.reason, alert: world.estimate.alert }
  if (world.estimate.state === 'refused') return park(lead.failures, world.estimate.reason, now)
  const { fee, balances } = world.estimate
  // Price and gas are what one endpoint says.
  if (fee.amount > feeLimit) return { do: 'wait', reason: `the network fee of ${fee.amount}${fee.denom} is above REFUND_FEE_LIMIT (${feeLimit}${fee.denom})`, alert: true }
  if (minimum !== null && minimum > 0n && !lead.approved && fee.denom === total.denom && fee.amount > minimum) return { do: 'wait', reason: `the network fee of ${fee.amount}${fee.denom} is above REFUND_MINIMUM`, alert: true }
  const sent = { denom: total.denom, amount: total.amount - feeBorneByPayer(refunds, fee) }
  if (sent.amount <= 0n) return { do: 'hold', reason: 'minimum', note: `not more than its network fee of ${fee.amount}${fee.denom}` }
  const short = shortOf([sent, fee], balances)
  if (short) return { do: 'wait', reason: `the wallet has less than ${short.amount}${short.denom}`, alert: true }
  return { do: 'sign', sent, fee }
}

/**
 * The next thing to do about refunds; pure. A signed transaction is only ever given up when it can no longer be included:
 * its timeout height passed on verified blocks, it failed in a block, or its sequence is used up.
 */
export function nextRefundStep(hand: RefundInHand, world: RefundWorld, now: Date): RefundStep {
  switch (hand.kind) {
    case 'signed': return nextForSigned(hand.payout, hand.failures, world, now)
    case 'waiting': return nextForWaiting(hand.refunds, world, now)
    default: return hand satisfies never
  }
}
