import { expect } from '@playwright/test'
import { control, test } from './world'

const hub = 'sandbox-hub-1'

interface SandboxWallet { use(name: string): void }

/** Signs in as the sandbox's admin. */
async function signIn(page: import('@playwright/test').Page) {
  await page.goto('/admin')
  await page.waitForFunction(() => '__sandboxWallet' in window)
  await page.evaluate(() => (window as unknown as { __sandboxWallet: SandboxWallet }).__sandboxWallet.use('admin'))
  await page.getByRole('button', { name: 'Sign in with Keplr' }).click()
  await expect(page.getByRole('heading', { name: 'Payments without a clearing' })).toBeVisible()
}

test('an admin sends back a payment that named no clearing, with a signature that names it', async ({ page }) => {
  const { txHash } = await control<{ txHash: string }>('/send', { chainId: hub, from: 'bob', to: 'service', amount: '765432', memo: 'for the cat' })
  expect(txHash).toMatch(/^[\dA-F]{64}$/)
  await signIn(page)
  const payment = page.locator('[data-payment]').filter({ hasText: 'for the cat' }).first()
  await expect(async () => {
    await page.getByRole('button', { name: 'Look again' }).click()
    await expect(payment).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await payment.getByRole('button', { name: 'Send back' }).click()
  await payment.getByLabel('Reason, for the record').fill('they wrote that it was a mistake')
  await payment.getByRole('button', { name: 'Sign and do it' }).click()
  await expect(page.locator('[data-told]')).toHaveText(/^Refund [\da-f-]{36} to cosmos1\w+ is planned\.$/)
  await expect(payment).toHaveCount(0)
})

test('an admin pauses everything, and a price is refused until it goes on', async ({ page, request }) => {
  await signIn(page)
  await page.getByRole('button', { name: 'Pause everything' }).click()
  await page.getByLabel('Reason, for the record').fill('node upgrade')
  await page.getByRole('button', { name: 'Do it', exact: true }).click()
  await expect(page.locator('[data-told]')).toHaveText('everything is paused.')
  const refused = await request.post('/api/v1/clearing/quote/preview', { data: { paymentChainId: hub, packets: [{ chainId: hub, portId: 'transfer', channelId: 'channel-0', sequence: '1' }] } })
  expect([refused.status(), (await refused.json() as { code: string }).code]).toEqual([503, 'paused'])
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByLabel('Reason, for the record').fill('upgrade is done')
  await page.getByRole('button', { name: 'Sign and do it' }).click()
  await expect(page.locator('[data-told]')).toHaveText('everything goes on.')
})

test('a user who is no admin sees nothing of it', async ({ page }) => {
  await page.goto('/admin')
  await page.getByRole('button', { name: 'Sign in with Keplr' }).click()
  await expect(page.getByText('This wallet is no admin of this service')).toBeVisible()
})

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1280]) {
    test(`the admin's page fits ${width} px, ${colorScheme}`, async ({ browser }) => {
      await control('/send', { chainId: hub, from: 'alice', to: 'service', amount: '1234567', memo: 'RLY-2345 6789 a memo that is rather long, as people write them when they are in a hurry' })
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await signIn(page)
      await page.getByRole('button', { name: 'Send back' }).first().click()
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
      await page.screenshot({ path: `artifacts/admin-${width}-${colorScheme}.png`, fullPage: true })
      await context.close()
    })
  }
}
