import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeAdminReads } from '../../server/adapters/postgres/admin-reads'
import { DomainError } from '../../server/domain/errors'
import type { ActingAdmin, AdminDeps } from '../../server/usecases/admin/acts'
import { markRefundSent } from '../../server/usecases/admin/refunds'
import { openRefundWorld, type OpenedRefundWorld } from './refunds.world'

let world: OpenedRefundWorld
let deps: AdminDeps
const admin: ActingAdmin = { address: 'cosmos1admin', evidence: null, signedStatement: null }

beforeAll(async () => {
  world = await openRefundWorld({ byHand: true })
  deps = { store: world.store, reads: makeAdminReads(world.database.db), directory: world.directory, reader: world.reader, clock: world.clock, clearingDeadlineMs: 1_800_000, refundableDenoms: () => new Set() }
})
afterAll(() => world.close())

const mark = (refundId: string, txHash: string) => markRefundSent.perform(deps, { action: 'refund.mark_sent', refundId, txHash, reason: 'sent from the office' }, admin)
const send = async (amount: bigint, to: string) => {
  const { txHash } = await world.control('send', { from: 'service', to, amount: amount.toString() })
  return String(txHash)
}
const refusal = (promise: Promise<unknown>) => promise.then(() => 'done', (cause: unknown) => cause instanceof DomainError ? cause.code : cause)

it('takes a refund for sent only when the scanner has seen a transaction that pays exactly it', async () => {
  const operation = await world.overpaid(300_000n)
  const refund = await world.refund(operation)
  expect(await refusal(mark(refund.id, 'AB'.repeat(32)))).toBe('not_in_this_state')
  const wrong = await send(299_999n, 'bob')
  const tooLittle = await send(100n, 'alice')
  await world.scan()
  expect((await world.refund(operation)).state).toBe('planned')
  expect(await refusal(mark(refund.id, wrong))).toBe('not_in_this_state')
  expect(await refusal(mark(refund.id, tooLittle))).toBe('not_in_this_state')

  const paid = (await world.outgoing()).at(-1)!
  const ownFee = BigInt(paid.fee[0]?.amount ?? '0')
  // Less its own fee and without the memo, it closes nothing by itself.
  const right = await send(300_000n - ownFee, 'alice')
  await world.scan()
  expect((await world.refund(operation)).state).toBe('planned')
  await mark(refund.id, right)
  expect(await world.refund(operation)).toMatchObject({ state: 'confirmed', txHash: right })
  expect(await refusal(mark(refund.id, right))).toBe('not_in_this_state')
  const { books, chain, unexplainedOwed } = await world.booksFit()
  expect({ books, unexplainedOwed }).toEqual({ books: chain, unexplainedOwed: '0' })
})
