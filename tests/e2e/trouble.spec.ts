import { expect } from '@playwright/test'
import { expectProof, openWizard, orderClearing, payFromElsewhere, paymentByHand } from './steps'
import { aStuckPacket, control, test } from './world'

test.afterEach(() => control('/faults/hermes', { mode: 'none' }))

test('Hermes is down: who has paid is told and served when it returns, and nobody else is asked for money', async ({ page, context }) => {
  test.setTimeout(120_000)
  const [paidFor, asked] = [await aStuckPacket(), await aStuckPacket()]
  await openWizard(page, paidFor)
  await orderClearing(page)
  const payment = await paymentByHand(page)
  await control('/faults/hermes', { mode: 'down' })
  await payFromElsewhere(payment)
  await expect(page.locator('[data-status="queued"]')).toContainText('A run is over, and something is not finished yet', { timeout: 40_000 })
  await expect(page.locator('[data-status="queued"]')).toContainText('What is not done by the deadline is refunded.')
  await expect(page.locator('[data-payment-state="credited"]')).toBeVisible()

  const other = await context.newPage()
  await openWizard(other, asked)
  await other.getByRole('button', { name: 'See the price' }).click()
  const refused = other.locator('[data-code="relayer_not_ready"]')
  await expect(async () => {
    if (!await refused.isVisible()) await other.reload()
    await expect(refused).toContainText('so we take no money for it', { timeout: 2_000 })
  }).toPass({ timeout: 40_000 })
  await expect(other.getByRole('button', { name: 'Fix this price and pay' })).toBeDisabled()

  await control('/faults/hermes', { mode: 'none' })
  await expectProof(page, paidFor)
  await expect(async () => {
    await other.getByRole('button', { name: 'Try again' }).click()
    await expect(other.locator('[data-total]')).toContainText('ATOM', { timeout: 2_000 })
  }).toPass({ timeout: 20_000 })
})

test('Hermes dies in the middle of a run: the next one finishes what it began', async ({ page }) => {
  const packet = await aStuckPacket()
  await openWizard(page, packet)
  await orderClearing(page)
  await control('/faults/hermes', { mode: 'dieMidway', count: 1 })
  await page.getByRole('button', { name: 'Pay with Keplr' }).click()
  await expectProof(page, packet)
  await page.goto(`/clearing/${new URL(page.url()).searchParams.get('token')}`)
  await page.getByText('Everything that happened').click()
  await expect(page.getByText('Relayer started', { exact: true })).toHaveCount(2)
})

test('without a wallet in the browser the page says how to pay by hand, and that is enough', async ({ page }) => {
  await page.route('**/wallet.js', route => route.fulfill({ contentType: 'text/javascript', body: '' }))
  const packet = await aStuckPacket()
  await page.goto(`/packets/${packet}`)
  await page.getByRole('button', { name: 'Wallet', exact: true }).click()
  await expect(page.getByRole('dialog')).toContainText('No wallet found in this browser. Keplr, Leap and Cosmostation work here; everything can be read and paid without one.')
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('link', { name: 'See the price' }).click()
  await orderClearing(page)
  await expect(page.getByRole('button', { name: /^Pay with/ })).toHaveCount(0)
  await expect(page.locator('main')).toContainText('No wallet found in this browser.')
  await expect(page.getByRole('heading', { name: 'Or pay by hand' })).toBeVisible()
  await expect(page.locator('main')).toContainText('Never pay from an exchange account.')
  await payFromElsewhere(await paymentByHand(page))
  await expectProof(page, packet)
})
