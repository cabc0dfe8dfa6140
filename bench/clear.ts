import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { LocalWallet } from '../tests/localnet/harness/wallet'
import { BlockWatch } from './block-watch'
import { summaryOf, written } from './figures'
import { reportComparisons } from './load'
import { appRound, bareRound, type AppRound, type Bench } from './rounds'
import { measureThroughput } from './throughput'
import { startWorld } from './world'

/**
 * npm run bench:clear [-- --rounds 15 --rounds-of-ten 7 --block-time 1s --no-throughput]
 * The app against a bare `hermes clear packets` on the localnet, in turns: from a source block (the payment's, for the
 * app) to commitments gone, as an observer outside both sees it. Needs a built app; figures go to standard output.
 */
const { values: settings } = parseArgs({
  allowNegative: true,
  options: {
    'rounds': { type: 'string', default: '15' },
    'rounds-of-ten': { type: 'string', default: '7' },
    'block-time': { type: 'string', default: '1s' },
    'throughput': { type: 'boolean', default: true },
    'log': { type: 'string', default: '.data/bench-app.log' },
  },
})

interface Series { readonly count: number, readonly bare: number[], readonly app: AppRound[] }

async function takeSeries(bench: Bench, count: number, rounds: number): Promise<Series> {
  const series: Series = { count, bare: [], app: [] }
  for (let round = 0; round < rounds; round++) {
    // Whoever goes first meets a fresher client: take turns at that, too.
    const order = round % 2 === 0 ? ['bare', 'app'] : ['app', 'bare']
    for (const side of order) {
      if (side === 'bare') series.bare.push(await bareRound(bench, count))
      else series.app.push(await appRound(bench, count))
    }
    console.error(`n=${count} round ${round + 1}/${rounds}: bare ${series.bare.at(-1)} ms, app ${series.app.at(-1)!.clearedMs} ms, detected after ${series.app.at(-1)!.detectedMs} ms`)
  }
  return series
}

function seconds(sampleMs: readonly number[]) {
  return summaryOf(sampleMs.map(ms => ms / 1000))
}

function reportSeries({ count, bare, app }: Series): void {
  const bareSummary = seconds(bare)
  const appSummary = seconds(app.map(round => round.clearedMs))
  console.log(`\nn = ${count}: source block → commitments gone, ${bare.length} rounds each, seconds: median (min – quartile – quartile – max)`)
  console.log(`  bare hermes clear packets  ${written(bareSummary)}`)
  console.log(`  app, from the payment      ${written(appSummary)}`)
  console.log(`  ratio of the medians       ${(appSummary.median / bareSummary.median).toFixed(3)}`)
}

function reportDetection(series: readonly Series[]): void {
  const sample = series.flatMap(({ app }) => app.map(round => round.detectedMs))
  console.log(`\npayment credited after its block arrived, ${sample.length} payments, ms: median (min – quartile – quartile – max)\n  ${written(summaryOf(sample), 0)}`)
}

async function main(): Promise<void> {
  fs.mkdirSync(path.dirname(settings.log), { recursive: true })
  const world = await startWorld({ blockTime: settings['block-time'], logFile: settings.log })
  const opened: { close: () => void }[] = []
  try {
    const watch = await BlockWatch.open(world.net.a)
    const sender = await LocalWallet.open(world.net, world.net.a, 'user1')
    const payer = await LocalWallet.open(world.net, world.net.a, 'user2')
    opened.push(watch, sender, payer)
    const bench = { world, watch, sender, payer }
    const series = [await takeSeries(bench, 1, Number(settings.rounds)), await takeSeries(bench, 10, Number(settings['rounds-of-ten']))].filter(({ bare }) => bare.length > 0)
    console.log(`localnet with blocks of ${settings['block-time']}, the real Hermes, commitments polled every 25 ms`)
    for (const one of series) reportSeries(one)
    if (series.length > 0) reportDetection(series)
    if (settings.throughput) reportComparisons(await measureThroughput(bench))
  }
  finally {
    for (const one of opened) one.close()
    await world.stop()
  }
}

await main()
