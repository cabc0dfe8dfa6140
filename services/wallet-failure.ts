export type WalletFailureCode
  = | 'no_wallet' | 'rejected' | 'locked' | 'wrong_account' | 'insufficient_balance' | 'chain_unknown' | 'changed_by_wallet' | 'broadcast_unknown' | 'wallet_error'

/** Why the wallet did not do it. `rejected` is the person's decision, not an error. */
export class WalletFailure extends Error {
  constructor(readonly code: WalletFailureCode, readonly detail: string | undefined = undefined, options: ErrorOptions = {}) {
    super(detail ?? code, options)
    this.name = 'WalletFailure'
  }
}

export const walletFailureWords: Readonly<Record<WalletFailureCode, { readonly sentence: string, readonly nextStep: string }>> = {
  no_wallet: { sentence: 'This browser has no wallet we know.', nextStep: 'Install Keplr, Leap or Cosmostation, or pay by hand from any wallet.' },
  rejected: { sentence: 'You closed the request in your wallet. Nothing was paid.', nextStep: 'Ask again whenever you like, or pay by hand.' },
  locked: { sentence: 'Your wallet is locked.', nextStep: 'Unlock it and try again.' },
  wrong_account: { sentence: 'Your wallet now has another account selected.', nextStep: 'Select the account you connected with, or connect again.' },
  insufficient_balance: { sentence: 'This account has too little for the price and the network fee.', nextStep: 'Add funds, choose another account, or pay by hand from elsewhere.' },
  chain_unknown: { sentence: 'Your wallet does not know this chain and did not add it.', nextStep: 'Allow it to add the chain, or pay by hand.' },
  changed_by_wallet: { sentence: 'Your wallet changed the payment before signing it, so we did not send it. Nothing was paid.', nextStep: 'Leave the memo and the amount as they are, or pay by hand.' },
  broadcast_unknown: { sentence: 'The payment was signed, but we cannot tell whether it was sent.', nextStep: 'Wait a minute before paying again: if it reaches the chain, this page will notice.' },
  wallet_error: { sentence: 'Your wallet could not do it.', nextStep: 'Try again, or pay by hand.' },
}

/** Sorts what wallets throw (plain Errors with texts of their own) into our codes. */
export function toWalletFailure(failure: unknown): WalletFailure {
  if (failure instanceof WalletFailure) return failure
  const text = failure instanceof Error ? failure.message : String(failure)
  if (/reject|denied|cancel|declin/i.test(text)) return new WalletFailure('rejected', text, { cause: failure })
  if (/lock(?:ed)?\b|key ?ring|not initiali[sz]ed/i.test(text)) return new WalletFailure('locked', text, { cause: failure })
  if (/no chain info|chain.*(?:not (?:supported|found|registered)|unknown|exist)|(?:unknown|unsupported|invalid) chain/i.test(text)) return new WalletFailure('chain_unknown', text, { cause: failure })
  if (/signer (?:mis)?match|unmatched (?:address|signer)|different account/i.test(text)) return new WalletFailure('wrong_account', text, { cause: failure })
  return new WalletFailure('wallet_error', text, { cause: failure })
}
