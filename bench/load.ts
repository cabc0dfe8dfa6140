import autocannon, { type Request } from 'autocannon'
import { median, summaryOf, written } from './figures'

const connections = 20

export interface Target {
  readonly url: string
  readonly method: 'GET' | 'POST'
  /** JSON. */
  readonly body?: string
}

/** One run after the other: requests per second, and the 99th percentile of the latency in ms. */
export interface Rates {
  readonly perSecond: readonly number[]
  readonly p99Ms: readonly number[]
}

export interface Comparison {
  readonly name: string
  readonly app: Rates
  readonly bare: Rates
}

/** Many people ask once each, instead of one who runs into his quota: the app trusts one proxy here. */
function fromSomebody(request: Request): Request {
  const part = () => Math.floor(Math.random() * 256)
  return { ...request, headers: { ...request.headers, 'x-forwarded-for': `10.${part()}.${part()}.${part()}` } }
}

export async function rateOf({ url, method, body }: Target, seconds: number): Promise<{ readonly perSecond: number, readonly p99Ms: number }> {
  const headers = body === undefined ? undefined : { 'content-type': 'application/json' }
  const result = await autocannon({ url, method, body, connections, duration: seconds, headers, requests: [{ setupRequest: fromSomebody }] })
  const bad = result.non2xx + result.errors + result.timeouts
  if (bad > 0) throw new Error(`${bad} of ${result.requests.total} requests to ${url} failed`)
  return { perSecond: result.requests.average, p99Ms: result.latency.p99 }
}

/** Loads the app and its baseline in turns, `runs` times each; whoever goes first changes from run to run. */
export async function compare(name: string, targets: { readonly app: Target, readonly bare: Target }, { runs, seconds }: { readonly runs: number, readonly seconds: number }): Promise<Comparison> {
  const taken = { app: { perSecond: [] as number[], p99Ms: [] as number[] }, bare: { perSecond: [] as number[], p99Ms: [] as number[] } }
  for (let run = 0; run < runs; run++) {
    for (const side of run % 2 === 0 ? ['app', 'bare'] as const : ['bare', 'app'] as const) {
      const { perSecond, p99Ms } = await rateOf(targets[side], seconds)
      taken[side].perSecond.push(perSecond)
      taken[side].p99Ms.push(p99Ms)
    }
    console.error(`${name}, run ${run + 1}/${runs}: app ${taken.app.perSecond.at(-1)}, bare ${taken.bare.perSecond.at(-1)} per second`)
  }
  return { name, ...taken }
}

export function reportComparisons(comparisons: readonly Comparison[]): void {
  console.log(`\n${connections} connections, runs in turns: median (min – quartile – quartile – max)`)
  for (const { name, app, bare } of comparisons) {
    console.log(`${name}, ${app.perSecond.length} runs each`)
    for (const [side, rates] of [['app', app], ['bare', bare]] as const) {
      console.log(`  ${side.padEnd(4)}  requests per second ${written(summaryOf(rates.perSecond), 0)}, p99 in ms ${written(summaryOf(rates.p99Ms), 0)}`)
    }
    console.log(`  ratio of the medians ${(median(app.perSecond) / median(bare.perSecond)).toFixed(2)}`)
  }
}
