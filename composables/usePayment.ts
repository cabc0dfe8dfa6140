import type { Ref } from 'vue'
import { useClearingStore, type PayableToken } from '~/stores/clearing'
import { useWalletStore, type WalletKind } from '~/stores/wallet'

export type PaymentProgress
  = | { readonly kind: 'idle' }
    | { readonly kind: 'signing', readonly wallet: WalletKind }
    | { readonly kind: 'sent', readonly txHash: string }
    | { readonly kind: 'failed', readonly failure: unknown }

/** Pays a token with a wallet, or tells the server of a tx that paid it by hand. */
export function usePayment(token: Ref<PayableToken | null | undefined>) {
  const wallet = useWallet()
  const walletStore = useWalletStore()
  const clearing = useClearingStore()
  const { chainOf } = useChains()
  const payment = shallowRef<PaymentProgress>({ kind: 'idle' })
  watch(() => token.value?.token, () => payment.value = { kind: 'idle' })

  async function pay(kind: WalletKind) {
    const paying = token.value
    const chain = paying && chainOf(paying.paymentChainId)
    if (!chain || payment.value.kind === 'signing') return
    payment.value = { kind: 'signing', wallet: kind }
    try {
      if (walletStore.kind !== kind || !walletStore.addressOn(chain.chainId)) await wallet.connect(kind, [chain])
      await paid(await wallet.pay(paying))
    }
    catch (failure) {
      payment.value = { kind: 'failed', failure }
    }
  }

  async function paid(txHash: string) {
    payment.value = { kind: 'sent', txHash }
    clearing.currentToken = token.value ?? null
    await clearing.confirmPayment(txHash)
  }

  return { payment, available: wallet.available, pay, paid }
}
