import { eq, sql, type SQL } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ledgerEntries, payments, reconciliationFindings, walletCheckpoints, watchedWallets } from '../../drizzle/schema'
import { makeAdminReads } from '../../server/adapters/postgres/admin-reads'
import type { Operation, OperationId } from '../../server/domain/clearing/operation'
import { transition, type OperationEvent } from '../../server/domain/clearing/transition'
import type { Invariant } from '../../server/domain/reconciliation/check'
import { openReconcileWorld, type ReconcileWorld } from './reconcile.world'

describe('sound books', () => {
  let world: ReconcileWorld
  beforeAll(async () => {
    world = await openReconcileWorld()
  })
  afterAll(() => world.close())

  it('begin with what the wallet held, as the capital of its owner', async () => {
    const report = await world.reconcile()
    expect(world.brokenIn(report)).toEqual([])
    expect(report.result).toBe('sound')
    const { amount } = await world.reader.balance(world.chainId, world.service, world.denom)
    const { height } = (await world.store.cursor(world.chainId, 'primary'))!
    expect(await world.db.select().from(ledgerEntries).where(eq(ledgerEntries.denom, world.denom))).toMatchObject([
      { cause: 'opening_balance', account: 'equity:owner', amount: -amount, height: null }, { cause: 'opening_balance', account: `wallet:service:${world.service}`, amount, height },
    ])
    expect(await world.db.select().from(watchedWallets)).toMatchObject([{ address: world.service, openedHeight: height }])
  })

  it('stay sound through payments, surpluses, refunds, failed and foreign transactions', async () => {
    const over = await world.overpaid(5_000n)
    const back = await world.notCleared(700_000n, 'bob')
    await world.control('send', { from: 'alice', to: 'service', amount: '77', memo: 'no code' })
    await world.control('send', { from: 'service', to: 'admin', amount: '1000' })
    await world.scan()
    expect(world.brokenIn(await world.reconcile())).toEqual([])
    await world.finish()
    expect([await world.refund(over), await world.refund(back)]).toMatchObject([{ state: 'confirmed' }, { state: 'confirmed' }])
    const report = await world.reconcile()
    expect(world.brokenIn(report)).toEqual([])
    expect(report.result).toBe('sound')
    expect(report.runs.map(run => run.chainId)).toEqual([world.chainId, null])
    expect(report.runs[0]?.height).toBe((await world.store.cursor(world.chainId, 'primary'))?.height)
    expect(await world.books.payoutStop(world.chainId)).toBeNull()
    expect(await makeAdminReads(world.db).newestReconciliations()).toEqual(report.runs.map(({ chainId, finishedAt, result }) => ({ chainId, finishedAt, result })))
    expect(await world.books.newest()).toEqual({ finishedAt: report.runs.at(-1)!.finishedAt, result: 'sound', openFindings: 0 })
  })

  it('are told in words, by invariant', async () => {
    const report = await world.reconcile()
    expect(world.checksOf(report, 'I2').map(check => check.sentence)).toEqual([
      expect.stringMatching(new RegExp(`^${world.service} on ${world.chainId} holds after block \\d+ exactly what the books say\\.$`)),
      'Every leg of a wallet is a transfer that stands in the rows, in the same block.',
    ])
    expect(new Set(report.runs.flatMap(run => run.checks).map(check => check.invariant))).toEqual(new Set(['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9']))
  })

  it('are compared from the last balance on, which is kept when it changes', async () => {
    const kept = () => world.db.select().from(walletCheckpoints)
    const before = await kept()
    await world.reconcile()
    expect(await kept()).toEqual(before)
    await world.control('send', { from: 'alice', to: 'service', amount: '78', memo: 'no code' })
    await world.scan()
    await world.reconcile()
    const after = await kept()
    expect(after).toHaveLength(before.length + 1)
    expect(after.at(-1)?.balance).toBe((await world.reader.balance(world.chainId, world.service, world.denom)).amount)
  })

  it('are looked at by one instance at a time', async () => {
    let second: unknown = 'not asked'
    await world.books.exclusively(async () => {
      second = await world.books.exclusively(async () => 'both')
    })
    expect(second).toBeNull()
    expect(await world.books.exclusively(async () => 'free again')).toBe('free again')
  })
})

describe('a broken invariant', () => {
  let world: ReconcileWorld
  let overpaid: string
  beforeAll(async () => {
    world = await openReconcileWorld()
    await world.reconcile()
    overpaid = await world.overpaid(5_000n)
    await world.notCleared(700_000n, 'bob')
    await world.finish()
    await world.control('send', { from: 'alice', to: 'service', amount: '77', memo: 'no code' })
    await world.scan()
    // One that waits: whether it is sent tells whether payouts are stopped.
    await world.notCleared(40_000n, 'bob')
  })
  afterAll(() => world.close())
  afterEach(async () => {
    expect(world.brokenIn(await world.reconcile())).toEqual([])
    expect(await world.open()).toEqual([])
  })

  const uuid = () => world.ids.rowId()
  /** Breaks it by hand, and puts it right again at the end. */
  async function expectFound(invariant: Invariant, breaking: SQL, mending: SQL, words: RegExp, stops = true): Promise<void> {
    await world.asSuperuser(breaking)
    const report = await world.reconcile()
    expect(report.result).toBe('broken')
    expect(world.brokenIn(report).filter(finding => finding.invariant === invariant).map(finding => finding.sentence), JSON.stringify(world.brokenIn(report))).toContainEqual(expect.stringMatching(words))
    expect(await world.books.newest()).toMatchObject({ result: 'broken' })
    const loud = world.logger.lines.filter(line => line.level === 'error' && 'invariant' in line.facts && line.facts.invariant === invariant).length
    expect(loud).toBeGreaterThan(0)
    await world.reconcile()
    expect(world.logger.lines.filter(line => line.level === 'error' && 'invariant' in line.facts && line.facts.invariant === invariant)).toHaveLength(loud)
    const others = (await world.open()).some(finding => finding.invariant !== invariant)
    if (stops) expect(await world.payBooked()).toMatchObject({ did: 'wait', reason: expect.stringContaining('is broken: ') })
    else if (!others) expect(await world.books.payoutStop(world.chainId)).toBeNull()
    await world.asSuperuser(mending)
    const mended = await world.reconcile()
    expect(world.brokenIn(mended)).toEqual([])
    expect(await world.books.payoutStop(world.chainId)).toBeNull()
  }

  it('I1: an entry set that does not sum to zero', async () => {
    const set = uuid()
    await expectFound('I1', sql`insert into ledger_entries (entry_set, account, chain_id, denom, amount, cause, created_at) values (${set}, 'equity:owner', ${world.chainId}, ${world.denom}, 9, 'test', now())`,
      sql`delete from ledger_entries where entry_set = ${set}`, new RegExp(`^Entry set ${set} on ${world.chainId} does not sum to zero: it is off by 9 ${world.denom}, on equity:owner\\.$`))
  })

  it('I1: the database would let the books be changed; payouts of every chain stop', async () => {
    await expectFound('I1', sql`alter table ledger_entries disable trigger ledger_entries_append_only`, sql`alter table ledger_entries enable trigger ledger_entries_append_only`, /^Trigger ledger_entries_append_only is missing or switched off/)
    expect(await world.db.select().from(reconciliationFindings).where(eq(reconciliationFindings.subject, 'guard:ledger_entries_append_only'))).toMatchObject([{ chainId: null, closeReason: 'a later check no longer finds it' }])
  })

  it('I2: the books say that the wallet has more than it holds', async () => {
    const set = uuid()
    const height = (await world.store.cursor(world.chainId, 'primary'))!.height
    await expectFound('I2', sql`insert into ledger_entries (entry_set, account, chain_id, denom, amount, cause, height, created_at)
      select ${set}::uuid, account, ${world.chainId}, ${world.denom}, amount, 'test', height, now() from (values (${`wallet:service:${world.service}`}, 12, ${height.toString()}::bigint), ('equity:owner', -12, null)) as v(account, amount, height)`,
    sql`delete from ledger_entries where entry_set = ${set}`, new RegExp(`^wallet:service:${world.service} on ${world.chainId} holds \\d+ ${world.denom} after block ${height}, 12 ${world.denom} less than the books, which have \\d+\\. They agreed at block \\d+; since then the wallet changed by -?\\d+ and the books by -?\\d+\\.$`))
  })

  it('I3: a payment that reached us and is in no row, and one in a row that never came', async () => {
    const [payment] = await world.db.select().from(payments).where(eq(payments.memo, 'no code'))
    await world.asSuperuser(sql`update payments set height = height - 1 where id = ${payment!.id}`)
    const sentences = world.brokenIn(await world.reconcile()).filter(finding => finding.invariant === 'I3').map(finding => finding.sentence)
    expect(sentences).toEqual([
      expect.stringMatching(new RegExp(`^A row keeps 77 ${world.denom} from \\w+ to ${world.service} \\(transaction ${payment!.txHash}\\) in block ${payment!.height - 1n} of`)),
      expect.stringMatching(new RegExp(`^Block ${payment!.height} of ${world.chainId} shows 77 ${world.denom} from \\w+ to ${world.service} \\(transaction ${payment!.txHash}\\), and no row keeps it`)),
    ])
    await world.asSuperuser(sql`update payments set height = height + 1 where id = ${payment!.id}`)
    // The small window does not reach that block: what is open is looked at again all the same.
    await world.control('blocks', { count: 8 })
    await world.scan()
    const scheduled = await world.reconcile('schedule')
    expect(world.brokenIn(scheduled)).toEqual([])
    expect(await world.open()).toEqual([])
  })

  it('I3: an outgoing transaction whose row says another amount', async () => {
    const tx = (await world.outgoing()).find(row => row.kind === 'refund')!
    const change = (amount: string) => sql`update wallet_outgoing set coins = ${JSON.stringify([{ denom: world.denom, amount }])}::jsonb where tx_hash = ${tx.txHash} and height = ${tx.height.toString()}::bigint`
    await expectFound('I3', change('1'), change(tx.coins[0]!.amount), new RegExp(`^Block ${tx.height} of ${world.chainId} shows ${tx.coins[0]!.amount} ${world.denom} from ${world.service} to \\w+ with a fee of .* and its row says 1 ${world.denom}`))
  })

  it('I4: a payment whose parts are more than one place', async () => {
    const [payment] = await world.db.select().from(payments).where(eq(payments.memo, 'no code'))
    await expectFound('I4', sql`update payments set refund_planned_amount = 70 where id = ${payment!.id}`, sql`update payments set refund_planned_amount = 0 where id = ${payment!.id}`,
      new RegExp(`^Payment ${payment!.id} of 77 ${world.denom} on ${world.chainId} \\(block ${payment!.height}\\) is unallocated, but it is not in exactly one place: credited 0, earned 0, to be given back 70, and its refunds are 0\\.$`))
  })

  it('I4: an account that holds something else than its rows come to', async () => {
    const set = uuid()
    await expectFound('I4', sql`insert into ledger_entries (entry_set, account, chain_id, denom, amount, cause, created_at)
      select ${set}::uuid, account, ${world.chainId}, ${world.denom}, amount, 'test', now() from (values ('liability:unallocated', -3), ('equity:owner', 3)) as v(account, amount)`,
    sql`delete from ledger_entries where entry_set = ${set}`, new RegExp(`^liability:unallocated on ${world.chainId} is -80 ${world.denom} in the books, and -77 by the payments, refunds and gas it stands for: off by -3\\.$`))
  })

  it('I4: an operation whose shares do not come to what was paid', async () => {
    await expectFound('I4', sql`update packet_clearing_results set share_amount = share_amount - 1 where operation_id in (select id from clearing_operations where status = 'not_cleared')`, sql`update packet_clearing_results set share_amount = share_amount + 1 where operation_id in (select id from clearing_operations where status = 'not_cleared')`,
      /^2 things|^Operation [\da-f-]{36} on .* is not_cleared, but its money does not add up: price 700000/)
  })

  it('I5: a packet that counts as ours without a transaction of ours', async () => {
    await expectFound('I5', sql`update packet_clearing_results set relayed_by = 'us' where result is not null`, sql`update packet_clearing_results set relayed_by = 'nobody' where result is not null`,
      /^Packet sandbox-hub-1\/transfer\/channel-0\/\d+ of operation [\da-f-]{36} counts as relayed by us, and no transaction of a relayer wallet of ours that carried it is kept\.$/)
  })

  it('I6: a payment with refunds of more than it was', async () => {
    const refund = await world.refund(overpaid as Parameters<typeof world.refund>[0])
    const [payment] = await world.db.select().from(payments).where(eq(payments.id, refund.paymentId))
    await expectFound('I6', sql`update refunds set amount = amount + 1000000000 where id = ${refund.id}`, sql`update refunds set amount = amount - 1000000000 where id = ${refund.id}`,
      new RegExp(`^Payment ${payment!.id} of 1005000 ${world.denom} on ${world.chainId} has refunds of 1000005000: 999000000 more than it was\\.$|^Transaction`))
  })

  it('I6: a transaction that sent something else than the refunds it confirms', async () => {
    const refund = await world.refund(overpaid as Parameters<typeof world.refund>[0])
    await expectFound('I6', sql`update refunds set tx_hash = 'AB' where id = ${refund.id}`, sql`update refunds set tx_hash = ${refund.txHash} where id = ${refund.id}`,
      new RegExp(`^Transaction AB on ${world.chainId} sent 0 ${world.denom}, and the refunds that it confirms come to \\d+\\.$`))
  })

  it('I7: a state that no event tells of; payouts go on', async () => {
    await expectFound('I7', sql`update operation_events set cause = '' where operation_id = ${overpaid} and type = 'queued'`, sql`update operation_events set cause = 'block scan' where operation_id = ${overpaid} and type = 'queued'`,
      new RegExp(`^Operation ${overpaid} is queued, and its events do not tell how: .* without a cause 1\\.$`), false)
  })

  it('I8: an operation long after its deadline; payouts go on', async () => {
    await expectFound('I8', sql`update clearing_operations set deadline_at = now() - interval '1 hour' where id = ${overpaid}`, sql`update clearing_operations set deadline_at = now() + interval '1 hour' where id = ${overpaid}`,
      new RegExp(`^Operation ${overpaid} is still queued, 36\\d\\d seconds after its deadline\\.$`), false)
  })

  it('I8: a lease that is longer than any may be', async () => {
    await expectFound('I8', sql`update payout_lanes set lease_until = now() + interval '1 day'`, sql`update payout_lanes set lease_until = now()`, /^The lease of payout wallet \w+ on sandbox-hub-1 lasts until .*, longer than any lease may\.$/, false)
  })

  it('I9: a row of a block that the scanner has not read', async () => {
    const [payment] = await world.db.select().from(payments).where(eq(payments.memo, 'no code'))
    await expectFound('I9', sql`update payments set height = height + 1000000 where id = ${payment!.id}`, sql`update payments set height = height - 1000000 where id = ${payment!.id}`,
      new RegExp(`^The payment ${payment!.id} is of block ${payment!.height + 1_000_000n} of ${world.chainId}, and the scanner has read only up to \\d+\\.$`))
  })

  it('I9: a cursor beyond the chain', async () => {
    await expectFound('I9', sql`update chain_cursors set height = height + 1000 where purpose = 'primary'`, sql`update chain_cursors set height = height - 1000 where purpose = 'primary'`, /^The scanner of sandbox-hub-1 says it read block \d+, and the chain's newest is \d+\.$/)
  })
})

describe('coins that moved outside of every transaction', () => {
  let world: ReconcileWorld
  beforeAll(async () => {
    world = await openReconcileWorld()
    await world.reconcile()
  })
  afterAll(() => world.close())

  it('stop payouts until the wallet holds again what the books say', async () => {
    const id = await world.notCleared(40_000n, 'bob')
    await world.control('fund', { to: 'service', amount: '123' })
    await world.block()
    const report = await world.reconcile()
    expect(world.brokenIn(report)).toEqual([{ invariant: 'I2', subject: `wallet:service:${world.service}/${world.denom}`, sentence: expect.stringContaining(`123 ${world.denom} more than the books`) }])
    expect(await world.payBooked()).toMatchObject({ did: 'wait', reason: expect.stringMatching(/^I2 is broken: wallet:service:.* 123 /) })
    expect(await world.payouts()).toEqual([])
    expect(await world.waitReason()).toContain('I2 is broken')

    // In blocks that nobody could read, and an admin let the scanner pass: nobody's yet, and in the books.
    const { height } = (await world.store.cursor(world.chainId, 'primary'))!
    await world.db.execute(sql`insert into scan_gaps (chain_id, from_height, to_height, reason, skipped_by, skipped_at) values (${world.chainId}, ${height.toString()}::bigint, ${height.toString()}::bigint, 'pruned everywhere', 'cosmos1admin', now())`)
    expect(world.checksOf(await world.reconcile(), 'I2').map(({ result }) => result)).toContain('cannot_tell')
    await world.readTwice()
    expect(world.brokenIn(await world.reconcile())).toEqual([])
    expect(await world.db.select().from(ledgerEntries).where(eq(ledgerEntries.cause, 'scan_gap'))).toMatchObject([
      { account: 'liability:unallocated', amount: -123n, height: null }, { account: `wallet:service:${world.service}`, amount: 123n, height, reason: `blocks ${height} to ${height} were skipped: pruned everywhere` },
    ])
    await world.finish()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })

    // A gap explains what is off once.
    await world.control('fund', { to: 'service', amount: '5' })
    await world.block()
    expect(world.brokenIn(await world.reconcile())).toMatchObject([{ invariant: 'I2', sentence: expect.stringContaining(`5 ${world.denom} more than the books`) }])
  })
})

describe('what cannot be told', () => {
  let world: ReconcileWorld
  beforeAll(async () => {
    world = await openReconcileWorld()
    await world.reconcile()
    await world.control('send', { from: 'alice', to: 'service', amount: '77', memo: 'no code' })
    await world.scan()
  })
  afterAll(() => world.close())
  afterEach(async () => {
    await world.control('reset')
    // Endpoints that failed are tried again after a while.
    await expect.poll(async () => (await world.reconcile()).result, { timeout: 20_000, interval: 200 }).toBe('sound')
  })

  it('is said when every node is away, and stops nothing', async () => {
    await world.control('faults/rpc', { kind: 'status', status: 503 })
    const report = await world.reconcile()
    expect(report.result).toBe('cannot_tell')
    expect(['I2', 'I3', 'I9'].map(name => world.checksOf(report, name as Invariant).map(check => check.result))).toEqual([['cannot_tell', 'sound'], ['cannot_tell'], ['cannot_tell', 'sound']])
    expect(await world.open()).toEqual([])
    expect(await world.books.payoutStop(world.chainId)).toBeNull()
  })

  it('is said when the second node is away: one word is not two', async () => {
    await world.control('faults/rpc', { kind: 'status', status: 503, endpoint: 1 })
    const report = await world.reconcile()
    expect(world.checksOf(report, 'I2')[0]).toMatchObject({ result: 'cannot_tell', sentence: expect.stringContaining('No second endpoint of sandbox-hub-1 tells what') })
    expect(report.result).toBe('cannot_tell')
  })

  it('is said when blocks are pruned, and leaves open what was found before', async () => {
    const [payment] = await world.db.select().from(payments)
    await world.asSuperuser(sql`update payments set from_address = 'cosmos1wrong' where id = ${payment!.id}`)
    expect((await world.reconcile()).result).toBe('broken')
    await world.asSuperuser(sql`update payments set from_address = ${payment!.fromAddress} where id = ${payment!.id}`)
    await world.block(3)
    await world.control('conditions', { earliestHeight: Number(payment!.height) + 1 })
    const report = await world.reconcile('schedule')
    expect(world.checksOf(report, 'I3').map(check => check.result)).toContain('cannot_tell')
    expect(await world.open()).toMatchObject([{ invariant: 'I3' }])
    await world.control('reset')
    expect(world.brokenIn(await world.reconcile('schedule'))).toEqual([])
    expect(await world.open()).toEqual([])
  })
})

describe('a correction by a person', () => {
  let world: ReconcileWorld
  beforeAll(async () => {
    world = await openReconcileWorld()
    await world.reconcile()
  })
  afterAll(() => world.close())

  it('puts right what the chain did without an event, with its block and a reason', async () => {
    await world.control('fund', { to: 'service', amount: '123' })
    await world.block()
    expect(world.brokenIn(await world.reconcile())).toMatchObject([{ invariant: 'I2' }])
    const { height } = (await world.store.cursor(world.chainId, 'primary'))!
    // As docs/money-safety.md tells an operator to write it.
    await world.db.execute(sql`
      insert into ledger_entries (entry_set, account, chain_id, denom, amount, cause, height, reason, created_at)
      select s.id, leg.account, ${world.chainId}, ${world.denom}, leg.amount, 'correction', leg.height, 'the fee market gave back a part of a fee', now()
      from (select gen_random_uuid() as id) s, (values (${`wallet:service:${world.service}`}, 123, ${height.toString()}::bigint), ('expense:gas', -123, null)) as leg (account, amount, height)`)
    const report = await world.reconcile()
    expect(world.brokenIn(report)).toEqual([])
    expect(report.result).toBe('sound')
  })
})

describe('what a person gives back', () => {
  let world: ReconcileWorld
  beforeAll(async () => {
    world = await openReconcileWorld()
    await world.reconcile()
  })
  afterAll(() => world.close())

  const decide = (id: OperationId, event: (operation: Operation) => OperationEvent) => world.store.transaction(async (tx) => {
    const operation = (await tx.lockOperation(id))!
    const next = transition(operation, event(operation), world.clock.now())
    expect(next.effects.length).toBeGreaterThan(0)
    await tx.saveTransition(operation, next.operation, next.effects, { actor: 'admin', cause: 'test' }, world.clock.now())
  })
  const giveBack = (id: OperationId, amount: bigint) => decide(id, () => ({ type: 'refund_decided', amount }))
  const settle = (id: OperationId, relayedBy: 'us' | 'nobody') => decide(id, ({ packets }) => (
    { type: 'packets_decided', decided: packets.map(packet => ({ id: packet.id, result: relayedBy === 'us' ? 'delivered' : 'pending', relayedBy, refundReason: 'not_cleared' })) }))
  const paid = async (amount: bigint) => {
    const { token, id } = await world.issue(1_000_000n)
    await world.pay(token, amount)
    return id
  }
  const moneyFindings = async () => world.brokenIn(await world.reconcile()).filter(check => check.invariant === 'I4' || check.invariant === 'I6' || check.invariant === 'I1')

  it.each(['us', 'nobody'] as const)('of a clearing that goes on is no finding, before and after it is settled by %s', async (relayedBy) => {
    const id = await paid(1_000_000n)
    await giveBack(id, 300_000n)
    expect(await moneyFindings()).toEqual([])
    await settle(id, relayedBy)
    expect(await moneyFindings()).toEqual([])
    if (relayedBy === 'us') await giveBack(id, 200_000n)
    expect(await moneyFindings()).toEqual([])
  })

  it('whole is no finding, of a paid and of a half-paid clearing', async () => {
    await giveBack(await paid(1_000_000n), 1_000_000n)
    await giveBack(await paid(400_000n), 400_000n)
    expect(await moneyFindings()).toEqual([])
  })

  it('and is not written down in full is one', async () => {
    const id = await paid(1_000_000n)
    await giveBack(id, 300_000n)
    const [refund] = await world.refundsOf(id)
    await world.db.execute(sql`update refunds set amount = amount - 1 where id = ${refund!.id}`)
    expect(await moneyFindings()).not.toEqual([])
    await world.db.execute(sql`update refunds set amount = amount + 1 where id = ${refund!.id}`)
    await settle(id, 'us')
    expect(await moneyFindings()).toEqual([])
    await world.db.execute(sql`update payments set consumed_amount = consumed_amount - 1 where operation_id = ${id}`)
    expect((await moneyFindings()).map(check => check.sentence).join()).toContain('its money does not add up')
    await world.db.execute(sql`update payments set consumed_amount = consumed_amount + 1 where operation_id = ${id}`)
  })
})
