import { expect } from '@playwright/test'
import { signInAsAdmin } from './steps'
import { control, hub, test } from './world'

test('an admin sends back a payment that named no clearing, with a signature that names it', async ({ page }) => {
  const { txHash } = await control<{ txHash: string }>('/send', { chainId: hub, from: 'bob', to: 'service', amount: '765432', memo: 'for the cat' })
  expect(txHash).toMatch(/^[\dA-F]{64}$/)
  await signInAsAdmin(page)
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
  await signInAsAdmin(page)
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
