import { setTimeout as pause } from 'node:timers/promises'
import { asc, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as schema from '../../../drizzle/schema'
import { makeIds } from '../../../server/adapters/system/ids'
import { makeStore } from '../../../server/adapters/postgres/store'
import type { SignedToken } from '../../../server/domain/clearing/token'
import { makeScanChain, type ScanDependencies } from '../../../server/usecases/scan-chain'
import type { ChainReader } from '../../../server/usecases/ports'
import type { Store } from '../../../server/usecases/store-ports'
import { silent } from '../../builders/quiet'
import { ScriptedChain } from '../../builders/scripted-chain'
import { anOperation, at, aToken, noQuotas } from '../../builders/tokens'
import { createTestDatabase, type TestDatabase } from '../database'

const requester = { ipKey: 'ip', sessionAddress: null }

let database: TestDatabase
let store: Store
let chain: ScriptedChain

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

let runs = 0
beforeEach(async () => {
  runs += 1
  await database.db.execute(sql`truncate chain_cursors`)
  await database.db.execute(sql`update packet_clearing_results set claimed = false`)
  await database.db.execute(sql`update clearing_operations set status = 'resolved' where status = 'awaiting_payment'`)
  store = makeStore(database.db, makeIds({ now: () => new Date() }).rowId)
  chain = new ScriptedChain(`hub-${runs}`)
})

function scanner(overrides: Partial<ScanDependencies> = {}) {
  // The scanner uses four methods of the reader; a call to any other one would fail loudly.
  const reader = chain as unknown as ChainReader
  return makeScanChain({
    store, reader, clock: { now: () => at(1000) }, logger: silent, instanceId: 'one',
    serviceAddresses: () => new Set(['cosmos1service']),
    policy: { confirmationBlocks: 1, quorumAmount: () => 0n, refundableDenoms: () => new Set(), clearingDeadlineMs: 1_800_000 },
    ...overrides,
  })
}

async function issue(overrides: Parameters<typeof aToken>[0] = {}): Promise<SignedToken> {
  const token = aToken({ paymentChainId: chain.chainId, ...overrides })
  await store.issueToken(token, anOperation(token), requester, noQuotas)
  return token
}

async function operationOf(token: SignedToken) {
  const [row] = await database.db.select().from(schema.clearingOperations).where(eq(schema.clearingOperations.token, token.token))
  return row!
}

async function paymentsOn() {
  return database.db.select().from(schema.payments).where(eq(schema.payments.chainId, chain.chainId)).orderBy(asc(schema.payments.height), asc(schema.payments.txIndex))
}

const entriesOn = () => database.db.select().from(schema.ledgerEntries).where(eq(schema.ledgerEntries.chainId, chain.chainId)).orderBy(asc(schema.ledgerEntries.id))

const refundsOf = (operationId: string) => database.db.select().from(schema.refunds).where(eq(schema.refunds.operationId, operationId)).orderBy(asc(schema.refunds.amount))

describe('scanning a chain for payments', () => {
  it('case 7e: gives back what was paid over, although it is more than 64 bits hold', async () => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    chain.add(10, [chain.payment(token.memoCode, 10n ** 30n)])
    await scanner()(chain.chainId)
    const operation = await operationOf(token)
    expect(operation).toMatchObject({ status: 'queued', paymentIssue: 'overpaid' })
    expect((await refundsOf(operation.id)).map(refund => refund.amount)).toEqual([10n ** 30n - 100n])
    expect((await paymentsOn()).map(payment => payment.refundPlannedAmount)).toEqual([10n ** 30n - 100n])
  })

  it('credits an exact payment once and queues its packets in the same transaction', async () => {
    const token = await issue({ sequences: [1n, 2n] })
    chain.add(0)
    await scanner()(chain.chainId)
    chain.add(10, [chain.payment(token.memoCode, 200n)])
    await scanner()(chain.chainId)
    const operation = await operationOf(token)
    expect(operation).toMatchObject({ status: 'queued', paymentIssue: 'none', refundStatus: 'none' })
    expect(operation.deadlineAt).toEqual(new Date(at(10).getTime() + 1_800_000))
    const claims = await database.db.select().from(schema.packetClearingResults).where(eq(schema.packetClearingResults.operationId, operation.id))
    expect(claims.map(claim => claim.claimed)).toEqual([true, true])
    const jobs = await database.db.execute(sql`select count(*)::int as jobs from graphile_worker.jobs where task_identifier = 'clear_route'`)
    expect(jobs[0]).toEqual({ jobs: 1 })
  })

  it('case 8a: gives one credit when four instances see the same block at once', async () => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    chain.add(5, [chain.payment(token.memoCode, 100n)])
    // Every instance believes it holds the lease: the cursor alone must protect the money.
    const everyoneLeads: Store = { ...store, holdScannerLease: async () => true }
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map(instanceId => scanner({ store: everyoneLeads, instanceId })(chain.chainId)))
    expect(outcomes.some(outcome => outcome.status === 'fulfilled')).toBe(true)
    expect((await paymentsOn()).map(payment => [payment.state, payment.creditedAmount])).toEqual([['credited', 100n]])
    expect(await refundsOf((await operationOf(token)).id)).toEqual([])
  })

  it('records blocks that move nothing of ours together, so that a scanner that fell behind catches up', async () => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    for (let second = 1; second <= 40; second++) chain.add(second, second === 20 ? [chain.payment(token.memoCode, 100n)] : [])
    let transactions = 0
    const counted: Store = { ...store, transaction: work => store.transaction(work).finally(() => transactions += 1) }
    await scanner({ store: counted })(chain.chainId)
    expect(transactions).toBeLessThanOrEqual(8)
    expect((await paymentsOn()).map(payment => [payment.height, payment.state])).toEqual([[21n, 'credited']])
    expect(await store.cursor(chain.chainId, 'primary')).toMatchObject({ height: 41n })
  })

  it('keeps the blocks before one that cannot be read', async () => {
    chain.add(0)
    await scanner()(chain.chainId)
    for (let second = 1; second <= 6; second++) chain.add(second)
    const own = chain.block.bind(chain)
    chain.block = (chainId, height) => own(chainId, height === 5n ? 100n : height)
    await expect(scanner()(chain.chainId)).rejects.toMatchObject({ code: 'chain_unavailable' })
    expect(await store.cursor(chain.chainId, 'primary')).toMatchObject({ height: 4n })
  })

  describe('by many instances', () => {
    let seconds = 1000
    /** Every look at the clock comes three seconds after the one before. */
    const slowClock = { now: () => at(seconds += 3) }
    const lease = () => database.db.select({ leader: schema.chainCursors.leader, height: schema.chainCursors.height }).from(schema.chainCursors).where(eq(schema.chainCursors.chainId, chain.chainId))

    /** A store that does this after each of its transactions. */
    const afterEachTransaction = (act: () => Promise<unknown>): Store => ({
      ...store,
      transaction: async (work) => {
        const done = await store.transaction(work)
        await act()
        return done
      },
    })

    beforeEach(async () => {
      chain.add(0)
      await scanner()(chain.chainId)
      for (let second = 1; second <= 20; second++) chain.add(second)
    })

    it('keeps its lease while reading takes longer than it lasts', async () => {
      const slowly = afterEachTransaction(() => database.db.execute(sql`update chain_cursors set lease_until = lease_until - interval '3 seconds'`))
      await scanner({ store: slowly, clock: slowClock })(chain.chainId)
      expect(await store.holdScannerLease(chain.chainId, 'primary', 'two', 1_000)).toBe(false)
      expect(await lease()).toEqual([{ leader: 'one', height: 21n }])
    })

    it('leaves the blocks to another instance that took the lease over', async () => {
      const overtaken = afterEachTransaction(() => database.db.execute(sql`update chain_cursors set leader = 'two', lease_until = now() + interval '1 minute'`))
      await scanner({ store: overtaken, clock: slowClock })(chain.chainId)
      expect(await lease()).toEqual([{ leader: 'two', height: 9n }])
    })

    it('does not wait for the leader\'s transaction to find that another one leads', async () => {
      const asked = await store.transaction(async (tx) => {
        await tx.lockCursor(chain.chainId, 'primary', 0n)
        return Promise.race([store.holdScannerLease(chain.chainId, 'primary', 'two', 1_000), pause(3_000, 'waits')])
      })
      expect(asked).toBe(false)
    })
  })

  it('case 1a: ignores a failed tx with a perfect MsgSend and memo', async () => {
    const token = await issue()
    chain.add(0, [chain.payment(token.memoCode, 100n, { code: 5 })])
    await scanner()(chain.chainId)
    expect(await paymentsOn()).toEqual([])
    expect((await operationOf(token)).status).toBe('awaiting_payment')
  })

  it('tops up an underpaid token, and owes what is over back to the row that crossed the total', async () => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    chain.add(1, [chain.payment(token.memoCode, 60n, { from: 'cosmos1first' })])
    chain.add(2, [chain.payment(token.memoCode, 41n, { from: 'cosmos1second' })])
    await scanner()(chain.chainId)
    const operation = await operationOf(token)
    expect(operation).toMatchObject({ status: 'queued', paymentIssue: 'overpaid', refundStatus: 'owed' })
    expect(await refundsOf(operation.id)).toMatchObject([{ amount: 1n, destination: 'cosmos1second', reason: 'overpaid', state: 'planned' }])
  })

  it('case 9a: owes a second payment for a token back whole', async () => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    chain.add(1, [chain.payment(token.memoCode, 100n), chain.payment(token.memoCode, 100n, { from: 'cosmos1again' })])
    await scanner()(chain.chainId)
    const operation = await operationOf(token)
    expect(operation).toMatchObject({ status: 'queued', paymentIssue: 'duplicate' })
    expect(await refundsOf(operation.id)).toMatchObject([{ amount: 100n, destination: 'cosmos1again', reason: 'duplicate' }])
  })

  it('case 14f: waits for the second endpoint, does not expire meanwhile, and credits when it agrees', async () => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    chain.agreement = 'waiting'
    chain.add(10, [chain.payment(token.memoCode, 100n)])
    chain.add(2000)
    await scanner()(chain.chainId)
    expect((await paymentsOn()).map(payment => payment.state)).toEqual(['seen'])
    expect((await operationOf(token)).status).toBe('awaiting_payment')
    chain.agreement = 'agreed'
    await scanner()(chain.chainId)
    expect((await operationOf(token)).status).toBe('queued')
  })

  it.each(['waiting', 'disputed'] as const)('case 14a: credits and books nothing of a block that is %s', async (agreement) => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    chain.agreement = agreement
    chain.add(10, [chain.payment(token.memoCode, 100n), chain.payment('', 7n), chain.contractPayment(token.memoCode, 9n)])
    await scanner()(chain.chainId)
    expect((await operationOf(token)).status).toBe('awaiting_payment')
    expect((await paymentsOn()).map(payment => payment.state)).toEqual(['seen', 'seen', 'seen'])
    expect(await entriesOn()).toEqual([])
    chain.agreement = 'agreed'
    await scanner()(chain.chainId)
    expect((await paymentsOn()).map(payment => payment.state)).toEqual(['credited', 'unallocated', 'unallocated'])
    expect((await entriesOn()).filter(entry => entry.account.startsWith('wallet:')).map(entry => [entry.account, entry.amount, entry.height, entry.cause]))
      .toEqual([100n, 7n, 9n].map(amount => ['wallet:service:cosmos1service', amount, 2n, 'payment_received']))
  })

  it('books an operator\'s top-up as the owner\'s capital, unless its memo names a token', async () => {
    const token = await issue()
    const outgoing = { operatorAddresses: new Set(['cosmos1operator']), signs: () => false }
    chain.add(0)
    await scanner({ outgoing })(chain.chainId)
    chain.add(10, [chain.payment('top up', 5_000n, { from: 'cosmos1operator' }), chain.payment(token.memoCode, 100n, { from: 'cosmos1operator' }), chain.payment('top up', 3n)])
    await scanner({ outgoing })(chain.chainId)
    expect((await paymentsOn()).map(payment => [payment.state, payment.amount])).toEqual([['owner_capital', 5_000n], ['credited', 100n], ['unallocated', 3n]])
    expect((await entriesOn()).filter(entry => entry.cause === 'capital_received').map(entry => [entry.account, entry.amount, entry.height]))
      .toEqual([['equity:owner', -5_000n, null], ['wallet:service:cosmos1service', 5_000n, 2n]])
  })

  it('does not let money that cannot pay for a token keep it from expiring', async () => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    chain.agreement = 'waiting'
    chain.add(10, [chain.contractPayment(token.memoCode, 100n)])
    chain.add(901)
    await scanner()(chain.chainId)
    expect((await operationOf(token)).status).toBe('expired')
  })

  it('case 11c: expires by block time only, and owes back what was underpaid', async () => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    chain.add(100, [chain.payment(token.memoCode, 40n)])
    chain.add(900)
    await scanner()(chain.chainId)
    expect((await operationOf(token)).status).toBe('awaiting_payment')
    chain.add(901)
    await scanner()(chain.chainId)
    const operation = await operationOf(token)
    expect(operation).toMatchObject({ status: 'expired', refundStatus: 'owed' })
    expect(await refundsOf(operation.id)).toMatchObject([{ amount: 40n, reason: 'underpaid', networkFeeDeducted: true }])
  })

  it('owes a payment after the grace back as too late', async () => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    chain.add(901, [chain.payment(token.memoCode, 100n)])
    await scanner()(chain.chainId)
    const operation = await operationOf(token)
    expect(operation.paymentIssue).toBe('too_late')
    expect(await refundsOf(operation.id)).toMatchObject([{ amount: 100n, reason: 'too_late' }])
  })

  it('case 12d: leaves money without a valid memo unallocated, with the near miss as a suggestion', async () => {
    const token = await issue()
    chain.add(0)
    await scanner()(chain.chainId)
    chain.add(1, [chain.payment('', 5n), chain.payment(`please ${token.memoCode}`, 100n), chain.payment('a\0b', 1n)])
    await scanner()(chain.chainId)
    const rows = await paymentsOn()
    expect(rows.map(row => row.state)).toEqual(['unallocated', 'unallocated', 'unallocated'])
    expect(rows[1]!.suggestion).toBe(token.memoCode)
    expect((await operationOf(token)).status).toBe('awaiting_payment')
  })

  it('case 26a: gives a packet to the operation credited first and the other one its share back', async () => {
    const first = await issue({ sequences: [7n] })
    const second = await issue({ sequences: [7n] })
    chain.add(0)
    await scanner()(chain.chainId)
    chain.add(1, [chain.payment(first.memoCode, 100n), chain.payment(second.memoCode, 100n, { from: 'cosmos1other' })])
    await scanner()(chain.chainId)
    expect((await operationOf(first)).status).toBe('queued')
    const loser = await operationOf(second)
    expect(loser.status).toBe('not_needed')
    expect(await refundsOf(loser.id)).toMatchObject([{ amount: 100n, destination: 'cosmos1other', networkFeeDeducted: false }])
  })

  it('waits for the configured confirmations', async () => {
    const token = await issue()
    const three = { policy: { confirmationBlocks: 3, quorumAmount: () => 0n, refundableDenoms: () => new Set<string>(), clearingDeadlineMs: 1_800_000 } }
    chain.add(0)
    await scanner(three)(chain.chainId)
    chain.add(1, [chain.payment(token.memoCode, 100n)])
    chain.add(2)
    await scanner(three)(chain.chainId)
    expect((await operationOf(token)).status).toBe('awaiting_payment')
    chain.add(3)
    await scanner(three)(chain.chainId)
    expect((await operationOf(token)).status).toBe('queued')
  })

  it('books every step so that the ledger balances', async () => {
    const rows = await database.db.execute(sql`select entry_set from ledger_entries group by entry_set, denom having sum(amount) <> 0`)
    expect(rows.length).toBe(0)
    const [wallet] = await database.db.execute<{ held: string }>(sql`select coalesce(sum(amount), 0)::text as held from ledger_entries where account like 'wallet:service:%'`)
    const [received] = await database.db.execute<{ received: string }>(sql`select coalesce(sum(amount), 0)::text as received from payments where state <> 'seen'`)
    expect(wallet!.held).toBe(received!.received)
  })
})
