import { mountSuspended } from '@nuxt/test-utils/runtime'
import { refundHoldReasons } from '#shared/types/clearing'
import { beforeEach, describe, expect, it } from 'vitest'
import ClearingHistory from '~/components/clearing/ClearingHistory.vue'
import RefundLine from '~/components/clearing/RefundLine.vue'
import { innerWords } from '~/locales/en/inner'
import { useWalletStore } from '~/stores/wallet'
import { aHash, aliceOnHub, anOperationSummary, aProblem, aRefundDto, bobOnOsmosis, serviceOnHub } from '../builders/dto'
import { apiAnswers, apiRefuses, chainsAre, eventually, walletInPage } from './world'

const elsewhere = serviceOnHub
const refundPath = `/clearing/refunds/${aRefundDto().id}`
const text = 'relayooor.example asks you to agree'

beforeEach(() => {
  chainsAre()
  useWalletStore().$reset()
})

const plain = (shown: { text: () => string }) => shown.text().replaceAll('\u00A0', ' ').replace(/\s+/g, ' ')
const line = (over: Parameters<typeof aRefundDto>[0] = {}) => mountSuspended(RefundLine, { props: { refund: aRefundDto(over), chainId: 'hub-1' } })

describe('a refund', () => {
  it('that was sent shows its transaction, what was taken off and when', async () => {
    const shown = await line({ state: 'confirmed', txHash: aHash, networkFee: { denom: 'uatom', amount: '2500' }, confirmedAt: '2026-11-24T02:05:00Z' })
    expect(plain(shown)).toContain('On chain')
    expect(shown.get(`a[href*="${aHash}"]`).attributes('href')).toContain('mintscan')
    expect(plain(shown)).toContain('less 0.0025 ATOM network fee')
    expect(plain(shown)).toContain('on chain since')
    expect(plain(shown)).not.toContain('Send it to another address')
  })

  it('that went back whole speaks of no fee', async () => {
    expect(plain(await line({ state: 'confirmed', reason: 'not_cleared', networkFeeDeducted: false, networkFee: { denom: 'uatom', amount: '0' }, txHash: aHash }))).not.toContain('network fee')
  })

  it.each(refundHoldReasons)('that is held says why and when it goes on: %s', async (holdReason) => {
    const shown = await line({ state: 'held', holdReason, destination: holdReason === 'no_destination' ? null : aliceOnHub, payer: holdReason === 'no_destination' ? null : aliceOnHub })
    const words = plain(shown)
    expect(words).toContain(`Held, because ${innerWords.clearing.refundHolds[holdReason].why}.`)
    expect(words).toContain(innerWords.clearing.refundHolds[holdReason].goesOn)
    expect(words.includes('Send it to another address')).toBe(holdReason !== 'no_destination')
  })

  it('that the chain refused says when it is tried again', async () => {
    const shown = await line({ state: 'held', holdReason: 'refused', nextTryAt: new Date(Date.now() + 600_000).toISOString() })
    expect(shown.get('[data-hold-reason="refused"] time').attributes('datetime')).toBeDefined()
  })

  it('that is under way cannot be sent elsewhere any more', async () => {
    for (const state of ['signed', 'broadcast'] as const) expect(plain(await line({ state, txHash: aHash }))).not.toContain('Send it to another address')
  })
})

describe('sending a refund elsewhere', () => {
  async function filled(destination: string) {
    const shown = await line({ state: 'held', holdReason: 'minimum' })
    await shown.get('input').setValue(destination)
    await eventually(() => expect(shown.find('button.button').exists()).toBe(true))
    return shown
  }

  it('has the account that paid sign the server\'s text, and nothing else', async () => {
    const asked = apiAnswers(`${refundPath}/claim-challenge`, { challengeId: '0190f3d0-0000-7000-8000-000000000001', text, expiresAt: '2026-11-24T03:00:00Z' }, 'POST')
    const claimed = apiAnswers(`${refundPath}/claim`, aRefundDto({ destination: elsewhere }), 'POST')
    const { calls, remove } = walletInPage()
    const shown = await filled(elsewhere)
    await shown.get('button.button').trigger('click')
    await eventually(() => expect(claimed.bodies).toEqual([{ destination: elsewhere, challengeId: '0190f3d0-0000-7000-8000-000000000001', signature: btoa('signature'), pubKey: btoa('key') }]))
    expect(asked.bodies).toEqual([{ destination: elsewhere }])
    expect(calls.signed).toEqual([{ chainId: 'hub-1', signer: aliceOnHub, text }])
    expect(calls.sent).toEqual([])
    shown.unmount()
    for (const done of [remove, asked.remove, claimed.remove]) done()
  })

  it('asks nobody for an address of another chain, and says so', async () => {
    const asked = apiAnswers(`${refundPath}/claim-challenge`, {}, 'POST')
    const { calls, remove } = walletInPage()
    const shown = await filled(bobOnOsmosis)
    expect(plain(shown)).toContain('That is not an address on Hub.')
    await shown.get('button.button').trigger('click')
    expect([asked.bodies, calls.signed]).toEqual([[], []])
    shown.unmount()
    remove()
    asked.remove()
  })

  it('says that only the account that paid can sign when the wallet has another', async () => {
    const { calls, remove } = walletInPage({ getKey: async () => ({ name: 'other', algo: 'secp256k1', pubKey: new Uint8Array(33), address: new Uint8Array(20), bech32Address: serviceOnHub, isNanoLedger: false }) })
    const shown = await filled(elsewhere)
    await shown.get('button.button').trigger('click')
    await eventually(() => expect(shown.find('[data-wallet-failure="wrong_account"]').exists()).toBe(true))
    expect(plain(shown)).toContain('Only the account that paid can sign this')
    expect(calls.signed).toEqual([])
    shown.unmount()
    remove()
  })

  it('tells why the server refused', async () => {
    const removeRefusal = apiRefuses(`${refundPath}/claim-challenge`, aProblem('not_in_this_state', { status: 409, detail: 'The refund is under way already.' }), 'POST')
    const { remove } = walletInPage()
    const shown = await filled(elsewhere)
    await shown.get('button.button').trigger('click')
    await eventually(() => expect(shown.get('[data-code="not_in_this_state"]').text()).toContain('under way already'))
    shown.unmount()
    remove()
    removeRefusal()
  })
})

it('the history names each refund, its state and its transaction', async () => {
  const refunds = [{ coin: { denom: 'uatom', amount: '50000' }, state: 'confirmed' as const, holdReason: null, txHash: aHash }, { coin: { denom: 'uatom', amount: '10' }, state: 'held' as const, holdReason: 'minimum' as const, txHash: null }]
  const shown = await mountSuspended(ClearingHistory, { props: { operations: [anOperationSummary({ refundStatus: 'in_progress', refunds })], csvUrl: '/x' } })
  expect(plain(shown.get('[data-refund-state="confirmed"]'))).toContain('Refund of 0.05 ATOM')
  expect(shown.get('[data-refund-state="confirmed"] a').attributes('href')).toContain(aHash)
  expect(plain(shown.get('[data-refund-state="held"]'))).toContain('too small')
})
