import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'
import { firstPages } from './places'

/** What somebody new waits for, gzip. */
const landing = 'the landing page'
const limitKilobytes = 120
/** In CosmJS' transaction code, and in the names of every registered chain. */
const heavy = { 'CosmJS': /SigningStargateClient|makeSignDoc|Secp256k1HdWallet/, 'the chain registry': /"akash"[^]{0,2000}"juno"|akashnet-2/ }

for (const [name, pathOf] of Object.entries(firstPages)) {
  test(`${name} loads no script that only paying needs`, async ({ page, request }) => {
    const scripts: Promise<string>[] = []
    page.on('response', response => new URL(response.url()).pathname.startsWith('/_nuxt/') && response.request().resourceType() === 'script' && scripts.push(response.text()))
    // What the page needs is asked for before it is loaded; chunks of the pages that it links to follow when it is idle.
    await page.goto(await pathOf(request), { waitUntil: 'load' })
    const texts = await Promise.all(scripts)
    expect(texts.length).toBeGreaterThan(0)
    for (const [what, sign] of Object.entries(heavy)) expect(texts.filter(text => sign.test(text)).length, `scripts with ${what}`).toBe(0)
    const kilobytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0) / 1000
    console.log(`${name}: ${kilobytes.toFixed(1)} kB of scripts, gzip`)
    if (name === landing) expect(kilobytes).toBeLessThanOrEqual(limitKilobytes)
  })
}
