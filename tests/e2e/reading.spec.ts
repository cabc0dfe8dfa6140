import { expect } from '@playwright/test'
import { aStuckPacket, sandboxFacts, test } from './world'

test('an address lists its packets, and only those that paying helps have a price', async ({ page, request }) => {
  const { deliveredUnacknowledged, inFlight, completed, undelivered } = sandboxFacts().story
  const sent = await request.get(`/api/v1/packets/${completed}`)
  const { transfer } = await sent.json() as { transfer: { sender: string } }
  await page.goto('/')
  await page.getByRole('searchbox').fill(transfer.sender)
  await expect(page.locator('#search-recognised')).toHaveText(/^An address on /)
  await page.getByRole('searchbox').press('Enter')
  await expect(page.locator('[data-packet]').first()).toBeVisible()
  expect(await page.locator('[data-packet]').count()).toBeGreaterThan(2)
  for (const packet of [deliveredUnacknowledged, inFlight, completed, undelivered]) {
    await page.goto(`/packets/${packet}`)
    await expect(page.locator('[data-packet]')).toHaveAttribute('data-packet', packet)
    await expect(page.locator('[data-diagnosis]')).not.toBeEmpty()
  }
})

test('pages are readable at the first byte, without scripts', async ({ browser }) => {
  const { undelivered } = sandboxFacts().story
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(`/packets/${undelivered}`)
  await expect(page.locator('[data-packet]')).toContainText('12.5 ATOM')
  await page.goto(`/?q=${encodeURIComponent(undelivered)}`)
  await expect(page).toHaveURL(new RegExp(`/packets/${undelivered}$`))
  await context.close()
})

test('a packet that never was is a 404 with a next step', async ({ page }) => {
  const response = await page.goto('/packets/sandbox-hub-1/transfer/channel-0/999999')
  expect(response?.status()).toBe(404)
  await expect(page.locator('[data-code="packet_not_found"]')).toContainText('The chain knows no such packet.')
})

test('signing in shows the history of the wallet; signing out hides it', async ({ page }) => {
  await page.goto('/history')
  await page.getByRole('button', { name: 'Sign in with Keplr' }).click()
  await expect(page.getByRole('heading', { name: 'Clearings' })).toBeVisible()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in with your wallet' })).toBeVisible()
})

test('the keyboard alone gets from the search to the price', async ({ page }) => {
  const packet = await aStuckPacket()
  await page.goto('/')
  await page.getByRole('searchbox').focus()
  await page.keyboard.type(packet)
  await page.keyboard.press('Enter')
  const price = page.getByRole('link', { name: 'See the price' })
  await expect(price).toBeVisible()
  for (let presses = 0; presses < 30 && !await price.evaluate(link => link === document.activeElement); presses++) await page.keyboard.press('Tab')
  await expect(price).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Which packets?' })).toBeVisible()
  await page.getByRole('button', { name: 'See the price' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'What it costs' })).toBeFocused()
})

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1280]) {
    test(`every page fits ${width} px, ${colorScheme}`, async ({ browser }) => {
      const { undelivered, timedOut } = sandboxFacts().story
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      const pages = { search: '/', packet: `/packets/${undelivered}`, channel: `/?chain=sandbox-hub-1&port=transfer&channel=channel-0`, select: `/clear?packets=${undelivered},${timedOut}`, price: `/clear?packets=${timedOut}&step=price`, history: '/history', channels: '/channels', help: '/help', missing: '/nothing-here' }
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(path, { waitUntil: 'networkidle' })
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${name} scrolls sideways`).toBeLessThanOrEqual(0)
        await page.screenshot({ path: `artifacts/${name}-${width}-${colorScheme}.png`, fullPage: true })
      }
      await context.close()
    })
  }
}
