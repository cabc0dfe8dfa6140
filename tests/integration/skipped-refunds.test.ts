import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, it } from 'vitest'
import { sandboxEnvironment } from '../../scripts/demo/environment'
import { DomainError } from '../../server/domain/errors'
import { runScript } from '../builders/run-script'
import { openReconcileWorld, type ReconcileWorld } from './reconcile.world'

let world: ReconcileWorld
afterEach(() => world.close())

/** A refund of 700000 to alice is sent, and its block is among those that a person lets the scanner pass. Returns the last of them. */
async function sentInSkippedBlocks(act: () => Promise<unknown> = async () => {}): Promise<{ readonly id: Awaited<ReturnType<ReconcileWorld['notCleared']>>, readonly last: bigint }> {
  world = await openReconcileWorld()
  await world.reconcile()
  const id = await world.notCleared(700_000n)
  expect(await world.pay1()).toMatchObject({ did: 'sign' })
  await act()
  const { height } = (await world.store.cursor(world.chainId, 'primary'))!
  await world.control('blocks', { count: 6 })
  const last = height + 6n
  expect(await world.store.transaction(tx => tx.skipGap({ chainId: world.chainId, fromHeight: height + 1n, toHeight: last }, 'pruned everywhere', 'cosmos1admin', world.clock.now()))).toBe(true)
  await world.readTwice()
  await world.db.execute(sql`update payout_lanes set lease_until = now() - interval '1 second'`)
  return { id, last }
}

const booked = async (account: string) => BigInt((await world.db.execute<{ amount: string }>(sql`select coalesce(sum(amount), 0)::text as amount from ledger_entries where account = ${account} and denom = ${world.denom}`))[0]!.amount)
const rebuild = () => runScript('ledger-rebuild', [], { ...sandboxEnvironment(world.sandbox, { port: 3000, dataDir: '.data' }), OPERATOR_ADDRESSES: world.addressOf('admin'), DATABASE_URL: world.database.url })

async function expectSound() {
  const report = await world.reconcile()
  expect(world.brokenIn(report)).toEqual([])
  expect(report.result).toBe('sound')
}

describe('a refund in blocks that a person let the scanner pass', { timeout: 60_000 }, () => {
  it('case 16i: waits, with an alert, while no node has them; an added node that keeps old blocks settles it, once', async () => {
    const { id, last } = await sentInSkippedBlocks()
    const without = world.instance({ reader: { ...world.reader, block: async (chain, height, options) => {
      if (height <= last) throw new DomainError('chain_unavailable', `No endpoint of ${chain} has block ${height}`)
      return world.reader.block(chain, height, options)
    } } })
    expect(await without(world.chainId)).toMatchObject({ did: 'wait', reason: expect.stringContaining('add some that keep old blocks') })
    expect(await world.waitReason()).toContain('add some that keep old blocks')
    await expectSound()
    expect(await booked('unexplained')).toBeGreaterThan(700_000n)

    await world.db.execute(sql`update payout_lanes set lease_until = now() - interval '1 second'`)
    await world.finish()
    expect((await world.sentOnChain()).map(sent => sent.amount)).toEqual([700_000n])
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed', confirmedAt: expect.any(Date) })
    expect(await world.operation(id)).toMatchObject({ refundStatus: 'done' })
    expect(await booked('unexplained')).toBe(0n)
    await expectSound()
    const { code, printed } = await rebuild()
    expect(code, printed).toBe(0)
  })

  it.each(['compared', 'not yet compared'])('counts once, whether the gap was %s', async (when) => {
    const { id } = await sentInSkippedBlocks()
    if (when === 'compared') await expectSound()
    await world.finish()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
    await expectSound()
    expect(await booked('unexplained')).toBe(0n)
    expect(await booked('liability:refunds_payable')).toBe(0n)
  })

  it('leaves what else moved in them where the reconciler put it', async () => {
    const { id } = await sentInSkippedBlocks(async () => {
      await world.control('send', { from: 'bob', to: 'service', amount: '2000000', memo: 'no code' })
    })
    await expectSound()
    await world.finish()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
    await expectSound()
    expect(await booked('liability:unallocated') + await booked('unexplained')).toBe(-2_000_000n)
  })

  it('that a second endpoint does not vouch for, changes nothing', async () => {
    const { id } = await sentInSkippedBlocks()
    const doubted = world.instance({ reader: { ...world.reader, confirmBlock: async () => 'waiting' as const } })
    expect(await doubted(world.chainId)).toMatchObject({ did: 'wait', reason: expect.stringContaining('not verified') })
    expect(await world.outgoing()).toEqual([])
    expect(await world.refund(id)).toMatchObject({ state: 'broadcast' })
  })
})
