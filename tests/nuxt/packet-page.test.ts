import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import PacketPage from '~/pages/packets/[...packet].vue'
import { aCompletedPacket, aPacket, aPacketId } from '../builders/dto'
import { apiAnswers, chainsAre, eventually } from './world'

const path = '/packets/hub-1/transfer/channel-0/42'
const permalink = `${location.origin}${path}`
const open: (() => void)[] = []

beforeEach(() => {
  chainsAre()
  clearNuxtData()
  chainsAre()
})
afterEach(() => {
  for (const close of open.splice(0).reverse()) close()
})

async function packetPage(packet = aPacket()) {
  open.push(apiAnswers(path, packet).remove)
  const page = await mountSuspended(PacketPage, { route: path })
  await eventually(() => expect(page.find('[data-packet]').exists()).toBe(true))
  return page
}

/** The browser's clipboard and, where it has one, its sheet for sharing. */
function browserWith(over: { readonly writeText?: (text: string) => Promise<void>, readonly share?: (shared: ShareData) => Promise<void> }) {
  const written: string[] = []
  const writeText = over.writeText ?? (async (text: string) => void written.push(text))
  vi.stubGlobal('navigator', Object.create(navigator, { clipboard: { value: { writeText } }, share: { value: over.share } }))
  open.push(() => vi.unstubAllGlobals())
  return written
}

describe('sharing a packet', () => {
  it('copies the link of its page where the browser has no sheet for sharing', async () => {
    const written = browserWith({})
    const page = await packetPage()
    await page.get('[data-share]').trigger('click')
    await eventually(() => expect(page.get('[data-share]').text()).toBe('Link copied'))
    expect(written).toEqual([permalink])
  })

  it('hands the link to the browser\'s own sheet, and minds no one who closes it', async () => {
    const shared: ShareData[] = []
    const written = browserWith({
      share: async (data) => {
        shared.push(data)
        throw new DOMException('closed', 'AbortError')
      },
    })
    const page = await packetPage()
    await page.get('[data-share]').trigger('click')
    await eventually(() => expect(shared).toEqual([{ title: 'Packet hub-1/transfer/channel-0/42', url: permalink }]))
    expect(page.get('[data-share]').text()).toBe('Share')
    expect(written).toEqual([])
  })

  it('says where the link is when nothing can be copied', async () => {
    browserWith({ writeText: () => Promise.reject(new Error('not allowed')) })
    const page = await packetPage()
    await page.get('[data-share]').trigger('click')
    await eventually(() => expect(page.get('[data-share]').text()).toBe('Copy it from the address bar'))
  })
})

describe('how long a delivery normally takes', () => {
  const source = { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' }
  const delivery = { medianSeconds: 22, p95Seconds: 180, sampleSize: 40, waiting: 3 }
  const channels = (over: Partial<typeof delivery> | { medianSeconds: null, p95Seconds: null, sampleSize: 0 } = {}) => apiAnswers('/channels', {
    windowStart: '2026-11-17T02:00:00Z', windowEnd: '2026-11-24T02:00:00Z', stuckAfterSeconds: 600, stuckTotal: 0, stuck: [],
    items: [{ source: { ...source, chainId: 'osmo-1' }, delivery: { ...delivery, medianSeconds: 7777 } }, { source, delivery: { ...delivery, ...over } }],
  })

  it('stands on the page of a packet that waits for it, with its sample and window', async () => {
    open.push(channels().remove)
    const page = await packetPage()
    await eventually(() => expect(page.get('[data-usual-delivery]').text()).toBe('Half of the packets of this route arrive within 22 sec, 95 % within 3 min. Seen on 40 packets of the last 7 days; 3 more not delivered yet.'))
  })

  it('is not there without a sample', async () => {
    const asked = channels({ medianSeconds: null, p95Seconds: null, sampleSize: 0 })
    open.push(asked.remove)
    const page = await packetPage()
    await eventually(() => expect(asked.bodies).toHaveLength(1))
    expect(page.find('[data-usual-delivery]').exists()).toBe(false)
  })

  it('is not asked for when the packet has arrived', async () => {
    const asked = channels()
    open.push(asked.remove)
    const page = await packetPage(aCompletedPacket({ id: aPacketId() }))
    expect(asked.bodies).toHaveLength(0)
    expect(page.find('[data-usual-delivery]').exists()).toBe(false)
  })
})
