import type { Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { takePictures } from './screenshots'
import { type HandPayment, openWizard, orderClearing, payFromElsewhere, paymentByHand, withWallet, expectProof } from './steps'
import { aStuckPacket, aStuckPacketWithMemo, control, relayedByAnother, test } from './world'

/** Longer than any deadline of these tests (see playwright.config.ts). */
const untilDeadlineMs = 90_000

/** Ordered before the first test, so that its time runs out while the others run. */
let forgotten: { readonly page: string, readonly payment: HandPayment }

test.beforeAll(async ({ browser }) => {
  const page = await browser.newPage()
  await openWizard(page, await aStuckPacket())
  await orderClearing(page)
  await expect(page.locator('[data-phase="open"]')).toContainText('This price holds for')
  forgotten = { page: `/clearing/${new URL(page.url()).searchParams.get('token')}`, payment: await paymentByHand(page) }
  await page.close()
})

async function bobsAddress(): Promise<string> {
  const { address } = await control<{ address: string }>('/balances', { chainId: 'sandbox-hub-1', to: 'bob' })
  return address
}

/** A refund on the page of its clearing: on chain, of this amount, for this reason, to bob, with a transaction that the chain knows. */
async function expectRefunded(page: Page, amount: string, reason: string): Promise<string> {
  const refund = page.locator('[data-refund-state="confirmed"]')
  await expect(refund).toBeVisible({ timeout: 40_000 })
  await expect(refund).toContainText('On chain')
  await expect(refund).toContainText(amount)
  await expect(refund).toContainText(`because ${reason}, to`)
  await expect(refund.locator(`[title="${await bobsAddress()}"]`)).toBeVisible()
  const titles = await refund.locator('[title]').evaluateAll(all => all.map(each => each.getAttribute('title') ?? ''))
  const txHash = titles.find(title => /^[\dA-F]{64}$/.test(title))
  if (!txHash) throw new Error('the refund names no transaction')
  return txHash
}

/** The same refund in bob's history. */
async function expectInHistory(page: Page, memoCode: string, txHash: string): Promise<void> {
  await page.goto('/history')
  await withWallet(page, wallet => wallet.use('bob'))
  await page.getByRole('button', { name: 'Sign in with Keplr' }).click()
  const operation = page.getByRole('listitem').filter({ hasText: memoCode }).first()
  await expect(operation).toContainText('Refunded')
  await expect(operation.locator(`[data-refund-state="confirmed"] [title="${txHash}"]`)).toBeVisible()
}

test('too little was paid: the page names exactly what is missing, and the rest completes it', async ({ page }) => {
  const packet = await aStuckPacket()
  await openWizard(page, packet)
  await orderClearing(page)
  const payment = await paymentByHand(page)
  const token = new URL(page.url()).searchParams.get('token')
  await page.goto(`/clearing/${token}`)
  await payFromElsewhere(payment, { amount: '1000000' })
  await expect(page.locator('[data-payment-issue="underpaid"]')).toContainText('Send the rest with the same memo code')
  const missing = (BigInt(payment.amount) - 1_000_000n).toString()
  await expect(page.locator('[data-status="awaiting_payment"]')).toContainText(`0.${missing.padStart(6, '0').replace(/0+$/, '')} ATOM more is missing`)
  await expect(page.locator('[data-amount]')).toContainText(`${missing} uatom`)
  await expect(page.locator('[data-memo-code]')).toHaveText(payment.memo)
  await takePictures(page, 'clearing, underpaid')
  await payFromElsewhere(payment, { amount: missing })
  await expectProof(page, packet)
  await expect(page.locator('[data-payment-state="credited"]')).toHaveCount(2)
  await expect(page.locator('[data-payment-issue]')).toHaveCount(0)
})

test('a surplus goes back to the account that paid it', async ({ page }) => {
  const packet = await aStuckPacket()
  await openWizard(page, packet)
  await orderClearing(page)
  const payment = await paymentByHand(page)
  await payFromElsewhere(payment, { amount: (BigInt(payment.amount) + 5_000_000n).toString() })
  await expectProof(page, packet)
  await expect(page.locator('[data-payment-issue="overpaid"]')).toContainText('The surplus goes back to where it came from.')
  await expectInHistory(page, payment.memo, await expectRefunded(page, '5 ATOM', 'more than the price was paid'))
})

test('another relayer was first: nothing is charged for what it did', async ({ page }) => {
  const packet = await aStuckPacket()
  await openWizard(page, packet)
  await orderClearing(page)
  const payment = await paymentByHand(page)
  await relayedByAnother(packet)
  await payFromElsewhere(payment)
  await expect(page.locator('[data-status="not_needed"]')).toContainText('Nothing was left to do; your money goes back', { timeout: 40_000 })
  await expectRefunded(page, `${Number(payment.amount) / 1e6} ATOM`, 'there was nothing left to do')
})

test('partly cleared: what was not done by the deadline is given back, its share to the unit', async ({ page }) => {
  test.setTimeout(untilDeadlineMs + 60_000)
  const [carried, skipped] = [await aStuckPacket(), await aStuckPacketWithMemo(400)]
  await page.goto(`/clear?packets=${carried},${skipped}`)
  await expect(page.getByText('2 of 2 selected')).toBeVisible()
  await orderClearing(page)
  const payment = await paymentByHand(page)
  // From now on Hermes skips the packet with the long memo.
  await control('/hermes/limits', { memoBytes: 100 })
  try {
    await payFromElsewhere(payment)
    await expect(page.locator(`[data-cleared-packet="${carried}"]`)).toHaveAttribute('data-result', 'delivered', { timeout: 40_000 })
    await expect(page.locator('[role="status"][data-status]')).toContainText('What is not done by the deadline is refunded.')
    await expect(page.locator('[data-status="partially_cleared"]')).toContainText('Partly cleared; the rest is refunded', { timeout: untilDeadlineMs })
  }
  finally {
    await control('/hermes/limits')
  }
  const left = page.locator(`[data-cleared-packet="${skipped}"]`)
  await expect(left).toHaveAttribute('data-result', 'pending')
  await expect(left).toContainText('Not finished by anybody; your share goes back')
  const share = /Share\s+([\d.]+) ATOM/.exec((await left.innerText()).replaceAll('\u00A0', ' '))?.[1]
  const txHash = await expectRefunded(page, `${share} ATOM`, 'we could not clear the packet')
  await takePictures(page, 'clearing, partly cleared')
  await expectInHistory(page, payment.memo, txHash)
  await page.goto(`/packets/${skipped}`)
  await expect(page.locator('[data-state="stuck_undelivered"]')).toBeVisible()
})

test('a payment that comes too late is told so, and goes back', async ({ page }) => {
  test.setTimeout(untilDeadlineMs + 60_000)
  await page.goto(forgotten.page)
  await expect(page.locator('[data-status="expired"]')).toContainText('Not paid in time', { timeout: untilDeadlineMs })
  await expect(page.locator('[data-payment-address]')).toHaveCount(0)
  await payFromElsewhere(forgotten.payment)
  await expect(page.locator('[data-payment-issue="too_late"]')).toContainText('The payment came too late. It goes back to where it came from.', { timeout: 40_000 })
  await expect(page.locator('[data-payment-state="refund_owed"]')).toContainText('Goes back')
  await expectRefunded(page, `${Number(forgotten.payment.amount) / 1e6} ATOM`, 'the payment came too late')
  await takePictures(page, 'clearing, paid too late')
})
