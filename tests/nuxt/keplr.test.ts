import { mountSuspended } from '@nuxt/test-utils/runtime'
import { sha256 } from '@cosmjs/crypto'
import { fromBase64 } from '@cosmjs/encoding'
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import { AuthInfo } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { SignMode } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineComponent } from 'vue'
import { useWallet } from '~/composables/useWallet'
import { toHex } from '~/services/bytes'
import { useWalletStore } from '~/stores/wallet'
import { isSignedBy } from '../../sandbox/chain/signatures'
import { decodeTransaction } from '../../sandbox/chain/transaction'
import { adr36Verifier } from '../../server/adapters/adr36/signature-verifier'
import { aClearingToken, aProblem, serviceOnHub, twoChains } from '../builders/dto'
import { addressOf, aPrivateKey, keplrProvider, type WalletState } from '../builders/keplr'
import { apiAnswers, apiRefuses, chainsAre, eventually } from './world'

const open: (() => void)[] = []

/** A page with Keplr in it, on a chain where the selected account has this number and sequence. */
async function page(over: Partial<WalletState> = {}, account = { accountNumber: '7', sequence: '3' }) {
  const keplr = keplrProvider(over)
  Object.assign(window, { keplr: keplr.provider })
  for (const address of [serviceOnHub, ...await Promise.all([1, 2].map(number => addressOf(aPrivateKey(number))))]) {
    open.push(apiAnswers(`/chains/hub-1/accounts/${address}`, { chainId: 'hub-1', address, ...account, balance: { denom: 'uatom', amount: '90000000' }, gasPrice: { denom: 'uatom', amount: '0.025' } }).remove)
  }
  let wallet!: ReturnType<typeof useWallet>
  const mounted = await mountSuspended(defineComponent({ setup() {
    wallet = useWallet()
    return () => null
  } }))
  open.push(keplr.stop, () => mounted.unmount(), () => Reflect.deleteProperty(window, 'keplr'))
  return { keplr, wallet, store: useWalletStore() }
}

const token = aClearingToken()
const [hub] = twoChains()

/** What the chain reads in the bytes, once it has found them signed by this account for this chain, number and sequence. */
async function paymentIn(bytes: Uint8Array, privateKey: Uint8Array, account = { accountNumber: '7', sequence: '3' }, coin = token.total) {
  const transaction = decodeTransaction(bytes)
  expect(isSignedBy(transaction, transaction.publicKey!, 'hub-1', account.accountNumber)).toBe(true)
  for (const [chainId, accountNumber] of [['hub-2', account.accountNumber], ['hub-1', '8']] as const) expect(isSignedBy(transaction, transaction.publicKey!, chainId, accountNumber)).toBe(false)
  expect(transaction.sequence.toString()).toBe(account.sequence)
  expect(transaction.raw.signatures).toHaveLength(1)
  const fromAddress = await addressOf(privateKey)
  expect(transaction.body).toMatchObject({ memo: token.memoCode, timeoutHeight: 0n, extensionOptions: [], messages: [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend' }] })
  expect(transaction.messages).toHaveLength(1)
  expect(MsgSend.decode(transaction.body.messages[0]!.value)).toEqual({ fromAddress, toAddress: token.paymentAddress, amount: [coin] })
  return { signMode: transaction.signMode, fee: AuthInfo.decode(transaction.raw.authInfoBytes).fee }
}

beforeEach(() => {
  chainsAre()
  useWalletStore().$reset()
})
afterEach(() => {
  for (const close of open.splice(0).reverse()) close()
})

describe('with Keplr\'s own provider', () => {
  it('a payment is what the chain takes: signed for it, with the memo, one exact MsgSend', async () => {
    const { keplr, wallet } = await page()
    await wallet.connect('keplr')
    const txHash = await wallet.pay(token, token.total)
    const { signMode, fee } = await paymentIn(keplr.sent[0]!, keplr.state.privateKey)
    expect(signMode).toBe(SignMode.SIGN_MODE_DIRECT)
    expect(fee).toMatchObject({ amount: [{ denom: 'uatom', amount: '3000' }], gasLimit: 120_000n })
    expect(txHash).toBe(toHex(sha256(keplr.sent[0]!)))
  })

  it('a Ledger signs the same payment in amino, though Keplr sorts what it signs', async () => {
    const { keplr, wallet } = await page({ ledger: true })
    await wallet.connect('keplr')
    await wallet.pay(token, token.total)
    expect(keplr.calls).not.toContain('request-cosmos-sign-direct')
    expect((await paymentIn(keplr.sent[0]!, keplr.state.privateKey)).signMode).toBe(SignMode.SIGN_MODE_LEGACY_AMINO_JSON)
  })

  it.each([['direct', false], ['amino', true]])('what is still due is paid, and needs no balance for more (%s)', async (_, ledger) => {
    const { keplr, wallet } = await page({ ledger })
    await wallet.connect('keplr')
    const due = { denom: 'uatom', amount: '10' }
    await wallet.pay({ ...token, total: { denom: 'uatom', amount: '99000000' } }, due)
    await paymentIn(keplr.sent[0]!, keplr.state.privateKey, undefined, due)
  })

  it.each([['direct', false], ['amino', true]])('the first account of a chain, number 0 and sequence 0, can pay (%s)', async (_, ledger) => {
    const first = { accountNumber: '0', sequence: '0' }
    const { keplr, wallet } = await page({ ledger }, first)
    await wallet.connect('keplr')
    await wallet.pay(token, token.total)
    await paymentIn(keplr.sent[0]!, keplr.state.privateKey, first)
  })

  it.each([['direct', false], ['amino', true]])('a fee that the person chose in the wallet is kept (%s)', async (_, ledger) => {
    const { keplr, wallet } = await page({ ledger, fee: { amount: [{ denom: 'uatom', amount: '9999' }], gas: '150000' } })
    await wallet.connect('keplr')
    await wallet.pay(token, token.total)
    expect((await paymentIn(keplr.sent[0]!, keplr.state.privateKey)).fee).toMatchObject({ amount: [{ denom: 'uatom', amount: '9999' }], gasLimit: 150_000n })
  })

  it('a chain that Keplr does not know is suggested with what its form asks for, and then paid on', async () => {
    const { keplr, wallet, store } = await page({ prefixes: new Map() })
    await wallet.connect('keplr', [hub!])
    expect(keplr.suggested).toMatchObject([{
      chainId: 'hub-1', chainName: 'Hub', bip44: { coinType: 118 }, bech32Config: { bech32PrefixAccAddr: 'cosmos', bech32PrefixValAddr: 'cosmosvaloper' },
      currencies: [{ coinDenom: 'ATOM', coinMinimalDenom: 'uatom', coinDecimals: 6 }], feeCurrencies: [{ coinMinimalDenom: 'uatom', gasPriceStep: { low: 0.025, average: 0.025 } }],
    }])
    for (const url of [keplr.suggested[0]!.rpc, keplr.suggested[0]!.rest]) expect(new URL(url).protocol).toMatch(/^https?:$/)
    expect(store.addressOn('hub-1')).toBe(await addressOf(keplr.state.privateKey))
    await wallet.pay(token, token.total)
    await paymentIn(keplr.sent[0]!, keplr.state.privateKey)
  })

  it.each([['a closed window', { refusing: true }, 'rejected'], ['a locked wallet', { locked: true }, 'locked']] as const)('%s pays nothing, and is told as what it is', async (_, trouble, code) => {
    const { keplr, wallet } = await page()
    await wallet.connect('keplr')
    Object.assign(keplr.state, trouble)
    await expect(wallet.pay(token, token.total)).rejects.toMatchObject({ code })
    Object.assign(keplr.state, { refusing: false, locked: false })
    expect(keplr.sent).toHaveLength(0)
    await wallet.pay(token, token.total)
    await paymentIn(keplr.sent[0]!, keplr.state.privateKey)
  })

  it('another account in the wallet pays only after the page has shown it', async () => {
    const { keplr, wallet, store } = await page()
    await wallet.connect('keplr')
    keplr.state.privateKey = aPrivateKey(2)
    await expect(wallet.pay(token, token.total)).rejects.toMatchObject({ code: 'wrong_account' })
    expect(keplr.sent).toHaveLength(0)
    expect(store.addressOn('hub-1')).toBe(await addressOf(aPrivateKey(2)))
    await wallet.pay(token, token.total)
    await paymentIn(keplr.sent[0]!, aPrivateKey(2))
  })

  it('an account chosen in the wallet is shown at once, and ends the session of the other', async () => {
    const { keplr, wallet, store } = await page()
    await wallet.connect('keplr')
    const signedOut = apiAnswers('/auth/session', null, 'DELETE')
    open.push(signedOut.remove)
    store.session = { address: await addressOf(aPrivateKey(1)), chainId: 'hub-1', expiresAt: '2099-01-01T00:00:00Z', admin: false }
    keplr.state.privateKey = aPrivateKey(2)
    window.dispatchEvent(new Event('keplr_keystorechange'))
    await eventually(async () => expect(store.addressOn('hub-1')).toBe(await addressOf(aPrivateKey(2))))
    await eventually(() => expect([signedOut.bodies.length, store.session]).toEqual([1, null]))
  })

  it('the session of the other account is over here even when the server cannot be told', async () => {
    const { keplr, wallet, store } = await page()
    await wallet.connect('keplr')
    open.push(apiRefuses('/auth/session', aProblem('internal', { status: 500 }), 'DELETE'))
    store.session = { address: await addressOf(aPrivateKey(1)), chainId: 'hub-1', expiresAt: '2099-01-01T00:00:00Z', admin: false }
    keplr.state.privateKey = aPrivateKey(2)
    window.dispatchEvent(new Event('keplr_keystorechange'))
    await eventually(() => expect(store.session).toBeNull())
  })

  it('a wallet that was locked is no longer shown as connected', async () => {
    const { keplr, wallet, store } = await page()
    await wallet.connect('keplr')
    keplr.state.locked = true
    window.dispatchEvent(new Event('keplr_keystorechange'))
    await eventually(() => expect(store.connected).toBe(false))
  })

  it('the signature of a sign-in is one that the server verifies', async () => {
    const { keplr, wallet } = await page()
    await wallet.connect('keplr')
    const address = await addressOf(keplr.state.privateKey)
    const text = 'relayooor.example wants you to sign in.\n\nNonce: Ünïcödé & <quotes>'
    const session = { address, chainId: 'hub-1', expiresAt: '2099-01-01T00:00:00Z', admin: false }
    const signIn = apiAnswers('/auth/wallet-sign', { session }, 'POST')
    open.push(signIn.remove, apiAnswers('/auth/challenge', { challengeId: '3f2b8c1e-5a4d-4e6f-8a9b-0c1d2e3f4a5b', text, expiresAt: '2099-01-01T00:00:00Z' }, 'POST').remove)
    await wallet.signIn('hub-1')
    const { signature, pubKey } = signIn.bodies[0] as { signature: string, pubKey: string }
    expect(fromBase64(signature)).toHaveLength(64)
    expect(adr36Verifier.verify({ text, address, bech32Prefix: 'cosmos', pubKey, signature })).toBe(true)
    expect(adr36Verifier.verify({ text: `${text} `, address, bech32Prefix: 'cosmos', pubKey, signature })).toBe(false)
  })

  it('a memo that the person changed in the wallet is not sent', async () => {
    for (const ledger of [false, true]) {
      const { keplr, wallet } = await page({ ledger, memo: 'something else' })
      await wallet.connect('keplr')
      await expect(wallet.pay(token, token.total)).rejects.toMatchObject({ code: 'changed_by_wallet' })
      expect(keplr.sent).toHaveLength(0)
    }
  })

  it('what Keplr cannot broadcast goes through our nodes, the same bytes', async () => {
    const { keplr, wallet } = await page({ broadcasting: false })
    const broadcast = apiAnswers('/chains/hub-1/broadcast', { txHash: 'CD'.repeat(32), state: 'accepted' }, 'POST')
    open.push(broadcast.remove)
    await wallet.connect('keplr')
    expect(await wallet.pay(token, token.total)).toBe('CD'.repeat(32))
    await paymentIn(fromBase64((broadcast.bodies[0] as { txBytes: string }).txBytes), keplr.state.privateKey)
  })

  it('bytes that the chain refuses are told as refused, and not as paid', async () => {
    const { wallet } = await page({ broadcasting: false })
    await wallet.connect('keplr')
    open.push(apiRefuses('/chains/hub-1/broadcast', { type: 'about:blank', status: 422, code: 'transaction_rejected', title: 'Refused', detail: 'account sequence mismatch', requestId: 'r' }, 'POST'))
    await expect(wallet.pay(token, token.total)).rejects.toMatchObject({ code: 'transaction_rejected' })
  })
})
