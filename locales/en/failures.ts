import type { PacketRefusalCode, ProblemReason } from '#shared/types/error-codes'
import type { ProblemCode } from '~/services/api-problem'
import type { WalletFailureCode } from '~/services/wallet-failure'

export interface FailureWords {
  /** What happened, in one sentence for a person. */
  readonly sentence: string
  readonly nextStep: string
}

/** One entry per code: the compiler refuses a missing one. */
const problems: Readonly<Record<ProblemCode, FailureWords>> = {
  invalid_request: { sentence: 'Something in what was entered is not valid.', nextStep: 'Check the text for missing or extra characters and try again.' },
  body_too_large: { sentence: 'That was more than we can take at once.', nextStep: 'Choose fewer packets and try again.' },
  unsupported_media_type: { sentence: 'The page and the server do not understand each other.', nextStep: 'Reload the page to get its newest version.' },
  method_not_allowed: { sentence: 'The page and the server do not understand each other.', nextStep: 'Reload the page to get its newest version.' },
  not_found: { sentence: 'There is nothing here.', nextStep: 'Check the link, or start again from the search.' },
  chain_not_served: { sentence: 'We do not serve that chain.', nextStep: 'The chains we serve are listed on the first page.' },
  packet_not_found: { sentence: 'The chain knows no such packet.', nextStep: 'Check chain, channel and sequence, or search by the transaction that sent it.' },
  token_not_found: { sentence: 'No clearing has this link.', nextStep: 'Check that the link is complete. If you paid, keep your transaction hash: the payment is recorded by its memo code.' },
  operation_not_found: { sentence: 'No clearing of yours has this link.', nextStep: 'Sign in with the wallet that asked for it or paid for it.' },
  payment_not_found: { sentence: 'There is no such payment.', nextStep: 'Check the link, or look in the list of payments.' },
  refund_not_found: { sentence: 'There is no such refund.', nextStep: 'Check the link, or open the clearing it belongs to.' },
  outgoing_not_found: { sentence: 'No such transaction left our wallets.', nextStep: 'Check the hash.' },
  packets_not_clearable: { sentence: 'Paying would not help these packets, so we will not take a fee for them.', nextStep: 'Deselect them; each one says why.' },
  route_not_quotable: { sentence: 'We cannot name an honest price for this route on that chain.', nextStep: 'Choose another chain to pay on, or fewer packets at once.' },
  relayer_not_ready: { sentence: 'Our relayer cannot work on this route right now, so we take no money for it.', nextStep: 'Try again in a few minutes. Nothing is lost by waiting, unless the packet times out, and then the sender gets the tokens back.' },
  chain_unavailable: { sentence: 'The chain does not answer at the moment.', nextStep: 'Try again in a minute.' },
  clock_skew: { sentence: 'The chain is running behind, so a price would not hold.', nextStep: 'Try again in a few minutes.' },
  quota_exceeded: { sentence: 'You have too many unpaid clearings open.', nextStep: 'Pay one of them, or wait until they expire.' },
  rate_limited: { sentence: 'Too many requests in a short time.', nextStep: 'Wait a moment and try again.' },
  not_signed_in: { sentence: 'You are not signed in.', nextStep: 'Sign in with your wallet; it costs nothing.' },
  forbidden: { sentence: 'This wallet may not do that.', nextStep: 'Sign in with another wallet.' },
  challenge_not_found: { sentence: 'This sign-in was used already or never existed.', nextStep: 'Start signing in again.' },
  challenge_expired: { sentence: 'The sign-in took too long.', nextStep: 'Start signing in again.' },
  signature_invalid: { sentence: 'The signature does not belong to this address.', nextStep: 'Check which account your wallet has selected and sign in again.' },
  idempotency_key_reused: { sentence: 'This request was sent before with other contents.', nextStep: 'Reload the page and try again.' },
  idempotency_in_progress: { sentence: 'The same request is still being worked on.', nextStep: 'Wait a moment; it is not done twice.' },
  transaction_rejected: { sentence: 'The chain refused the transaction. Nothing was paid.', nextStep: 'The reason is given below. Try again, or pay by hand.' },
  transaction_not_a_payment: { sentence: 'That transaction is not a payment to us, so we do not send it.', nextStep: 'Build the payment on this page, or pay by hand.' },
  not_in_this_state: { sentence: 'That is not possible any more: it has changed meanwhile.', nextStep: 'Reload and look again.' },
  fresh_signature_needed: { sentence: 'Moving money needs a fresh signature.', nextStep: 'Sign the text that names this action.' },
  paused: { sentence: 'The operator has paused this for now, so we take no money for it.', nextStep: 'Try again later. What was paid already is not lost.' },
  too_many_results: { sentence: 'There are too many matches to look through.', nextStep: 'Search by the transaction or the packet instead.' },
  not_ready: { sentence: 'The service is starting.', nextStep: 'Try again in a few seconds.' },
  internal: { sentence: 'Something broke on our side.', nextStep: 'Try again. If it stays, give us the request number. A payment already made is not lost.' },
  offline: { sentence: 'We cannot reach the server.', nextStep: 'Check your connection. A payment already made is not lost.' },
  timeout: { sentence: 'The server took too long to answer.', nextStep: 'Try again; nothing is done twice.' },
  unreadable_answer: { sentence: 'The server answered with something we cannot read.', nextStep: 'Reload the page to get its newest version.' },
}

/** Instead of the sentence of the code. */
const reasons: Readonly<Record<ProblemReason, string>> = {
  address_of_other_chain: 'The new address does not belong to this chain, or is mistyped.',
  address_unchanged: 'The refund goes to this address already.',
  address_of_ours: 'The new address is one of ours.',
  address_of_exchange: 'The new address is a wallet of an exchange, which would not know whose money it gets.',
  address_of_module: 'The new address belongs to the chain itself: nobody could move the money again.',
  payments_not_taken: 'We do not take payments on that chain.',
  no_conversion_rate: 'Part of the cost is in another token, and no rate to the one you pay with is set.',
  refund_on_its_way: 'The refund is sent or on its way already, so it cannot be sent elsewhere.',
  payer_unknown: 'The chain does not show which address paid, so no signature can prove it: write to the operator.',
}

const refusals: Readonly<Record<PacketRefusalCode, string>> = {
  not_found: 'The chain knows no such packet.',
  already_completed: 'It is finished already: nothing to pay.',
  already_delivered: 'It has been received already: nothing to pay.',
  in_flight: 'It is not late yet, or about to time out: look again in some minutes.',
  state_unknown: 'We could not see where it is, so we cannot promise to help.',
  route_not_served: 'We do not relay on this channel.',
  client_not_active: 'A light client of this route is expired, frozen or not accepted: paying would not help now.',
  channel_not_open: 'The channel is not open.',
  async_ack_pending: 'It arrived, and what received it has not answered yet, perhaps because it was sent on.',
  duplicate_in_request: 'It is in the list twice.',
  claimed_by_other: 'Somebody else has paid for it already.',
  earlier_packet_pending: 'Its channel keeps an order, and an earlier packet comes first.',
  chain_halted: 'The source or the destination makes no blocks at the moment.',
  packet_data_pruned: 'No node keeps the data that is needed to relay it.',
  receiver_or_memo_too_long: 'Its receiver or memo is longer than our relayer carries.',
}

const walletFailures: Readonly<Record<WalletFailureCode, FailureWords>> = {
  no_wallet: { sentence: 'This browser has no wallet we know.', nextStep: 'Install Keplr, Leap or Cosmostation, or pay by hand from any wallet.' },
  rejected: { sentence: 'You closed the request in your wallet. Nothing was paid.', nextStep: 'Ask again whenever you like, or pay by hand.' },
  locked: { sentence: 'Your wallet is locked.', nextStep: 'Unlock it and try again.' },
  wrong_account: { sentence: 'Your wallet now has another account selected.', nextStep: 'Select the account you connected with, or connect again.' },
  insufficient_balance: { sentence: 'This account has too little for the price and the network fee.', nextStep: 'Add funds, choose another account, or pay by hand from elsewhere.' },
  chain_unknown: { sentence: 'Your wallet does not know this chain and did not add it.', nextStep: 'Allow it to add the chain, or pay by hand.' },
  changed_by_wallet: { sentence: 'Your wallet changed the payment before signing it, so we did not send it. Nothing was paid.', nextStep: 'Leave the memo and the amount as they are, or pay by hand.' },
  broadcast_unknown: { sentence: 'The payment was signed, but we cannot tell whether it was sent.', nextStep: 'Wait a minute before paying again: if it reaches the chain, this page will notice.' },
  payment_failed: { sentence: 'The transaction is in a block, but it failed there: it paid nothing.', nextStep: 'Look at what its explorer says, then pay again.' },
  wallet_error: { sentence: 'Your wallet could not do it.', nextStep: 'Try again, or pay by hand.' },
}

export const failures = { problems, reasons, refusals, walletFailures }
