import { spawn } from 'node:child_process'
import path from 'node:path'
import autocannon, { type Request } from 'autocannon'
import { strand } from '../tests/localnet/harness/transfers'
import { freePortBase } from '../tests/builders/ports'
import { median } from './figures'
import { requestToken, type Bench } from './rounds'

const connections = 20
const secondsPerRun = 4
const runs = 3

interface Target { readonly url: string, readonly method: 'GET' | 'POST', readonly body?: string }

export interface Comparison {
  readonly name: string
  /** Medians of requests per second, and of the 99th percentile of the latency in ms. */
  readonly app: number
  readonly bare: number
  readonly appP99Ms: number
}

/** Many people ask once each, instead of one who runs into his quota: the app trusts one proxy here. */
function fromSomebody(request: Request): Request {
  const part = () => Math.floor(Math.random() * 256)
  return { ...request, headers: { ...request.headers, 'x-forwarded-for': `10.${part()}.${part()}.${part()}` } }
}

async function rateOf({ url, method, body }: Target): Promise<{ readonly perSecond: number, readonly p99Ms: number }> {
  const result = await autocannon({ url, method, body, connections, duration: secondsPerRun, headers: { 'content-type': 'application/json' }, requests: [{ setupRequest: fromSomebody }] })
  const bad = result.non2xx + result.errors + result.timeouts
  if (bad > 0) throw new Error(`${bad} of ${result.requests.total} requests to ${url} failed`)
  return { perSecond: result.requests.average, p99Ms: result.latency.p99 }
}

async function compare(name: string, app: Target, bare: Target): Promise<Comparison> {
  const taken: { app: number, bare: number, p99Ms: number }[] = []
  for (let run = 0; run < runs; run++) {
    const one = await rateOf(app)
    const other = await rateOf(bare)
    taken.push({ app: one.perSecond, bare: other.perSecond, p99Ms: one.p99Ms })
  }
  return { name, app: median(taken.map(run => run.app)), bare: median(taken.map(run => run.bare)), appP99Ms: median(taken.map(run => run.p99Ms)) }
}

async function startBareHandler(databaseUrl: string): Promise<{ readonly url: string, readonly stop: () => void }> {
  const port = await freePortBase(1)
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'bare-handler.ts'), databaseUrl, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('exit', code => reject(new Error(`the bare handler ended with ${code}`)))
  })
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

/** Requests per second of the app's two busiest calls, each against a bare handler that does one statement, in turns. */
export async function measureThroughput(bench: Bench): Promise<readonly Comparison[]> {
  const { world, sender, payer } = bench
  const { a, b } = world.net
  const bare = await startBareHandler(world.bareDatabaseUrl)
  try {
    const { sequences } = await strand(sender, b)
    const token = await requestToken(bench, sequences)
    const request = JSON.stringify({ walletAddress: payer.address, paymentChainId: a.id, packets: [{ chainId: a.id, portId: a.port, channelId: a.channel, sequence: String(sequences[0]) }] })
    const stored = await fetch(bare.url, { method: 'POST', body: JSON.stringify(token) })
    const { id } = await stored.json() as { readonly id: string }
    const api = `${world.appUrl}/api/v1/clearing`
    const tokens = await compare('request-token / one INSERT', { url: `${api}/request-token`, method: 'POST', body: request }, { url: bare.url, method: 'POST', body: request })
    const status = await compare('status / one SELECT', { url: `${api}/status/${token.token}`, method: 'GET' }, { url: `${bare.url}/${id}`, method: 'GET' })
    return [tokens, status]
  }
  finally {
    bare.stop()
  }
}
