import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { refunds } from '../../../drizzle/schema'
import { makeIds } from '../../../server/adapters/system/ids'
import { mostRefundsPerTransaction } from '../../../server/domain/refund/memo'
import { at } from '../../builders/tokens'
import { openScanWorld, type ScanWorld } from '../scan.world'

let world: ScanWorld
let paymentId: string
const ids = makeIds({ now: () => new Date() })

beforeAll(async () => {
  world = await openScanWorld()
  world.chain.add(0)
  await world.scan()
  world.chain.add(1, [world.chain.contractPayment('', 1n)])
  await world.scan()
  paymentId = (await world.payments())[0]!.id
})
afterAll(() => world.close())
beforeEach(() => world.database.db.delete(refunds))

/** A refund to one payer, planned at this second. */
async function aRow(second: number, over: Partial<typeof refunds.$inferInsert> = {}): Promise<string> {
  const id = ids.rowId()
  await world.database.db.insert(refunds).values({
    id, paymentId, chainId: 'hub-1', denom: 'uatom', amount: 5n, destination: 'cosmos1payer', reason: 'operator_decision', state: 'planned', networkFeeDeducted: false, plannedAt: at(second), ...over,
  })
  return id
}
const small = { state: 'held', holdReason: 'minimum' } as const
const next = async (second = 100) => (await world.store.nextRefunds('hub-1', at(second)))?.map(({ id }) => id) ?? null

it('the earliest planned refund is next, with what was too small for the same payer and denom, in order', async () => {
  await aRow(9)
  const [second, first] = [await aRow(3, small), await aRow(2, small)]
  await aRow(1, { ...small, destination: 'cosmos1other' })
  await aRow(1, { ...small, denom: 'uosmo' })
  await aRow(1, { ...small, chainId: 'zone-1' })
  await aRow(1, { state: 'held', holdReason: 'approval' })
  const lead = await aRow(8)
  expect(await next()).toEqual([lead, first, second])
})

it('a refused refund is next when its time has come and none is planned, and never one that waits for a person', async () => {
  for (const holdReason of ['approval', 'exchange', 'minimum', 'refused'] as const) await aRow(1, { state: 'held', holdReason })
  await aRow(1, { state: 'held', holdReason: 'no_destination', destination: null })
  await aRow(1, { state: 'held', holdReason: 'approval', nextTryAt: at(5) })
  await aRow(1, { state: 'signed', txHash: 'AB' })
  const refused = await aRow(2, { state: 'held', holdReason: 'refused', nextTryAt: at(10) })
  expect(await next(9)).toBeNull()
  expect((await next(10))?.[0]).toBe(refused)
  const planned = await aRow(50)
  expect((await next(10))?.[0]).toBe(planned)
})

it('nothing travels with a refund to nobody known, and no more than a memo can name with any other', async () => {
  for (let count = 0; count < mostRefundsPerTransaction + 2; count++) await aRow(1, small)
  await aRow(1, { ...small, destination: null })
  const nowhere = await aRow(2, { destination: null })
  expect(await next()).toEqual([nowhere])
  await world.database.db.delete(refunds)
  for (let count = 0; count < mostRefundsPerTransaction + 2; count++) await aRow(1, small)
  await aRow(3)
  expect(await next()).toHaveLength(mostRefundsPerTransaction)
})
