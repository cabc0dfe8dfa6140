import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { control, hub } from './world'

export interface SandboxWallet { use(name: string): void, rejectNext(): void, ledger: boolean }
export interface HandPayment { readonly to: string, readonly amount: string, readonly memo: string }

/** Does something with the sandbox's wallet in the page, once it is there. */
export async function withWallet(page: Page, change: (wallet: SandboxWallet) => void): Promise<void> {
  await page.waitForFunction(() => '__sandboxWallet' in window)
  await page.evaluate(`(${change.toString()})(window.__sandboxWallet)`)
}

export async function signInAsAdmin(page: Page): Promise<void> {
  await page.goto('/admin')
  await withWallet(page, wallet => wallet.use('admin'))
  await page.getByRole('button', { name: 'Sign in with Keplr' }).click()
  await expect(page.getByRole('heading', { name: 'Payments without a clearing' })).toBeVisible()
}

/** From the packet's page to the first step. */
export async function openWizard(page: Page, packet: string): Promise<void> {
  await page.goto(`/packets/${packet}`)
  await page.getByRole('link', { name: 'See the price' }).click()
  await expect(page.locator('[data-step="select"]')).toBeVisible()
}

/** From the first step to the payment, its price in ATOM. */
export async function orderClearing(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'See the price' }).click()
  await expect(page.locator('[data-total]')).toContainText('ATOM')
  await page.getByRole('button', { name: 'Fix this price and pay' }).click()
  await expect(page.locator('[data-memo-code]')).toHaveText(/^RLY-/)
}

/** What the page tells somebody who pays by hand. */
export async function paymentByHand(page: Page): Promise<HandPayment> {
  const [amount] = /\d+(?= uatom)/.exec(await page.locator('[data-amount]').innerText()) ?? []
  if (!amount) throw new Error('the page names no amount in base units')
  return { to: await page.locator('[data-payment-address]').innerText(), amount, memo: await page.locator('[data-memo-code]').innerText() }
}

/** Pays from bob's account outside of the page; answers with the tx hash. */
export async function payFromElsewhere(payment: HandPayment, over: Partial<HandPayment> = {}): Promise<string> {
  return (await control<{ txHash: string }>('/send', { chainId: hub, from: 'bob', ...payment, ...over })).txHash
}

/** The page ends as cleared, with the packet delivered by us and the blocks that show it. */
export async function expectProof(page: Page, packet: string): Promise<void> {
  await expect(page.locator('[data-status="cleared"]')).toBeVisible({ timeout: 40_000 })
  const cleared = page.locator(`[data-cleared-packet="${packet}"]`)
  await expect(cleared).toHaveAttribute('data-result', 'delivered')
  await expect(cleared).toContainText('Relayed by us')
  await expect(cleared.locator('[data-leg="receive"]')).toContainText('block')
  await expect(cleared.locator('[data-leg="acknowledge"]')).toContainText('block')
}

export async function fitsSideways(page: Page): Promise<void> {
  expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${page.url()} scrolls sideways`).toBeLessThanOrEqual(0)
}

/** Presses Tab until `target` has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible()
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate(element => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  await expect(target).toBeFocused({ timeout: 1 })
}
