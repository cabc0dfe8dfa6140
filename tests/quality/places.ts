import { expect, type APIRequestContext, type Page } from '@playwright/test'
import { signInAsAdmin, withWallet } from '../e2e/steps'
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

async function pay({ memoCode, paymentAddress, total }: Awaited<ReturnType<typeof aToken>>, surplus = 0n): Promise<void> {
  await control('/send', { chainId: hub, from: 'bob', to: paymentAddress, amount: (BigInt(total.amount) + surplus).toString(), memo: memoCode })
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
      const payment = await aToken(request)
      await pay(payment)
      await page.goto(`/clearing/${payment.token}`)
      await expect(page.locator('[data-status="cleared"]')).toBeVisible({ timeout: 40_000 })
    },
  },
  {
    name: 'clearing, at work',
    reach: async (page, request) => {
      const payment = await aToken(request)
      await control('/faults/hermes', { mode: 'slow', delayMs: 8_000, count: 1 })
      await pay(payment)
      await page.goto(`/clearing/${payment.token}`)
      await expect(page.locator('[data-status="clearing"]')).toBeVisible({ timeout: 40_000 })
    },
  },
  {
    name: 'clearing, refunded',
    reach: async (page, request) => {
      const payment = await aToken(request)
      await pay(payment, 5_000_000n)
      await page.goto(`/clearing/${payment.token}`)
      await expect(page.locator('[data-refund-state="confirmed"]')).toBeVisible({ timeout: 40_000 })
    },
  },
  {
    name: 'wallet dialog',
    reach: async (page) => {
      await page.goto('/')
      await page.getByRole('button', { name: 'Wallet', exact: true }).click()
      await page.getByRole('button', { name: 'Connect Keplr' }).click()
      await expect(page.getByRole('dialog')).toContainText('Connected with Keplr')
    },
  },
  at('channels', () => '/channels', 'main h1'),
  at('help', () => '/help', 'main h1'),
  at('help in Spanish', () => '/help?lang=es', 'html[lang=es] main h1'),
  at('history, signed out', () => '/history', 'main h1'),
  {
    name: 'history, signed in',
    reach: async (page, request) => {
      const payment = await aToken(request)
      await pay(payment)
      await expect.poll(async () => {
        const status = await request.get(`/api/v1/clearing/status/${payment.token}`)
        return (await status.json() as { finishedAt: string | null }).finishedAt
      }, { timeout: 40_000 }).toBeTruthy()
      await page.goto('/history')
      await withWallet(page, wallet => wallet.use('bob'))
      await page.getByRole('button', { name: 'Sign in with Keplr' }).click()
      await expect(page.locator('[data-operation]').first()).toBeVisible()
    },
  },
  at('admin, signed out', () => '/admin', 'main h1'),
  {
    name: 'admin, signed in',
    reach: async (page) => {
      await control('/send', { chainId: hub, from: 'alice', to: 'service', amount: '1234567', memo: 'RLY-2345 6789 a memo that is rather long, as people write them when they are in a hurry' })
      await signInAsAdmin(page)
      await page.getByRole('button', { name: 'Send back' }).first().click()
    },
  },
]
