import { asc, eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { operationEvents } from '../../drizzle/schema'
import type { ChainEvent } from '../../server/domain/payment/inbound'
import { event } from '../builders/bank-events'
import { captured } from '../builders/rpc-node'
import { at } from '../builders/tokens'
import { openScanWorld, type ScanWorld } from './scan.world'

const us = 'cosmos1service'
let world: ScanWorld
beforeEach(async () => {
  world = await openScanWorld()
  world.chain.add(0)
  await world.scan()
})
afterEach(() => world.close())

const cameFrom = (sender: string, amount: string): ChainEvent[] => [event('coin_received', { receiver: us, amount, msg_index: '0' }), event('transfer', { recipient: us, sender, amount, msg_index: '0' })]
/** A tx that brings 100 uatom with this memo by another message than MsgSend. */
const broughtBy = (typeUrl: string, memo: string, sender: string) => ({ ...world.chain.payment(memo, 100n), messages: [{ index: 0, typeUrl }], events: cameFrom(sender, '100uatom') })

async function expectNothingCredited(id: Awaited<ReturnType<ScanWorld['issue']>>['id']) {
  expect(await world.operation(id)).toMatchObject({ status: 'awaiting_payment', refundStatus: 'none' })
  expect(await world.refundsOf(id)).toEqual([])
}

describe('payments that are none', () => {
  it('case 1b: bytes that failed in one block and succeed in a later one are paid once, by the later block', async () => {
    const { token, id } = await world.issue()
    const payment = world.chain.payment(token.memoCode, 100n)
    world.chain.add(1, [{ ...payment, code: 5 }])
    await world.scan()
    await expectNothingCredited(id)
    world.chain.add(2, [payment])
    await world.scan()
    expect(await world.operation(id)).toMatchObject({ status: 'queued', creditedAt: at(2) })
    expect(await world.payments()).toMatchObject([{ height: 3n, state: 'credited', txHash: payment.txHash }])
  })

  it.each([['authz', '/cosmos.authz.v1beta1.MsgExec', 'cosmos1granter'], ['a contract', '/cosmwasm.wasm.v1.MsgExecuteContract', 'cosmos1contract']])('case 4c: coins by %s with a perfect memo are unallocated, with the account that was debited', async (_, typeUrl, debited) => {
    const { token, id } = await world.issue()
    world.chain.add(1, [broughtBy(typeUrl, token.memoCode, debited)])
    await world.scan()
    await expectNothingCredited(id)
    expect(await world.payments()).toMatchObject([{ kind: 'other', state: 'unallocated', fromAddress: debited, amount: 100n }])
    expect(await world.ledger()).toEqual({ unbalanced: 0, wallet: 100n })
  })

  it('case 5a: an output of a MultiSend with a perfect memo is unallocated', async () => {
    const { token, id } = await world.issue()
    world.chain.add(1, [broughtBy('/cosmos.bank.v1beta1.MsgMultiSend', token.memoCode, 'cosmos1payer')])
    await world.scan()
    await expectNothingCredited(id)
    expect(await world.payments()).toMatchObject([{ kind: 'other', state: 'unallocated' }])
  })

  it('case 5c: coins by IBC with our code in the packet\'s memo are unallocated, and nobody is named as their sender', async () => {
    const { token, id } = await world.issue()
    // A captured receive of two packets, as if their receiver had been us and they had carried the code.
    const { tx_result: { events: real } } = captured('rpc_tx_recv_packet') as { tx_result: { events: ChainEvent[] } }
    const receiver = real.find(({ type }) => type === 'fungible_token_packet')!.attributes.find(({ key }) => key === 'receiver')!.value
    const events = real.map(({ type, attributes }) => ({ type, attributes: attributes.map(({ key, value }) => ({ key, value: key === 'memo' ? token.memoCode : value === receiver ? us : value })) }))
    world.chain.add(1, [{ ...world.chain.payment('', 1n), memo: '', messages: [{ index: 0, typeUrl: '/ibc.core.client.v1.MsgUpdateClient' }, { index: 1, typeUrl: '/ibc.core.channel.v1.MsgRecvPacket' }], events }])
    await world.scan()
    await expectNothingCredited(id)
    const rows = await world.payments()
    expect(rows).toHaveLength(2)
    for (const row of rows) expect(row).toMatchObject({ kind: 'other', state: 'unallocated', fromAddress: null })
  })

  it.each(['ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2', 'factory/cosmos1payer/uatom', 'UATOM', 'uatom\u200B'])('case 6b: a perfect payment in the look-alike %j is kept and credits nothing', async (denom) => {
    const { token, id } = await world.issue()
    world.chain.add(1, [world.chain.payment(token.memoCode, 100n, { denom })])
    await world.scan()
    await expectNothingCredited(id)
    expect(await world.payments()).toMatchObject([{ state: 'unallocated', denom, amount: 100n, creditedAmount: 0n }])
    expect((await world.database.db.select().from(operationEvents).where(eq(operationEvents.operationId, id)).orderBy(asc(operationEvents.id))).map(({ type, actor }) => [type, actor]))
      .toEqual([['token_issued', 'user'], ['payment_seen', 'scanner'], ['payment_set_aside', 'scanner']])
  })

  it('case 12e: memos of every odd kind are kept, credit nothing, and stop nothing', async () => {
    const { token, id } = await world.issue()
    const { memoCode } = token
    const memos = [`{"memo":"${memoCode}"}`, `${memoCode} ${memoCode}`, memoCode.slice(0, -1), `${memoCode}${'x'.repeat(241)}`, `${memoCode}\uFFFD`, memoCode.replace('RLY', 'RLУ'), '\0\u0001\u001B[31m', '\uD800', '<script>alert(1)</script>', '\'; drop table payments; --', '\r\nlevel=error msg="paid"']
    world.chain.add(1, memos.map(memo => world.chain.payment(memo, 100n)))
    await world.scan()
    await expectNothingCredited(id)
    expect((await world.payments()).map(row => row.state)).toEqual(memos.map(() => 'unallocated'))
    for (const { suggestion } of await world.payments()) if (suggestion !== null) expect(suggestion).toMatch(/^RLY[- ]?[\dA-Z]{6,16}$/)
    world.chain.add(2, [world.chain.payment(memoCode, 100n)])
    await world.scan()
    expect(await world.operation(id)).toMatchObject({ status: 'queued' })
  })
})

describe('instances beside each other', () => {
  it('case 8c: an instance that comes late with an old block credits nothing again and never moves the cursor back', async () => {
    const { token, id } = await world.issue()
    const { chain } = world
    chain.add(1, [chain.payment(token.memoCode, 100n)])
    let letGo = () => {}
    const held = new Promise<void>(resolve => letGo = resolve)
    let reading = () => {}
    const started = new Promise<void>(resolve => reading = resolve)
    const slow = world.instance({}, { tip: () => chain.tip(), confirmBlock: () => chain.confirmBlock(), endpoints: () => [], block: async (chainId: string, height: bigint) => {
      reading()
      await held
      return await chain.block(chainId, height)
    } })()
    await started
    for (let second = 2; second <= 5; second++) chain.add(second)
    await world.scan()
    const tip = await world.cursor()
    letGo()
    await slow
    expect(await world.cursor()).toBe(tip)
    expect(await world.payments()).toMatchObject([{ state: 'credited', creditedAmount: 100n }])
    expect(await world.operation(id)).toMatchObject({ status: 'queued', paymentIssue: 'none', refundStatus: 'none' })
  })
})

describe('verdicts on time', () => {
  it('case 11b: instances whose clocks are 20 minutes apart give the same verdict, by block time', async () => {
    const fast = world.instance({ instanceId: 'fast', clock: { now: () => at(1_500) } })
    const slow = world.instance({ instanceId: 'slow', clock: { now: () => at(300) } })
    for (const scan of [fast, slow]) {
      const [inTime, late, tooLate] = [await world.issue(), await world.issue({ sequences: [2n] }), await world.issue({ sequences: [3n] })]
      await world.database.db.execute(sql`truncate chain_cursors`)
      const pay = (issued: typeof inTime) => [world.chain.payment(issued.token.memoCode, 100n)]
      world.chain.add(299, pay(inTime))
      // The first height of a fresh cursor is the tip.
      await scan()
      world.chain.add(900, pay(late))
      world.chain.add(901, pay(tooLate))
      await scan()
      expect(await world.operation(inTime.id)).toMatchObject({ status: 'queued', paymentIssue: 'none' })
      expect(await world.operation(late.id)).toMatchObject({ status: 'queued', paymentIssue: 'late' })
      expect(await world.operation(tooLate.id)).toMatchObject({ status: 'expired', paymentIssue: 'too_late' })
      expect(await world.refundsOf(tooLate.id)).toMatchObject([{ amount: 100n, reason: 'too_late' }])
      await world.database.db.execute(sql`update packet_clearing_results set claimed = false`)
    }
  })

  it('case 17c: a chain that stood still for an hour expires nothing that was paid, and no timer expires anything', async () => {
    const [paid, unpaid] = [await world.issue(), await world.issue({ sequences: [2n] })]
    world.chain.add(100, [world.chain.payment(paid.token.memoCode, 100n)])
    await world.scan()
    await world.instance({ clock: { now: () => at(4_000) }, instanceId: 'one' })()
    expect((await world.operation(unpaid.id)).status).toBe('awaiting_payment')
    world.chain.add(3_700)
    await world.scan()
    expect(await world.operation(paid.id)).toMatchObject({ status: 'queued', refundStatus: 'none' })
    expect(await world.operation(unpaid.id)).toMatchObject({ status: 'expired', refundStatus: 'none' })
  })
})

describe('blocks that were not shown whole', () => {
  it('case 13c: nothing of a block with 500 payments and 500 events more is missed', async () => {
    const [first, last] = [await world.issue(), await world.issue({ sequences: [2n] })]
    const noise = Array.from({ length: 500 }, (_, index) => event('wasm-transfer', { recipient: us, amount: `${index}uatom` }))
    const others = Array.from({ length: 498 }, () => world.chain.payment('', 1n))
    const noisy = world.chain.payment(last.token.memoCode, 100n)
    world.chain.add(1, [world.chain.payment(first.token.memoCode, 100n), ...others, { ...noisy, events: [...noise, ...noisy.events] }])
    await world.scan()
    expect(await world.payments()).toHaveLength(500)
    expect([(await world.operation(first.id)).status, (await world.operation(last.id)).status]).toEqual(['queued', 'queued'])
    expect(await world.ledger()).toEqual({ unbalanced: 0, wallet: 698n })
  })

  it('case 14d: a payment that the first endpoint hides is found through another one, and honoured though its token has expired', async () => {
    const { token, id } = await world.issue()
    const { chain } = world
    for (let second = 1; second <= 24; second++) chain.add(second)
    const hiding = { tip: () => chain.tip(), confirmBlock: () => chain.confirmBlock(), endpoints: () => [], block: async (chainId: string, height: bigint) => ({ ...await chain.block(chainId, height), txs: [] }) }
    const twoEndpoints = { tip: () => chain.tip(), confirmBlock: () => chain.confirmBlock(), block: (...asked: Parameters<typeof chain.block>) => chain.block(...asked), endpoints: () => [{ endpoint: 'a' }, { endpoint: 'b' }] as never }
    await world.instance({}, hiding)()
    await world.audit(twoEndpoints)
    chain.add(100, [chain.payment(token.memoCode, 100n)])
    for (let second = 901; second <= 925; second++) chain.add(second)
    await world.instance({}, hiding)()
    expect(await world.operation(id)).toMatchObject({ status: 'expired' })
    await world.audit(twoEndpoints)
    expect(await world.operation(id)).toMatchObject({ status: 'queued', creditedAt: at(100) })
    expect(await world.payments()).toMatchObject([{ state: 'credited', creditedAmount: 100n }])
  })
})

describe('a database that gives way', () => {
  it('case 29b: connections that are cut in the middle of a block leave nothing half, and the payment is credited once', async () => {
    const { token, id } = await world.issue()
    const { db } = world.database
    await db.execute(sql`create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(20); return new; end $$`)
    await db.execute(sql`create trigger slow before insert on operation_events for each row execute function slow()`)
    world.chain.add(1, [world.chain.payment(token.memoCode, 100n)])
    const scanned = world.scan().then(() => 'done', () => 'cut')
    const cut = async () => (await db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and wait_event = 'PgSleep'`)).length
    await expect.poll(cut, { timeout: 10_000 }).toBeGreaterThan(0)
    expect([await world.payments(), (await world.ledger()).wallet]).toEqual([[], 0n])
    await db.execute(sql`drop trigger slow on operation_events`)
    await scanned
    await world.scan()
    expect(await world.operation(id)).toMatchObject({ status: 'queued' })
    expect(await world.payments()).toMatchObject([{ state: 'credited', creditedAmount: 100n }])
    expect(await world.ledger()).toEqual({ unbalanced: 0, wallet: 100n })
  })

  it('case 29c: a disk that is full in the middle of a block leaves nothing half, and the payment is credited once when there is room', async () => {
    const { token, id } = await world.issue()
    const before = await world.cursor()
    const { db } = world.database
    await db.execute(sql`create function full_disk() returns trigger language plpgsql as $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`)
    for (const table of ['ledger_entries', 'operation_events']) {
      await db.execute(sql`create trigger full_disk before insert on ${sql.identifier(table)} for each row execute function full_disk()`)
      world.chain.add(table === 'ledger_entries' ? 1 : 2, table === 'ledger_entries' ? [world.chain.payment(token.memoCode, 150n)] : [])
      await expect(world.scan()).rejects.toThrow()
      expect([await world.payments(), await world.cursor(), (await world.ledger()).wallet]).toEqual([[], before, 0n])
      await expectNothingCredited(id)
      await db.execute(sql`drop trigger full_disk on ${sql.identifier(table)}`)
    }
    await world.scan()
    expect(await world.operation(id)).toMatchObject({ status: 'queued', paymentIssue: 'overpaid' })
    expect(await world.refundsOf(id)).toMatchObject([{ amount: 50n }])
    expect(await world.ledger()).toEqual({ unbalanced: 0, wallet: 150n })
  })

  it('case 29d: a connection pool that is used up delays a scan and loses nothing', async () => {
    const { token, id } = await world.issue()
    world.chain.add(1, [world.chain.payment(token.memoCode, 100n)])
    const { db } = world.database
    const held = Array.from({ length: 20 }, () => db.execute(sql`select pg_sleep(0.1)`))
    await world.scan()
    await Promise.all(held)
    expect(await world.operation(id)).toMatchObject({ status: 'queued' })
    expect(await world.ledger()).toEqual({ unbalanced: 0, wallet: 100n })
  })
})
