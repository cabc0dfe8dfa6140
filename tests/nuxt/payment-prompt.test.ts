import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import PaymentPrompt from '~/components/clearing/PaymentPrompt.vue'
import { WalletFailure } from '~/services/wallet-failure'
import { aClearingToken, aHash } from '../builders/dto'
import { chainsAre, eventually } from './world'

beforeEach(() => chainsAre())
afterEach(() => {
  vi.unstubAllGlobals()
  clearNuxtState('clock-offset')
})

const idle = { kind: 'idle' as const }
function prompt(props: Record<string, unknown> = {}) {
  const token = aClearingToken()
  return mountSuspended(PaymentPrompt, { props: { token, payment: idle, available: ['keplr'], pageUrl: `https://relayooor.example/clearing/${token.token}`, ...props } })
}

describe('PaymentPrompt', () => {
  it('gives memo code, exact amount in display and base units, and the whole address, each to copy', async () => {
    const shown = await prompt()
    expect(shown.get('[data-memo-code]').text()).toBe('RLY-23456789AB7C')
    expect(shown.get('[data-amount]').text().replaceAll('\u00A0', ' ')).toContain('1.1045 ATOM')
    expect(shown.get('[data-amount]').text()).toContain('1104500 uatom')
    expect(shown.get('[data-payment-address]').text()).toBe(aClearingToken().paymentAddress)
    expect(shown.findAll('button[aria-label^="Copy "]').map(button => button.attributes('aria-label'))).toEqual(['Copy memo code', 'Copy amount', 'Copy address'])
    expect(shown.text()).toContain('Never pay from an exchange account.')
    await eventually(() => expect(shown.findAll('svg[role="img"]')).toHaveLength(2))
  })

  it('asks only for the rest after a part was credited', async () => {
    const shown = await prompt({ credited: '1000000' })
    expect(shown.get('[data-amount]').text()).toContain('104500 uatom')
  })

  it('asks the chosen wallet', async () => {
    const shown = await prompt()
    await shown.get('button.button').trigger('click')
    expect(shown.emitted('pay')).toEqual([['keplr', { denom: 'uatom', amount: '1104500' }]])
  })

  it('asks the wallet for what it shows: only the rest after a part was credited', async () => {
    const shown = await prompt({ credited: '1000000' })
    await shown.get('button.button').trigger('click')
    expect(shown.emitted('pay')).toEqual([['keplr', { denom: 'uatom', amount: '104500' }]])
  })

  it('a request closed in the wallet is told calmly, and can be asked again', async () => {
    const shown = await prompt({ payment: { kind: 'failed', failure: new WalletFailure('rejected') } })
    const notice = shown.get('[data-wallet-failure="rejected"]')
    expect(notice.attributes('role')).toBe('status')
    expect(notice.text()).toContain('Nothing was paid')
    expect(shown.get('button.button').attributes('disabled')).toBeUndefined()
  })

  it('too little balance is told with what to do', async () => {
    const shown = await prompt({ payment: { kind: 'failed', failure: new WalletFailure('insufficient_balance') } })
    expect(shown.get('[data-wallet-failure="insufficient_balance"]').attributes('role')).toBe('alert')
    expect(shown.text()).toContain('too little for the price and the network fee')
  })

  it('without a wallet it says how to pay by hand', async () => {
    const shown = await prompt({ available: [] })
    expect(shown.text()).toContain('No wallet found')
    expect(shown.find('[data-memo-code]').exists()).toBe(true)
  })

  it('shows the hash once sent and offers no second payment', async () => {
    const shown = await prompt({ payment: { kind: 'sent', txHash: aHash, answer: null } })
    expect(shown.text()).toContain('Waiting for its block')
    expect(shown.text()).not.toContain('Pay with Keplr')
    expect(shown.get(`a[title="${aHash}"]`).attributes('href')).toContain(`/cosmos/tx/${aHash}`)
  })

  it('a hash that no block holds yet may be given up for another payment', async () => {
    const shown = await prompt({ payment: { kind: 'sent', txHash: aHash, answer: 'not_found_yet' } })
    expect(shown.text()).toContain('Not in a block that we have read yet')
    expect(shown.text()).not.toContain('Pay with Keplr')
    await shown.findAll('button').find(button => button.text() === 'Pay with another transaction')!.trigger('click')
    expect(shown.emitted('again')).toHaveLength(1)
  })

  it.each([['refund_owed', 'goes back to where it came from'], ['unallocated', 'its memo names another clearing or none']])('a payment that does not count (%s) is told, and another one is offered', async (answer, words) => {
    const shown = await prompt({ payment: { kind: 'sent', txHash: aHash, answer } })
    expect(shown.text()).toContain(words)
    expect(shown.text()).toContain('Pay with Keplr')
    expect(shown.find('#paid-hash').exists()).toBe(true)
  })

  it('goes by the server\'s clock where the phone\'s is wrong', async () => {
    const hourAhead = new Date(Date.now() + 3_600_000).toUTCString()
    vi.stubGlobal('fetch', async () => new Response(null, { headers: { date: hourAhead } }))
    const shown = await prompt()
    await eventually(() => expect(shown.find('[data-phase="over"]').exists()).toBe(true))
  })

  it('takes the hash of a payment by hand, and only a hash', async () => {
    const shown = await prompt()
    await shown.get('#paid-hash').setValue('not a hash')
    expect(shown.get('form button').attributes('disabled')).toBeDefined()
    await shown.get('#paid-hash').setValue(aHash.toLowerCase())
    await shown.get('form').trigger('submit')
    expect(shown.emitted('paid')).toEqual([[aHash]])
  })

  it('counts down, then explains the grace and offers a new price', async () => {
    const open = await prompt()
    expect(open.get('[data-phase="open"] [role="timer"]').text()).toMatch(/^[45]:\d\d$/)
    const grace = await prompt({ token: aClearingToken({}, -5) })
    expect(grace.get('[data-phase="grace"]').text()).toContain('still honoured')
    await grace.get('[data-phase="grace"] button').trigger('click')
    expect(grace.emitted('requote')).toHaveLength(1)
  })

  it('after the grace it no longer shows where to pay', async () => {
    const over = await prompt({ token: aClearingToken({}, -700) })
    expect(over.get('[data-phase="over"]').text()).toContain('Too late')
    expect(over.find('[data-payment-address]').exists()).toBe(false)
  })
})
