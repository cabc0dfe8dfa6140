import type { NextCode, NextRefund } from '../types/clearing'

/** What a next step may name; `missing`: an amount with its symbol. */
export interface NextParts { readonly missing: string, readonly memoCode: string }

/** The API's own words, and the pages' in English. */
export const englishNextSteps: Readonly<Record<NextCode, (parts: NextParts) => string>> = {
  pay: ({ missing, memoCode }) => `Pay ${missing} with the memo ${memoCode}.`,
  pay_late: ({ missing, memoCode }) => `Pay ${missing} with the memo ${memoCode}. The quoted time is over; a payment is still honoured for a short while.`,
  top_up: ({ missing }) => `${missing} more is missing: send it with the same memo, or everything goes back to you.`,
  payment_confirming: () => 'Your payment is in a block and is being confirmed. Nothing to do for you.',
  window_over: () => 'The time to pay is over. We wait for a later block of the chain to be sure that no payment was missed.',
  queued: () => 'Paid. The relayer starts as soon as its keys are free. What is not done by the deadline is refunded.',
  queued_again: () => 'A run is over, and something is not finished yet: the chain is looked at again, and the next run starts by itself. What is not done by the deadline is refunded.',
  clearing: () => 'The relayer is clearing your packets; the chain decides when they are done. What is not done by the deadline is refunded.',
  cleared: () => 'Done: every packet was cleared, and the proof is below.',
  partially_cleared: () => 'Some packets were cleared. The shares of the others go back.',
  not_cleared: () => 'The packets could not be cleared. What you paid for them goes back.',
  not_needed: () => 'Nothing was left for us to do: the packets were finished without us. Your payment goes back whole.',
  resolved: () => 'Closed by an operator.',
  expired_unpaid: () => 'Nobody paid in time, so nothing was done. Ask for a new price if the packet is still stuck.',
  expired_underpaid: () => 'The payment did not reach the quoted total in time. It goes back to the address that paid.',
  needs_attention: () => 'The chains gave no clear answer, so a person looks at this. Your payment is safe: it clears your packets or goes back.',
}

export const englishNextRefunds: Readonly<Record<NextRefund, string>> = {
  to_payer: 'A refund is on its way to the address that paid.',
  to_named: 'A refund is on its way to the address that its payer named.',
  sent: 'The refund was sent.',
  held_minimum: 'A refund is held, because it is too small to be worth the fee of sending it; it is added to your next one.',
  held_approval: 'A refund waits for an operator to approve it.',
  held_exchange: 'A refund waits for an operator, because it would go to a wallet of an exchange.',
  held_refused: 'A refund could not be sent: the chain refuses the address. It is tried again, and an operator can see it.',
  held_no_destination: 'A refund is kept, because the chain does not show which address paid.',
  held: 'A refund is held; an operator can see it.',
}
