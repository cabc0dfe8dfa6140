import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { APIRequestContext, Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { runScript } from '../builders/run-script'
import { aStuckPacket, control, hub, sandboxFacts, test } from './world'

const folder = mkdtempSync(join(tmpdir(), 'relayooor-receipt-'))
const verify = (file: string, ...args: readonly string[]) => runScript('verify-receipt', [file, ...args], {})

/** A cleared packet, on the page that tells of it. */
async function openCleared(page: Page, request: APIRequestContext) {
  const [chainId, portId, channelId, sequence] = (await aStuckPacket()).split('/')
  const packets = [{ chainId, portId, channelId, sequence }]
  const sender = ((await (await request.get(`/api/v1/packets/${chainId}/${portId}/${channelId}/${sequence}`)).json()) as { transfer: { sender: string } }).transfer.sender
  const ordered = await request.post('/api/v1/clearing/request-token', { data: { walletAddress: sender, paymentChainId: hub, packets } })
  const { token, memoCode, paymentAddress, total } = await ordered.json() as { token: string, memoCode: string, paymentAddress: string, total: { amount: string } }
  const { txHash } = await control<{ txHash: string }>('/send', { chainId: hub, from: 'alice', to: paymentAddress, amount: total.amount, memo: memoCode })
  await page.goto(`/clearing/${token}`)
  await expect(page.locator('[data-status="cleared"]')).toBeVisible({ timeout: 40_000 })
  return { memoCode, txHash, sender, paymentAddress }
}

test('the signed receipt is checked without us: by the published key, and refused when a digit was changed', async ({ page, request }) => {
  const { memoCode } = await openCleared(page, request)
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('[data-signed-receipt]').click()])
  const file = join(folder, download.suggestedFilename())
  await download.saveAs(file)
  const { appUrl } = sandboxFacts()

  const live = await verify(file, '--issuer', appUrl)
  expect(live, live.complained).toMatchObject({ code: 0 })
  expect(live.printed).toContain(`${memoCode}: cleared`)

  const keys = join(folder, 'keys.json')
  writeFileSync(keys, await (await request.get('/api/v1/receipts/keys')).text())
  const [, ...stated] = live.printed.split('\n')
  expect(await verify(file, '--keys', keys)).toMatchObject({ code: 0, printed: expect.stringContaining(stated.join('\n')) })

  const forged = join(folder, 'forged.json')
  const signed = JSON.parse(readFileSync(file, 'utf8')) as { receipt: { total: { amount: string } } }
  writeFileSync(forged, JSON.stringify({ ...signed, receipt: { ...signed.receipt, total: { ...signed.receipt.total, amount: '1' } } }))
  for (const source of [['--issuer', appUrl], ['--keys', keys]] as const) {
    expect(await verify(forged, ...source)).toMatchObject({ code: 1, printed: '', complained: expect.stringContaining('NOT VALID: the signature does not fit') })
  }

  const strange = join(folder, 'strange-keys.json')
  writeFileSync(strange, readFileSync(keys, 'utf8').replace(/"kid":"[^"]+"/, '"kid":"another"'))
  expect(await verify(file, '--keys', strange)).toMatchObject({ code: 1, complained: expect.stringContaining('no published key') })
  expect(await verify(file, '--issuer', 'http://127.0.0.1:9')).toMatchObject({ code: 2, complained: expect.stringContaining('Cannot check') })
})

test('the receipt prints on one page, with every hash and address whole and nothing to click', async ({ page, request }) => {
  const { memoCode, txHash, sender, paymentAddress } = await openCleared(page, request)
  const status = await (await request.get(`/api/v1/clearing/status/${page.url().split('/').at(-1)}`)).json() as { packets: { legs: { txHash: string, height: string }[] }[] }
  await page.emulateMedia({ media: 'print' })
  const paper = await page.locator('body').innerText()
  for (const whole of [memoCode, txHash, sender, paymentAddress]) expect(paper).toContain(whole)
  const legs = status.packets.flatMap(packet => packet.legs)
  expect(legs.length).toBeGreaterThanOrEqual(2)
  for (const leg of legs) expect(paper).toContain(leg.txHash)
  expect(paper).toContain('Commitment of the packet')
  await expect(page.getByRole('navigation')).toHaveCount(0)
  await expect(page.getByRole('button', { name: /Copy|Print|Wallet/ })).toHaveCount(0)
  const pdf = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1')
  expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1)
})
