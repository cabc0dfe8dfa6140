/** Whether the wallet's dialog in the header is open; any page may open it. */
export function useWalletDialog() {
  return useState('wallet-dialog', () => false)
}
