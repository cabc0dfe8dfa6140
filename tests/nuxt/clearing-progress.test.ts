import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClearingStatus, PaymentVerificationDto } from '#shared/schemas/clearing'
import ClearingProgress from '~/components/clearing/ClearingProgress.vue'
import ClearingReceipt from '~/components/clearing/ClearingReceipt.vue'
import StatusPage from '~/pages/clearing/[token].vue'
import { aClearedStatus, aHash, aPacketId, aProblem, aRefundDto, aStatus, aToken, anEvent } from '../builders/dto'
import { apiAnswers, apiRefuses, chainsAre, eventually, socketOutside, walletInPage } from './world'

const open: (() => void)[] = []
beforeEach(() => {
  chainsAre()
  clearNuxtData(`clearing:${aToken}`)
})
afterEach(() => {
  for (const close of open.splice(0).reverse()) close()
})

describe('ClearingProgress', () => {
  it('shows the proof of a cleared packet: result, who relayed it, blocks and tx links', async () => {
    const shown = await mountSuspended(ClearingProgress, { props: { status: aClearedStatus(), typical: { medianSeconds: 7, sampleSize: 12 } } })
    const packet = shown.get('[data-cleared-packet="hub-1/transfer/channel-0/42"]')
    expect(packet.attributes('data-result')).toBe('delivered')
    expect(packet.text()).toContain('Relayed by us')
    expect(packet.findAll('[data-leg]').map(leg => leg.attributes('data-leg'))).toEqual(['receive', 'acknowledge'])
    expect(packet.get('[data-leg="receive"] a').attributes('href')).toContain('/osmosis/tx/')
    expect(packet.text()).toMatch(/Commitment of the packet.*absent/)
    expect(shown.text()).toContain('Took 6 sec; typical: 7 sec (median of 12 clearings)')
  })

  it('never celebrates what failed', async () => {
    const failed = aClearedStatus({ status: 'not_cleared', refundStatus: 'owed' })
    const status = { ...failed, packets: failed.packets.map(packet => ({ ...packet, result: 'pending' as const, relayedBy: 'nobody' as const, legs: [], note: 'The destination refused it.' })) }
    const shown = await mountSuspended(ClearingProgress, { props: { status } })
    expect(shown.get('h2').text()).toBe('We could not clear it; your money goes back')
    expect(shown.text()).toContain('Still stuck')
    expect(shown.text()).toContain('Refund planned')
    expect(shown.text()).toContain('The destination refused it.')
  })

  it('announces politely and names the current stage', async () => {
    const shown = await mountSuspended(ClearingProgress, { props: { status: aStatus({ status: 'clearing', creditedAt: '2026-11-24T02:00:00Z', events: [anEvent('2', 'run_started')] }), connection: 'polling' } })
    expect(shown.get('[role="status"]').attributes('aria-live')).toBe('polite')
    expect(shown.get('[aria-current="step"]').attributes('data-stage')).toBe('relaying')
    expect(shown.get('[data-connection]').text()).toBe('Updated every few seconds')
  })

  it('reads no passing time aloud: the limit stands beside what is announced', async () => {
    const by = new Date(Date.now() + 50_000).toISOString()
    const shown = await mountSuspended(ClearingProgress, { props: { status: aStatus({ status: 'queued', next: { ...aStatus().next, code: 'queued', by } }) } })
    expect(shown.get(`time[datetime="${by}"]`).element.closest('[aria-live], [role="status"]')).toBeNull()
  })

  it('tells what was wrong with a payment', async () => {
    const shown = await mountSuspended(ClearingProgress, { props: { status: aStatus({ paymentIssue: 'underpaid' }) } })
    expect(shown.get('[data-payment-issue="underpaid"]').text()).toContain('Send the rest')
  })
})

it('a receipt holds the lines, the payment and each refund with its reason', async () => {
  const shown = await mountSuspended(ClearingReceipt, { props: { status: aClearedStatus({ refundStatus: 'owed', refunds: [aRefundDto()] }) } })
  expect(shown.get('[data-payment-state="credited"]').text()).toContain('2 sources')
  const refund = shown.get('[data-refund-state="planned"]').text().replaceAll('\u00A0', ' ')
  expect(refund).toContain('because more than the price was paid')
  expect(refund).toContain('0.05 ATOM')
  expect(refund).toContain('less the network fee')
  expect(refund).toContain('sent by itself')
})

describe('the status page', () => {
  it('follows the clearing live, from waiting to proof', async () => {
    let status = aStatus()
    const socket = socketOutside()
    const answers = apiAnswers(`/clearing/status/${aToken}`, () => status)
    const page = await mountSuspended(StatusPage, { route: `/clearing/${aToken}` })
    await eventually(() => expect(page.get('[data-status]').attributes('data-status')).toBe('awaiting_payment'))
    expect(page.find('[data-memo-code]').exists()).toBe(true)
    status = { ...aClearedStatus(), packets: [...aClearedStatus().packets, { ...aClearedStatus().packets[0]!, id: aPacketId('43') }] }
    await eventually(() => expect(page.get('[data-connection]').attributes('data-connection')).toBe('live'))
    expect(socket.subscriptions).toEqual([{ subscribe: aToken, afterEventId: '1' }])
    socket.commit(aToken)
    await eventually(() => expect(page.get('[data-status]').attributes('data-status')).toBe('cleared'))
    expect(page.findAll('[data-result="delivered"]')).toHaveLength(2)
    expect(page.find('[data-memo-code]').exists()).toBe(false)
    page.unmount()
    answers.remove()
    socket.remove()
  })

  async function payingPage(status: ClearingStatus, verification: PaymentVerificationDto) {
    const endpoints = [apiAnswers(`/clearing/status/${aToken}`, status), apiAnswers('/clearing/verify-payment', verification, 'POST')]
    const socket = socketOutside()
    const wallet = walletInPage()
    const page = await mountSuspended(StatusPage, { route: `/clearing/${aToken}` })
    open.push(socket.remove, wallet.remove, ...endpoints.map(({ remove }) => remove), () => page.unmount())
    await eventually(() => expect(page.find('[data-status]').exists()).toBe(true))
    return page
  }

  it('asks for nothing while a payment is being confirmed', async () => {
    const [payment] = aClearedStatus().payments
    const page = await payingPage(aStatus({ payments: [{ ...payment!, state: 'seen', creditedAmount: '0' }], next: { code: 'payment_confirming', refund: null, sentence: 'Your payment is in a block and being confirmed.', by: null } }), { verified: false, state: 'seen', reason: '' })
    expect(page.get('[data-status]').text()).toContain('confirm')
    expect(page.find('[data-memo-code]').exists()).toBe(false)
    expect(page.text()).not.toContain('Pay with Keplr')
  })

  it('a transaction that failed on chain is told as no payment, and another one is offered', async () => {
    const page = await payingPage(aStatus(), { verified: false, state: 'failed_on_chain', reason: 'code 5' })
    await page.get('#paid-hash').setValue(aHash)
    await page.findAll('form').find(form => form.find('#paid-hash').exists())!.trigger('submit')
    await eventually(() => expect(page.get('[data-wallet-failure="payment_failed"]').text()).toContain('it paid nothing'))
    expect(page.text()).toContain('Pay with Keplr')
    expect(page.find('#paid-hash').exists()).toBe(true)
  })

  it('an unknown link says so and what a payer should keep', async () => {
    const remove = apiRefuses(`/clearing/status/${aToken}`, aProblem('token_not_found', { status: 404 }))
    const page = await mountSuspended(StatusPage, { route: `/clearing/${aToken}` })
    await eventually(() => expect(page.get('[role="alert"]').attributes('data-code')).toBe('token_not_found'))
    page.unmount()
    remove()
  })
})
