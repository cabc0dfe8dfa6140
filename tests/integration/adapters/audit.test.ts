import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditLog, payments, refunds } from '../../../drizzle/schema'
import { makeStore } from '../../../server/adapters/postgres/store'
import { makeIds } from '../../../server/adapters/system/ids'
import type { AuditEntry } from '../../../server/usecases/store-ports'
import { createTestDatabase, type TestDatabase } from '../database'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const clock = { now: () => new Date() }
const storeOf = () => makeStore(database.db, makeIds(clock).rowId)
const rowsAbout = (subjectId: string) => database.db.select().from(auditLog).where(sql`${auditLog.subjectId} = ${subjectId}`).orderBy(auditLog.id)
const anEntry = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: 'admin', actorAddress: 'cosmos1admin', action: 'payment.allocated', subjectType: 'payment', subjectId: randomUUID(), reason: 'the payer wrote to us', detail: { amount: '12' }, ...over,
})

async function aRefundWithoutOperation(): Promise<string> {
  const [paymentId, refundId] = [randomUUID(), randomUUID()]
  await database.db.insert(payments).values({
    id: paymentId, chainId: 'hub-1', height: 5n, txIndex: Math.floor(Math.random() * 1e9), msgIndex: 0, denom: 'uatom', amount: 100n, blockTime: new Date(), txHash: 'AB', fromAddress: 'cosmos1payer', toAddress: 'cosmos1service', memo: '',
    kind: 'other', state: 'unallocated', blockHash: 'AA', resultCodes: [0], endpoint: 'a', confirmation: 'agreed', createdAt: new Date(),
  })
  await database.db.insert(refunds).values({
    id: refundId, paymentId, operationId: null, chainId: 'hub-1', denom: 'uatom', amount: 100n, destination: 'cosmos1payer', reason: 'unallocated', state: 'planned', networkFeeDeducted: true, plannedAt: new Date(),
  })
  return refundId
}

describe('the audit trail', () => {
  it('is written with what it tells of, or not at all', async () => {
    const kept = anEntry()
    const lost = anEntry()
    await storeOf().transaction(tx => tx.audit(kept, new Date()))
    await expect(storeOf().transaction(async (tx) => {
      await tx.audit(lost, new Date())
      throw new Error('the act failed')
    })).rejects.toThrow('the act failed')
    expect(await rowsAbout(kept.subjectId)).toMatchObject([kept])
    expect(await rowsAbout(lost.subjectId)).toEqual([])
  })

  it('cannot be changed or deleted', async () => {
    const entry = anEntry()
    await storeOf().transaction(tx => tx.audit(entry, new Date()))
    const refused = (statement: Promise<unknown>) => expect(statement).rejects.toMatchObject({ cause: { message: 'audit_log is append-only' } })
    await refused(database.db.update(auditLog).set({ reason: 'another' }).execute())
    await refused(database.db.delete(auditLog).execute())
    expect(await rowsAbout(entry.subjectId)).toHaveLength(1)
  })

  it('tells what became of a payment that belongs to no operation, once, in the transaction that decides it', async () => {
    const store = storeOf()
    const inbound = (txIndex: number) => ({ chainId: 'hub-1', height: 9n, blockTime: new Date(), txIndex, msgIndex: 0, txHash: 'CD', coin: { denom: 'uatom', amount: 7n }, fromAddress: 'cosmos1payer', toAddress: 'cosmos1service', memo: 'hello', kind: 'msg_send' as const })
    const [setAside, capital] = await store.transaction(tx => tx.insertInbound([inbound(1), inbound(2)], { blockHash: 'AA', codes: [0], endpoint: 'a', confirmation: 'agreed', toldByEvents: null }, new Date()))
    expect(await rowsAbout(setAside!)).toEqual([])
    await store.transaction(async (tx) => {
      await tx.leaveUnallocated(setAside!, 'the memo names no token', new Date())
      await tx.takeAsCapital(capital!, new Date())
    })
    expect(await rowsAbout(setAside!)).toMatchObject([{ actor: 'scanner', action: 'payment.unallocated', subjectType: 'payment', reason: 'the memo names no token', detail: { amount: '7', denom: 'uatom', height: '9' } }])
    expect(await rowsAbout(capital!)).toMatchObject([{ actor: 'scanner', action: 'payment.owner_capital', reason: 'it came from one of OPERATOR_ADDRESSES' }])
  })

  it('tells every step of a refund that belongs to no operation', async () => {
    const id = await aRefundWithoutOperation()
    await storeOf().transaction(async (tx) => {
      const [refund] = await tx.lockRefunds([id])
      await tx.holdRefund(refund!, 'approval', 'above 50uatom', null, { actor: 'worker', cause: 'refund payout' }, new Date())
    })
    expect(await rowsAbout(id)).toMatchObject([{
      actor: 'worker', action: 'refund.held', subjectType: 'refund', reason: 'refund payout', detail: { amount: '100', denom: 'uatom', reason: 'unallocated', why: 'approval', note: 'above 50uatom' },
    }])
  })
})
