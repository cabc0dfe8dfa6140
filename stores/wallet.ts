import { defineStore } from 'pinia'
import type { SessionDto } from '#shared/schemas/auth'

export const walletKinds = ['keplr', 'leap', 'cosmostation'] as const
export type WalletKind = typeof walletKinds[number]

/** An account of the connected wallet on one chain. */
export interface WalletAccount {
  readonly chainId: string
  readonly address: string
  readonly name: string
}

/** Which wallet is connected, and with which accounts. Accounts come from the wallet, never derived from each other. */
export const useWalletStore = defineStore('wallet', {
  state: () => ({
    kind: null as WalletKind | null,
    accounts: [] as WalletAccount[],
    session: null as SessionDto | null,
  }),
  getters: {
    connected: state => state.kind !== null && state.accounts.length > 0,
    addressOn: state => (chainId: string): string | undefined => state.accounts.find(account => account.chainId === chainId)?.address,
  },
  actions: {
    setAccounts(kind: WalletKind, accounts: WalletAccount[]) {
      this.kind = kind
      this.accounts = accounts
    },
    forget() {
      this.kind = null
      this.accounts = []
    },
  },
})
