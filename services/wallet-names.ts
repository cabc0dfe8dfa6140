import type { WalletKind } from '~/stores/wallet'

export const walletNames: Readonly<Record<WalletKind, string>> = { keplr: 'Keplr', leap: 'Leap', cosmostation: 'Cosmostation' }
