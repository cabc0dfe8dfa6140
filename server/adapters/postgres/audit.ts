import { auditLog } from '../../../drizzle/schema'
import type { AuditEntry } from '../../usecases/store-ports'
import type { Tx } from './transaction-types'

/** Adds to the audit trail in the caller's transaction; the database refuses to change or delete a line. */
export async function audit(tx: Tx, entry: AuditEntry, now: Date): Promise<void> {
  await tx.insert(auditLog).values({ ...entry, detail: { ...entry.detail }, createdAt: now })
}
