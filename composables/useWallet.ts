import type { BroadcastMode, Keplr } from '@keplr-wallet/types'
import type { ChainDto } from '#shared/schemas/chains'
import type { RefundDto } from '#shared/schemas/clearing'
import type { CoinDto } from '#shared/schemas/common'
import { equalBytes, fromBase64, toBase64, toHex } from '~/services/bytes'
import { chainSuggestion } from '~/services/chain-suggestion'
import { ApiProblem } from '~/services/api-problem'
import type { PaymentOrder } from '~/services/payment-transaction'
import { toWalletFailure, WalletFailure } from '~/services/wallet-failure'
import type { PayableToken } from '~/stores/clearing'
import type { WalletKind } from '~/stores/wallet'
import { useWalletStore, walletKinds } from '~/stores/wallet'

interface WalletWindow {
  readonly keplr?: Keplr
  readonly leap?: Keplr
  readonly cosmostation?: { readonly providers?: { readonly keplr?: Keplr } }
}

const signOptions = { preferNoSetMemo: true, preferNoSetFee: false }
const listening = new Set<WalletKind>()

function providerOf(kind: WalletKind): Keplr | undefined {
  if (import.meta.server) return undefined
  const page = window as unknown as WalletWindow
  return { keplr: page.keplr, leap: page.leap, cosmostation: page.cosmostation?.providers?.keplr }[kind]
}

function requireProvider(kind: WalletKind | null): Keplr {
  const provider = kind && providerOf(kind)
  if (!provider) throw new WalletFailure('no_wallet')
  return provider
}

async function asWalletFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  }
  catch (failure) {
    throw failure instanceof ApiProblem ? failure : toWalletFailure(failure)
  }
}

/** Signs in the mode the key can do, and refuses a payment that the wallet has changed. Answers with TxRaw bytes. */
async function signPayment(provider: Keplr, order: PaymentOrder, ledger: boolean): Promise<Uint8Array> {
  const { aminoSignDoc, directSignParts, encodeAminoTx, encodeDirectTx, isSamePayment } = await import('~/services/payment-transaction')
  if (ledger) {
    const asked = aminoSignDoc(order)
    const { signed, signature } = await provider.signAmino(order.chainId, order.fromAddress, asked, signOptions)
    if (!isSamePayment(asked, signed)) throw new WalletFailure('changed_by_wallet')
    return encodeAminoTx(order, signed.fee, fromBase64(signature.signature))
  }
  const parts = await directSignParts(order)
  const { signed, signature } = await provider.signDirect(order.chainId, order.fromAddress, { ...parts, chainId: order.chainId, accountNumber: order.accountNumber as never }, signOptions)
  if (!equalBytes(signed.bodyBytes, parts.bodyBytes)) throw new WalletFailure('changed_by_wallet')
  return encodeDirectTx(signed.bodyBytes, signed.authInfoBytes, fromBase64(signature.signature))
}

/** Keplr, Leap and Cosmostation through the one interface they share. Rejects with WalletFailure or ApiProblem. */
export function useWallet() {
  const api = useApi()
  const store = useWalletStore()
  const { chains, chainOf } = useChains()
  const available = ref<WalletKind[]>([])

  function detect() {
    available.value = walletKinds.filter(kind => providerOf(kind))
  }
  // Extensions may inject after the page has loaded.
  const looks: ReturnType<typeof setTimeout>[] = []
  onMounted(() => {
    detect()
    for (const laterMs of [300, 1000, 3000]) looks.push(setTimeout(detect, laterMs))
  })
  onUnmounted(() => {
    for (const look of looks) clearTimeout(look)
  })

  async function suggest(provider: Keplr, chain: ChainDto) {
    const gasPrice = chain.paymentAddress ? (await api.getAccount(chain.chainId, chain.paymentAddress)).gasPrice.amount : '0'
    await provider.experimentalSuggestChain(chainSuggestion(chain, gasPrice))
    await provider.enable(chain.chainId)
  }

  async function enable(provider: Keplr, chain: ChainDto) {
    try {
      await provider.enable(chain.chainId)
    }
    catch (failure) {
      if (toWalletFailure(failure).code !== 'chain_unknown') throw failure
      await suggest(provider, chain)
    }
  }

  async function readAccounts(provider: Keplr, wanted: readonly ChainDto[]) {
    return Promise.all(wanted.map(async (chain) => {
      const key = await provider.getKey(chain.chainId)
      return { chainId: chain.chainId, address: key.bech32Address, name: key.name }
    }))
  }

  async function rekey() {
    const provider = store.kind && providerOf(store.kind)
    if (!provider) return
    const wanted = chains.value.filter(chain => store.addressOn(chain.chainId))
    try {
      store.setAccounts(store.kind!, await readAccounts(provider, wanted))
    }
    catch {
      // Locked or no longer allowed: then nothing is connected.
      store.forget()
    }
    if (!store.session || store.accounts.some(account => account.address === store.session?.address)) return
    // Nothing of another account stays on the screen, whether or not the server can be told.
    store.session = null
    await api.signOut().catch(() => {})
  }

  /** Asks the wallet for its accounts on the given chains (all served ones by default). */
  function connect(kind: WalletKind, wanted: readonly ChainDto[] = chains.value): Promise<void> {
    return asWalletFailure(async () => {
      const provider = requireProvider(kind)
      try {
        await provider.enable(wanted.map(chain => chain.chainId))
      }
      catch (failure) {
        if (toWalletFailure(failure).code !== 'chain_unknown') throw failure
        for (const chain of wanted) await enable(provider, chain)
      }
      store.setAccounts(kind, await readAccounts(provider, wanted))
      if (!listening.has(kind)) window.addEventListener(`${kind}_keystorechange`, () => store.kind === kind && void rekey())
      listening.add(kind)
    })
  }

  /** Proves to the server that the person holds the account, by an ADR-36 signature over the server's text. */
  function signIn(chainId: string): Promise<void> {
    return asWalletFailure(async () => {
      const provider = requireProvider(store.kind)
      const { bech32Address: address } = await provider.getKey(chainId)
      const challenge = await api.createChallenge({ address, chainId })
      const { signature, pub_key: pubKey } = await provider.signArbitrary(chainId, address, challenge.text)
      store.session = await api.signIn({ challengeId: challenge.challengeId, signature, pubKey: pubKey.value })
    })
  }

  /** Signs a text of the server's with the account that is signed in (ADR-36). */
  function signText(text: string): Promise<{ readonly signature: string, readonly pubKey: string }> {
    return asWalletFailure(async () => {
      const { session } = store
      if (!session) throw new WalletFailure('no_wallet')
      const kind = store.kind ?? walletKinds.find(candidate => providerOf(candidate)) ?? null
      const provider = requireProvider(kind)
      const chain = chainOf(session.chainId)
      if (!chain) throw new WalletFailure('chain_unknown')
      await enable(provider, chain)
      const key = await provider.getKey(session.chainId)
      if (key.bech32Address !== session.address) throw new WalletFailure('wrong_account')
      const { signature, pub_key: pubKey } = await provider.signArbitrary(session.chainId, session.address, text)
      return { signature, pubKey: pubKey.value }
    })
  }

  /** Has the account that paid agree that its refund goes to another address. */
  function claimRefund(chainId: string, refund: Pick<RefundDto, 'id' | 'payer'>, destination: string): Promise<RefundDto> {
    return asWalletFailure(async () => {
      const provider = requireProvider(store.kind)
      const { bech32Address: address } = await provider.getKey(chainId)
      if (address !== refund.payer) throw new WalletFailure('wrong_account')
      const challenge = await api.askRefundClaim(refund.id, destination)
      const { signature, pub_key: pubKey } = await provider.signArbitrary(chainId, address, challenge.text)
      return api.claimRefund(refund.id, { destination, challengeId: challenge.challengeId, signature, pubKey: pubKey.value })
    })
  }

  async function signOut() {
    await api.signOut()
    store.session = null
  }

  async function buildOrder(provider: Keplr, token: PayableToken, due: CoinDto) {
    const key = await provider.getKey(token.paymentChainId)
    const known = store.addressOn(token.paymentChainId)
    if (known && known !== key.bech32Address) {
      await rekey()
      throw new WalletFailure('wrong_account')
    }
    const [account, { networkFee }] = await Promise.all([api.getAccount(token.paymentChainId, key.bech32Address), import('~/services/payment-transaction')])
    const fee = { denom: account.gasPrice.denom, amount: networkFee(account.gasPrice.amount).toString() }
    const needed = BigInt(due.amount) + (fee.denom === due.denom ? BigInt(fee.amount) : 0n)
    if (account.accountNumber === null || account.sequence === null || account.balance.denom !== due.denom || BigInt(account.balance.amount) < needed) throw new WalletFailure('insufficient_balance')
    const order: PaymentOrder = {
      chainId: token.paymentChainId, fromAddress: key.bech32Address, toAddress: token.paymentAddress, coin: due, memo: token.memoCode, fee,
      accountNumber: BigInt(account.accountNumber), sequence: BigInt(account.sequence), pubKey: key.pubKey,
    }
    return { order, ledger: key.isNanoLedger }
  }

  async function broadcast(provider: Keplr, chainId: string, txBytes: Uint8Array): Promise<string> {
    try {
      return toHex(await provider.sendTx(chainId, txBytes, 'sync' as BroadcastMode))
    }
    catch {
      // The wallet could not, or does not know whether it did: the same bytes again through our nodes can pay only once.
      const answer = await api.broadcast(chainId, toBase64(txBytes))
      return answer.txHash
    }
  }

  /** Pays what is due for a token: checks the balance, has a MsgSend with the memo code signed, sends it. Answers with the tx hash. */
  function pay(token: PayableToken, due: CoinDto): Promise<string> {
    return asWalletFailure(async () => {
      const provider = requireProvider(store.kind)
      const chain = chainOf(token.paymentChainId)
      if (!chain) throw new WalletFailure('chain_unknown')
      await enable(provider, chain)
      const { order, ledger } = await buildOrder(provider, token, due)
      const txBytes = await signPayment(provider, order, ledger)
      try {
        return await broadcast(provider, token.paymentChainId, txBytes)
      }
      catch (failure) {
        if (failure instanceof ApiProblem && (failure.code === 'offline' || failure.code === 'timeout')) throw new WalletFailure('broadcast_unknown', undefined, { cause: failure })
        throw failure
      }
    })
  }

  return { available, connect, disconnect: () => store.forget(), signIn, signText, signOut, pay, claimRefund }
}
