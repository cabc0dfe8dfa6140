import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import OfflineNotice from '~/components/base/OfflineNotice.vue'
import PacketTimeline from '~/components/packet/PacketTimeline.vue'
import GlossaryTerm from '~/components/help/GlossaryTerm.vue'
import HelpPage from '~/pages/help.vue'
import { glossary, glossaryWords } from '~/locales/en/glossary'
import { help as en } from '~/locales/en/help'
import { glossary as spanishGlossary } from '~/locales/es/glossary'
import { help as es } from '~/locales/es/help'
import { aPacket } from '../builders/dto'
import { chainsAre } from './world'

beforeEach(() => chainsAre())
afterEach(() => vi.restoreAllMocks())

describe('help', () => {
  it('explains every word of the glossary at an address of its own', async () => {
    const page = await mountSuspended(HelpPage)
    for (const word of glossaryWords) expect(page.get(`#${word}`).text()).toContain(glossary.words[word].meaning)
    expect(page.text()).toContain('What can go wrong with my money')
  })

  it('says the same in Spanish, word for word as many', () => {
    expect(es.faq).toHaveLength(en.faq.length)
    expect(es.risks).toHaveLength(en.risks.length)
    for (const word of glossaryWords) expect(spanishGlossary.words[word].meaning).not.toBe(glossary.words[word].meaning)
  })

  it('opens at the word, with a button that the keyboard reaches and that names its meaning', async () => {
    const term = await mountSuspended(GlossaryTerm, { props: { word: 'relayer' }, slots: { default: () => 'relayer' } })
    const button = term.get('button')
    const meaning = term.get(`[id="${button.attributes('popovertarget')}"]`)
    expect(meaning.attributes()).toHaveProperty('popover')
    expect(button.attributes('aria-describedby')).toBe(meaning.attributes('id'))
    expect(meaning.get('a').attributes('href')).toBe('/help#relayer')
  })
})

it('a step of a packet and its place are two words, explained or not', async () => {
  const timeline = await mountSuspended(PacketTimeline, { props: { packet: aPacket() } })
  const lines = timeline.findAll('li').map(line => line.text().replace(/\s+/g, ' '))
  expect(lines[0]).toMatch(/^Sent on Hub/)
  expect(lines[1]).toMatch(/^Received on Osmo/)
  expect(lines[2]).toMatch(/^Acknowledged.* on Hub: not yet$/)
})

describe('without a connection', () => {
  it('says so, and that nothing is lost, until it is back', async () => {
    const connected = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
    const notice = await mountSuspended(OfflineNotice)
    expect(notice.find('[data-offline]').exists()).toBe(false)
    connected.mockReturnValue(false)
    dispatchEvent(new Event('offline'))
    await nextTick()
    expect(notice.get('[data-offline]').text()).toContain('nothing is lost')
    connected.mockReturnValue(true)
    dispatchEvent(new Event('online'))
    await nextTick()
    expect(notice.find('[data-offline]').exists()).toBe(false)
  })
})
