import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import PacketPage from '~/pages/packets/[...packet].vue'
import { aPacket } from '../builders/dto'
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
