import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeClearingReads } from '../../../server/adapters/postgres/reads'
import { makeStore } from '../../../server/adapters/postgres/store'
import { makeIds } from '../../../server/adapters/system/ids'
import type { DecidedPacket, OperationId, PaymentId } from '../../../server/domain/clearing/operation'
import type { SignedToken } from '../../../server/domain/clearing/token'
import { transition, type OperationEvent } from '../../../server/domain/clearing/transition'
import type { ClearingReads } from '../../../server/usecases/read-ports'
import type { Requester, Store } from '../../../server/usecases/store-ports'
import { clearingStatusSchema, operationSummarySchema } from '../../../shared/schemas/clearing'
import { makeGetClearingStatus } from '../../../server/usecases/get-clearing-status'
import { makeListOperations } from '../../../server/usecases/list-operations'
import { makePlatformStatistics } from '../../../server/usecases/platform-statistics'
import { makeUserStatistics } from '../../../server/usecases/user-statistics'
import { aDirectory } from '../../builders/chains'
import { anOperation, at, aToken, noQuotas } from '../../builders/tokens'
import { createTestDatabase, type TestDatabase } from '../database'

const cause = { actor: 'scanner', cause: 'a test' } as const
const payer = 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl'
const serviceAddress = 'cosmos1qyqszqgpqyqszqgpqyqszqgpqyqszqgpjnp7du'

let database: TestDatabase
let store: Store
let reads: ClearingReads
let heights = 100n

beforeAll(async () => {
  database = await createTestDatabase()
  store = makeStore(database.db, makeIds({ now: () => new Date() }).rowId)
  reads = makeClearingReads(database.db)
})
afterAll(() => database.drop())

async function issue(overrides: Parameters<typeof aToken>[0] = {}, requester: Partial<Requester> = {}): Promise<SignedToken & { id: OperationId }> {
  const token = aToken({ walletAddress: payer, paymentAddress: serviceAddress, ...overrides })
  const operation = anOperation(token)
  await store.issueToken(token, operation, { ipKey: 'ip', sessionAddress: null, ...requester }, noQuotas)
  return { ...token, id: operation.id }
}

async function seePayment(memo: string, amount: bigint, { chainId = 'hub-1', denom = 'uatom', from = payer, confirmation = 'agreed' }: { chainId?: string, denom?: string, from?: string, confirmation?: PaymentConfirmation } = {}): Promise<{ id: PaymentId, txHash: string }> {
  heights += 1n
  const txHash = heights.toString(16).toUpperCase().padStart(64, '0')
  const [id] = await store.transaction(tx => tx.insertInbound(
    [{ chainId, height: heights, blockTime: at(10), txIndex: 0, msgIndex: 0, txHash, coin: { denom, amount }, fromAddress: from, toAddress: 'cosmos1service', memo, kind: 'msg_send' }],
    { blockHash: 'AB', codes: [0], endpoint: 'a', confirmation, toldByEvents: null }, at(11)))
  return { id: id!, txHash }
}

async function apply(id: OperationId, event: OperationEvent, now = at(20)): Promise<void> {
  await store.transaction(async (tx) => {
    const operation = await tx.lockOperation(id)
    if (!operation) throw new Error('no such operation')
    const next = transition(operation, event, now)
    await tx.saveTransition(operation, next.operation, next.effects, cause, now)
  })
}

async function pay(token: SignedToken & { id: OperationId }, amount = token.total.amount, from = payer, confirmation: PaymentConfirmation = 'agreed'): Promise<string> {
  const payment = await seePayment(token.memoCode, amount, { chainId: token.paymentChainId, from, confirmation })
  await apply(token.id, { type: 'payment_confirmed', payment: { id: payment.id, coin: { denom: 'uatom', amount }, blockTime: at(10) }, wrongDenomRefundable: false, clearingDeadlineMs: 1_800_000 })
  return payment.txHash
}

const byUs = (token: SignedToken): DecidedPacket[] => token.packets.map(({ id }) => ({ id, result: 'delivered', relayedBy: 'us', refundReason: 'not_cleared' }))
const statusOf = makeGetClearingStatus({ reads: { operation: token => reads.operation(token) } as ClearingReads, directory: aDirectory(), clock: { now: () => at(30) } })

describe('the status of a clearing', () => {
  it('shows what was promised before anything is paid', async () => {
    const token = await issue({ sequences: [1n, 2n] })
    const status = clearingStatusSchema.parse(await statusOf(token.token))
    expect(status).toMatchObject({
      status: 'awaiting_payment', memoCode: token.memoCode, paymentAddress: serviceAddress, total: { denom: 'uatom', amount: '200' }, credited: { denom: 'uatom', amount: '0' },
      payments: [], refunds: [], issuedAt: at(0).toISOString(), graceUntil: at(900).toISOString(), creditedAt: null,
      next: { sentence: `Pay 0.0002 ATOM with the memo ${token.memoCode}.`, by: at(300).toISOString() },
    })
    expect(status.packets.map(packet => [packet.id.sequence, packet.share.amount, packet.result])).toEqual([['1', '100', null], ['2', '100', null]])
    expect(status.events.map(event => event.type)).toEqual(['token_issued'])
  })

  it('shows a payment that is still being confirmed, by its strict memo only', async () => {
    const token = await issue({ sequences: [3n] })
    await seePayment(` ${token.memoCode.toLowerCase()}\n`, 100n)
    await seePayment(token.token, 1n)
    await seePayment(`${token.memoCode} please`, 50n)
    const status = await statusOf(token.token)
    expect(status.payments.map(payment => [payment.state, payment.coin.amount])).toEqual([['seen', '100'], ['seen', '1']])
    expect(status.next.sentence).toContain('being confirmed')
  })

  it('follows an operation to its proof', async () => {
    const token = await issue({ sequences: [4n] })
    const txHash = await pay(token)
    const [packet] = token.packets
    await store.transaction(tx => tx.saveEvidence(token.id, packet!.id, [{ query: 'packet_commitment', chainId: 'hub-1', height: 2n ** 53n + 1n, endpointCount: 2, answer: 'absent' }],
      [{ leg: 'acknowledge', chainId: 'hub-1', height: 130n, time: at(15), txHash: 'CD'.repeat(32), signer: 'cosmos1relayer' }], 'first try', at(16)))
    expect((await statusOf(token.token)).status).toBe('queued')
    await apply(token.id, { type: 'packets_decided', decided: byUs(token) }, at(25))
    const status = clearingStatusSchema.parse(await statusOf(token.token))
    expect(status).toMatchObject({ status: 'cleared', credited: { amount: '100' }, creditedAt: at(10).toISOString(), finishedAt: at(25).toISOString(), refunds: [], next: { by: null } })
    expect(status.payments).toMatchObject([{ txHash, state: 'credited', creditedAmount: '100', endpointCount: 2, fromAddress: payer }])
    expect(status.packets).toMatchObject([{ result: 'delivered', relayedBy: 'us', note: 'first try', evidence: [{ height: (2n ** 53n + 1n).toString(), answer: 'absent' }], legs: [{ leg: 'acknowledge', time: at(15).toISOString() }] }])
    expect(status.events.map(event => event.type)).toEqual(['token_issued', 'payment_credited', 'queued', 'packet_finished', 'settled'])
    expect(status.next.sentence).toContain('Done')
  })

  it('shows every refund with its reason and who bears its fee', async () => {
    const token = await issue({ sequences: [5n, 6n] })
    await pay(token, 250n)
    const [first, second] = token.packets
    await apply(token.id, { type: 'packets_decided', decided: [
      { id: first!.id, result: 'delivered', relayedBy: 'us', refundReason: 'not_cleared' },
      { id: second!.id, result: 'delivered', relayedBy: 'other', refundReason: 'relayed_by_other' },
    ] })
    const status = await statusOf(token.token)
    expect(status).toMatchObject({ status: 'partially_cleared', paymentIssue: 'overpaid', refundStatus: 'owed' })
    expect(status.refunds.map(refund => [refund.reason, refund.coin.amount, refund.networkFeeDeducted, refund.destination])).toEqual([['overpaid', '50', true, payer], ['relayed_by_other', '100', false, payer]])
    expect(status.next.sentence).toContain('A refund is on its way')
  })

  it('shows a payment in a denom that nobody quoted', async () => {
    const token = await issue({ sequences: [7n] })
    const payment = await seePayment(token.memoCode, 5n, { denom: 'ibc/ABC' })
    await apply(token.id, { type: 'payment_confirmed', payment: { id: payment.id, coin: { denom: 'ibc/ABC', amount: 5n }, blockTime: at(10) }, wrongDenomRefundable: false, clearingDeadlineMs: 1 })
    const status = await statusOf(token.token)
    expect(status).toMatchObject({ status: 'awaiting_payment', paymentIssue: 'wrong_denom', payments: [{ state: 'unallocated', coin: { denom: 'ibc/ABC', amount: '5' } }], credited: { amount: '0' } })
  })

  it('calls a payment single-source that only one endpoint vouched for', async () => {
    const token = await issue({ sequences: [8n] })
    await pay(token, token.total.amount, payer, 'single')
    expect((await statusOf(token.token)).payments).toMatchObject([{ endpointCount: 1 }])
  })

  it('case 32e: is a 404 for a token that was never issued', async () => {
    await expect(statusOf(randomUUID())).rejects.toMatchObject({ code: 'token_not_found' })
  })
})

describe('claims and names', () => {
  it('finds the packets that a paid operation owns, until it settles', async () => {
    const token = await issue({ sequences: [11n, 12n] })
    const ids = [...token.packets.map(packet => packet.id), { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0', sequence: 13n }]
    expect(await reads.liveClaims(ids)).toEqual([])
    await pay(token)
    expect((await reads.liveClaims(ids)).map(id => id.sequence).toSorted()).toEqual([11n, 12n])
    await apply(token.id, { type: 'packets_decided', decided: byUs(token) })
    expect(await reads.liveClaims(ids)).toEqual([])
    expect(await reads.liveClaims([])).toEqual([])
  })

  it('knows memo codes and tokens', async () => {
    const token = await issue({ sequences: [14n] })
    expect(await reads.memoCodeTaken(token.memoCode)).toBe(true)
    expect(await reads.memoCodeTaken('RLY-222222222222')).toBe(false)
    expect(await reads.tokenNames(token.token)).toEqual({ memoCode: token.memoCode, paymentChainId: 'hub-1' })
    expect(await reads.tokenNames(randomUUID())).toBeNull()
    const txHash = await pay(token)
    expect(await reads.paymentsOfTx('hub-1', txHash)).toMatchObject([{ state: 'credited', token: token.token, coin: { amount: 100n } }])
    expect(await reads.paymentsOfTx('zone-1', txHash)).toEqual([])
  })
})

describe('the history of a wallet', () => {
  const mine = 'cosmos1history'
  const list = makeListOperations({ reads: { operationsOf: (...args) => reads.operationsOf(...args) } as ClearingReads })

  it('case 32a: holds what was requested while signed in or paid from it, newest first, page by page, nobody else\'s', async () => {
    const signedIn = await issue({ sequences: [21n], issuedAt: at(1), expiresAt: at(301), graceUntil: at(901) }, { sessionAddress: mine })
    const paidFrom = await issue({ sequences: [22n], issuedAt: at(2), expiresAt: at(302), graceUntil: at(902) })
    await pay(paidFrom, 100n, mine)
    const both = await issue({ sequences: [23n], issuedAt: at(2), expiresAt: at(302), graceUntil: at(902) }, { sessionAddress: mine })
    await pay(both, 130n, mine)
    // An address in a request proves nothing.
    await issue({ sequences: [24n], walletAddress: mine }, { sessionAddress: 'cosmos1other' })
    const everything = await list({ address: mine, query: { limit: 25 } })
    expect(everything.nextCursor).toBeNull()
    expect(everything.items.map(item => operationSummarySchema.parse({ ...item }).token).toSorted()).toEqual([signedIn.token, paidFrom.token, both.token].toSorted())
    expect(everything.items.at(-1)?.token).toBe(signedIn.token)
    expect(everything.items.find(item => item.token === both.token)).toMatchObject({ credited: { amount: '100' }, refunded: { amount: '30' }, packets: [{ id: { sequence: '23' }, result: null }] })

    const pages: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ address: mine, query: { limit: 1, ...cursor ? { cursor } : {} } })
      expect(page.items).toHaveLength(1)
      pages.push(page.items[0]!.token)
      cursor = page.nextCursor
    } while (cursor)
    expect(pages).toEqual(everything.items.map(item => item.token))
  })

  it('can be narrowed by status, chain and time', async () => {
    const address = 'cosmos1narrow'
    const first = await issue({ sequences: [31n], issuedAt: at(100), expiresAt: at(400), graceUntil: at(900) }, { sessionAddress: address })
    const second = await issue({ sequences: [32n], issuedAt: at(200), expiresAt: at(500), graceUntil: at(900) }, { sessionAddress: address })
    await pay(second, 100n, 'cosmos1friend')
    const tokens = async (query: object) => (await list({ address, query: { limit: 25, ...query } })).items.map(item => item.token)
    expect(await tokens({ status: 'queued' })).toEqual([second.token])
    expect(await tokens({ chainId: 'zone-1' })).toEqual([])
    expect(await tokens({ from: at(200).toISOString() })).toEqual([second.token])
    expect(await tokens({ until: at(200).toISOString() })).toEqual([first.token])
  })
})

describe('totals', () => {
  it('of a wallet come from its rows', async () => {
    const address = 'cosmos1totals'
    const token = await issue({ sequences: [41n, 42n] }, { sessionAddress: address })
    await pay(token, 250n, address)
    await apply(token.id, { type: 'packets_decided', decided: byUs(token) }, at(16))
    const statistics = await makeUserStatistics({ reads })(address)
    expect(statistics).toEqual({
      operations: 1, packetsByResult: [{ result: 'delivered', packets: 2 }], spent: [{ chainId: 'hub-1', denom: 'uatom', amount: '200' }], refunded: [{ chainId: 'hub-1', denom: 'uatom', amount: '50' }],
      timeToClear: { medianSeconds: 6, sampleSize: 1 },
      byMonth: [{ month: expect.stringMatching(/^\d{4}-\d{2}$/), operations: 1 }],
    })
  })

  it('of a wallet keep chains apart whose tokens are named alike', async () => {
    const address = 'cosmos1twins'
    const [onHub, onZone] = [await issue({ sequences: [43n] }), await issue({ sequences: [44n], paymentChainId: 'zone-1' })]
    await pay(onHub, onHub.total.amount + 5n, address)
    await pay(onZone, onZone.total.amount, address)
    const { spent, refunded } = await makeUserStatistics({ reads })(address)
    expect(spent).toEqual([{ chainId: 'hub-1', denom: 'uatom', amount: onHub.total.amount.toString() }, { chainId: 'zone-1', denom: 'uatom', amount: onZone.total.amount.toString() }])
    expect(refunded).toEqual([{ chainId: 'hub-1', denom: 'uatom', amount: '5' }, { chainId: 'zone-1', denom: 'uatom', amount: '0' }])
  })

  it('of a wallet without operations are empty, not invented', async () => {
    expect(await makeUserStatistics({ reads })('cosmos1nobody')).toEqual({ operations: 0, packetsByResult: [], spent: [], refunded: [], timeToClear: { medianSeconds: null, sampleSize: 0 }, byMonth: [] })
  })

  it('of the platform have no rate without a sample', async () => {
    const empty = await createTestDatabase()
    try {
      const statistics = await makePlatformStatistics({ reads: makeClearingReads(empty.db), cache: { remember: (_key, _ttl, load) => load(), forget: async () => {} }, clock: { now: () => at(0) } })()
      expect(statistics).toEqual({ windowStart: null, windowEnd: at(0).toISOString(), operations: 0, packetsByResult: [], successRate: null, successSampleSize: 0, timeToClear: { medianSeconds: null, sampleSize: 0 } })
    }
    finally {
      await empty.drop()
    }
  })

  it('of the platform count packets that we cleared among those decided', async () => {
    const totals = await reads.platformTotals(null)
    expect(totals.decided).toBeGreaterThan(totals.clearedByUs)
    expect(totals.packetsByResult.reduce((sum, count) => sum + count.packets, 0)).toBe(totals.decided)
    expect(await reads.platformTotals(new Date(Date.UTC(2030, 0, 1)))).toEqual({ operations: 0, packetsByResult: [], decided: 0, clearedByUs: 0, timeToClear: { medianSeconds: null, sampleSize: 0 } })
  })
})
