import { sql } from 'drizzle-orm'
import { formatChannelEnd } from '../../../shared/utils/packet-id'
import type { Job } from '../../usecases/store-ports'
import type { Tx } from './transaction-types'

const maxAttempts = 25

/**
 * Adds a job in the caller's transaction. A job "now" and a job "later" have keys of their own, so that a later one
 * never postpones one that is due.
 */
export async function enqueue(tx: Tx, job: Job): Promise<void> {
  const subject = job.name === 'clear_route' ? formatChannelEnd(job.route) : job.chainId
  const payload = job.name === 'clear_route' ? job.route : { chainId: job.chainId }
  const key = `${job.name}:${subject}:${job.runAt ? 'later' : 'now'}`
  await tx.execute(sql`select graphile_worker.add_job(${job.name}, ${JSON.stringify(payload)}::json, job_key := ${key}, max_attempts := ${maxAttempts}, run_at := ${job.runAt?.toISOString() ?? null}::timestamptz)`)
}
