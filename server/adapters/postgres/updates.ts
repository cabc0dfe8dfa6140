import { and, asc, eq, gt } from 'drizzle-orm'
import { clearingOperations, operationEvents } from '../../../drizzle/schema'
import type { OperationEventDto } from '../../../shared/schemas/clearing'
import type { OperationStatus } from '../../../shared/types/clearing'
import type { Logger } from '../../usecases/ports'
import type { Database, Sql } from './database'
import { operationEventsChannel } from './operations'

export interface OperationUpdates {
  /** Committed events with a larger id, oldest first, at most 500; null for an unknown token. */
  readonly eventsAfter: (token: string, afterEventId: bigint) => Promise<{ readonly events: OperationEventDto[], readonly status: OperationStatus } | null>
  /** Calls back with the token of every operation that any instance changed. */
  readonly onEvent: (notice: (token: string) => void) => () => void
}

const pageSize = 500

/** Feeds live updates from PostgreSQL's LISTEN/NOTIFY; postgres.js listens again by itself after a lost connection. */
export async function openUpdates(db: Database, listener: Sql, logger: Logger): Promise<OperationUpdates> {
  const listeners = new Set<(token: string) => void>()
  await listener.listen(operationEventsChannel, (token) => {
    for (const notice of listeners) notice(token)
  }, () => logger.debug({ channel: operationEventsChannel }, 'listening for operation events'))
  return {
    eventsAfter: async (token, afterEventId) => {
      const [operation] = await db.select({ id: clearingOperations.id, status: clearingOperations.status }).from(clearingOperations).where(eq(clearingOperations.token, token))
      if (!operation) return null
      const rows = await db.select().from(operationEvents)
        .where(and(eq(operationEvents.operationId, operation.id), gt(operationEvents.id, afterEventId)))
        .orderBy(asc(operationEvents.id)).limit(pageSize)
      return {
        status: operation.status,
        events: rows.map(row => ({ id: row.id.toString(), type: row.type, at: row.createdAt.toISOString(), detail: row.detail })),
      }
    },
    onEvent: (notice) => {
      listeners.add(notice)
      return () => listeners.delete(notice)
    },
  }
}
