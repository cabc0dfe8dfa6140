import type { Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { aStuckPacket, aTimedOutPacket, control, test } from './world'

async function openWizard(page: Page, packet: string) {
  await page.goto(`/packets/${packet}`)
  await page.getByRole('link', { name: 'See the price' }).click()
  await expect(page.locator('[data-step="select"]')).toBeVisible()
}

async function orderClearing(page: Page) {
  await page.getByRole('button', { name: 'See the price' }).click()
  await expect(page.locator('[data-total]')).toContainText('ATOM')
  await page.getByRole('button', { name: 'Fix this price and pay' }).click()
  await expect(page.locator('[data-memo-code]')).toHaveText(/^RLY-/)
}

async function paymentByHand(page: Page) {
  const [amount] = /\d+(?= uatom)/.exec(await page.locator('[data-amount]').innerText()) ?? []
  return { to: await page.locator('[data-payment-address]').innerText(), amount, memo: await page.locator('[data-memo-code]').innerText() }
}

async function expectProof(page: Page, packet: string) {
  await expect(page.locator('[data-status="cleared"]')).toBeVisible({ timeout: 40_000 })
  const cleared = page.locator(`[data-cleared-packet="${packet}"]`)
  await expect(cleared).toHaveAttribute('data-result', 'delivered')
  await expect(cleared).toContainText('Relayed by us')
  await expect(cleared.locator('[data-leg="receive"]')).toContainText('block')
  await expect(cleared.locator('[data-leg="acknowledge"]')).toContainText('block')
}

test('with the wallet, from the search to the proof; the packet itself then shows as delivered', async ({ page }) => {
  const packet = await aStuckPacket()
  await page.goto('/')
  await page.getByRole('searchbox').fill(packet)
  await expect(page.locator('#search-recognised')).toContainText('A packet')
  await page.getByRole('button', { name: 'Look it up' }).click()
  await expect(page.locator('[data-state="stuck_undelivered"]')).toContainText('12.5 ATOM')
  await page.getByRole('link', { name: 'See the price' }).click()
  await orderClearing(page)
  await page.getByRole('button', { name: 'Pay with Keplr' }).click()
  await expect(page.locator('[data-step="follow"]')).toBeVisible()
  await expectProof(page, packet)
  await page.goto(`/packets/${packet}`)
  await expect(page.locator('[data-state="completed"]')).toContainText('Delivered')
})

test('by hand, closed in the middle and opened again by its link; a second tab follows live', async ({ page, context }) => {
  const packet = await aStuckPacket()
  await openWizard(page, packet)
  await orderClearing(page)
  const payment = await paymentByHand(page)
  await page.reload()
  await expect(page.locator('[data-memo-code]')).toHaveText(payment.memo)
  const token = new URL(page.url()).searchParams.get('token')
  const second = await context.newPage()
  await second.goto(`/clearing/${token}`)
  await expect(second.locator('[data-connection="live"]')).toBeVisible()
  await expect(second.locator('[data-status="awaiting_payment"]')).toBeVisible()
  await control('/send', { chainId: 'sandbox-hub-1', from: 'bob', ...payment })
  await expectProof(second, packet)
  await expectProof(page, packet)
  await expect(second.locator('[data-payment-state="credited"]')).toBeVisible()
})

test('a timed-out packet gives the sender the money back', async ({ page }) => {
  const packet = await aTimedOutPacket()
  await openWizard(page, packet)
  await orderClearing(page)
  await page.getByRole('button', { name: 'Pay with Keplr' }).click()
  await expect(page.locator('[data-status="cleared"]')).toBeVisible({ timeout: 40_000 })
  await expect(page.locator(`[data-cleared-packet="${packet}"]`)).toHaveAttribute('data-result', 'returned_by_timeout')
})

test('a signature refused in the wallet pays nothing and can be asked for again', async ({ page }) => {
  const packet = await aStuckPacket()
  await openWizard(page, packet)
  await orderClearing(page)
  await page.evaluate(() => (window as unknown as { __sandboxWallet: { rejectNext(): void } }).__sandboxWallet.rejectNext())
  await page.getByRole('button', { name: 'Pay with Keplr' }).click()
  await expect(page.locator('[data-wallet-failure="rejected"]')).toContainText('Nothing was paid')
  await page.getByRole('button', { name: 'Pay with Keplr' }).click()
  await expectProof(page, packet)
})

test('an empty account is told so before it is asked to sign', async ({ page }) => {
  const packet = await aStuckPacket()
  await openWizard(page, packet)
  await page.evaluate(() => (window as unknown as { __sandboxWallet: { use(name: string): void } }).__sandboxWallet.use('poor'))
  await orderClearing(page)
  await page.getByRole('button', { name: 'Pay with Keplr' }).click()
  await expect(page.locator('[data-wallet-failure="insufficient_balance"]')).toBeVisible()
})

test('a surplus is told and planned to go back', async ({ page }) => {
  const packet = await aStuckPacket()
  await openWizard(page, packet)
  await orderClearing(page)
  const payment = await paymentByHand(page)
  await control('/send', { chainId: 'sandbox-hub-1', from: 'bob', ...payment, amount: (BigInt(payment.amount ?? '0') + 5_000_000n).toString() })
  await expectProof(page, packet)
  await expect(page.locator('[data-payment-issue="overpaid"]')).toBeVisible()
  await expect(page.locator('[data-refund-state]')).toContainText('5 ATOM')
})
