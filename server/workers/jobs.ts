import { Logger as QueueLogger, run, type Runner, type TaskList } from 'graphile-worker'
import pg from 'pg'
import { z } from 'zod'
import { chainIdSchema, channelEndSchema } from '../../shared/schemas/common'
import type { Logger } from '../usecases/ports'

export interface JobHandlers {
  readonly clearRoute: (route: z.infer<typeof channelEndSchema>) => Promise<unknown>
  readonly scanChain: (chainId: string) => void
}

const scanPayload = z.object({ chainId: chainIdSchema })

/** Jobs run at once; a relayer run occupies one for as long as it takes. */
const concurrency = 8

/** Starts this instance's share of the job queue. Failed jobs are retried by the queue with growing pauses. */
export async function startJobs(databaseUrl: string, handlers: JobHandlers, logger: Logger): Promise<{ readonly stop: () => Promise<void> }> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: concurrency })
  const lost = (error: Error) => logger.warn({ error }, 'job queue lost a connection, will reconnect')
  pool.on('error', lost)
  pool.on('connect', client => void client.on('error', lost))
  const queueLogger = new QueueLogger(() => (level, message) => logger[level === 'error' ? 'warn' : 'debug']({ text: message }, 'job queue'))
  const taskList: TaskList = {
    clear_route: async payload => void await handlers.clearRoute(channelEndSchema.parse(payload)),
    scan_chain: async payload => handlers.scanChain(scanPayload.parse(payload).chainId),
  }
  const runner: Runner = await run({ pgPool: pool, concurrency, noHandleSignals: true, pollInterval: 1000, taskList, crontab: '', logger: queueLogger })
  runner.events.on('job:error', ({ job, error }) => logger.warn({ job: job.task_identifier, attempts: job.attempts, error }, 'job failed, will retry'))
  return {
    stop: async () => {
      await runner.stop()
      await pool.end()
    },
  }
}
