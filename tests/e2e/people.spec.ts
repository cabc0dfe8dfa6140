import type { Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { expectProof, fitsSideways, payFromElsewhere, paymentByHand, tabTo } from './steps'
import { aStuckPacket, test } from './world'

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2, permissions: ['clipboard-read', 'clipboard-write'] })

  test('by touch at 360 px, from the search to the proof', async ({ page }) => {
    const packet = await aStuckPacket()
    const step = async (seen: string) => {
      await expect(page.locator(seen).first()).toBeVisible()
      await fitsSideways(page)
    }
    await page.goto('/')
    await step('main h1')
    await page.getByRole('searchbox').tap()
    await page.getByRole('searchbox').fill(packet)
    await page.getByRole('button', { name: 'Look it up' }).tap()
    await step('[data-state="stuck_undelivered"]')
    await page.getByRole('link', { name: 'See the price' }).tap()
    await step('[data-step="select"]')
    await page.getByRole('button', { name: 'See the price' }).tap()
    await step('[data-total]')
    await page.getByRole('button', { name: 'Fix this price and pay' }).tap()
    await step('[data-memo-code]')
    await page.getByRole('button', { name: 'Copy memo code' }).tap()
    await expect(page.getByRole('button', { name: 'Copy memo code' })).toContainText('Copied')
    const payment = await paymentByHand(page)
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(payment.memo)
    await payFromElsewhere(payment)
    await step('[data-step="follow"]')
    await expectProof(page, packet)
    await fitsSideways(page)
  })
})

test('with the keyboard alone, from the search to the proof', async ({ page }) => {
  const packet = await aStuckPacket()
  const press = async (name: string, role: 'button' | 'link' = 'button') => {
    await tabTo(page, page.getByRole(role, { name }).first())
    await page.keyboard.press('Enter')
  }
  await page.goto('/')
  await tabTo(page, page.getByRole('searchbox'))
  await page.keyboard.type(packet)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-state="stuck_undelivered"]')).toBeVisible()
  await page.keyboard.press('Control+Home')
  await press('Wallet')
  await press('Connect Keplr')
  await expect(page.getByRole('dialog')).toContainText('Connected with Keplr')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await press('See the price to clear it', 'link')
  await expect(page.getByRole('heading', { name: 'Which packets?' })).toBeVisible()
  await tabTo(page, page.getByRole('checkbox'))
  await page.keyboard.press('Space')
  await expect(page.getByRole('button', { name: 'See the price' })).toBeDisabled()
  await page.keyboard.press('Space')
  await press('See the price')
  await expect(page.getByRole('heading', { name: 'What it costs' })).toBeFocused()
  await expect(page.getByRole('button', { name: 'Fix this price and pay' })).toBeEnabled()
  await press('Fix this price and pay')
  await expect(page.getByRole('heading', { name: 'Review and pay' })).toBeFocused()
  await press('Pay with Keplr')
  await expectProof(page, packet)
  await expect(page.getByRole('heading', { name: 'Follow it' })).toBeVisible()
})

test.describe('in Spanish', () => {
  test.use({ locale: 'es-ES' })

  // Words that no Spanish sentence has. What is marked as English (words of nodes and of other programs) is left out.
  const english = /(?<!\p{L})(?:the|and|your|you|is|are|was|were|of|with|not|this|that|been|from|which|it|will|what|by|goes|back|paid|packet|price|channel|payment|refund)(?!\p{L})/iu

  async function allSpanish(page: Page): Promise<void> {
    const texts = await page.locator('main').evaluate((main) => {
      const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
      const found: string[] = []
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement
        if (parent && !parent.closest('[lang="en"], code, script, style, .font-mono') && parent.checkVisibility({ visibilityProperty: true })) found.push(node.textContent?.trim() ?? '')
      }
      return found.concat([...main.querySelectorAll('[aria-label]')].map(element => element.getAttribute('aria-label') ?? ''))
    })
    // Ports, channels and packet ids are no words.
    expect(texts.filter(text => english.test(text.replace(/\S*\/\S*|channel-\d+/g, ''))), new URL(page.url()).pathname).toEqual([])
  }

  test('the whole way is in Spanish, down to the receipt', async ({ page }) => {
    const packet = await aStuckPacket()
    await page.goto('/')
    await expect(page.locator('html')).toHaveAttribute('lang', 'es')
    await allSpanish(page)
    await page.getByRole('searchbox').fill(packet)
    await page.getByRole('searchbox').press('Enter')
    await expect(page.locator('[data-diagnosis]')).toContainText('ningún relayer lo ha entregado')
    await page.locator('main details').evaluateAll(all => all.forEach(each => each.setAttribute('open', '')))
    await allSpanish(page)
    await page.locator(`main a[href^="/clear?"]`).click()
    await expect(page.locator('[data-step="select"]')).toBeVisible()
    await allSpanish(page)
    await page.locator('main form button[type="submit"]').click()
    await expect(page.locator('[data-total]')).toContainText('ATOM')
    await allSpanish(page)
    await page.locator('main form button[type="submit"]').click()
    await expect(page.locator('[data-memo-code]')).toHaveText(/^RLY-/)
    await allSpanish(page)
    await payFromElsewhere(await paymentByHand(page))
    await expect(page.locator('[data-step="follow"]')).toBeVisible()
    await expectStatusSpanish(page)
    const token = new URL(page.url()).searchParams.get('token')
    await page.goto(`/clearing/${token}`)
    await expect(page.locator('html')).toHaveAttribute('lang', 'es')
    await page.locator('main details').evaluateAll(all => all.forEach(each => each.setAttribute('open', '')))
    await allSpanish(page)
    for (const path of ['/channels', '/history', '/help', '/nothing-here', '/packets/sandbox-hub-1/transfer/channel-0/999999']) {
      await page.goto(path)
      await expect(page.locator('main h1').first()).toBeVisible()
      await allSpanish(page)
    }
  })

  async function expectStatusSpanish(page: Page): Promise<void> {
    await allSpanish(page)
    await expect(page.locator('[data-status="cleared"]')).toBeVisible({ timeout: 40_000 })
    await allSpanish(page)
  }
})
