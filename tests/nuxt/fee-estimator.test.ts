import { mountSuspended } from '@nuxt/test-utils/runtime'
import { beforeEach, describe, expect, it } from 'vitest'
import FeeEstimator from '~/components/clearing/FeeEstimator.vue'
import PacketSelector from '~/components/clearing/PacketSelector.vue'
import { ApiProblem } from '~/services/api-problem'
import { aCompletedPacket, aPacket, aPacketId, aProblem, aQuote, twoChains } from '../builders/dto'
import { chainsAre } from './world'

beforeEach(() => chainsAre())

describe('FeeEstimator', () => {
  const chains = twoChains()

  it('shows every line and the total in display units', async () => {
    const estimator = await mountSuspended(FeeEstimator, { props: { chains, quote: aQuote(), modelValue: 'hub-1' } })
    const rows = estimator.findAll('tbody').map(line => line.text().replaceAll('\u00A0', ' '))
    expect(rows).toEqual([expect.stringContaining('1 ATOM'), expect.stringContaining('0.1 ATOM'), expect.stringContaining('0.0045 ATOM')])
    expect(estimator.get('[data-total]').text().replaceAll('\u00A0', ' ')).toBe('1.1045 ATOM')
  })

  it('says how each line came about in display units, whatever token the cost is in', async () => {
    const estimator = await mountSuspended(FeeEstimator, { props: { chains, quote: aQuote(), modelValue: 'hub-1' } })
    const [, packets, gas] = estimator.findAll('tbody').map(line => line.text())
    expect(packets).toContain('1 packet × 0.1 ATOM')
    expect(gas).toContain('On Osmo: 1 client update, 1 delivery (450,000 gas); 0.0225 OSMO, converted at the operator\'s rate')
    expect(estimator.text()).not.toMatch(/uatom|uosmo/)
  })

  it('a price from before it was kept how it came about still names its lines', async () => {
    const feeLines = aQuote().feeLines.map(({ kind, coin, detail }) => ({ kind, coin, detail }))
    const estimator = await mountSuspended(FeeEstimator, { props: { chains, quote: aQuote({ feeLines }), modelValue: 'hub-1' } })
    expect(estimator.text()).toContain('What the chains take for relaying')
  })

  it('an unlisted denom is shown in base units and called unlisted', async () => {
    const quote = aQuote({ total: { denom: 'ibc/27394FB092D2ECCD56123C74F36E4C1F', amount: '1104500' } })
    const estimator = await mountSuspended(FeeEstimator, { props: { chains, quote, modelValue: 'hub-1' } })
    expect(estimator.get('[data-total]').text()).toContain('1,104,500')
    expect(estimator.get('[data-total]').text()).toContain('unlisted')
  })

  it('lets the person choose the chain to pay on', async () => {
    const estimator = await mountSuspended(FeeEstimator, { props: { chains, quote: aQuote(), modelValue: 'hub-1' } })
    await estimator.get('input[value="osmo-1"]').setValue(true)
    expect(estimator.emitted('update:modelValue')?.[0]).toEqual(['osmo-1'])
  })

  it('is busy while it asks, empty without a selection, and offers to retry after a failure', async () => {
    const busy = await mountSuspended(FeeEstimator, { props: { chains, pending: true, modelValue: 'hub-1' } })
    expect(busy.get('[aria-busy="true"]').text()).toContain('Asking for the price')
    const empty = await mountSuspended(FeeEstimator, { props: { chains, modelValue: 'hub-1' } })
    expect(empty.text()).toContain('Select at least one packet')
    const failure = new ApiProblem('relayer_not_ready', { problem: aProblem('relayer_not_ready', { status: 503 }) })
    const failed = await mountSuspended(FeeEstimator, { props: { chains, failure, modelValue: 'hub-1' } })
    expect(failed.get('[role="alert"]').text()).toContain('we take no money for it')
    await failed.findAll('[role="alert"] button').at(-1)?.trigger('click')
    expect(failed.emitted('retry')).toHaveLength(1)
  })
})

describe('PacketSelector', () => {
  it('a packet that paying will not help cannot be selected and says why', async () => {
    const selector = await mountSuspended(PacketSelector, { props: { packets: [aPacket(), aCompletedPacket()], modelValue: [] } })
    const [payable, finished] = selector.findAll('input[type="checkbox"]')
    expect(payable?.attributes('disabled')).toBeUndefined()
    expect(finished?.attributes('disabled')).toBeDefined()
    expect(selector.text()).toContain('Your money has arrived: 12.5 ATOM was received on Osmo')
  })

  it('selects and deselects all that can be paid for', async () => {
    const packets = [aPacket(), aPacket({ id: aPacketId('43') }), aCompletedPacket()]
    const selector = await mountSuspended(PacketSelector, { props: { packets, modelValue: [] } })
    await selector.get('button').trigger('click')
    expect(selector.emitted('update:modelValue')?.[0]).toEqual([['hub-1/transfer/channel-0/42', 'hub-1/transfer/channel-0/43']])
  })

  it('leads to the search when there is nothing to select', async () => {
    const selector = await mountSuspended(PacketSelector, { props: { packets: [], modelValue: [] } })
    expect(selector.get('a').attributes('href')).toBe('/')
  })
})
