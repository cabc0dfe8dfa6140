import { asc, eq, like, sql } from 'drizzle-orm'
import { chainCursors, clearingOperations, ledgerEntries, payments, refunds } from '../../drizzle/schema'
import { makeStore } from '../../server/adapters/postgres/store'
import { makeIds } from '../../server/adapters/system/ids'
import type { Operation } from '../../server/domain/clearing/operation'
import type { SignedToken } from '../../server/domain/clearing/token'
import type { ChainReader } from '../../server/usecases/ports'
import { makeAuditChain, makeScanChain, type ScanDependencies } from '../../server/usecases/scan-chain'
import { silent } from '../builders/quiet'
import { ScriptedChain } from '../builders/scripted-chain'
import { anOperation, at, aToken, noQuotas } from '../builders/tokens'
import { createTestDatabase } from './database'

/** A database and scanners between it and a chain whose blocks a test writes. */
export async function openScanWorld() {
  const database = await createTestDatabase()
  const { db } = database
  const store = makeStore(db, makeIds({ now: () => new Date() }).rowId)
  const chain = new ScriptedChain('hub-1')

  /** `reads`: another chain than the scripted one; a call that it does not answer fails loudly. */
  const scanning = (over: Partial<ScanDependencies> = {}, reads: Partial<ChainReader> = chain): ScanDependencies => ({
    store, reader: reads as ChainReader, clock: { now: () => at(1000) }, logger: silent, instanceId: 'one', serviceAddresses: () => new Set(['cosmos1service']),
    policy: { confirmationBlocks: 1, quorumAmount: () => 0n, refundableDenoms: () => new Set(), clearingDeadlineMs: 1_800_000 }, ...over,
  })
  const one = makeScanChain(scanning())

  return {
    database, store, chain,
    scan: () => one(chain.chainId),
    instance: (over: Partial<ScanDependencies> = {}, reads?: Partial<ChainReader>) => () => makeScanChain(scanning(over, reads))(chain.chainId),
    audit: (reads: Partial<ChainReader>) => makeAuditChain(scanning({}, reads))(chain.chainId),
    /** A token for one packet of 100 uatom and its operation. */
    issue: async (over: Parameters<typeof aToken>[0] = {}): Promise<{ readonly token: SignedToken, readonly id: Operation['id'] }> => {
      const token = aToken(over)
      const operation = anOperation(token)
      await store.issueToken(token, operation, { ipKey: 'ip', sessionAddress: null }, noQuotas)
      return { token, id: operation.id }
    },
    operation: async (id: Operation['id']) => (await db.select().from(clearingOperations).where(eq(clearingOperations.id, id)))[0]!,
    payments: () => db.select().from(payments).orderBy(asc(payments.height), asc(payments.txIndex), asc(payments.msgIndex)),
    refundsOf: (id: Operation['id']) => db.select().from(refunds).where(eq(refunds.operationId, id)).orderBy(asc(refunds.plannedAt)),
    cursor: async (purpose: 'primary' | 'audit' = 'primary') => (await db.select().from(chainCursors)).find(row => row.purpose === purpose)?.height ?? null,
    /** Sums of the books; every set must sum to zero. */
    ledger: async () => {
      const sets = await db.execute(sql`select entry_set from ledger_entries group by entry_set, denom having sum(amount) <> 0`)
      const wallet = await db.select({ amount: ledgerEntries.amount }).from(ledgerEntries).where(like(ledgerEntries.account, 'wallet:service:%'))
      return { unbalanced: sets.length, wallet: wallet.reduce((sum, { amount }) => sum + amount, 0n) }
    },
    close: () => database.drop(),
  }
}

export type ScanWorld = Awaited<ReturnType<typeof openScanWorld>>
