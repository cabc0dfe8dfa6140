import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { expectCleared, expectDelivered, expectMoneyWhole, ourTransactions, type Paid } from '../checks'
import type { Moment } from '../gates/trap'
import { until, World } from '../harness'
import type { Boundary } from './boundaries'

export interface Cell {
  readonly boundary: Boundary
  readonly moment: Moment
  readonly instances: 1 | 4
}

export const nameOf = ({ boundary, moment, instances }: Cell) => `${boundary.name}: kill -9 ${moment} it, ${instances === 1 ? 'one instance' : 'four instances'}`

const surplus = 2_000_000n
/** A payout's lease (30 s) and a run's (13 s) may have to lapse one after the other, on a busy machine. */
const endsWithinMs = 150_000
const place = { refunds: true, gates: true, blockTimeMs: 600 }

/** One payment that clears and one with too much, of which the rest goes back. */
async function payTwice(world: World, withIdempotencyKey: boolean) {
  const packets = await world.strand(2)
  const exact = await world.requestToken([packets[0]!], { idempotencyKey: withIdempotencyKey ? randomUUID() : undefined })
  const over = await world.requestToken([packets[1]!], { payer: 'bob' })
  const amount = (BigInt(over.total.amount) + surplus).toString()
  await Promise.all([world.pay(exact), world.pay(over, 'bob', amount)])
  const paid: Paid[] = [exact, { ...over, total: { ...over.total, amount } }]
  return { exact, over, paid }
}

async function ends(world: World, { exact, over, paid }: Awaited<ReturnType<typeof payTwice>>) {
  const [cleared, paidBack] = await Promise.all([world.paidBack(exact, endsWithinMs), world.paidBack(over, endsWithinMs)])
  expectCleared(cleared)
  expectDelivered(paidBack)
  expect(paidBack.refunds.map(({ reason, state, coin }) => ({ reason, state, amount: coin.amount }))).toEqual([{ reason: 'overpaid', state: 'confirmed', amount: surplus.toString() }])
  await expectMoneyWhole(world, paid)
  return ourTransactions(world)
}

/** What is on the chains when nothing dies. */
export async function uncrashedRun(): Promise<Awaited<ReturnType<typeof ourTransactions>>> {
  const world = await World.open(place)
  try {
    const transactions = await ends(world, await payTwice(world, false))
    expect(transactions).toMatchObject({ refunds: { length: 1 }, receives: { length: 2 }, acknowledgements: { length: 2 } })
    return transactions
  }
  finally {
    await world.close()
  }
}

/** Plays a cell, and rejects unless the kill happened there, everything ended, and the chains hold what they hold without it. */
export async function playCell(cell: Cell, uncrashed: Awaited<ReturnType<typeof uncrashedRun>>): Promise<void> {
  const world = await World.open({ ...place, instances: cell.instances })
  try {
    await until('every instance is ready', async () => (await Promise.all(world.living.map(({ url }) => fetch(`${url}/readyz`).then(response => response.ok, () => false)))).every(Boolean))
    const trap = world.setTrap(cell.boundary.place, cell.moment)
    let killedAt = 0
    const restarted = trap.sprung.then(async (name) => {
      killedAt = Date.now()
      await world.instances.find(instance => instance.name === name)!.kill()
      if (cell.instances === 1) await world.start()
    })
    const payments = await payTwice(world, cell.boundary.withIdempotencyKey ?? false)
    await until(`the kill ${cell.moment} ${cell.boundary.name}`, async () => trap.sprungAt !== undefined, 60_000)
    await restarted
    expect(world.living).toHaveLength(cell.instances === 1 ? 1 : 3)
    const transactions = await ends(world, payments)
    console.log(`cell: ${nameOf(cell)}: settled ${Date.now() - killedAt} ms after the kill (${trap.sprungAt})`)
    expect(transactions).toEqual(uncrashed)
  }
  catch (error) {
    const lanes = await world.sql`select l.chain_id, l.holder, l.lease_until, l.fence, l.wait_reason, c.height, c.leader, now() from payout_lanes l join chain_cursors c on c.chain_id = l.chain_id and c.purpose = 'primary'`
    console.error(`--- ${nameOf(cell)}: payout lanes ${JSON.stringify(lanes)}`)
    for (const instance of world.instances) console.error(`--- ${nameOf(cell)}: ${instance.name}\n${instance.complaints().slice(-25).join('\n')}`)
    throw error
  }
  finally {
    await world.close()
  }
}
