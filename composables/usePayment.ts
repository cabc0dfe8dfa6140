import type { Ref } from 'vue'
import type { ClearingStatus, PaymentVerificationDto } from '#shared/schemas/clearing'
import type { CoinDto } from '#shared/schemas/common'
import { WalletFailure } from '~/services/wallet-failure'
import { useClearingStore, type PayableToken } from '~/stores/clearing'
import { useWalletStore, type WalletKind } from '~/stores/wallet'

/** What the server says of a transaction that is said to have paid; one that failed on chain is a failure. */
export type PaymentAnswer = Exclude<PaymentVerificationDto['state'], 'failed_on_chain'>

export type PaymentProgress
  = | { readonly kind: 'idle' }
    | { readonly kind: 'signing', readonly wallet: WalletKind }
    | { readonly kind: 'sent', readonly txHash: string, readonly answer: PaymentAnswer | null }
    | { readonly kind: 'failed', readonly failure: unknown }

const lookEveryMs = 5_000
const looks = 24

/** Pays a token with a wallet, or tells the server of a tx that paid it by hand; asks for two minutes what became of it. */
export function usePayment(token: Ref<PayableToken | null | undefined>, status: Ref<ClearingStatus | null | undefined>) {
  const wallet = useWallet()
  const walletStore = useWalletStore()
  const clearing = useClearingStore()
  const { chainOf } = useChains()
  const payment = shallowRef<PaymentProgress>({ kind: 'idle' })
  let timer: ReturnType<typeof setTimeout> | undefined

  function again() {
    clearTimeout(timer)
    payment.value = { kind: 'idle' }
  }
  onUnmounted(() => clearTimeout(timer))
  watch(() => token.value?.token, again)
  // From here on the status tells of it, and a second payment may be due.
  watch(() => status.value?.payments, (payments) => {
    const { value } = payment
    if (value.kind === 'sent' && payments?.some(({ txHash }) => txHash === value.txHash)) again()
  })

  async function pay(kind: WalletKind, due: CoinDto) {
    const paying = token.value
    const chain = paying && chainOf(paying.paymentChainId)
    if (!chain || payment.value.kind === 'signing') return
    payment.value = { kind: 'signing', wallet: kind }
    try {
      if (walletStore.kind !== kind || !walletStore.addressOn(chain.chainId)) await wallet.connect(kind, [chain])
      await paid(await wallet.pay(paying, due))
    }
    catch (failure) {
      payment.value = { kind: 'failed', failure }
    }
  }

  async function paid(txHash: string) {
    clearTimeout(timer)
    payment.value = { kind: 'sent', txHash, answer: null }
    clearing.currentToken = token.value ?? null
    await look(txHash, looks)
  }

  async function look(txHash: string, left: number) {
    const answer = await clearing.confirmPayment(txHash)
    const { value } = payment
    if (value.kind !== 'sent' || value.txHash !== txHash) return
    if (answer === 'failed_on_chain') return void (payment.value = { kind: 'failed', failure: new WalletFailure('payment_failed') })
    payment.value = { kind: 'sent', txHash, answer: answer ?? value.answer }
    if (left > 1 && (answer === null || answer === 'not_found_yet')) timer = setTimeout(() => void look(txHash, left - 1), lookEveryMs)
  }

  return { payment, available: wallet.available, pay, paid, again }
}
