import { expect } from '@playwright/test'
import { sandboxFacts, test } from './world'

test('the browser\'s language is spoken at the first byte; the switch changes it, and the choice is kept', async ({ browser }) => {
  const { undelivered } = sandboxFacts().story
  const context = await browser.newContext({ locale: 'es-ES' })
  const page = await context.newPage()
  await page.goto(`/packets/${undelivered}`)
  await expect(page.locator('html')).toHaveAttribute('lang', 'es')
  await expect(page.locator('[data-packet]')).toContainText('12,5 ATOM')
  await expect(page.locator('[data-diagnosis]')).toContainText('ningún relayer lo ha entregado')
  await page.locator('[data-language="en"]').click()
  await expect(page.locator('[data-diagnosis]')).toContainText('no relayer has delivered it')
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await context.close()
})

test('without scripts the language is chosen by a link', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' })
  const page = await context.newPage()
  await page.goto('/help')
  await page.locator('[data-language="es"]').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ayuda')
  await page.goto('/')
  await expect(page.locator('html')).toHaveAttribute('lang', 'es')
  await context.close()
})

test('pages run under a policy that lets nothing in from elsewhere, and obey it', async ({ page, request }) => {
  for (const path of ['/', '/channels', '/help', '/history', '/nothing-here']) {
    const policy = (await request.get(path, { headers: { accept: 'text/html' } })).headers()['content-security-policy'] ?? ''
    expect(policy, path).toMatch(/script-src 'self' 'nonce-[^']+'/)
    expect(policy, path).not.toContain('unsafe-eval')
  }
  // A violation is an error on the console, which fails the test.
  await page.goto('/')
  await page.getByRole('link', { name: 'Channels', exact: true }).click()
  await expect(page.locator('[data-channel]').first()).toBeVisible()
})

test('pages of one person are kept by no cache', async ({ request }) => {
  for (const path of ['/history', '/admin', '/clearing/3f0b8f2e-8a55-4c0e-9a5e-0d3c7b6f2a41']) {
    expect((await request.get(path, { headers: { accept: 'text/html' } })).headers()['cache-control'], path).toBe('private, no-store')
  }
})

test('pages come compressed to whoever reads that, and as they are to others; that of an error can be read, too', async ({ request }) => {
  for (const encoding of ['br', 'gzip', 'identity']) {
    const response = await request.get('/', { headers: { 'accept': 'text/html', 'accept-encoding': encoding } })
    expect(response.headers()['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding)
    expect(response.headers().vary).toContain('accept-encoding')
    expect(await response.text()).toContain('Your transfer left and did not arrive?')
  }
  const missing = await request.get('/nothing-here', { headers: { accept: 'text/html' } })
  expect(missing.status()).toBe(404)
  expect(await missing.text()).toContain('<html')
})

test('a recent search leads back, and is forgotten at a word', async ({ page }) => {
  const { undelivered } = sandboxFacts().story
  await page.goto('/')
  await page.getByRole('searchbox').fill(undelivered)
  await page.getByRole('searchbox').press('Enter')
  await expect(page.locator('[data-packet]')).toBeVisible()
  await page.goto('/')
  await expect(page.locator('[data-recent]')).toHaveAttribute('href', `/packets/${undelivered}`)
  await page.getByRole('button', { name: 'Forget them' }).click()
  await expect(page.locator('[data-recent]')).toHaveCount(0)
})

test('the channels page lists what is stuck and leads to it', async ({ page }) => {
  await page.goto('/channels')
  await expect(page.locator('[data-pending]').first()).toHaveText(/\d/)
  const stuck = page.locator('[data-stuck]').first()
  const packet = await stuck.getAttribute('data-stuck')
  await stuck.click()
  await expect(page.locator('[data-packet]')).toHaveAttribute('data-packet', packet ?? '')
})

test('a word explains itself to the keyboard', async ({ page }) => {
  const { undelivered } = sandboxFacts().story
  await page.goto(`/packets/${undelivered}`)
  await page.locator('[data-term="acknowledgement"]').focus()
  await page.keyboard.press('Enter')
  const meaning = page.locator('[popover]:popover-open')
  await expect(meaning).toContainText('The answer of the receiving chain')
  await page.keyboard.press('Escape')
  await expect(meaning).toHaveCount(0)
})

test('a broken connection is told, and its return', async ({ page, context }) => {
  await page.goto('/')
  await context.setOffline(true)
  await expect(page.locator('[data-offline]')).toBeVisible()
  await context.setOffline(false)
  await expect(page.locator('[data-offline]')).toHaveCount(0)
})

test('an address that is no page says what to do', async ({ page }) => {
  const response = await page.goto('/nothing-here')
  expect(response?.status()).toBe(404)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is nothing at this address')
  await page.getByRole('link', { name: 'Go to the search' }).click()
  await expect(page.getByRole('searchbox')).toBeVisible()
})

test('where there is no page, the page that says so is in one language, down to what a screen reader is told', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'es-ES' })
  const page = await context.newPage()
  const response = await page.goto('/nothing-here')
  expect(response?.status()).toBe(404)
  await expect(page.locator('html')).toHaveAttribute('lang', 'es')
  await expect(page).toHaveTitle('No hay nada en esta dirección · Relayooor')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No hay nada en esta dirección')
  await context.close()
})
