import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clearingOperations, clearingTokens, packetClearingResults, payments, refunds } from '../../../drizzle/schema'
import { makeDatabaseProbe } from '../../../server/adapters/postgres/database-probe'
import { makePlatformSampler } from '../../../server/adapters/postgres/platform-sampler'
import { openDatabase } from '../../../server/adapters/postgres/database'
import { createTestDatabase, type TestDatabase } from '../database'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const now = new Date('2026-03-01T12:00:00Z')
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

describe('totals for metrics', () => {
  it('have no rate, age or revenue without rows', async () => {
    expect(await makePlatformSampler(database.db).sample(now)).toEqual({
      operationsByStatus: [], operationsByResult: [], packetsByResult: [], success: null, revenue: [], refundsByResult: [], oldestPendingRefundSeconds: null, unallocatedPayments: [], reconciliation: null,
    })
  })

  it('are read from rows', async () => {
    const [token, operationId, paymentId, strayId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
    await database.db.insert(clearingTokens).values({ token, memoCode: 'A', walletAddress: 'w', paymentChainId: 'sim-a', paymentAddress: 'p', totalAmount: 10n, totalDenom: 'usim', feeLines: [], issuedAt: minutesAgo(90), expiresAt: minutesAgo(85), graceUntil: minutesAgo(75), signature: 's', requesterIpKey: 'k', sessionAddress: null })
    await database.db.insert(clearingOperations).values({ id: operationId, token, paymentChainId: 'sim-a', status: 'partially_cleared', paymentIssue: 'none', refundStatus: 'owed', graceUntil: minutesAgo(75), creditedAt: minutesAgo(88), deadlineAt: minutesAgo(58), finishedAt: minutesAgo(20), createdAt: minutesAgo(90) })
    const packet = (position: number, relayedBy: 'us' | 'nobody', decidedAt: Date) => ({ operationId, position, chainId: 'sim-a', portId: 'transfer', channelId: 'channel-0', sequence: BigInt(position + 1), destinationChainId: 'sim-b', destinationPortId: 'transfer', destinationChannelId: 'channel-0', need: 'deliver' as const, shareAmount: 5n, result: relayedBy === 'us' ? 'delivered' as const : 'pending' as const, relayedBy, decidedAt, nextAttemptAt: decidedAt })
    await database.db.insert(packetClearingResults).values([packet(0, 'us', minutesAgo(20)), packet(1, 'nobody', minutesAgo(20)), packet(2, 'us', minutesAgo(61))])
    const payment = { chainId: 'sim-a', height: 5n, txIndex: 0, denom: 'usim', amount: 10n, blockTime: minutesAgo(88), memo: 'A', toAddress: 'p', kind: 'msg_send' as const, blockHash: 'AB', resultCodes: [0], endpoint: 'e', confirmation: 'agreed' as const, createdAt: minutesAgo(88) }
    await database.db.insert(payments).values([{ ...payment, id: paymentId, msgIndex: 0, state: 'credited', operationId, creditedAmount: 10n, consumedAmount: 5n, refundPlannedAmount: 5n }, { ...payment, id: strayId, msgIndex: 1, state: 'unallocated' }])
    await database.db.insert(refunds).values({ id: randomUUID(), paymentId, operationId, chainId: 'sim-a', denom: 'usim', amount: 5n, destination: 'd', reason: 'not_cleared', state: 'planned', networkFeeDeducted: false, plannedAt: minutesAgo(20) })
    const sample = await makePlatformSampler(database.db).sample(now)
    expect(sample).toMatchObject({
      operationsByResult: [{ result: 'partially_cleared', count: 1 }],
      success: { rate: 0.5, sampleSize: 2 },
      revenue: [{ chainId: 'sim-a', denom: 'usim', amount: 5n }],
      refundsByResult: [{ reason: 'not_cleared', result: 'planned', count: 1 }, { reason: 'not_cleared', result: 'confirmed', count: 0 }],
      oldestPendingRefundSeconds: 1_200,
      unallocatedPayments: [{ chainId: 'sim-a', count: 1 }],
    })
    expect(sample.packetsByResult).toEqual(expect.arrayContaining([{ sourceChainId: 'sim-a', destinationChainId: 'sim-b', channelId: 'channel-0', result: 'delivered', count: 2 }]))
  })
})

describe('the database probe', () => {
  it('tells a database in order from one that lacks migrations or does not answer', async () => {
    expect(await makeDatabaseProbe(database.db, 1).check()).toBe('ok')
    expect(await makeDatabaseProbe(database.db, 10_000).check()).toBe('migrations_pending')
    await database.db.execute(sql`alter schema drizzle rename to elsewhere`)
    expect(await makeDatabaseProbe(database.db, 1).check()).toBe('migrations_pending')
    await database.db.execute(sql`alter schema elsewhere rename to drizzle`)
    const nowhere = openDatabase('postgres://nobody@127.0.0.1:1/none')
    expect(await makeDatabaseProbe(nowhere.db, 1).check()).toBe('unreachable')
    await nowhere.close()
  })
})
