import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { payments } from '../../drizzle/schema'
import { sandboxEnvironment } from '../../scripts/demo/environment'
import { runScript } from '../builders/run-script'
import { openReconcileWorld, type ReconcileWorld } from './reconcile.world'

let world: ReconcileWorld
beforeAll(async () => {
  world = await openReconcileWorld()
  await world.overpaid(5_000n)
  await world.notCleared(700_000n, 'bob')
  await world.finish()
  await world.control('send', { from: 'alice', to: 'service', amount: '77', memo: 'no code' })
  await world.control('send', { from: 'service', to: 'admin', amount: '1000' })
  await world.scan()
})
afterAll(() => world.close())

const run = (script: 'reconcile' | 'ledger-rebuild', args: readonly string[] = [], over: Record<string, string> = {}) =>
  runScript(script, args, { ...sandboxEnvironment(world.sandbox, { port: 3000, dataDir: '.data' }), OPERATOR_ADDRESSES: world.addressOf('admin'), DATABASE_URL: world.database.url, ...over })

const schemas = async () => (await world.db.execute<{ name: string }>(sql`select nspname as name from pg_namespace where nspname = 'ledger_rebuild'`)).length
const everyTable = async () => (await world.db.execute<{ text: string }>(sql`
  select string_agg(format('%s %s', (select count(*) from ledger_entries), (select count(*) from operation_events)) || (select string_agg(r::text, '') from refunds r) || (select string_agg(p::text, '') from payments p) || (select count(*)::text from graphile_worker._private_jobs), '') as text`))[0]!.text

describe('npm run reconcile', { timeout: 120_000 }, () => {
  it('ends with 0 and every check in words when all is sound', async () => {
    const { code, printed, complained } = await run('reconcile')
    expect(complained).toBe('')
    expect(code, printed).toBe(0)
    expect(printed).toContain(`I2  sound        ${world.service} on ${world.chainId} holds after block`)
    for (const invariant of ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9']) expect(printed).toContain(`  ${invariant}  sound`)
    expect(printed).toContain('All in all: sound.')
    expect(await world.books.newest()).toMatchObject({ result: 'sound' })
  })

  it('ends with 1 and names what is wrong', async () => {
    await world.control('fund', { to: 'service', amount: '123' })
    await world.block()
    const { code, printed } = await run('reconcile')
    expect(code).toBe(1)
    expect(printed).toMatch(new RegExp(`I2  BROKEN       wallet:service:${world.service} on ${world.chainId} holds \\d+ ${world.denom} after block \\d+, 123 ${world.denom} more than the books`))
    await world.control('drain', { to: 'service' })
    await world.control('fund', { to: 'service', amount: (await bookedBalance()).toString() })
    await world.block()
    expect(world.brokenIn(await world.reconcile())).toEqual([])
  })

  it('ends with 2 when the chain cannot be asked', async () => {
    const { code, printed } = await run('reconcile', [], { CHAIN_RPC_ENDPOINTS: world.sandbox.chains.map(chain => `${chain.chainId}:http://127.0.0.1:9`).join(',') })
    expect(printed).toContain('I2  cannot tell  No RPC endpoint of sandbox-hub-1 can answer now.')
    expect(code).toBe(2)
  })

  it('ends with 1 and every problem of a wrong configuration', async () => {
    const { code, complained } = await run('reconcile', [], { RECONCILE_EVERY_SECONDS: '1', CLEARING_TOKEN_SECRET: 'short' })
    expect(code).toBe(1)
    expect(complained).toContain('RECONCILE_EVERY_SECONDS must be a whole number from 10 to 86400')
    expect(complained).toContain('CLEARING_TOKEN_SECRET must have at least 32 characters')
  })
})

async function bookedBalance(): Promise<bigint> {
  const [row] = await world.db.execute<{ amount: string }>(sql`select sum(amount)::text as amount from ledger_entries where account = ${`wallet:service:${world.service}`} and denom = ${world.denom}`)
  return BigInt(row!.amount)
}

describe('npm run ledger:rebuild', { timeout: 120_000 }, () => {
  it('finds chain and books the same, to the unit, and leaves nothing behind', async () => {
    const before = await everyTable()
    const { code, printed } = await run('ledger-rebuild')
    expect(code, printed).toBe(0)
    expect(printed).toMatch(new RegExp(`same       wallet:service:${world.service}  chain (-?\\d+)  books \\1  ${world.denom}`))
    for (const account of ['expense:gas', 'equity:owner', 'liability:refunds_payable', 'liability:unallocated']) expect(printed).toContain(`same       ${account}`)
    expect(printed).not.toContain('DIFFERENT')
    expect(await schemas()).toBe(0)
    expect(await everyTable()).toBe(before)
  })

  it('names the payment, the transfer and the account that differ', async () => {
    const [payment] = await world.db.select().from(payments).where(eq(payments.memo, 'no code'))
    await world.asSuperuser(sql`update payments set amount = 78 where id = ${payment!.id}`)
    await world.asSuperuser(sql`update ledger_entries set amount = amount * 2 where payment_id = ${payment!.id}`)
    const credited = (await world.db.select().from(payments).where(eq(payments.state, 'credited')))[0]!
    await world.asSuperuser(sql`update payments set credited_amount = credited_amount - 1 where id = ${credited.id}`)
    const { code, printed } = await run('ledger-rebuild', ['--chain', world.chainId])
    expect(code).toBe(1)
    expect(printed).toContain(`Block ${payment!.height} of ${world.chainId} shows 77 ${world.denom} from ${payment!.fromAddress} to ${world.service} (transaction ${payment!.txHash}), and its row says 78 ${world.denom}`)
    expect(printed).toMatch(new RegExp(`wallet:service:${world.service} on ${world.chainId} moved by -?\\d+ ${world.denom} as the chain tells it, and by -?\\d+ in the books: off by 77\\.`))
    expect(printed).toMatch(new RegExp(`Payment ${credited.id} of \\d+ ${world.denom} .* is credited, credited with ${credited.creditedAmount} and \\d+ owed back for itself, as the chain tells it; the books have it credited, with ${credited.creditedAmount - 1n} and`))
    await world.asSuperuser(sql`update payments set amount = 77 where id = ${payment!.id}`)
    await world.asSuperuser(sql`update ledger_entries set amount = amount / 2 where payment_id = ${payment!.id}`)
    await world.asSuperuser(sql`update payments set credited_amount = credited_amount + 1 where id = ${credited.id}`)
  })

  it('compares a part of the chain, and says what it could not read', async () => {
    const { height } = (await world.store.cursor(world.chainId, 'primary'))!
    expect(await run('ledger-rebuild', ['--chain', world.chainId, '--from', (height - 5n).toString()])).toMatchObject({ code: 0, printed: expect.stringContaining(`${world.chainId}, blocks ${height - 5n} to ${height}`) })
    await world.control('conditions', { earliestHeight: Number(height) - 3 })
    expect(await run('ledger-rebuild', ['--chain', world.chainId])).toMatchObject({ code: 2, printed: expect.stringMatching(/Block \d+ of sandbox-hub-1 cannot be read: No endpoint of sandbox-hub-1 has block \d+/) })
    expect(await run('ledger-rebuild', ['--chain', 'elsewhere-1'])).toMatchObject({ code: 1, complained: expect.stringContaining('--chain elsewhere-1 has no wallet of ours or is not served; there are sandbox-hub-1') })
    expect(await schemas()).toBe(0)
  })
})
