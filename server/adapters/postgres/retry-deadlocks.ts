import { setTimeout as delay } from 'node:timers/promises'

/** deadlock_detected and serialization_failure (source: PostgreSQL error codes): the transaction was rolled back whole. */
const rolledBack = new Set(['40P01', '40001'])
const mostAttempts = 4

function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined
  return 'code' in error ? error.code : 'cause' in error ? codeOf(error.cause) : undefined
}

/** Runs a transaction again that lost a deadlock; every other failure is the caller's. */
export async function retryDeadlocks<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    }
    catch (error) {
      if (attempt === mostAttempts || !rolledBack.has(String(codeOf(error)))) throw error
      await delay(Math.random() * 50 * attempt)
    }
  }
}
