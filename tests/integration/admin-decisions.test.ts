import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { payments, refunds } from '../../drizzle/schema'
import { adr36Verifier } from '../../server/adapters/adr36/signature-verifier'
import { makeAdminReads } from '../../server/adapters/postgres/admin-reads'
import { makeAuthStore } from '../../server/adapters/postgres/auth-store'
import type { OperationId } from '../../server/domain/clearing/operation'
import { transition, type OperationEvent } from '../../server/domain/clearing/transition'
import { makeAdminActs, type AdminActs } from '../../server/usecases/admin/perform-act'
import { makeSignedConsents } from '../../server/usecases/signed-consent'
import type { AdminAct } from '../../shared/schemas/admin'
import { aWallet, type SigningWallet } from '../builders/wallet'
import { openRefundWorld, type OpenedRefundWorld } from './refunds.world'

let world: OpenedRefundWorld
let acts: AdminActs
let admin: SigningWallet

beforeAll(async () => {
  admin = await aWallet(1)
  world = await openRefundWorld({ minimum: 50_000n })
  const { database: { db }, clock, ids, directory, reader, store } = world
  const consents = makeSignedConsents({ store: makeAuthStore(db), verifier: adr36Verifier, chains: directory, ids, clock })
  acts = makeAdminActs({ store, reads: makeAdminReads(db), directory, reader, clock, clearingDeadlineMs: 1_800_000, refundableDenoms: () => new Set() }, consents)
})
afterAll(() => world.close())

const reason = 'the payer wrote to us'
const consentTo = async (act: AdminAct) => {
  const { challengeId, text } = await acts.challenge(act, { address: admin.address, chainId: world.chainId, domain: 'relayooor.test', uri: 'https://relayooor.test' })
  return { text, consent: { challengeId, signature: admin.signText(text), pubKey: admin.pubKey } }
}
const act = async (wanted: AdminAct) => acts.perform(wanted, admin.address, (await consentTo(wanted)).consent)
const refusal = (work: Promise<unknown>) => work.then(() => 'done', (error: { code?: string }) => error.code ?? String(error))
const refundAct = (operationId: string, amount: string | null): AdminAct => ({ action: 'operation.refund', operationId, amount, reason })

async function apply(id: OperationId, event: OperationEvent): Promise<void> {
  await world.store.transaction(async (tx) => {
    const operation = (await tx.lockOperation(id))!
    const next = transition(operation, event, world.clock.now())
    await tx.saveTransition(operation, next.operation, next.effects, { actor: 'worker', cause: 'test' }, world.clock.now())
  })
}

async function paid(total = 1_000_000n) {
  const { token, id } = await world.issue(total)
  await world.pay(token, total)
  const decide = (relayedBy: 'us' | 'nobody') => apply(id, { type: 'packets_decided', decided: token.packets.map(packet => ({ id: packet.id, result: relayedBy === 'us' ? 'delivered' : 'pending', relayedBy, refundReason: 'not_cleared' })) })
  return { token, id, decide }
}
const amounts = async (id: OperationId) => (await world.refundsOf(id)).map(refund => [refund.reason, refund.amount])
const paymentOf = async (id: OperationId) => (await world.database.db.select().from(payments).where(eq(payments.operationId, id)))[0]!
const expectBooksToFit = async () => {
  const { books, chain, overRefunded, unexplainedOwed } = await world.booksFit()
  expect({ books, overRefunded, unexplainedOwed }).toEqual({ books: chain, overRefunded: 0, unexplainedOwed: '0' })
}

describe('what is signed', () => {
  it('is the address a refund goes to: with another one it is worth nothing, and nothing is approved', async () => {
    const id = await world.notCleared(40_000n)
    await world.pay1()
    const { id: refundId } = await world.refund(id)
    const wanted: AdminAct = { action: 'refund.approve', refundId, reason }
    const { consent } = await consentTo(wanted)
    await world.database.db.update(refunds).set({ destination: world.addressOf('bob') }).where(eq(refunds.id, refundId))
    expect(await refusal(acts.perform(wanted, admin.address, consent))).toBe('challenge_not_found')
    expect(await world.refund(id)).toMatchObject({ state: 'held', approvedBy: null })
    await world.database.db.update(refunds).set({ destination: world.addressOf('alice') }).where(eq(refunds.id, refundId))
  })

  it('names the amount, also where all is given back', async () => {
    const { id, decide } = await paid(700_000n)
    await decide('us')
    expect((await consentTo(refundAct(id, null))).text).toContain(`Give back 700000${world.denom}, which was earned,`)
  })

  it('names every undecided packet with its share and what becomes of it', async () => {
    const { id, token } = await paid(600_000n)
    await apply(id, { type: 'undecidable', reason: 'no node answers' })
    const { chainId, portId, channelId, sequence } = token.packets[0]!.id
    const packet = { chainId, portId, channelId, sequence: sequence.toString() }
    expect((await consentTo({ action: 'operation.resolve', operationId: id, keep: [packet], reason })).text).toContain(`keep 600000${world.denom} for ${chainId}/${portId}/${channelId}/${sequence}`)
    expect((await consentTo({ action: 'operation.resolve', operationId: id, keep: [], reason })).text).toContain(`give back 600000${world.denom} for ${chainId}/${portId}/${channelId}/${sequence}`)
  })

  it('cannot be broken into other lines', async () => {
    const { id } = await paid(100_000n)
    const { text } = await consentTo(refundAct(id, '1'))
    expect(text.split('\n').filter(line => line.startsWith('Reason:'))).toEqual([`Reason: ${reason}`])
  })
})

describe('what is left of a paid clearing', () => {
  it('is given back whole, which ends it', async () => {
    const { id } = await paid(300_000n)
    await act(refundAct(id, null))
    expect(await world.operation(id)).toMatchObject({ status: 'resolved', refundStatus: 'owed' })
    expect(await amounts(id)).toEqual([['operator_decision', 300_000n]])
    expect(await paymentOf(id)).toMatchObject({ consumedAmount: 0n, refundPlannedAmount: 300_000n })
    expect(await refusal(act(refundAct(id, '1')))).toBe('not_in_this_state')
  })

  it('is given back in part while the clearing goes on, and again, and only the rest is owed or earned in the end', async () => {
    const { id, decide } = await paid(300_000n)
    await act(refundAct(id, '100000'))
    await act(refundAct(id, '50000'))
    expect(await world.operation(id)).toMatchObject({ status: 'queued', refundStatus: 'owed' })
    await decide('nobody')
    expect(await amounts(id)).toEqual([['operator_decision', 100_000n], ['operator_decision', 50_000n], ['not_cleared', 150_000n]])
    expect(await paymentOf(id)).toMatchObject({ consumedAmount: 0n, refundPlannedAmount: 300_000n })
  })

  it('is not touched while a run may be earning it', async () => {
    const { id } = await paid()
    await apply(id, { type: 'run_started', runId: 'run', executor: 'clear_packets' })
    expect(await refusal(act(refundAct(id, null)))).toBe('not_in_this_state')
    await apply(id, { type: 'run_ended', failed: false, detail: {} })
  })

  it('of a half-paid one goes back whole or not at all', async () => {
    const { token, id } = await world.issue()
    await world.pay(token, 400_000n)
    expect(await refusal(act(refundAct(id, '399999')))).toBe('not_in_this_state')
    await act(refundAct(id, null))
    expect(await world.operation(id)).toMatchObject({ status: 'resolved' })
    await world.pay(token, 600_000n)
    expect(await amounts(id)).toEqual([['operator_decision', 400_000n], ['duplicate', 600_000n]])
  })

  it('is given to one of two admins who ask for all of it at once', async () => {
    const { id } = await paid(200_000n)
    const consents = [await consentTo(refundAct(id, null)), await consentTo(refundAct(id, null))]
    const answers = await Promise.all(consents.map(({ consent }) => refusal(acts.perform(refundAct(id, null), admin.address, consent))))
    expect(answers.filter(answer => answer === 'done')).toHaveLength(1)
    expect(answers.find(answer => answer !== 'done')).toBe('not_in_this_state')
    expect(await amounts(id)).toEqual([['operator_decision', 200_000n]])
  })
})

describe('what was earned', () => {
  it('is given back in parts, by more than one decision, never more than there was', async () => {
    const { id, decide } = await paid(500_000n)
    await decide('us')
    await act(refundAct(id, '200000'))
    await act(refundAct(id, '300000'))
    expect(await refusal(act(refundAct(id, '1')))).toBe('not_in_this_state')
    expect(await paymentOf(id)).toMatchObject({ consumedAmount: 0n, refundPlannedAmount: 500_000n })
    await world.finish()
    await expectBooksToFit()
  })
})

describe('a refund that is too small to send alone', () => {
  it('is sent once an admin has approved it', async () => {
    const id = await world.notCleared(30_000n, 'bob')
    await world.pay1()
    expect(await world.refund(id)).toMatchObject({ state: 'held', holdReason: 'minimum' })
    await act({ action: 'refund.approve', refundId: (await world.refund(id)).id, reason })
    await world.finish()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed', approvedBy: admin.address })
    await expectBooksToFit()
  })
})

describe('blocks that nobody can show', () => {
  it('are passed to their end only: a block that can be read is never skipped', async () => {
    const cursor = (await world.store.cursor(world.chainId, 'primary'))!.height
    await world.control('blocks', { count: 5 })
    await world.control('conditions', { earliestHeight: Number(cursor + 3n) })
    const skip = (to: bigint): AdminAct => ({ action: 'scan.skip_gap', chainId: world.chainId, fromHeight: String(cursor + 1n), toHeight: String(to), reason })
    expect(await refusal(consentTo(skip(cursor + 3n)))).toBe('not_in_this_state')
    await act(skip(cursor + 2n))
    await world.control('faults/rpc/clear')
    await world.scan()
    expect((await world.store.cursor(world.chainId, 'primary'))!.height).toBeGreaterThanOrEqual(cursor + 5n)
  })
})
