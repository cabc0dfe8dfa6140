import { mountSuspended } from '@nuxt/test-utils/runtime'
import { decodeTxRaw } from '@cosmjs/proto-signing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import ClearPage from '~/pages/clear.vue'
import { useClearingStore } from '~/stores/clearing'
import { useWalletStore } from '~/stores/wallet'
import { aChain, aClearedStatus, aClearingToken, aCompletedPacket, aliceOnHub, aPacket, aPacketId, aProblem, aQuote, aStatus, aToken, serviceOnHub, twoChains } from '../builders/dto'
import { apiAnswers, apiRefuses, chainsAre, eventually, sentHash, socketOutside, walletInPage } from './world'

const packetPath = '/packets/hub-1/transfer/channel-0/42'
const open: (() => void)[] = []
let socket: ReturnType<typeof socketOutside>
const world = { status: aStatus(), balance: '90000000' }

function outside() {
  world.status = aStatus()
  world.balance = '90000000'
  const endpoints = {
    packet: apiAnswers(packetPath, aPacket()),
    finished: apiAnswers('/packets/hub-1/transfer/channel-0/41', aCompletedPacket()),
    quote: apiAnswers('/clearing/quote/preview', aQuote(), 'POST'),
    token: apiAnswers('/clearing/request-token', () => aClearingToken(), 'POST'),
    status: apiAnswers(`/clearing/status/${aToken}`, () => world.status),
    verify: apiAnswers('/clearing/verify-payment', { verified: false, state: 'not_found_yet', reason: 'not in a block yet' }, 'POST'),
    account: apiAnswers(`/chains/hub-1/accounts/${aliceOnHub}`, () => ({ chainId: 'hub-1', address: aliceOnHub, accountNumber: '7', sequence: '3', balance: { denom: 'uatom', amount: world.balance }, gasPrice: { denom: 'uatom', amount: '0.025' } })),
    broadcast: apiAnswers('/chains/hub-1/broadcast', { txHash: 'CD'.repeat(32), state: 'accepted' }, 'POST'),
  }
  socket = socketOutside()
  open.push(socket.remove)
  open.push(...Object.values(endpoints).map(endpoint => endpoint.remove))
  return endpoints
}

async function wizard(query: string) {
  const page = await mountSuspended(ClearPage, { route: `/clear?${query}` })
  open.push(() => page.unmount())
  return page
}
type Page = Awaited<ReturnType<typeof wizard>>
const stepIs = (page: Page, step: string) => eventually(() => expect(page.get('[data-step]').attributes('data-step')).toBe(step))
const button = (page: Page, text: string) => page.findAll('button').find(candidate => candidate.text().includes(text))

async function walkToPayment(page: Page) {
  await eventually(() => expect(page.find('input[type="checkbox"]').exists()).toBe(true))
  await page.get('form').trigger('submit')
  await stepIs(page, 'price')
  await eventually(() => expect(button(page, 'Fix this price')?.attributes('disabled')).toBeUndefined())
  await page.get('form').trigger('submit')
  await stepIs(page, 'pay')
}

beforeEach(() => {
  chainsAre()
  clearNuxtData(['clear-packets', 'statistics'])
  localStorage.clear()
  useClearingStore().$reset()
  useWalletStore().$reset()
})
afterEach(() => {
  for (const close of open.splice(0).reverse()) close()
})

describe('the wizard', () => {
  it('goes from the selection over the price to the payment, asking for exactly the chosen packets', async () => {
    const api = outside()
    const page = await wizard('packets=hub-1/transfer/channel-0/42,hub-1/transfer/channel-0/41')
    await walkToPayment(page)
    expect(api.quote.bodies.at(-1)).toEqual({ paymentChainId: 'hub-1', packets: [aPacketId('42')] })
    expect(api.token.bodies).toEqual([{ walletAddress: aliceOnHub, paymentChainId: 'hub-1', packets: [aPacketId('42')] }])
    expect(page.get('[data-memo-code]').text()).toBe('RLY-23456789AB7C')
    expect(useRoute().query.token).toBe(aToken)
    expect(useClearingStore().operationStatus).toBe('awaiting_payment')
  })

  it('pays with the wallet: exact MsgSend with the memo, sent by the wallet, reported to the server, then followed', async () => {
    const api = outside()
    const wallet = walletInPage()
    open.push(wallet.remove)
    const page = await wizard('packets=hub-1/transfer/channel-0/42')
    await walkToPayment(page)
    await eventually(() => expect(button(page, 'Pay with Keplr')).toBeDefined())
    await button(page, 'Pay with Keplr')?.trigger('click')
    await eventually(() => expect(api.verify.bodies).toEqual([{ token: aToken, txHash: sentHash }]))
    const tx = decodeTxRaw(wallet.calls.sent[0]!)
    expect(tx.body.memo).toBe('RLY-23456789AB7C')
    expect(tx.body.messages.map(message => message.typeUrl)).toEqual(['/cosmos.bank.v1beta1.MsgSend'])
    expect(wallet.calls.signed[0]).toMatchObject({ signer: aliceOnHub, options: { preferNoSetMemo: true, preferNoSetFee: false } })
    world.status = aClearedStatus()
    await eventually(() => expect(socket.subscriptions).toHaveLength(1))
    socket.commit(aToken)
    await stepIs(page, 'follow')
    expect(page.get('[data-result]').attributes('data-result')).toBe('delivered')
    expect(page.find(`a[href="/clearing/${aToken}"]`).exists()).toBe(true)
  })

  it('a Ledger signs amino; a wallet that cannot broadcast hands the same bytes to our nodes', async () => {
    const api = outside()
    const wallet = walletInPage({
      getKey: async () => ({ name: 'ledger', pubKey: new Uint8Array(33), bech32Address: aliceOnHub, isNanoLedger: true }),
      sendTx: () => Promise.reject(new Error('Failed to fetch')),
    })
    open.push(wallet.remove)
    const page = await wizard('packets=hub-1/transfer/channel-0/42')
    await walkToPayment(page)
    await eventually(() => expect(button(page, 'Pay with Keplr')).toBeDefined())
    await button(page, 'Pay with Keplr')?.trigger('click')
    await eventually(() => expect(api.verify.bodies).toEqual([{ token: aToken, txHash: 'CD'.repeat(32) }]))
    expect(wallet.calls.signed[0]).toMatchObject({ amino: true })
    expect(api.broadcast.bodies).toEqual([{ txBytes: expect.stringMatching(/^[\w+/]+=*$/) }])
  })

  it.each([
    ['rejected', { signDirect: () => Promise.reject(new Error('Request rejected')) }, 'rejected'],
    ['locked', { enable: () => Promise.reject(new Error('Wallet is locked')) }, 'locked'],
    ['a memo changed by the wallet', { signDirect: async (_c: string, _s: string, doc: object) => ({ signed: { ...doc, bodyBytes: new Uint8Array([1]) }, signature: { signature: btoa('x') } }) }, 'changed_by_wallet'],
  ])('%s: nothing is sent, and the person is told', async (_, over, code) => {
    const api = outside()
    const wallet = walletInPage(over)
    open.push(wallet.remove)
    const page = await wizard('packets=hub-1/transfer/channel-0/42')
    await walkToPayment(page)
    await eventually(() => expect(button(page, 'Pay with Keplr')).toBeDefined())
    await button(page, 'Pay with Keplr')?.trigger('click')
    await eventually(() => expect(page.find(`[data-wallet-failure="${code}"]`).exists()).toBe(true))
    expect(wallet.calls.sent).toHaveLength(0)
    expect(api.verify.bodies).toHaveLength(0)
    expect(page.find('[data-memo-code]').exists()).toBe(true)
  })

  it('does not ask for a signature when the balance is one unit short of price and network fee', async () => {
    outside()
    world.balance = (1_104_500 + 3000 - 1).toString()
    const wallet = walletInPage()
    open.push(wallet.remove)
    const page = await wizard('packets=hub-1/transfer/channel-0/42')
    await walkToPayment(page)
    await eventually(() => expect(button(page, 'Pay with Keplr')).toBeDefined())
    await button(page, 'Pay with Keplr')?.trigger('click')
    await eventually(() => expect(page.find('[data-wallet-failure="insufficient_balance"]').exists()).toBe(true))
    expect(wallet.calls.signed).toHaveLength(0)
  })

  it('a chain the wallet does not know is suggested to it', async () => {
    outside()
    let known = false
    open.push(apiAnswers('/chains/hub-1/accounts/' + serviceOnHub, { chainId: 'hub-1', address: serviceOnHub, accountNumber: '1', sequence: '0', balance: { denom: 'uatom', amount: '0' }, gasPrice: { denom: 'uatom', amount: '0.025' } }).remove)
    const suggested: unknown[] = []
    const wallet = walletInPage({
      enable: async () => {
        if (!known) throw new Error('There is no chain info for hub-1')
      },
      experimentalSuggestChain: async (info: unknown) => {
        suggested.push(info)
        known = true
      },
    })
    open.push(wallet.remove)
    const page = await wizard('packets=hub-1/transfer/channel-0/42')
    await walkToPayment(page)
    await eventually(() => expect(button(page, 'Pay with Keplr')).toBeDefined())
    await button(page, 'Pay with Keplr')?.trigger('click')
    await eventually(() => expect(wallet.calls.sent).toHaveLength(1))
    expect(suggested).toMatchObject([{ chainId: 'hub-1', feeCurrencies: [{ coinMinimalDenom: 'uatom' }] }])
  })

  it('a reload in the middle finds the payment again, from the server alone', async () => {
    outside()
    const page = await wizard(`packets=hub-1/transfer/channel-0/42&step=pay&token=${aToken}`)
    await eventually(() => expect(page.find('[data-memo-code]').exists()).toBe(true))
    expect(page.get('[data-memo-code]').text()).toBe('RLY-23456789AB7C')
    world.status = aClearedStatus()
    await eventually(() => expect(socket.subscriptions).toHaveLength(1))
    socket.commit(aToken)
    await stepIs(page, 'follow')
  })

  it('an expired price is asked for anew for the same packets', async () => {
    const api = outside()
    const past = aClearingToken({}, -5)
    world.status = aStatus({ expiresAt: past.expiresAt, graceUntil: past.graceUntil })
    const page = await wizard(`packets=hub-1/transfer/channel-0/42&step=pay&token=${aToken}`)
    await eventually(() => expect(page.find('[data-phase="grace"]').exists()).toBe(true))
    await page.get('[data-phase="grace"] button').trigger('click')
    await eventually(() => expect(api.token.bodies).toEqual([{ walletAddress: aliceOnHub, paymentChainId: 'hub-1', packets: [aPacketId('42')] }]))
  })

  it('a refusal names the packets that we will not take money for', async () => {
    outside().token.remove()
    open.push(apiRefuses('/clearing/request-token', aProblem('packets_not_clearable', { packets: [{ id: aPacketId('42'), code: 'already_delivered', reason: 'delivered in block 9' }] }), 'POST'))
    const page = await wizard('packets=hub-1/transfer/channel-0/42&step=price')
    await eventually(() => expect(button(page, 'Fix this price')?.attributes('disabled')).toBeUndefined())
    await page.get('form').trigger('submit')
    await eventually(() => expect(page.get('[data-code="packets_not_clearable"]').text()).toContain('It has been received already'))
    expect(page.get('[data-step]').attributes('data-step')).toBe('price')
  })

  it('an order\'s refusal is gone once another selection or step is looked at', async () => {
    outside().token.remove()
    open.push(apiRefuses('/clearing/request-token', aProblem('relayer_not_ready', { status: 503 }), 'POST'))
    const page = await wizard('packets=hub-1/transfer/channel-0/42&step=price')
    await eventually(() => expect(button(page, 'Fix this price')?.attributes('disabled')).toBeUndefined())
    await page.get('form').trigger('submit')
    await eventually(() => expect(page.find('[data-code="relayer_not_ready"]').exists()).toBe(true))
    await button(page, 'Back to the packets')?.trigger('click')
    await stepIs(page, 'select')
    await page.get('form').trigger('submit')
    await stepIs(page, 'price')
    await eventually(() => expect(button(page, 'Fix this price')?.attributes('disabled')).toBeUndefined())
    expect(page.find('[data-code="relayer_not_ready"]').exists()).toBe(false)
  })

  it('a new price that is refused is told where prices stand', async () => {
    outside().token.remove()
    const past = aClearingToken({}, -5)
    world.status = aStatus({ expiresAt: past.expiresAt, graceUntil: past.graceUntil })
    open.push(apiRefuses('/clearing/request-token', aProblem('relayer_not_ready', { status: 503 }), 'POST'))
    const page = await wizard(`packets=hub-1/transfer/channel-0/42&step=pay&token=${aToken}`)
    await eventually(() => expect(page.find('[data-phase="grace"]').exists()).toBe(true))
    await page.get('[data-phase="grace"] button').trigger('click')
    await stepIs(page, 'price')
    expect(page.find('[data-code="relayer_not_ready"]').exists()).toBe(true)
  })

  it.each(['pay', 'follow'])('a link to an unknown clearing says so at the step %s, and asks no more', async (step) => {
    outside().status.remove()
    open.push(apiRefuses(`/clearing/status/${aToken}`, aProblem('token_not_found', { status: 404 })))
    const page = await wizard(`packets=hub-1/transfer/channel-0/42&step=${step}&token=${aToken}`)
    await eventually(() => expect(page.find('[data-code="token_not_found"]').exists()).toBe(true))
    expect(button(page, 'Try again')).toBeUndefined()
  })

  it('asks for no payment of a clearing that only this browser remembers', async () => {
    outside().status.remove()
    localStorage.setItem(`relayooor.clearing.${aToken}`, JSON.stringify(aClearingToken()))
    open.push(apiRefuses(`/clearing/status/${aToken}`, aProblem('token_not_found', { status: 404 })))
    const page = await wizard(`packets=hub-1/transfer/channel-0/42&step=pay&token=${aToken}`)
    await eventually(() => expect(page.find('[data-code="token_not_found"]').exists()).toBe(true))
    expect(page.find('[data-memo-code]').exists()).toBe(false)
  })

  it('a status that could not be read is asked for again', async () => {
    outside().status.remove()
    const refused = apiRefuses(`/clearing/status/${aToken}`, aProblem('internal', { status: 500 }))
    const page = await wizard(`packets=hub-1/transfer/channel-0/42&step=follow&token=${aToken}`)
    await eventually(() => expect(page.find('[data-code="internal"]').exists()).toBe(true))
    refused()
    open.push(apiAnswers(`/clearing/status/${aToken}`, aClearedStatus()).remove)
    await button(page, 'Try again')?.trigger('click')
    await eventually(() => expect(page.find('[data-status="cleared"]').exists()).toBe(true))
    expect(page.find('[data-code="internal"]').exists()).toBe(false)
  })

  it('leads back to the payment when less than the price has arrived', async () => {
    outside()
    const seen = { ...aClearedStatus().payments[0]!, state: 'seen' as const, creditedAmount: '0' }
    world.status = aStatus({ payments: [seen], next: { ...aStatus().next, code: 'payment_confirming' } })
    const page = await wizard(`packets=hub-1/transfer/channel-0/42&step=pay&token=${aToken}`)
    await stepIs(page, 'follow')
    await eventually(() => expect(socket.subscriptions).toHaveLength(1))
    world.status = aStatus({ paymentIssue: 'underpaid', credited: { denom: 'uatom', amount: '1000000' }, payments: [{ ...seen, state: 'credited', creditedAmount: '1000000' }], next: { ...aStatus().next, code: 'top_up' } })
    socket.commit(aToken)
    await stepIs(page, 'pay')
    await eventually(() => expect(page.text().replaceAll('\u00A0', ' ')).toContain('0.1045 ATOM'))
  })

  it('says how long clearings take while one is followed', async () => {
    outside()
    open.push(apiAnswers('/statistics', { windowStart: null, windowEnd: '2026-11-24T02:00:00Z', operations: 12, packetsByResult: [], successRate: 1, successSampleSize: 12, timeToClear: { medianSeconds: 7, sampleSize: 12 } }).remove)
    world.status = aClearedStatus()
    const page = await wizard(`packets=hub-1/transfer/channel-0/42&step=follow&token=${aToken}`)
    await eventually(() => expect(page.text()).toContain('typical: 7 sec (median of 12 clearings)'))
  })

  it('a packet that could be read only at a second try is selected then, and what was deselected stays so', async () => {
    const api = outside()
    open.push(apiAnswers('/packets/hub-1/transfer/channel-0/44', aPacket({ id: aPacketId('44') })).remove)
    const refused = apiRefuses('/packets/hub-1/transfer/channel-0/43', aProblem('chain_unavailable', { status: 503 }))
    const page = await wizard('packets=hub-1/transfer/channel-0/42,hub-1/transfer/channel-0/43,hub-1/transfer/channel-0/44')
    await eventually(() => expect(page.findAll('input[type="checkbox"]')).toHaveLength(2))
    await page.get('input[value="hub-1/transfer/channel-0/44"]').setValue(false)
    refused()
    open.push(apiAnswers('/packets/hub-1/transfer/channel-0/43', aPacket({ id: aPacketId('43') })).remove)
    await button(page, 'Try again')?.trigger('click')
    await eventually(() => expect(page.findAll('input[type="checkbox"]')).toHaveLength(3))
    await walkToPayment(page)
    expect(api.token.bodies).toMatchObject([{ packets: [aPacketId('42'), aPacketId('43')] }])
  })

  it('the payment is suggested on the chain that sent the packet, whenever the packet could be read', async () => {
    const api = outside()
    api.packet.remove()
    chainsAre([aChain({ chainId: 'other-1', prettyName: 'Other' }), ...twoChains()])
    const unpayable = aCompletedPacket({ id: { chainId: 'far-1', portId: 'transfer', channelId: 'channel-3', sequence: '1' }, destination: null })
    open.push(apiAnswers('/packets/far-1/transfer/channel-3/1', unpayable).remove)
    const refused = apiRefuses(packetPath, aProblem('chain_unavailable', { status: 503 }))
    const page = await wizard('packets=far-1/transfer/channel-3/1,hub-1/transfer/channel-0/42')
    await eventually(() => expect(page.find('input[type="checkbox"]').exists()).toBe(true))
    refused()
    open.push(apiAnswers(packetPath, aPacket()).remove)
    await button(page, 'Try again')?.trigger('click')
    await eventually(() => expect(page.findAll('input[type="checkbox"]')).toHaveLength(2))
    await walkToPayment(page)
    expect(api.token.bodies).toMatchObject([{ paymentChainId: 'hub-1' }])
  })

  it('does not go on with an address of another chain', async () => {
    outside()
    const page = await wizard('packets=hub-1/transfer/channel-0/42&step=price')
    await eventually(() => expect(button(page, 'Fix this price')?.attributes('disabled')).toBeUndefined())
    await page.get('#payer').setValue('osmo1zuvk68xw4y9swp06796rx8zarjvvkrt68pqkad')
    expect(button(page, 'Fix this price')?.attributes('disabled')).toBeDefined()
    expect(page.text()).toContain('That is not an address on Hub.')
  })
})
