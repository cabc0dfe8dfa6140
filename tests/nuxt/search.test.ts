import { mountSuspended } from '@nuxt/test-utils/runtime'
import { beforeEach, describe, expect, it } from 'vitest'
import SearchBox from '~/components/search/SearchBox.vue'
import IndexPage from '~/pages/index.vue'
import { aCompletedPacket, aHash, aliceOnHub, aPacket, aProblem } from '../builders/dto'
import { apiAnswers, apiRefuses, chainsAre, eventually } from './world'

beforeEach(() => {
  chainsAre()
  clearNuxtData('packet-search')
})

describe('the search box', () => {
  it('says what it recognised while one types', async () => {
    const box = await mountSuspended(SearchBox)
    const says = () => box.get('#search-recognised').text()
    await box.get('input').setValue(aliceOnHub)
    expect(says()).toBe('An address on Hub')
    await box.get('input').setValue(aHash)
    expect(says()).toContain('every chain')
    await box.get('input').setValue(aliceOnHub.replace('zuvk', 'zuvl'))
    expect(says()).toContain('checksum')
    await box.get('input').setValue('hello')
    expect(says()).toContain('do not recognise')
  })

  it('works without scripts as a plain form to the first page', async () => {
    const box = await mountSuspended(SearchBox)
    expect(box.get('form').attributes()).toMatchObject({ role: 'search', action: '/', method: 'get' })
    expect(box.get('input').attributes('name')).toBe('q')
  })
})

describe('deep links', () => {
  it('?address= lists the packets as cards, each with its diagnosis and only the payable one with a price', async () => {
    const packets = apiAnswers('/packets', { items: [aPacket(), aCompletedPacket()], nextCursor: null, unanswered: [] })
    const page = await mountSuspended(IndexPage, { route: `/?address=${aliceOnHub}` })
    await eventually(() => expect(page.findAll('[data-packet]')).toHaveLength(2))
    expect(page.get('[data-state="stuck_undelivered"]').text()).toContain('no relayer has delivered it')
    expect(page.get('[data-state="stuck_undelivered"]').text()).toContain('12.5 ATOM')
    expect(page.findAll('a[href^="/clear?"]')).toHaveLength(1)
    expect(page.get('[data-state="completed"]').text()).toContain('Nothing to pay')
    packets.remove()
  })

  it('everything payable found goes into one clearing, of whatever channel; the rest does not', async () => {
    const elsewhere = aPacket({ id: { chainId: 'osmo-1', portId: 'transfer', channelId: 'channel-7', sequence: '9' } })
    const packets = apiAnswers('/packets', { items: [aPacket(), elsewhere, aCompletedPacket()], nextCursor: null, unanswered: [] })
    const page = await mountSuspended(IndexPage, { route: `/?address=${aliceOnHub}` })
    await eventually(() => expect(page.findAll('[data-packet]')).toHaveLength(3))
    expect(page.findAll('a').find(link => link.text() === 'Clear 2 together')?.attributes('href')).toBe('/clear?packets=hub-1/transfer/channel-0/42,osmo-1/transfer/channel-7/9')
    packets.remove()
  })

  it('?tx= without a chain asks every chain and does not mind those that do not know it', async () => {
    const asked = new Set<unknown>()
    const packets = apiAnswers('/packets', (_: unknown, query: { chainId: string }) => {
      asked.add(query.chainId)
      return { items: query.chainId === 'hub-1' ? [aPacket()] : [], nextCursor: null, unanswered: [] }
    })
    const page = await mountSuspended(IndexPage, { route: `/?tx=${aHash}` })
    await eventually(() => expect(page.findAll('[data-packet]')).toHaveLength(1))
    expect(asked).toEqual(new Set(['hub-1', 'osmo-1']))
    packets.remove()
  })

  it('says what could not be asked, and what to do when nothing is found', async () => {
    const packets = apiAnswers('/packets', { items: [], nextCursor: null, unanswered: [{ question: 'transfers', chainId: 'osmo-1', detail: 'timeout' }] })
    const page = await mountSuspended(IndexPage, { route: `/?chain=hub-1&port=transfer&channel=channel-0` })
    await eventually(() => expect(page.text()).toContain('No packets found'))
    expect(page.text()).toContain('transfers on Osmo')
    packets.remove()
  })

  it('a refusal is told by its code with a next step', async () => {
    const remove = apiRefuses('/packets', aProblem('chain_not_served', { status: 404 }))
    const page = await mountSuspended(IndexPage, { route: `/?tx=${aHash}&chain=juno-1` })
    await eventually(() => expect(page.get('[role="alert"]').attributes('data-code')).toBe('chain_not_served'))
    expect(page.get('[role="alert"]').text()).toContain('We do not serve that chain.')
    remove()
  })
})
