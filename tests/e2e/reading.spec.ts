import { expect } from '@playwright/test'
import { sandboxFacts, test } from './world'

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
