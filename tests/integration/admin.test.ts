import { randomUUID } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { auditLog, chainCursors, ledgerEntries, operationEvents, payments, pauses, refunds, scanGaps } from '../../drizzle/schema'
import { adr36Verifier } from '../../server/adapters/adr36/signature-verifier'
import { makeAdminReads } from '../../server/adapters/postgres/admin-reads'
import { makeAuthStore } from '../../server/adapters/postgres/auth-store'
import { makeClearingReads } from '../../server/adapters/postgres/reads'
import { brokenStates } from '../../server/adapters/postgres/reconciliation'
import type { OperationId } from '../../server/domain/clearing/operation'
import { transition, type OperationEvent } from '../../server/domain/clearing/transition'
import { makeAdminLooks } from '../../server/usecases/admin/look'
import { makeAdminActs } from '../../server/usecases/admin/perform-act'
import { makeGetClearingStatus } from '../../server/usecases/get-clearing-status'
import { payoutsPaused, routePaused } from '../../server/usecases/pauses'
import { makeSignedConsents } from '../../server/usecases/signed-consent'
import type { AdminOperationDetail, AdminOperationList, AdminPaymentList, AdminRefundList, AuditDto, RevenueDto } from '../../shared/schemas/admin'
import type { ChallengeDto } from '../../shared/schemas/auth'
import { type RunningApp, startApi } from '../builders/api-app'
import { someServices } from '../builders/services'
import { aWallet, type SigningWallet } from '../builders/wallet'
import { openRefundWorld, type OpenedRefundWorld } from './refunds.world'

let world: OpenedRefundWorld
let app: RunningApp
let admin: SigningWallet
let other: SigningWallet
/** What happens between the look at a signature and the act. */
let meanwhile: () => Promise<void> = async () => {}
/** Whose session the app sees. */
let signedInAs: SigningWallet

async function open(options: Parameters<typeof openRefundWorld>[0] = {}): Promise<void> {
  world = await openRefundWorld(options)
  const { database: { db }, clock, ids, directory, reader, store } = world
  const reads = makeAdminReads(db)
  const consents = makeSignedConsents({ store: makeAuthStore(db), verifier: adr36Verifier, chains: directory, ids, clock })
  const readiness = async () => ({ ready: true, database: 'ok' as const, chains: [], relayer: null, reconciliation: null, wallets: [] })
  app = await startApi(someServices({
    readSession: async () => ({ address: signedInAs.address, chainId: world.chainId, admin: true, expiresAt: '2099-01-01T00:00:00.000Z' }),
    adminActs: makeAdminActs({ store, reads, directory, reader, clock, clearingDeadlineMs: 1_800_000, refundableDenoms: () => new Set() }, {
      ...consents,
      take: async (...given) => {
        const evidence = await consents.take(...given)
        await meanwhile()
        return evidence
      },
    }),
    adminLooks: makeAdminLooks({ reads, status: makeGetClearingStatus({ reads: makeClearingReads(db), directory, clock }), readiness }),
  }))
}

beforeAll(async () => {
  [admin, other] = await Promise.all([aWallet(1), aWallet(2)])
  signedInAs = admin
  await open({ approvalAbove: 5_000_000n })
})
afterEach(() => {
  signedInAs = admin
  meanwhile = async () => {}
})
afterAll(async () => {
  await app.close()
  await world.close()
})

const cookie = `session=${'a'.repeat(43)}`

async function call<Body = Record<string, unknown>>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ status: number, body: Body & { code?: string, sentence?: string, detail?: string } }> {
  const response = await fetch(`${app.url}/api/v1/admin${path}`, {
    method: body === undefined ? 'GET' : 'POST', headers: { cookie, ...body === undefined ? {} : { 'content-type': 'application/json' }, ...headers }, ...body === undefined ? {} : { body: JSON.stringify(body) },
  })
  const text = await response.text()
  return { status: response.status, body: (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : { text }) as Body & { code?: string } }
}

/** Asks for the text of an act and signs it. */
async function consentTo(act: Record<string, unknown>, wallet = admin) {
  const { status, body } = await call<ChallengeDto>('/challenge', act)
  expect(status, JSON.stringify(body)).toBe(200)
  return { text: body.text, consent: { challengeId: body.challengeId, signature: wallet.signText(body.text), pubKey: wallet.pubKey } }
}

const auditOf = (subjectId: string) => world.database.db.select().from(auditLog).where(eq(auditLog.subjectId, subjectId)).orderBy(auditLog.id)
const payment = async (id: string) => (await world.database.db.select().from(payments).where(eq(payments.id, id)))[0]!
const booked = async (account: string) => BigInt((await world.database.db.execute<{ sum: string }>(sql`select coalesce(sum(amount), 0)::text as sum from ledger_entries where account = ${account} and denom = ${world.denom}`))[0]!.sum)

/** Money without a usable memo; returns its row's id. */
async function unallocated(amount: bigint, memo = 'hello', body: Record<string, unknown> = {}): Promise<string> {
  const { txHash } = await world.control('send', { from: 'alice', to: 'service', amount: amount.toString(), memo, ...body })
  await world.scan()
  const [row] = await world.database.db.select().from(payments).where(eq(payments.txHash, String(txHash)))
  expect(row).toMatchObject({ state: 'unallocated' })
  return row!.id
}

async function apply(id: OperationId, ...events: readonly OperationEvent[]): Promise<void> {
  for (const event of events) {
    await world.store.transaction(async (tx) => {
      const operation = (await tx.lockOperation(id))!
      const next = transition(operation, event, world.clock.now())
      await tx.saveTransition(operation, next.operation, next.effects, { actor: 'worker', cause: 'test' }, world.clock.now())
    })
  }
}

/** A paid operation that nobody can decide. */
async function undecided(total = 1_000_000n): Promise<{ id: OperationId, packet: { chainId: string, portId: string, channelId: string, sequence: string } }> {
  const { token, id } = await world.issue(total)
  await world.pay(token, total)
  await apply(id, { type: 'undecidable', reason: 'no node answers' })
  const { sequence, ...route } = token.packets[0]!.id
  return { id, packet: { ...route, sequence: sequence.toString() } }
}

/** A paid operation whose packet we cleared: its total is earned. */
async function earned(total = 1_000_000n): Promise<OperationId> {
  const { token, id } = await world.issue(total)
  await world.pay(token, total)
  await apply(id, { type: 'packets_decided', decided: token.packets.map(packet => ({ id: packet.id, result: 'delivered', relayedBy: 'us', refundReason: 'relayed_by_other' })) })
  return id
}

const why = { reason: 'the payer wrote to us' }
const expectBooksToFit = async () => {
  const { books, chain, overRefunded, unexplainedOwed } = await world.booksFit()
  expect({ books, overRefunded, unexplainedOwed }).toEqual({ books: chain, overRefunded: 0, unexplainedOwed: '0' })
}

describe('the signature under an act that moves money', () => {
  it('is asked for', async () => {
    const id = await unallocated(70_000n)
    expect(await call(`/payments/${id}/refund`, why)).toMatchObject({ status: 403, body: { code: 'fresh_signature_needed' } })
    expect((await payment(id)).state).toBe('unallocated')
  })

  it('is under a text that names the act, the amount, the address and the reason', async () => {
    const id = await unallocated(70_001n)
    const { text } = await consentTo({ action: 'payment.refund', paymentId: id, ...why })
    expect(text).toContain(`Send the payment of 70001${world.denom} on ${world.chainId} (${id}) back to ${world.addressOf('alice')}, less the network fee.`)
    expect(text).toContain('Reason: the payer wrote to us')
  })

  it('is good for nothing else: another payment, another reason, another wallet, another key', async () => {
    const [id, twin] = [await unallocated(70_002n), await unallocated(70_003n)]
    const attempts: [string, object, (consent: object) => object, string][] = [
      [`/payments/${twin}/refund`, why, consent => consent, 'challenge_not_found'],
      [`/payments/${id}/refund`, { reason: 'another reason' }, consent => consent, 'challenge_not_found'],
      [`/payments/${id}/refund`, why, consent => ({ ...consent, pubKey: other.pubKey }), 'signature_invalid'],
      [`/payments/${id}/refund`, why, consent => ({ ...consent, challengeId: randomUUID() }), 'challenge_not_found'],
    ]
    for (const [path, body, twist, code] of attempts) {
      const { consent } = await consentTo({ action: 'payment.refund', paymentId: id, ...why })
      expect((await call(path, { ...body, consent: twist(consent) })).body.code).toBe(code)
    }
    const { consent } = await consentTo({ action: 'payment.refund', paymentId: id, ...why })
    signedInAs = other
    expect((await call(`/payments/${id}/refund`, { ...why, consent })).body.code).toBe('challenge_not_found')
    expect([(await payment(id)).state, (await payment(twin)).state]).toEqual(['unallocated', 'unallocated'])
  })

  it('is good once, and expires', async () => {
    const id = await unallocated(70_004n)
    const { consent } = await consentTo({ action: 'payment.refund', paymentId: id, ...why })
    world.clock.offsetMs += 301_000
    expect((await call(`/payments/${id}/refund`, { ...why, consent })).body.code).toBe('challenge_expired')
    const fresh = await consentTo({ action: 'payment.refund', paymentId: id, ...why })
    const answers = await Promise.all([1, 2, 3, 4].map(() => call(`/payments/${id}/refund`, { ...why, consent: fresh.consent })))
    const [done, ...refused] = answers.map(answer => answer.body.code ?? 'done').sort((one, other) => Number(other === 'done') - Number(one === 'done'))
    expect(done).toBe('done')
    // Who comes before the first has ended finds the signature used, who comes after it finds nothing left to do.
    for (const code of refused) expect(['challenge_not_found', 'not_in_this_state']).toContain(code)
    expect((await world.database.db.select().from(refunds).where(eq(refunds.paymentId, id)))).toHaveLength(1)
  })
})

describe('what an admin signed', () => {
  it('case 32j: is not done when the operation was settled before the row was locked: what is earned now stays', async () => {
    const { id } = await undecided(800_000n)
    const { consent, text } = await consentTo({ action: 'operation.refund', operationId: id, amount: null, ...why })
    expect(text).toContain('all that is left, and end it')
    meanwhile = async () => apply(id, { type: 'resolved', keep: (await world.store.transaction(tx => tx.lockOperation(id)))!.packets.map(packet => packet.id), reason: 'delivered after all' })
    expect(await call(`/operations/${id}/refund`, { amount: null, ...why, consent })).toMatchObject({ status: 409, body: { code: 'not_in_this_state' } })
    expect(await world.refundsOf(id)).toEqual([])
    await expectBooksToFit()
  })
})

describe('money that named no clearing', () => {
  it('is sent back to its sender alone, less the network fee, and stands in the trail with the signature', async () => {
    const id = await unallocated(500_000n)
    const { consent, text } = await consentTo({ action: 'payment.refund', paymentId: id, ...why })
    expect((await call(`/payments/${id}/refund`, { ...why, consent })).status).toBe(200)
    expect(await payment(id)).toMatchObject({ state: 'refund_owed', refundPlannedAmount: 500_000n, operationId: null })
    const [arrived, line] = await auditOf(id)
    expect(arrived).toMatchObject({ actor: 'scanner', action: 'payment.unallocated' })
    expect(line).toMatchObject({ actor: 'admin', actorAddress: admin.address, action: 'payment.refund', reason: why.reason, detail: { destination: world.addressOf('alice'), amount: '500000', signedText: text, signature: consent.signature } })
    await world.finish()
    expect((await world.sentOnChain()).filter(sent => sent.to === world.addressOf('alice') && sent.amount > 400_000n && sent.amount < 500_000n)).toHaveLength(1)
    await expectBooksToFit()
    expect(await call(`/payments/${id}/refund`, { ...why, consent })).toMatchObject({ status: 409, body: { code: 'not_in_this_state' } })
  })

  it('stands in the trail under its own id, however the id was written in the call', async () => {
    const id = await unallocated(500_001n)
    const { consent } = await consentTo({ action: 'payment.refund', paymentId: id.toUpperCase(), ...why })
    expect((await call(`/payments/${id.toUpperCase()}/refund`, { ...why, consent })).status).toBe(200)
    const { id: operationId } = await undecided()
    expect((await call(`/operations/${operationId.toUpperCase()}/retry`, why)).status).toBe(200)
    expect([(await auditOf(id)).at(-1)?.action, (await auditOf(operationId)).at(-1)?.action]).toEqual(['payment.refund', 'operation.retry'])
    expect(await brokenStates(world.database.db)).toEqual([])
  })

  it('is not sent back twice by two admins at once', async () => {
    const id = await unallocated(80_000n)
    const consents = [await consentTo({ action: 'payment.refund', paymentId: id, ...why }), await consentTo({ action: 'payment.refund', paymentId: id, ...why })]
    const answers = await Promise.all(consents.map(({ consent }) => call(`/payments/${id}/refund`, { ...why, consent })))
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 409])
    expect(await payment(id)).toMatchObject({ refundPlannedAmount: 80_000n })
  })

  it('is counted towards the clearing that an admin names, by the ordinary rules', async () => {
    const { token, id: operationId } = await world.issue()
    const id = await unallocated(1_000_050n, `${token.memoCode} thanks`)
    expect((await call<AdminPaymentList>('/payments?state=unallocated')).body.items.find(row => row.id === id)).toMatchObject({ suggestion: token.memoCode })
    const { consent } = await consentTo({ action: 'payment.allocate', paymentId: id, token: token.memoCode, ...why })
    expect(await call(`/payments/${id}/allocate`, { token: token.memoCode, ...why, consent })).toMatchObject({ status: 200, body: { sentence: expect.stringContaining('queued') } })
    expect(await world.operation(operationId)).toMatchObject({ status: 'queued', paymentIssue: 'overpaid' })
    expect(await payment(id)).toMatchObject({ state: 'credited', creditedAmount: 1_000_000n, refundPlannedAmount: 50n })
    expect((await world.database.db.select().from(operationEvents).where(eq(operationEvents.operationId, operationId))).filter(event => event.actor === 'admin').map(event => event.cause)).toContain(`${admin.address}: ${why.reason}`)
    await expectBooksToFit()
  })

  it('is not counted where it does not fit: no MsgSend, or no such code', async () => {
    const { token } = await world.issue()
    const id = await unallocated(1_000_000n, token.memoCode, { via: 'multisend' })
    expect(await call('/challenge', { action: 'payment.allocate', paymentId: id, token: token.memoCode, ...why })).toMatchObject({ status: 409, body: { code: 'not_in_this_state' } })
    const sent = await unallocated(1_000_000n)
    for (const unknown of [randomUUID(), `${token.memoCode}\nReason: none`]) {
      expect(await call('/challenge', { action: 'payment.allocate', paymentId: sent, token: unknown, ...why })).toMatchObject({ status: 404, body: { code: 'token_not_found' } })
    }
    expect((await payment(id)).state).toBe('unallocated')
  })
})

describe('the search over all operations', () => {
  it('finds one by its memo code, token, id, wallet, transaction and sender, and nothing by another\'s', async () => {
    const { token, id } = await world.issue(1_000_000n)
    await world.pay(token, 1_000_000n)
    const [paid] = await world.database.db.select().from(payments).where(eq(payments.operationId, id))
    const found = async (text: string) => (await call<AdminOperationList>(`/operations?${new URLSearchParams({ text, limit: '100' })}`)).body.items.map(row => row.id)
    for (const own of [token.memoCode, token.memoCode.toLowerCase(), token.token, token.token.toUpperCase(), id, id.toUpperCase(), paid!.txHash!, paid!.txHash!.toLowerCase()]) expect([own, await found(own)]).toEqual([own, [id]])
    for (const shared of [token.walletAddress, paid!.fromAddress!]) {
      const ids = await found(shared)
      expect(ids).toContain(id)
      expect(new Set(ids).size).toBe(ids.length)
    }
    for (const foreign of [randomUUID(), 'A'.repeat(64), other.address, 'nobody']) expect([foreign, await found(foreign)]).toEqual([foreign, []])
  })
})

describe('an operation that nobody could decide', () => {
  it('is tried again until a new deadline', async () => {
    const { id } = await undecided()
    expect((await call<AdminOperationList>('/operations?status=needs_attention')).body.items.map(row => row.id)).toContain(id)
    expect((await call(`/operations/${id}/retry`, why)).status).toBe(200)
    expect(await world.operation(id)).toMatchObject({ status: 'queued' })
    expect((await world.operation(id)).deadlineAt!.getTime()).toBeGreaterThan(world.clock.now().getTime() + 1_700_000)
    expect(await world.store.unfinishedRoutes()).not.toEqual([])
    const { body } = await call<AdminOperationDetail>(`/operations/${id}`)
    expect(body.events.at(-1)).toMatchObject({ type: 'retried', actor: 'admin', cause: `${admin.address}: ${why.reason}` })
  })

  it('ends by decision: what is not kept goes back whole', async () => {
    const { id } = await undecided(600_000n)
    const { consent } = await consentTo({ action: 'operation.resolve', operationId: id, keep: [], ...why })
    expect((await call(`/operations/${id}/resolve`, { keep: [], ...why, consent })).status).toBe(200)
    expect(await world.operation(id)).toMatchObject({ status: 'resolved', refundStatus: 'owed' })
    expect(await world.refundsOf(id)).toMatchObject([{ reason: 'operator_decision', amount: 600_000n, networkFeeDeducted: false }])
    await world.finish()
    await expectBooksToFit()
  })

  it('ends by decision: what is kept is earned', async () => {
    const before = await booked('revenue')
    const { id, packet } = await undecided(600_000n)
    const { consent } = await consentTo({ action: 'operation.resolve', operationId: id, keep: [packet], ...why })
    expect((await call(`/operations/${id}/resolve`, { keep: [packet], ...why, consent })).status).toBe(200)
    expect(await world.refundsOf(id)).toEqual([])
    expect(before - await booked('revenue')).toBe(600_000n)
    const again = await consentToFails({ action: 'operation.resolve', operationId: id, keep: [], ...why })
    expect(again).toBe('not_in_this_state')
  })
})

const consentToFails = async (act: Record<string, unknown>) => (await call('/challenge', act)).body.code

describe('what was earned', () => {
  it('is given back by decision, in part and to the unit, and never more than was earned', async () => {
    const id = await earned(900_000n)
    const ask = async (amount: string) => {
      const { consent } = await consentTo({ action: 'operation.refund', operationId: id, amount, ...why })
      return call(`/operations/${id}/refund`, { amount, ...why, consent })
    }
    expect(await consentToFails({ action: 'operation.refund', operationId: id, amount: '900001', ...why })).toBe('not_in_this_state')
    expect((await ask('250001')).status).toBe(200)
    expect(await world.refundsOf(id)).toMatchObject([{ reason: 'operator_decision', amount: 250_001n, networkFeeDeducted: false }])
    const entries = await world.database.db.select().from(ledgerEntries).where(eq(ledgerEntries.operationId, id))
    expect(entries.filter(entry => entry.cause === 'revenue_reversed').map(entry => [entry.account, entry.amount, entry.reason])).toEqual(expect.arrayContaining([['revenue', 250_001n, `${admin.address}: ${why.reason}`]]))
    expect(await consentToFails({ action: 'operation.refund', operationId: id, amount: '650000', ...why })).toBe('not_in_this_state')
    await world.finish()
    expect((await world.sentOnChain()).filter(sent => sent.amount === 250_001n)).toHaveLength(1)
    await expectBooksToFit()
  })

  it('shows as revenue per day, as JSON and as a file', async () => {
    const { body } = await call<RevenueDto>('/revenue')
    const row = body.items.find(item => item.denom === world.denom)!
    expect(BigInt(row.fees)).toBe(-await booked('revenue'))
    expect(BigInt(row.margin)).toBe(BigInt(row.fees) - BigInt(row.gas))
    const file = await call<{ text: string }>('/revenue', undefined, { accept: 'text/csv' })
    expect(file.body.text.split('\r\n')[0]).toBe('day,chain_id,denom,fees_base_units,refunds_paid_base_units,gas_base_units,margin_base_units')
  })
})

describe('a refund above the limit', () => {
  it('is sent when an admin has approved it, and not before', async () => {
    const id = await world.notCleared(6_000_000n)
    await world.pay1()
    const held = await world.refund(id)
    expect(held).toMatchObject({ state: 'held', holdReason: 'approval' })
    expect((await call<AdminRefundList>('/refunds?state=held')).body.items.map(row => row.id)).toContain(held.id)
    const { consent } = await consentTo({ action: 'refund.approve', refundId: held.id, ...why })
    expect((await call(`/refunds/${held.id}/approve`, { ...why, consent })).status).toBe(200)
    await world.finish()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed', approvedBy: admin.address })
    expect(await consentToFails({ action: 'refund.approve', refundId: held.id, ...why })).toBe('not_in_this_state')
    await expectBooksToFit()
  })

  it('is not approved by a signature under another address than it goes to by now', async () => {
    const id = await world.notCleared(6_500_000n)
    await world.pay1()
    const held = await world.refund(id)
    const { consent } = await consentTo({ action: 'refund.approve', refundId: held.id, ...why })
    meanwhile = async () => void await world.database.db.update(refunds).set({ destination: world.addressOf('bob') }).where(eq(refunds.id, held.id))
    expect(await call(`/refunds/${held.id}/approve`, { ...why, consent })).toMatchObject({ status: 409, body: { code: 'not_in_this_state' } })
    expect(await world.refund(id)).toMatchObject({ state: 'held' })
    await world.database.db.update(refunds).set({ destination: held.destination }).where(eq(refunds.id, held.id))
  })
})

describe('a transaction that fits nothing', () => {
  it('stops payouts until an admin has explained it', async () => {
    const { txHash } = await world.control('send', { from: 'service', to: 'bob', amount: '12345' })
    await world.scan()
    const id = await world.notCleared(400_000n)
    expect(await world.pay1()).toMatchObject({ did: 'wait' })
    const { body } = await call<AdminRefundList>('/refunds')
    expect(body.strangers).toMatchObject([{ txHash, coins: [{ amount: '12345' }] }])
    expect(body.waits).toMatchObject([{ chainId: world.chainId, reason: expect.stringContaining(String(txHash)) }])
    const act = { chainId: world.chainId, txHash: String(txHash), ...why }
    const { consent, text } = await consentTo({ action: 'outgoing.accept', ...act })
    expect(text).toContain('12345')
    expect((await call('/outgoing/accept', { ...act, consent })).status).toBe(200)
    await world.finish()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
    expect(await consentToFails({ action: 'outgoing.accept', ...act })).toBe('outgoing_not_found')
  })
})

describe('a pause', () => {
  it('stops a route for quotes and runs, on every instance, until it is ended', async () => {
    const route = { chainId: world.chainId, portId: 'transfer', channelId: 'channel-0' }
    const scope = `route:${world.chainId}/transfer/channel-0`
    expect(await routePaused(world.store, route)).toBeNull()
    expect((await call('/pause', { scope, ...why })).status).toBe(200)
    expect(await routePaused(world.store, route)).toBe(`${scope} is paused by the operator: ${why.reason}`)
    expect(await routePaused(world.store, { ...route, channelId: 'channel-99' })).toBeNull()
    expect(await payoutsPaused(world.store, world.chainId)).toBeNull()
    expect(await call('/pause', { scope, ...why })).toMatchObject({ status: 409 })
    expect((await call('/resume', { scope, ...why })).status).toBe(200)
    expect(await routePaused(world.store, route)).toBeNull()
    expect((await auditOf(`${world.chainId}/transfer/channel-0`)).map(line => line.action)).toEqual(['pause.start', 'pause.end'])
  })

  it('of payouts signs nothing, and is ended only with a signature', async () => {
    expect((await call('/pause', { scope: 'payouts', ...why })).status).toBe(200)
    const id = await world.notCleared(450_000n)
    expect(await world.pay1()).toMatchObject({ did: 'wait', reason: expect.stringContaining('paused by the operator') })
    expect((await call('/resume', { scope: 'payouts', ...why })).body.code).toBe('fresh_signature_needed')
    const { consent } = await consentTo({ action: 'pause.end', scope: 'payouts', ...why })
    expect((await call('/resume', { scope: 'payouts', ...why, consent })).status).toBe(200)
    await world.finish()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
    expect(await world.database.db.select().from(pauses)).toEqual([])
  })

  it('names only what is served', async () => {
    expect(await call('/pause', { scope: 'payouts:nowhere-1', ...why })).toMatchObject({ status: 404, body: { code: 'chain_not_served' } })
    expect(await call('/pause', { scope: 'half', ...why })).toMatchObject({ status: 400 })
  })
})

describe('blocks that nobody can show', () => {
  it('case 16d: are passed by an admin, and only they', async () => {
    const cursor = (await world.store.cursor(world.chainId, 'primary'))!.height
    const act = { fromHeight: String(cursor + 1n), toHeight: String(cursor + 3n), ...why }
    await world.control('blocks', { count: 5 })
    expect(await consentToFails({ action: 'scan.skip_gap', chainId: world.chainId, ...act })).toBe('not_in_this_state')
    await world.control('conditions', { earliestHeight: Number(cursor + 4n) })
    const { consent, text } = await consentTo({ action: 'scan.skip_gap', chainId: world.chainId, ...act })
    expect(text).toContain(`${cursor + 1n} to ${cursor + 3n}`)
    expect((await call(`/chains/${world.chainId}/skip-gap`, { ...act, consent })).status).toBe(200)
    expect((await world.database.db.select().from(chainCursors).where(eq(chainCursors.purpose, 'primary')))[0]!.height).toBe(cursor + 3n)
    expect(await world.database.db.select().from(scanGaps)).toMatchObject([{ fromHeight: cursor + 1n, toHeight: cursor + 3n, skippedBy: admin.address }])
    await world.scan()
    expect((await world.store.cursor(world.chainId, 'primary'))!.height).toBeGreaterThanOrEqual(cursor + 5n)
    await world.control('faults/rpc/clear')
    expect(await consentToFails({ action: 'scan.skip_gap', chainId: world.chainId, ...act, toHeight: '999999' })).toBe('not_in_this_state')
  })
})

describe('the audit trail', () => {
  it('is read newest first, page by page', async () => {
    const first = (await call<AuditDto>('/audit?limit=2')).body
    expect(first.items).toHaveLength(2)
    const second = (await call<AuditDto>(`/audit?limit=2&cursor=${first.nextCursor}`)).body
    expect(BigInt(second.items[0]!.id)).toBeLessThan(BigInt(first.items[1]!.id))
  })

  it('refuses a cursor beyond any id', async () => {
    expect(await call(`/audit?cursor=${2n ** 63n - 1n}`)).toMatchObject({ status: 200 })
    expect(await call(`/audit?cursor=${2n ** 63n}`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })
})
