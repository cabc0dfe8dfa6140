import { mountSuspended } from '@nuxt/test-utils/runtime'
import { beforeEach, describe, expect, it } from 'vitest'
import PlatformFigures from '~/components/search/PlatformFigures.vue'
import RecentSearches from '~/components/search/RecentSearches.vue'
import SearchBox from '~/components/search/SearchBox.vue'
import ChannelsPage from '~/pages/channels.vue'
import { aToken, aliceOnHub, aPacketId } from '../builders/dto'
import { apiAnswers, chainsAre, eventually } from './world'

beforeEach(() => {
  chainsAre()
  localStorage.clear()
  useState('recent-searches').value = []
  clearNuxtData('channels')
})

describe('recent searches', () => {
  async function search(text: string) {
    const box = await mountSuspended(SearchBox)
    await box.get('input').setValue(text)
    await box.get('form').trigger('submit')
  }

  it('are kept on this device, newest first, each once, and forgotten at a word', async () => {
    await search(aliceOnHub)
    await search('hub-1/transfer/channel-0/7')
    await search(aliceOnHub)
    const recent = await mountSuspended(RecentSearches)
    await eventually(() => expect(recent.findAll('[data-recent]').map(link => link.attributes('href'))).toEqual([`/?address=${aliceOnHub}`, '/packets/hub-1/transfer/channel-0/7']))
    await recent.get('button').trigger('click')
    expect(recent.findAll('[data-recent]')).toHaveLength(0)
    expect(recent.text()).toContain('forgotten')
    expect(localStorage.length).toBe(0)
  })

  it('never hold the link of a clearing, which is its key', async () => {
    await search(`https://relayooor.example/clearing/${aToken}`)
    expect(localStorage.length).toBe(0)
  })

  it('bear with a storage that holds something else', async () => {
    localStorage.setItem('relayooor.recent-searches', '[{"text":1},{"text":"x","page":"javascript:alert(1)"},')
    expect((await mountSuspended(RecentSearches)).findAll('[data-recent]')).toHaveLength(0)
    localStorage.setItem('relayooor.recent-searches', '[{"text":"x","page":"javascript:alert(1)"}]')
    expect((await mountSuspended(RecentSearches)).findAll('[data-recent]')).toHaveLength(0)
  })
})

describe('the platform\'s figures', () => {
  const window = { windowStart: null, windowEnd: '2026-11-24T02:00:00Z' }

  it('without a sample say so, and show no number', async () => {
    const figures = await mountSuspended(PlatformFigures, { props: { statistics: { ...window, operations: 0, packetsByResult: [], successRate: null, successSampleSize: 0, timeToClear: { medianSeconds: null, sampleSize: 0 } } } })
    expect(figures.findAll('[data-figure="none"]').map(figure => figure.text())).toEqual(['No data yet', 'No data yet', 'No data yet'])
    expect(figures.text()).not.toMatch(/\d/)
  })

  it('name their samples', async () => {
    const figures = await mountSuspended(PlatformFigures, { props: { statistics: { ...window, operations: 1234, packetsByResult: [], successRate: 0.75, successSampleSize: 8, timeToClear: { medianSeconds: 90, sampleSize: 6 } } } })
    expect(figures.findAll('[data-figure]').map(figure => figure.text())).toEqual(['1,234', '6', '1 min 30 sec'])
    expect(figures.text()).toContain('of 8 paid packets decided')
    expect(figures.text()).toContain('median of 6 clearings')
  })
})

describe('channels served', () => {
  const ends = { source: { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' }, destination: { chainId: 'osmo-1', portId: 'transfer', channelId: 'channel-7' } }
  const unread = { source: ends.destination, destination: ends.source, readAt: null, undelivered: null, unacknowledged: null, oldestPendingAt: null, delivery: { medianSeconds: null, p95Seconds: null, sampleSize: 0, waiting: 0 } }
  const list = {
    windowStart: '2026-11-17T02:00:00Z', windowEnd: '2026-11-24T02:00:00Z', stuckAfterSeconds: 600, stuckTotal: 1,
    items: [{ ...ends, readAt: '2026-11-24T02:00:00Z', undelivered: 2, unacknowledged: 1, oldestPendingAt: '2026-11-23T23:00:00Z', delivery: { medianSeconds: 22, p95Seconds: 95, sampleSize: 40, waiting: 3 } }, unread],
    stuck: [{ id: aPacketId(), destinationChainId: 'osmo-1', waitsFor: 'delivery', pendingSince: '2026-11-23T23:00:00Z', coin: { denom: 'uatom', amount: '12500000' } }],
  }

  it('show what waits, times with their samples, and lead to the stuck packets', async () => {
    const answer = apiAnswers('/channels', list)
    const page = await mountSuspended(ChannelsPage)
    await eventually(() => expect(page.findAll('[data-channel]')).toHaveLength(2))
    const [read] = page.findAll('[data-channel]')
    expect(read!.get('[data-pending]').text()).toBe('3')
    expect(read!.get('[data-median]').text()).toBe('22 sec')
    expect(read!.text()).toContain('40 packets')
    expect(read!.text()).toContain('3 not delivered yet')
    expect(page.get('[data-stuck]').attributes('href')).toBe('/packets/hub-1/transfer/channel-0/42')
    expect(page.text()).toContain('last 7 days')
    answer.remove()
  })

  it('show no number for a channel that was not read', async () => {
    const answer = apiAnswers('/channels', { ...list, items: [unread], stuck: [], stuckTotal: 0 })
    const page = await mountSuspended(ChannelsPage)
    await eventually(() => expect(page.text()).toContain('Nothing is stuck'))
    expect(page.get('[data-pending]').text()).toBe('–')
    expect(page.get('[data-oldest]').text()).toBe('–')
    expect(page.get('[data-median]').text()).toBe('no sample')
    expect(page.text()).toContain('not read yet')
    answer.remove()
  })
})
