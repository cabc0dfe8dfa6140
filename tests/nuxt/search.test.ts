import { mountSuspended } from '@nuxt/test-utils/runtime'
import { beforeEach, describe, expect, it } from 'vitest'
import SearchBox from '~/components/search/SearchBox.vue'
import IndexPage from '~/pages/index.vue'
import { aCompletedPacket, aHash, aliceOnHub, aPacket, aPacketId, aProblem, bobOnOsmosis } from '../builders/dto'
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
    await box.get('input').setValue(`ibc/${aHash}`)
    expect(says()).toContain('The name of a token')
    expect(says()).toContain('Paste the address')
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

  it('shows nobody\'s packets under another address while its answer is awaited', async () => {
    let release = () => {}
    const packets = apiAnswers('/packets', async (_: unknown, query: { address: string }) => {
      if (query.address === bobOnOsmosis) await new Promise<void>(resolve => release = resolve)
      return { items: query.address === bobOnOsmosis ? [] : [aPacket()], nextCursor: null, unanswered: [] }
    })
    const page = await mountSuspended(IndexPage, { route: `/?address=${aliceOnHub}` })
    await eventually(() => expect(page.findAll('[data-packet]')).toHaveLength(1))
    await navigateTo(`/?address=${bobOnOsmosis}`)
    await eventually(() => expect(packets.bodies).toHaveLength(2))
    expect(page.findAll('[data-packet]')).toHaveLength(0)
    expect(page.get('section[aria-busy="true"]').text()).toContain('Loading')
    release()
    await eventually(() => expect(page.text()).toContain('No packets found'))
    packets.remove()
  })

  describe('further packets', () => {
    const first = { items: [aPacket()], nextCursor: 'next', unanswered: [] }
    const moreButton = (page: Awaited<ReturnType<typeof mountSuspended<typeof IndexPage>>>) => page.findAll('button').find(button => button.text() === 'Show more')!

    it('are appended once, however often they are asked for', async () => {
      const packets = apiAnswers('/packets', (_: unknown, query: { cursor?: string }) => query.cursor ? { ...first, items: [aCompletedPacket()], nextCursor: null } : first)
      const page = await mountSuspended(IndexPage, { route: `/?address=${aliceOnHub}` })
      await eventually(() => expect(moreButton(page)).toBeDefined())
      await Promise.all([moreButton(page).trigger('click'), moreButton(page).trigger('click')])
      await eventually(() => expect(page.findAll('[data-packet]')).toHaveLength(2))
      expect(packets.bodies).toHaveLength(2)
      packets.remove()
    })

    it('that cannot be had leave what is there, and say why', async () => {
      const packets = apiAnswers('/packets', first)
      const page = await mountSuspended(IndexPage, { route: `/?address=${aliceOnHub}` })
      await eventually(() => expect(moreButton(page)).toBeDefined())
      packets.remove()
      const remove = apiRefuses('/packets', aProblem('chain_unavailable', { status: 503 }))
      await moreButton(page).trigger('click')
      await eventually(() => expect(page.get('[role="alert"]').attributes('data-code')).toBe('chain_unavailable'))
      expect(page.findAll('[data-packet]')).toHaveLength(1)
      remove()
    })

    it('that come after another search was made are dropped', async () => {
      let release = () => {}
      const packets = apiAnswers('/packets', async (_: unknown, { address, cursor }: { address: string, cursor?: string }) => {
        if (address === aliceOnHub && cursor) await new Promise<void>(resolve => release = resolve)
        const sequence = `${address === aliceOnHub ? 1 : 2}${cursor ? 1 : 0}`
        return { items: [aPacket({ id: aPacketId(sequence) })], nextCursor: cursor ? null : 'next', unanswered: [] }
      })
      const page = await mountSuspended(IndexPage, { route: `/?address=${aliceOnHub}` })
      await eventually(() => expect(moreButton(page)).toBeDefined())
      await moreButton(page).trigger('click')
      await eventually(() => expect(packets.bodies).toHaveLength(2))
      await navigateTo(`/?address=${bobOnOsmosis}`)
      await eventually(() => expect(page.find('[data-packet$="/20"]').exists()).toBe(true))
      release()
      await moreButton(page).trigger('click')
      await eventually(() => expect(page.findAll('[data-packet]').map(card => card.attributes('data-packet')!.split('/').at(-1))).toEqual(['20', '21']))
      packets.remove()
    })
  })

  it.each([
    ['unknown', 'No node we asked knows this transaction'], ['failed', 'This transaction failed'], ['succeeded', 'No packets to show'], ['ibc_v2', 'IBC v2'],
  ])('of a transaction without packets it says what became of it: %s', async (transaction, words) => {
    const packets = apiAnswers('/packets', (_: unknown, query: { chainId: string }) => ({ items: [], nextCursor: null, unanswered: [], transaction: query.chainId === 'hub-1' ? transaction : 'unknown' }))
    const page = await mountSuspended(IndexPage, { route: `/?tx=${aHash}` })
    await eventually(() => expect(page.text()).toContain(words))
    expect(page.text()).not.toContain('search by its hash')
    packets.remove()
  })

  it('names the packets of IBC v2 that a list leaves out', async () => {
    const packets = apiAnswers('/packets', { items: [aPacket()], nextCursor: null, unanswered: [], transaction: 'ibc_v2' })
    const page = await mountSuspended(IndexPage, { route: `/?tx=${aHash}&chain=hub-1` })
    await eventually(() => expect(page.findAll('[data-packet]')).toHaveLength(1))
    expect(page.get('[data-transaction="ibc_v2"]').text()).toContain('IBC v2')
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
