import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { firstPages } from './places'

interface Report {
  /** Set where the browser's recording was no good: then nothing was measured. */
  readonly runtimeError?: { readonly code: string }
  readonly categories: Readonly<Record<'performance' | 'accessibility' | 'best-practices', { readonly score: number }>>
  readonly audits: Readonly<Record<'largest-contentful-paint' | 'cumulative-layout-shift', { readonly numericValue: number }>>
}

const runs = 3
const mostRecordings = 5
const chromeFlags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--no-first-run', '--disable-component-update', '--disable-sync']

/** What Lighthouse says of a page on its simulated phone (slow 4G, processor slowed four times). */
async function lighthouse(url: string): Promise<Report> {
  const { stdout } = await promisify(execFile)('npx', ['lighthouse', url, '--quiet', '--output=json', '--only-categories=performance,accessibility,best-practices', `--chrome-flags=${chromeFlags.join(' ')}`],
    { env: { ...process.env, CHROME_PATH: process.env.CHROMIUM_PATH }, maxBuffer: 64 * 2 ** 20, timeout: 120_000 })
    .catch((failure: { readonly stdout?: string }) => failure.stdout ? { stdout: failure.stdout } : Promise.reject(failure))
  return JSON.parse(stdout) as Report
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

for (const [name, pathOf] of Object.entries(firstPages)) {
  test(`${name} is fast, steady and open to all on a phone`, async ({ request, baseURL }) => {
    test.setTimeout(300_000)
    const path = await pathOf(request)
    const reports: Report[] = []
    for (let recording = 0; recording < mostRecordings && reports.length < runs; recording++) {
      const report = await lighthouse(`${baseURL}${path}`)
      if (report.runtimeError) console.log(`${name}: not recorded, ${report.runtimeError.code}`)
      else reports.push(report)
    }
    expect(reports).toHaveLength(runs)
    const of = (read: (report: Report) => number) => median(reports.map(read))
    const figures = {
      performance: of(report => report.categories.performance.score), accessibility: of(report => report.categories.accessibility.score), bestPractices: of(report => report.categories['best-practices'].score),
      largestContentfulPaintMs: Math.round(of(report => report.audits['largest-contentful-paint'].numericValue)), cumulativeLayoutShift: of(report => report.audits['cumulative-layout-shift'].numericValue),
    }
    console.log(`${name}: ${JSON.stringify(figures)}`)
    expect.soft(figures.performance).toBeGreaterThanOrEqual(0.9)
    expect.soft(figures.accessibility).toBe(1)
    expect.soft(figures.bestPractices).toBeGreaterThanOrEqual(0.95)
    expect.soft(figures.largestContentfulPaintMs).toBeLessThanOrEqual(2500)
    expect.soft(figures.cumulativeLayoutShift).toBeLessThanOrEqual(0.05)
  })
}
