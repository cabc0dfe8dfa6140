import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, it } from 'vitest'
import { refunds } from '../../drizzle/schema'
import type { OperationId } from '../../server/domain/clearing/operation'
import { openRefundWorld, type OpenedRefundWorld, type RefundWorldOptions } from './refunds.world'

let world: OpenedRefundWorld
const open = async (options: RefundWorldOptions = {}) => {
  world = await openRefundWorld(options)
  return world
}
afterEach(() => world.close())

async function expectBooksToFit() {
  const { books, chain, overRefunded, unexplainedOwed } = await world.booksFit()
  expect(books).toBe(chain)
  expect(overRefunded).toBe(0)
  expect(unexplainedOwed).toBe('0')
}

describe('refunds on a chain with real signature checks', () => {
  it('gives an overpayment back once, less its own network fee, and tells every step', async () => {
    await open()
    const id = await world.overpaid(500_000n)
    expect(await world.operation(id)).toMatchObject({ refundStatus: 'owed' })
    expect(await world.pay1()).toMatchObject({ did: 'sign' })
    expect(await world.operation(id)).toMatchObject({ refundStatus: 'in_progress' })
    await world.block()
    expect(await world.pay1()).toEqual({ did: 'idle' })
    const [payout] = await world.payouts()
    const refund = await world.refund(id)
    expect(payout!.feeAmount).toBeGreaterThan(0n)
    expect(await world.sentOnChain()).toEqual([{ to: world.addressOf('alice'), amount: 500_000n - payout!.feeAmount, memo: refund.id, txHash: refund.txHash }])
    expect(refund).toMatchObject({ state: 'confirmed', amount: 500_000n, txHash: payout!.txHash, networkFee: payout!.feeAmount })
    expect(await world.operation(id)).toMatchObject({ refundStatus: 'done' })
    expect((await world.events(id)).filter(type => type.startsWith('refund_'))).toEqual(['refund_planned', 'refund_signed', 'refund_sent', 'refund_confirmed'])
    await world.finish()
    expect(await world.sentOnChain()).toHaveLength(1)
    await expectBooksToFit()
  })

  it('says in_progress, not owed, of an operation whose first refund is paid and whose second waits', async () => {
    await open()
    const { token, id } = await world.issue()
    await world.pay(token, 1_500_000n)
    await world.finish()
    expect(await world.operation(id)).toMatchObject({ refundStatus: 'done' })
    await world.pay(token, 400_000n, 'bob')
    expect(await world.operation(id)).toMatchObject({ refundStatus: 'in_progress' })
    await world.finish()
    expect(await world.operation(id)).toMatchObject({ refundStatus: 'done' })
    await expectBooksToFit()
  })

  it('gives back whole what we caused, in the order of planning', async () => {
    await open()
    const first = await world.notCleared(700_000n, 'alice')
    const second = await world.notCleared(300_000n, 'bob')
    await world.finish()
    expect((await world.sentOnChain()).map(({ to, amount }) => ({ to, amount }))).toEqual([{ to: world.addressOf('alice'), amount: 700_000n }, { to: world.addressOf('bob'), amount: 300_000n }])
    expect(await world.refund(first)).toMatchObject({ state: 'confirmed', reason: 'not_cleared' })
    expect(await world.refund(second)).toMatchObject({ state: 'confirmed', networkFee: 0n })
    await expectBooksToFit()
  })

  it('holds what is too small and adds it to the payer\'s next refund', async () => {
    await open({ minimum: 50_000n })
    const small = await world.notCleared(20_000n)
    await world.notCleared(20_000n, 'bob')
    expect(await world.pay1()).toEqual({ did: 'idle' })
    expect(await world.refund(small)).toMatchObject({ state: 'held', holdReason: 'minimum' })
    expect(await world.operation(small)).toMatchObject({ refundStatus: 'held' })
    const large = await world.notCleared(90_000n)
    await world.finish()
    const sent = await world.sentOnChain()
    expect(sent.map(({ to, amount }) => ({ to, amount }))).toEqual([{ to: world.addressOf('alice'), amount: 110_000n }])
    expect(sent[0]!.memo).toBe(`${(await world.refund(large)).id},${(await world.refund(small)).id}`)
    expect(await world.operation(small)).toMatchObject({ refundStatus: 'done' })
    await expectBooksToFit()
  })

  /** More than 200 older refunds of the same payment that wait for a person. */
  const manyHeld = async (id: OperationId) => {
    const { paymentId, destination, plannedAt } = await world.refund(id)
    await world.database.db.insert(refunds).values(Array.from({ length: 250 }, (_, index) => ({
      id: world.ids.rowId(), paymentId, chainId: world.chainId, denom: world.denom, amount: 1n, destination, reason: 'operator_decision' as const, state: 'held' as const,
      holdReason: 'approval' as const, networkFeeDeducted: false, plannedAt: new Date(plannedAt.getTime() - 1_000 - index),
    })))
  }

  it('tries a refused one again when its time has come, however many older ones wait for a person', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    await manyHeld(id)
    await world.database.db.update(refunds).set({ state: 'held', holdReason: 'refused', nextTryAt: new Date(world.clock.now().getTime() - 1_000) }).where(eq(refunds.operationId, id))
    expect(await world.pay1()).toMatchObject({ did: 'sign' })
    expect(await world.payouts()).toMatchObject([{ refundIds: [(await world.refund(id)).id] }])
  })

  it('adds what was too small to the payer\'s next refund, however many older ones wait for a person', async () => {
    await open({ minimum: 50_000n })
    const small = await world.notCleared(20_000n)
    expect(await world.pay1()).toEqual({ did: 'idle' })
    await manyHeld(small)
    const large = await world.notCleared(90_000n)
    expect(await world.pay1()).toMatchObject({ did: 'sign' })
    expect(await world.payouts()).toMatchObject([{ refundIds: [(await world.refund(large)).id, (await world.refund(small)).id] }])
  })

  it('names the fee that the payer bore once when several refunds travel together', async () => {
    await open({ minimum: 50_000n })
    const small = await world.overpaid(20_000n)
    expect(await world.pay1()).toEqual({ did: 'idle' })
    const large = await world.overpaid(90_000n)
    await world.finish()
    const [payout] = await world.payouts()
    expect((await world.sentOnChain()).map(({ amount }) => amount)).toEqual([110_000n - payout!.feeAmount])
    expect([(await world.refund(large)).networkFee, (await world.refund(small)).networkFee]).toEqual([payout!.feeAmount, 0n])
    await expectBooksToFit()
  })

  it('holds what is above the limit until somebody approves, and sends the others meanwhile', async () => {
    await open({ approvalAbove: 500_000n })
    const large = await world.notCleared(600_000n)
    const other = await world.notCleared(400_000n, 'bob')
    await world.finish()
    expect(await world.refund(large)).toMatchObject({ state: 'held', holdReason: 'approval' })
    expect(await world.refund(other)).toMatchObject({ state: 'confirmed' })
    await world.store.transaction(async (tx) => {
      const [refund] = await tx.lockRefunds([(await world.refund(large)).id])
      await tx.approveRefund(refund!, 'cosmos1admin', { actor: 'admin', cause: 'looks right' }, world.clock.now())
    })
    await world.finish()
    expect(await world.refund(large)).toMatchObject({ state: 'confirmed', approvedBy: 'cosmos1admin' })
    await expectBooksToFit()
  })

  it('case 28i: waits while a transaction would cost more than the limit, and says so', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    let spiking = true
    const { reader } = world
    const instance = world.instance({ reader: { ...reader, gasPrice: async chain => spiking ? '500' : reader.gasPrice(chain) } })
    expect(await instance(world.chainId)).toMatchObject({ did: 'wait', reason: expect.stringContaining('REFUND_FEE_LIMIT') })
    expect(await world.waitReason()).toContain('REFUND_FEE_LIMIT')
    expect(world.logger.lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'refunds of this chain wait for a person' }))
    spiking = false
    await world.finish(instance)
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
    await expectBooksToFit()
  })

  it('waits while the wallet is short of funds, says so, and goes on when it is funded', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    const { amount } = await world.reader.balance(world.chainId, world.service, world.denom)
    await world.control('drain', { to: 'service' })
    expect(await world.pay1()).toMatchObject({ did: 'wait', reason: expect.stringContaining('the wallet has less than') })
    expect(await world.waitReason()).toContain('the wallet has less than')
    expect(world.logger.lines.filter(line => line.level === 'error')).toHaveLength(1)
    expect(await world.payouts()).toEqual([])
    await world.control('fund', { to: 'service', amount: amount.toString() })
    await world.finish()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
    expect(await world.waitReason()).toBeNull()
    await expectBooksToFit()
  })

  it.each([
    { reason: 'insufficient fees; got: 500 required: 600: insufficient fee', person: true },
    { reason: 'spendable balance 0 is smaller than 700000: insufficient funds', person: true },
    { reason: 'account sequence mismatch, expected 4, got 3: incorrect account sequence', person: false },
  ])('waits, and holds nothing against the destination, when a simulation says: $reason', async ({ reason, person }) => {
    world = await openRefundWorld()
    const id = await world.notCleared(700_000n)
    const refusing = world.instance({ simulator: { simulate: async () => ({ state: 'refused', reason }) } })
    expect(await refusing(world.chainId)).toEqual({ did: 'wait', reason })
    expect(world.logger.lines.some(({ level, message }) => level === 'error' && message === 'refunds of this chain wait for a person')).toBe(person)
    expect(await world.refund(id)).toMatchObject({ state: 'planned' })
  })

  it('parks a refused destination alone and tries it again later', async () => {
    await open()
    const refused = await world.notCleared(700_000n)
    await world.database.db.execute(`update refunds set destination = 'cosmos1notanaddress' where operation_id = '${refused}'`)
    const fine = await world.notCleared(300_000n, 'bob')
    await world.finish()
    expect(await world.refund(refused)).toMatchObject({ state: 'held', holdReason: 'refused', failures: 1 })
    expect(await world.refund(fine)).toMatchObject({ state: 'confirmed' })
    await world.database.db.execute(`update refunds set destination = '${world.addressOf('alice')}' where operation_id = '${refused}'`)
    expect(await world.pay1()).toEqual({ did: 'idle' })
    world.clock.offsetMs += 3_600_000
    await world.finish()
    expect(await world.refund(refused)).toMatchObject({ state: 'confirmed' })
    await expectBooksToFit()
  })

  it('stops when a transaction that it does not know leaves the wallet, and goes on when a person has explained it', async () => {
    await open()
    await world.control('send', { from: 'service', to: 'bob', amount: '12345', memo: 'a thief' })
    const id = await world.notCleared(700_000n)
    expect(await world.pay1()).toMatchObject({ did: 'wait', reason: expect.stringContaining('left the wallet and fits nothing') })
    expect(await world.payouts()).toEqual([])
    expect(await world.outgoing()).toMatchObject([{ kind: 'stranger', memo: 'a thief' }])
    await expectBooksToFit()
    await world.database.db.execute(`update wallet_outgoing set accepted_reason = 'it was me' where kind = 'stranger'`)
    await world.finish()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
    await expectBooksToFit()
  })

  it('stops while an invariant is broken', async () => {
    await open()
    await world.notCleared(700_000n)
    expect(await world.instance({ stopped: async () => 'the ledger does not balance' })(world.chainId)).toEqual({ did: 'wait', reason: 'the ledger does not balance' })
    expect(await world.payouts()).toEqual([])
  })

  it('takes a withdrawal to an operator\'s address for what it is', async () => {
    await open()
    await world.control('send', { from: 'service', to: 'admin', amount: '5000', memo: '' })
    const id = await world.notCleared(700_000n)
    await world.finish()
    expect((await world.outgoing()).map(row => row.kind)).toEqual(['operator', 'refund'])
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
    await expectBooksToFit()
  })
})

describe('refunds by hand', () => {
  it('are closed by the transaction that the scanner sees: by memo, or by exact amount', async () => {
    await open({ byHand: true })
    const named = await world.overpaid(500_000n)
    const exact = await world.notCleared(300_000n, 'bob')
    const untouched = await world.notCleared(200_000n, 'bob')
    expect(await world.pay1()).toEqual({ did: 'by_hand' })
    await world.control('send', { from: 'service', to: 'alice', amount: '500000', memo: ` ${(await world.refund(named)).id}\n` })
    await world.control('send', { from: 'service', to: 'bob', amount: '300000', memo: 'sorry' })
    await world.scan()
    expect(await world.refund(named)).toMatchObject({ state: 'confirmed' })
    expect(await world.refund(exact)).toMatchObject({ state: 'confirmed' })
    expect(await world.refund(untouched)).toMatchObject({ state: 'planned' })
    expect(await world.operation(named)).toMatchObject({ refundStatus: 'done' })
    await expectBooksToFit()
  })

  it('are not closed by a wrong amount, a wrong address or a second payment', async () => {
    await open({ byHand: true })
    const id = await world.notCleared(300_000n)
    const { id: memo } = await world.refund(id)
    await world.control('send', { from: 'service', to: 'alice', amount: '299999', memo })
    await world.control('send', { from: 'service', to: 'bob', amount: '300000', memo })
    await world.scan()
    expect(await world.refund(id)).toMatchObject({ state: 'planned' })
    await world.control('send', { from: 'service', to: 'alice', amount: '300000', memo })
    await world.control('send', { from: 'service', to: 'alice', amount: '300000', memo })
    await world.scan()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
    expect((await world.outgoing()).map(row => row.kind)).toEqual(['stranger', 'stranger', 'refund', 'stranger'])
    await expectBooksToFit()
  })
})
