import { expect, type APIRequestContext, type Page } from '@playwright/test'
import { aStuckPacket, control, hub, sandboxFacts } from '../e2e/world'

/** A page in one state: how to get there, and what shows that it is there. */
export interface Place {
  readonly name: string
  readonly reach: (page: Page, request: APIRequestContext) => Promise<void>
}

const at = (name: string, path: () => string, seen: string): Place => ({
  name,
  reach: async (page) => {
    await page.goto(path())
    await expect(page.locator(seen).first()).toBeVisible()
  },
})

/** A token for one packet that is stuck now; what has to be paid, where, with which memo. */
async function aToken(request: APIRequestContext) {
  const [chainId, portId, channelId, sequence] = (await aStuckPacket()).split('/')
  const { alice } = await accounts()
  const answer = await request.post('/api/v1/clearing/request-token', { data: { walletAddress: alice, paymentChainId: hub, packets: [{ chainId, portId, channelId, sequence }] } })
  expect(answer.status(), await answer.text()).toBe(200)
  return await answer.json() as { token: string, memoCode: string, paymentAddress: string, total: { amount: string } }
}

async function accounts(): Promise<{ alice: string }> {
  const packet = await fetch(`${sandboxFacts().appUrl}/api/v1/packets/${sandboxFacts().story.undelivered}`)
  return { alice: ((await packet.json()) as { transfer: { sender: string } }).transfer.sender }
}

/** The pages that somebody in need opens first. */
export const firstPages: Readonly<Record<string, (request: APIRequestContext) => Promise<string>>> = {
  'the landing page': async () => '/',
  'a packet\'s page': async () => `/packets/${sandboxFacts().story.undelivered}`,
  'a clearing\'s page': async request => `/clearing/${(await aToken(request)).token}`,
}

const packets = (['undelivered', 'timedOut', 'deliveredUnacknowledged', 'errorAcknowledged', 'inFlight', 'completed'] as const)
  .map(state => at(`packet, ${state}`, () => `/packets/${sandboxFacts().story[state]}`, '[data-packet]'))

/** Every page, in each state that looks different. */
export const places: readonly Place[] = [
  at('landing', () => '/', 'main h1'),
  at('search result', () => `/?chain=${hub}&port=transfer&channel=channel-0`, '[data-packet]'),
  ...packets,
  at('packet that never was', () => `/packets/${hub}/transfer/channel-0/999999`, '[data-code="packet_not_found"]'),
  at('no such page', () => '/no-such-page', 'main h1'),
  at('wizard, choice', () => `/clear?packets=${sandboxFacts().story.undelivered},${sandboxFacts().story.completed}`, '[data-step="select"]'),
  at('wizard, price', () => `/clear?packets=${sandboxFacts().story.undelivered}&step=price`, '[data-total]'),
  {
    name: 'payment',
    reach: async (page, request) => {
      const { token } = await aToken(request)
      await page.goto(`/clear?token=${token}&step=pay`)
      await expect(page.locator('[data-memo-code]')).toBeVisible()
    },
  },
  {
    name: 'clearing, unpaid',
    reach: async (page, request) => {
      await page.goto(`/clearing/${(await aToken(request)).token}`)
      await expect(page.locator('[data-status="awaiting_payment"]')).toBeVisible()
    },
  },
  {
    name: 'receipt',
    reach: async (page, request) => {
      const { token, memoCode, paymentAddress, total } = await aToken(request)
      await control('/send', { chainId: hub, from: 'bob', to: paymentAddress, amount: total.amount, memo: memoCode })
      await page.goto(`/clearing/${token}`)
      await expect(page.locator('[data-status="cleared"]')).toBeVisible({ timeout: 40_000 })
    },
  },
  at('channels', () => '/channels', 'main h1'),
  at('help', () => '/help', 'main h1'),
  at('help in Spanish', () => '/help?lang=es', 'html[lang=es] main h1'),
  at('history, signed out', () => '/history', 'main h1'),
  at('admin, signed out', () => '/admin', 'main h1'),
]
