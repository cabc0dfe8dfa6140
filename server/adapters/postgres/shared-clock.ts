import { sql } from 'drizzle-orm'
import type { Clock, Logger } from '../../usecases/ports'
import type { Database } from './database'

export interface SharedClock extends Clock {
  readonly close: () => void
}

const measureEveryMs = 60_000

/**
 * PostgreSQL's clock, as seen from here: leases and deadlines mean the same on every instance, whatever its own clock
 * says. Rejects when the first measurement fails; later ones that fail keep the last offset. `localNowMs`: ms since 1970.
 */
export async function openSharedClock(db: Database, logger: Logger, localNowMs: () => number = Date.now): Promise<SharedClock> {
  const measure = async () => {
    const askedAt = localNowMs()
    const [row] = await db.execute<{ ms: number }>(sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`)
    const answeredAt = localNowMs()
    if (!row) throw new Error('PostgreSQL did not tell its time')
    return row.ms - (askedAt + answeredAt) / 2
  }
  let offsetMs = await measure()
  const timer = setInterval(() => {
    measure().then(measured => offsetMs = measured, (error: unknown) => logger.warn({ error }, 'the time of PostgreSQL could not be read, the last offset holds'))
  }, measureEveryMs)
  timer.unref()
  return { now: () => new Date(localNowMs() + offsetMs), close: () => clearInterval(timer) }
}
