export type WalletFailureCode
  = | 'no_wallet' | 'rejected' | 'locked' | 'wrong_account' | 'insufficient_balance' | 'chain_unknown' | 'changed_by_wallet' | 'broadcast_unknown' | 'payment_failed' | 'wallet_error'

/** Why the wallet did not do it. `rejected` is the person's decision, not an error. */
export class WalletFailure extends Error {
  constructor(readonly code: WalletFailureCode, readonly detail: string | undefined = undefined, options: ErrorOptions = {}) {
    super(detail ?? code, options)
    this.name = 'WalletFailure'
  }
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
