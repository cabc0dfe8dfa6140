import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeClearingReads } from '../../../server/adapters/postgres/reads'
import { makeStore } from '../../../server/adapters/postgres/store'
import { makeIds } from '../../../server/adapters/system/ids'
import type { SignedToken } from '../../../server/domain/clearing/token'
import { DomainError } from '../../../server/domain/errors'
import { transition } from '../../../server/domain/clearing/transition'
import type { ChainReader } from '../../../server/usecases/ports'
import type { Store } from '../../../server/usecases/store-ports'
import { makeVerifyPayment, type VerifyPayment } from '../../../server/usecases/verify-payment'
import { readMemo } from '../../../shared/utils/memo-code'
import { keptLog } from '../../builders/services'
import { anOperation, at, aToken, noQuotas } from '../../builders/tokens'
import { createTestDatabase, type TestDatabase } from '../database'

let database: TestDatabase
let store: Store
let onChain: () => Promise<{ height: bigint, code: number } | null>
let verify: VerifyPayment
let height = 1n

beforeAll(async () => {
  database = await createTestDatabase()
  store = makeStore(database.db, makeIds({ now: () => new Date() }).rowId)
  const reader = { txResult: () => onChain() } satisfies Partial<ChainReader> as unknown as ChainReader
  verify = makeVerifyPayment({ store, reads: makeClearingReads(database.db), reader, logger: keptLog() })
})
afterAll(() => database.drop())
beforeEach(async () => {
  onChain = async () => null
  await database.db.execute(sql`delete from graphile_worker._private_jobs`)
})

async function issue(): Promise<SignedToken> {
  const token = aToken()
  await store.issueToken(token, anOperation(token), { ipKey: 'ip', sessionAddress: null }, noQuotas)
  return token
}

async function seen(memo: string, amount = 100n): Promise<string> {
  height += 1n
  const txHash = height.toString(16).toUpperCase().padStart(64, '0')
  await store.transaction(tx => tx.insertInbound(
    [{ chainId: 'hub-1', height, blockTime: at(10), txIndex: 0, msgIndex: 0, txHash, coin: { denom: 'uatom', amount }, fromAddress: 'cosmos1payer', toAddress: 'cosmos1service', memo, kind: 'msg_send' }],
    { blockHash: 'AB', codes: [0], endpoint: 'a', confirmation: 'agreed', toldByEvents: null }, at(11)))
  return txHash
}

/** What the scanner does with everything seen. */
async function creditAll(): Promise<void> {
  await store.transaction(async (tx) => {
    for (const { id, inbound } of await tx.lockSeenPayments('hub-1', height)) {
      const operation = await tx.lockOperationByMemo(readMemo(inbound.memo))
      if (!operation) {
        await tx.leaveUnallocated(id, 'the memo names no token', at(12))
        continue
      }
      const next = transition(operation, { type: 'payment_confirmed', payment: { id, coin: inbound.coin, blockTime: inbound.blockTime }, wrongDenomRefundable: false, clearingDeadlineMs: 1000 }, at(12))
      await tx.saveTransition(operation, next.operation, next.effects, { actor: 'scanner', cause: 'a test' }, at(12))
    }
  })
}

async function wakeUps(): Promise<number> {
  const [row] = await database.db.execute<{ jobs: number }>(sql`select count(*)::int as jobs from graphile_worker.jobs where task_identifier = 'scan_chain'`)
  return row!.jobs
}

const missing = 'F'.repeat(64)

describe('verifying a payment', () => {
  it('says not found yet and wakes the scanner, once for many calls', async () => {
    const token = await issue()
    for (let call = 0; call < 5; call++) expect(await verify({ token: token.token, txHash: missing })).toMatchObject({ verified: false, state: 'not_found_yet' })
    expect(await wakeUps()).toBe(1)
  })

  it('case 8b: never credits by itself, whatever the chain says', async () => {
    const token = await issue()
    onChain = async () => ({ height: 77n, code: 0 })
    expect(await verify({ token: token.token, txHash: missing })).toMatchObject({ verified: false, state: 'not_found_yet', reason: expect.stringContaining('block 77') })
    const rows = await database.db.execute(sql`select status from clearing_operations where token = ${token.token}`)
    expect(rows[0]).toEqual({ status: 'awaiting_payment' })
  })

  it('says when the transaction failed on chain', async () => {
    const token = await issue()
    onChain = async () => ({ height: 77n, code: 5 })
    expect(await verify({ token: token.token, txHash: missing })).toMatchObject({ verified: false, state: 'failed_on_chain' })
  })

  it('answers without the chain when it cannot be asked', async () => {
    const token = await issue()
    onChain = () => Promise.reject(new DomainError('chain_unavailable', 'no endpoint answers'))
    expect(await verify({ token: token.token, txHash: missing })).toMatchObject({ state: 'not_found_yet' })
    expect(await wakeUps()).toBe(1)
  })

  it('follows a payment from seen to credited, and a second one to refund owed', async () => {
    const token = await issue()
    const first = await seen(token.memoCode.toLowerCase())
    expect(await verify({ token: token.token, txHash: first })).toMatchObject({ verified: false, state: 'seen' })
    expect(await wakeUps()).toBe(1)
    await creditAll()
    expect(await verify({ token: token.token, txHash: first })).toMatchObject({ verified: true, state: 'credited' })
    const second = await seen(token.token)
    await creditAll()
    expect(await verify({ token: token.token, txHash: second })).toEqual({ verified: false, state: 'refund_owed', reason: 'The payment goes back to its sender (duplicate).' })
  })

  it('does not count a payment that names another token or none', async () => {
    const [token, other] = [await issue(), await issue()]
    const elsewhere = await seen(other.memoCode)
    const nameless = await seen('thanks!')
    expect(await verify({ token: token.token, txHash: elsewhere })).toMatchObject({ verified: false, state: 'unallocated', reason: expect.stringContaining('does not name') })
    await creditAll()
    expect(await verify({ token: token.token, txHash: elsewhere })).toMatchObject({ verified: false, state: 'unallocated' })
    expect(await verify({ token: token.token, txHash: nameless })).toMatchObject({ verified: false, state: 'unallocated' })
    expect(await verify({ token: other.token, txHash: elsewhere })).toMatchObject({ verified: true })
  })

  it('refuses unknown tokens without waking anybody', async () => {
    await expect(verify({ token: randomUUID(), txHash: missing })).rejects.toMatchObject({ code: 'token_not_found' })
    expect(await wakeUps()).toBe(0)
  })
})
