import { asc, eq } from 'drizzle-orm'
import { afterEach, describe, expect, it } from 'vitest'
import { auditLog, ledgerEntries, operationEvents, walletFunding, walletOutgoing } from '../../drizzle/schema'
import { makeAdminReads } from '../../server/adapters/postgres/admin-reads'
import { brokenStates } from '../../server/adapters/postgres/reconciliation'
import { ScriptedEndpoints } from '../builders/scripted-endpoints'
import { at } from '../builders/tokens'
import { openScanWorld, type ScanWorld } from './scan.world'

let world: ScanWorld
afterEach(() => world.close())

/** A world whose first block is scanned, with these endpoints; the first of them may lie. */
async function open(...names: string[]) {
  world = await openScanWorld()
  world.chain.add(0)
  await world.scan()
  const endpoints = new ScriptedEndpoints(world.chain, names)
  return { endpoints, scan: world.instance({}, endpoints), indexed: (...txs: ReturnType<typeof world.chain.payment>[]) => txs.map((tx, index) => ({ ...tx, index })) }
}

/** How the audit reads: through another endpoint, which is vouched for while nobody answers for the first reading. */
const throughAnother = (endpoints: ScriptedEndpoints) => ({
  tip: () => endpoints.tip(), block: (chainId: string, wanted: bigint) => world.chain.block(chainId, wanted), confirmBlock: async () => 'agreed' as const, endpoints: () => endpoints.endpoints(),
})

const entries = () => world.database.db.select().from(ledgerEntries)
const audits = () => world.database.db.select().from(auditLog).orderBy(asc(auditLog.id))

describe('a first endpoint that lies, among three', () => {
  it('has its forged payment replaced by the true one that it had hidden under the same key', async () => {
    const { endpoints, scan, indexed } = await open('a', 'b', 'c')
    const [victim, payer] = [await world.issue(), await world.issue({ sequences: [2n] })]
    const height = world.chain.add(10, [world.chain.payment(payer.token.memoCode, 100n, { from: 'cosmos1honest' })])
    const forged = world.chain.payment(victim.token.memoCode, 100n, { from: 'cosmos1forger' })
    await endpoints.lie(height, indexed(forged))
    await scan()
    expect(await world.payments()).toMatchObject([{ state: 'credited', fromAddress: 'cosmos1honest', confirmation: 'agreed', endpoint: 'b' }])
    expect((await world.operation(payer.id)).status).toBe('queued')
    expect((await world.operation(victim.id)).status).toBe('awaiting_payment')
    expect(await world.ledger()).toEqual({ unbalanced: 0, wallet: 100n })
    const [kept, ...more] = await audits()
    expect(more).toEqual([])
    expect(kept).toMatchObject({ actor: 'scanner', action: 'payment.refuted', subjectType: 'payment', detail: { coins: '100uatom', from: 'cosmos1forger', to: 'cosmos1service', memo: victim.token.memoCode, txHash: forged.txHash, endpoint: 'a', blockHash: 'FF'.repeat(32), height: height.toString() } })
    const told = await world.database.db.select({ type: operationEvents.type }).from(operationEvents).where(eq(operationEvents.operationId, victim.id)).orderBy(asc(operationEvents.id))
    expect(told.map(row => row.type)).toEqual(['token_issued', 'payment_seen', 'payment_refuted'])
    await scan()
    expect(await audits()).toHaveLength(1)
  })

  it('does not keep the token of a forged payment from expiring', async () => {
    const { endpoints, scan, indexed } = await open('a', 'b', 'c')
    const { token, id } = await world.issue()
    await endpoints.lie(world.chain.add(10), indexed(world.chain.payment(token.memoCode, 100n)))
    world.chain.add(901)
    await scan()
    expect(await world.payments()).toEqual([])
    world.chain.add(902)
    await scan()
    expect(await world.operation(id)).toMatchObject({ status: 'expired', refundStatus: 'none' })
    expect(await entries()).toEqual([])
  })

  it('has what it forged about our own wallets replaced, too, so that refunds go on', async () => {
    const { endpoints, scan, indexed } = await open('a', 'b', 'c')
    await world.store.watchWallets([{ chainId: 'hub-1', address: 'cosmos1relayer', role: 'relayer' }], at(1))
    const spent = (address: string) => ({ ...world.chain.payment('', 5n, { from: address }), messages: [{ index: 0, typeUrl: '/cosmos.bank.v1beta1.MsgSend', send: { fromAddress: address, toAddress: 'cosmos1thief', coins: [{ denom: 'uatom', amount: 5n }] } }], events: [{ type: 'coin_spent', attributes: [{ key: 'spender', value: address }, { key: 'amount', value: '5uatom' }, { key: 'msg_index', value: '0' }] }] })
    const funded = { ...world.chain.payment('', 9n), messages: [], events: [{ type: 'coin_received', attributes: [{ key: 'receiver', value: 'cosmos1relayer' }, { key: 'amount', value: '9uatom' }, { key: 'msg_index', value: '0' }] }] }
    const height = world.chain.add(10)
    await endpoints.lie(height, indexed(spent('cosmos1service'), funded))
    endpoints.down.add('b').add('c')
    await scan()
    expect((await world.store.walletFacts('hub-1', 'cosmos1service')).unjudged).toBe(1)
    expect(await world.store.bookedUpTo('hub-1')).toBe(height - 1n)
    endpoints.down.clear()
    await scan()
    expect(await world.database.db.select().from(walletOutgoing)).toEqual([])
    expect(await world.database.db.select().from(walletFunding)).toEqual([])
    expect((await audits()).map(row => [row.action, row.detail.coins])).toEqual([['outgoing.refuted', '5uatom'], ['funding.refuted', '9uatom']])
    expect((await world.store.walletFacts('hub-1', 'cosmos1service')).unjudged).toBe(0)
    expect(await world.store.bookedUpTo('hub-1')).toBe(height)
    expect(await entries()).toEqual([])
  })

  it('is refuted when it shows the true block with another result of a tx', async () => {
    const { endpoints, scan } = await open('a', 'b', 'c')
    const { token, id } = await world.issue()
    const height = world.chain.add(10, [world.chain.payment(token.memoCode, 100n, { code: 5 })])
    const truth = await world.chain.block('hub-1', height)
    endpoints.lies.set(height, { ...truth, txs: truth.txs.map(tx => ({ ...tx, code: 0 })) })
    await scan()
    expect(await world.payments()).toEqual([])
    expect((await world.operation(id)).status).toBe('awaiting_payment')
    expect((await audits()).map(row => row.action)).toEqual(['payment.refuted'])
  })
})

describe('two endpoints that disagree', () => {
  it('leave a payment waiting, for nobody can tell who is right, until one of them tells otherwise', async () => {
    const { endpoints, scan, indexed } = await open('a', 'b')
    const { token, id } = await world.issue()
    const height = world.chain.add(10)
    await endpoints.lie(height, indexed(world.chain.payment(token.memoCode, 100n)))
    expect(await scan()).toEqual({ waiting: true })
    expect(await world.payments()).toMatchObject([{ state: 'seen', confirmation: 'none' }])
    world.chain.add(901)
    expect(await scan()).toEqual({ waiting: true })
    expect((await world.operation(id)).status).toBe('awaiting_payment')
    expect(await audits()).toEqual([])
    const reads = makeAdminReads(world.database.db)
    expect(await reads.unconfirmedBlocks()).toEqual([{ chainId: 'hub-1', height, endpoint: 'a', rows: 1, blockTime: at(10) }])
    endpoints.lies.clear()
    expect(await scan()).toEqual({ waiting: false })
    expect(await world.payments()).toEqual([])
    expect(await reads.unconfirmedBlocks()).toEqual([])
    expect((await audits()).map(row => row.action)).toEqual(['payment.refuted'])
  })
})

/** The first endpoint shows the true block, and events that are not of it. */
async function lieInEvents(endpoints: ScriptedEndpoints, height: bigint, event: { readonly type: string, readonly attributes: readonly { readonly key: string, readonly value: string }[] }) {
  const truth = await world.chain.block('hub-1', height)
  endpoints.lies.set(height, { ...truth, txs: truth.txs.map(tx => ({ ...tx, events: [...tx.events, event] })) })
}

describe('a first endpoint that shows the true block with events of its own', () => {
  const came = { type: 'coin_received', attributes: [{ key: 'receiver', value: 'cosmos1service' }, { key: 'amount', value: '900uosmo' }] }
  const ourSequence = { type: 'tx', attributes: [{ key: 'acc_seq', value: 'cosmos1service/7' }] }

  it.each([['names', came, 'payment.refuted'], ['says', ourSequence, 'outgoing.refuted']])('case 14v: %s what never reached or left a wallet: nobody is believed before the second says it, too', async (_what, event, refuted) => {
    const { endpoints, scan } = await open('a', 'b')
    const tx = { ...world.chain.payment('', 1n, { from: 'cosmos1service', code: event === came ? 0 : 5 }), signers: [{ address: 'cosmos1service', sequence: 7n }] }
    const height = world.chain.add(10, [{ ...tx, messages: [], events: [] }])
    await lieInEvents(endpoints, height, event)
    endpoints.down.add('b')
    expect(await scan()).toEqual({ waiting: true })
    endpoints.down.clear()
    expect(await scan()).toEqual({ waiting: true })
    expect(await entries()).toEqual([])
    expect((await world.database.db.select().from(walletOutgoing)).filter(row => row.kind !== null)).toEqual([])
    endpoints.lies.clear()
    expect(await scan()).toEqual({ waiting: false })
    expect([await world.payments(), await world.database.db.select().from(walletOutgoing), await entries()]).toEqual([[], [], []])
    expect((await audits()).map(row => row.action)).toEqual([refuted])
  })

  it('is vouched for by a second one that tells the same of our wallets, whatever else their events are', async () => {
    const { endpoints, scan } = await open('a', 'b')
    const height = world.chain.add(10, [world.chain.contractPayment('', 5n)])
    await lieInEvents(endpoints, height, { type: 'wasm', attributes: [{ key: 'noise', value: '1' }] })
    endpoints.down.add('b')
    expect(await scan()).toEqual({ waiting: true })
    endpoints.down.clear()
    expect(await scan()).toEqual({ waiting: false })
    expect(await world.payments()).toMatchObject([{ state: 'unallocated', amount: 5n, confirmation: 'agreed' }])
  })
})

describe('two readings of one height', () => {
  it('are vouched for one by one: the forged row is not believed because the true one is', async () => {
    const { endpoints, scan, indexed } = await open('a', 'b', 'c')
    const [victim, payer] = [await world.issue(), await world.issue({ sequences: [2n] })]
    const audited = throughAnother(endpoints)
    for (let second = 1; second <= 24; second++) world.chain.add(second)
    await scan()
    await world.audit(audited)
    const height = world.chain.add(30, [world.chain.payment('', 1n), world.chain.payment(payer.token.memoCode, 100n)])
    await endpoints.lie(height, indexed(world.chain.payment(victim.token.memoCode, 100n)))
    for (let second = 31; second <= 55; second++) world.chain.add(second)
    endpoints.down.add('b').add('c')
    await scan()
    expect(await world.payments()).toMatchObject([{ state: 'seen', txIndex: 0 }])
    await world.audit(audited)
    expect(await world.payments()).toMatchObject([{ state: 'seen', txIndex: 0, confirmation: 'none' }, { state: 'credited', txIndex: 1, confirmation: 'agreed' }])
    expect((await world.operation(victim.id)).status).toBe('awaiting_payment')
    endpoints.down.clear()
    await scan()
    expect(await world.payments()).toMatchObject([{ state: 'unallocated', txIndex: 0, amount: 1n }, { state: 'credited', txIndex: 1, amount: 100n }])
    expect((await world.operation(victim.id)).status).toBe('awaiting_payment')
    expect((await world.operation(payer.id)).status).toBe('queued')
    expect(await world.ledger()).toEqual({ unbalanced: 0, wallet: 101n })
  })

  it('are judged one by one: a withdrawal that one endpoint calls failed is booked once, as the other shows it', async () => {
    const { endpoints, scan } = await open('a', 'b', 'c')
    const audited = throughAnother(endpoints)
    for (let second = 1; second <= 24; second++) world.chain.add(second)
    await scan()
    await world.audit(audited)
    const attributes = (own: Record<string, string>) => Object.entries(own).map(([key, value]) => ({ key, value }))
    const withdrawal = {
      ...world.chain.payment('', 10n), messages: [{ index: 0, typeUrl: '/cosmos.bank.v1beta1.MsgSend', send: { fromAddress: 'cosmos1service', toAddress: 'cosmos1thief', coins: [{ denom: 'uatom', amount: 10n }] } }],
      events: [
        { type: 'coin_spent', attributes: attributes({ spender: 'cosmos1service', amount: '5uatom' }) }, { type: 'tx', attributes: attributes({ fee: '5uatom', fee_payer: 'cosmos1service' }) }, { type: 'tx', attributes: attributes({ acc_seq: 'cosmos1service/1' }) },
        { type: 'coin_spent', attributes: attributes({ spender: 'cosmos1service', amount: '10uatom', msg_index: '0' }) },
      ],
    }
    const height = world.chain.add(30, [withdrawal])
    const truth = await world.chain.block('hub-1', height)
    endpoints.lies.set(height, { ...truth, txs: truth.txs.map(tx => ({ ...tx, code: 5 })) })
    for (let second = 31; second <= 55; second++) world.chain.add(second)
    endpoints.down.add('b').add('c')
    await scan()
    await world.audit(audited)
    const outgoing = () => world.database.db.select({ code: walletOutgoing.code, kind: walletOutgoing.kind, confirmation: walletOutgoing.confirmation }).from(walletOutgoing).orderBy(asc(walletOutgoing.code))
    expect(await outgoing()).toEqual([{ code: 0, kind: 'stranger', confirmation: 'agreed' }, { code: 5, kind: null, confirmation: 'none' }])
    expect(await world.ledger()).toEqual({ unbalanced: 0, wallet: -15n })
    expect(await brokenStates(world.database.db)).toEqual([])
    endpoints.down.clear()
    await scan()
    expect(await outgoing()).toEqual([{ code: 0, kind: 'stranger', confirmation: 'agreed' }])
    expect(await world.ledger()).toEqual({ unbalanced: 0, wallet: -15n })
  })
})
