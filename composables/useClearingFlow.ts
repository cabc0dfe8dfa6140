import type { Ref } from 'vue'
import type { ChainDto } from '#shared/schemas/chains'
import type { ClearingStatus, QuoteDto } from '#shared/schemas/clearing'
import type { PacketDto } from '#shared/schemas/packets'
import { readBech32Prefix } from '#shared/utils/bech32'
import type { ApiProblem } from '~/services/api-problem'
import { toApiProblem } from '~/services/api-problem'
import { packetKey } from '~/services/packet-link'
import { canBePaidFor } from '~/services/packet-words'
import type { WizardStep } from '~/services/wizard-steps'
import { wizardSteps } from '~/services/wizard-steps'
import { useClearingStore } from '~/stores/clearing'
import { useWalletStore } from '~/stores/wallet'

/** The chain a person most likely pays on: the one that sent the first packet, else the one it goes to, else any. */
function likelyPaymentChain(packets: readonly PacketDto[], payable: readonly ChainDto[]): string {
  const ends = packets.flatMap(packet => [packet.id.chainId, packet.destination?.chainId])
  return ends.find(chainId => payable.some(chain => chain.chainId === chainId)) ?? payable[0]?.chainId ?? ''
}

/** The state behind the wizard: selection, price, token, status. Steps and token live in the address, so that reload and back work. */
export function useClearingFlow(packets: Ref<readonly PacketDto[]>) {
  const api = useApi()
  const route = useRoute()
  const store = useClearingStore()
  const walletStore = useWalletStore()
  const { chains, chainOf } = useChains()

  const token = computed(() => typeof route.query.token === 'string' ? route.query.token : undefined)
  const step = computed<WizardStep>(() => {
    const asked = wizardSteps.find(name => name === route.query.step) ?? 'select'
    return (asked === 'pay' || asked === 'follow') && !token.value ? 'price' : asked
  })
  function go(next: WizardStep, options: { token?: string, replace?: boolean } = {}) {
    return navigateTo({ path: '/clear', query: { ...route.query, step: next, token: options.token ?? route.query.token } }, { replace: options.replace })
  }

  const selected = ref<string[]>([])
  /** Everything that can be paid for is selected as soon as it is read; what was deselected stays so. */
  watch(packets, (read, before = []) => {
    const known = new Set(before.map(packet => packetKey(packet.id)))
    selected.value.push(...read.filter(canBePaidFor).map(packet => packetKey(packet.id)).filter(key => !known.has(key)))
  }, { immediate: true })
  const chosen = computed(() => packets.value.filter(packet => canBePaidFor(packet) && selected.value.includes(packetKey(packet.id))))

  const payable = computed(() => chains.value.filter(chain => chain.paymentAddress !== null))
  const pickedChainId = ref<string>()
  const paymentChainId = computed({ get: () => pickedChainId.value ?? likelyPaymentChain(packets.value, payable.value), set: value => pickedChainId.value = value })
  const quote = shallowRef<QuoteDto | null>(null)
  const quoteFailure = shallowRef<ApiProblem | null>(null)
  const quotePending = ref(false)
  let asked = 0
  async function askPrice() {
    const current = ++asked
    quoteFailure.value = null
    if (chosen.value.length === 0 || !paymentChainId.value) {
      quote.value = null
      return
    }
    quotePending.value = true
    try {
      const answer = await api.previewQuote({ paymentChainId: paymentChainId.value, packets: chosen.value.map(packet => packet.id) })
      if (current === asked) quote.value = answer
    }
    catch (failure) {
      if (current !== asked) return
      quote.value = null
      quoteFailure.value = toApiProblem(failure)
    }
    finally {
      if (current === asked) quotePending.value = false
    }
  }
  onMounted(() => watch([step, chosen, paymentChainId], () => {
    if (step.value === 'price') void askPrice()
  }, { immediate: true }))

  const typedAddress = ref<string>()
  /** The connected account on the payment chain, else the sender or receiver where they live on it. */
  const suggestedAddress = computed(() => {
    const prefix = chainOf(paymentChainId.value)?.bech32Prefix
    const parties = packets.value.flatMap(packet => [packet.transfer?.sender, packet.transfer?.receiver])
    return walletStore.addressOn(paymentChainId.value) ?? parties.find(address => address && readBech32Prefix(address) === prefix) ?? ''
  })
  const walletAddress = computed({ get: () => typedAddress.value ?? suggestedAddress.value, set: value => typedAddress.value = value.trim() })
  const addressValid = computed(() => readBech32Prefix(walletAddress.value) === chainOf(paymentChainId.value)?.bech32Prefix)

  // A refusal holds for what was asked; one of a new price leads from the payment to the price, and is told there.
  store.problem = null
  watch([chosen, paymentChainId], () => store.problem = null)
  watch(step, (_, left) => {
    if (left !== 'pay') store.problem = null
  })

  async function order() {
    store.walletAddress = walletAddress.value
    store.paymentChainId = paymentChainId.value
    const ids = chosen.value.map(packet => packet.id)
    if (await store.initiateClearingFlow(ids) && store.currentToken) await go('pay', { token: store.currentToken.token })
  }
  /** A new token for the packets of an expired one; the old one stays watched by the server. */
  async function requote() {
    const previous = store.currentToken
    if (!previous) return go('price')
    store.walletAddress = previous.walletAddress
    store.paymentChainId = previous.paymentChainId
    const ids = status.value?.packets.map(packet => packet.id) ?? chosen.value.map(packet => packet.id)
    if (await store.initiateClearingFlow(ids) && store.currentToken) await go('pay', { token: store.currentToken.token, replace: true })
    else await go('price', { replace: true })
  }

  const status = ref<ClearingStatus | null>(null)
  watch(token, () => status.value = null)
  onMounted(() => watch(token, id => id && void store.restore(id), { immediate: true }))
  const { connection, failure: statusFailure, again: askStatus } = useClearingUpdates(token, status)
  watch(status, (latest) => {
    if (!latest || latest.token !== token.value) return
    store.follow(latest)
    const moved = latest.status !== 'awaiting_payment' || latest.payments.some(payment => payment.state === 'seen')
    if (moved && step.value === 'pay') void go('follow', { replace: true })
    if (latest.next.code === 'top_up' && step.value === 'follow') void go('pay', { replace: true })
  })

  return { step, go, token, selected, chosen, payable, paymentChainId, quote, quoteFailure, quotePending, askPrice, walletAddress, addressValid, order, requote, status, statusFailure, askStatus, connection }
}
