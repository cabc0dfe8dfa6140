import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chainCursors } from '../../drizzle/schema'
import { openRefundWorld, type OpenedRefundWorld } from './refunds.world'

let world: OpenedRefundWorld
beforeEach(async () => {
  world = await openRefundWorld()
})
afterEach(() => world.close())

async function expectBooksToFit() {
  const { books, chain, overRefunded, unexplainedOwed } = await world.booksFit()
  expect({ books, overRefunded, unexplainedOwed }).toEqual({ books: chain, overRefunded: 0, unexplainedOwed: '0' })
}
const cursor = async () => (await world.database.db.select().from(chainCursors)).find(row => row.purpose === 'primary')!.height

describe('money that goes back', () => {
  it('case 9b: the second payment for a token goes back once on chain, whoever asks how often', async () => {
    const { token, id } = await world.issue()
    await world.pay(token, 1_000_000n, 'alice')
    await world.pay(token, 1_000_000n, 'bob')
    const instances = Array.from({ length: 4 }, () => world.instance())
    for (let round = 0; round < 3; round++) {
      await Promise.all(instances.map(payRefunds => payRefunds(world.chainId)))
      await world.block()
    }
    const [payout] = await world.payouts()
    expect((await world.sentOnChain()).map(({ to, amount }) => ({ to, amount }))).toEqual([{ to: world.addressOf('bob'), amount: 1_000_000n - payout!.feeAmount }])
    expect(await world.refundsOf(id)).toMatchObject([{ reason: 'duplicate', state: 'confirmed', destination: world.addressOf('bob'), amount: 1_000_000n }])
    expect(await world.operation(id)).toMatchObject({ status: 'queued', refundStatus: 'done' })
    await expectBooksToFit()
  })

  it('case 10: anybody may pay for anybody, and what goes back goes to whoever paid', async () => {
    const id = await world.notCleared(700_000n, 'bob')
    expect(await world.requesterOf(id)).not.toBe(world.addressOf('bob'))
    await world.finish()
    expect((await world.sentOnChain()).map(({ to, amount }) => ({ to, amount }))).toEqual([{ to: world.addressOf('bob'), amount: 700_000n }])
    await expectBooksToFit()
  })

  it('case 7f: one unit short waits and one unit over is owed back, on chain, to the unit', async () => {
    const { token, id } = await world.issue()
    await world.pay(token, 999_999n)
    expect(await world.operation(id)).toMatchObject({ status: 'awaiting_payment', paymentIssue: 'underpaid' })
    await world.pay(token, 2n, 'bob')
    expect(await world.operation(id)).toMatchObject({ status: 'queued', paymentIssue: 'overpaid' })
    expect(await world.refundsOf(id)).toMatchObject([{ amount: 1n, destination: world.addressOf('bob') }])
    // One unit is never worth its gas: it stays visible and owed.
    await world.pay1()
    expect(await world.refundsOf(id)).toMatchObject([{ amount: 1n, state: 'held', holdReason: 'minimum' }])
    await expectBooksToFit()
  })
})

describe('a refund that is sent', () => {
  it('case 27f: its bytes, hash, sequence and timeout height are kept before any node gets them', async () => {
    const id = await world.notCleared(700_000n)
    const keptAtSending: Awaited<ReturnType<OpenedRefundWorld['payouts']>> = []
    const sent: Uint8Array[] = []
    const { reader } = world
    await world.instance({ reader: { ...reader, broadcast: async (chainId, bytes) => {
      sent.push(bytes)
      keptAtSending.push(...await world.payouts())
      expect(await world.refund(id)).toMatchObject({ state: 'signed', txHash: keptAtSending[0]?.txHash })
      return reader.broadcast(chainId, bytes)
    } } })(world.chainId)
    expect(keptAtSending).toMatchObject([{ state: 'open', broadcasts: 0, txBytes: Buffer.from(sent[0]!).toString('base64'), accountSequence: 0n, refundIds: [(await world.refund(id)).id] }])
    expect(keptAtSending[0]!.timeoutHeight).toBeGreaterThan(keptAtSending[0]!.signedHeight)
  })

  it('case 27g: two signers that read the same refund at once keep one transaction between them', async () => {
    const id = await world.notCleared(700_000n)
    let signing = 0
    let release = () => {}
    const both = new Promise<void>(resolve => release = resolve)
    const { signer, store } = world
    const together = () => world.instance({
      wallets: new Map([[world.chainId, { ...signer, sign: async (order) => {
        if (++signing === 2) release()
        await both
        return signer.sign(order)
      } }]]),
      // Each believes that it is the only one: the rows alone must protect the money.
      store: { ...store, holdPayoutLane: async (chainId, address) => ({ chainId, address, fence: 1n, instanceId: 'any' }), transaction: work => store.transaction(tx => work({ ...tx, checkFence: async () => true })) },
    })
    await Promise.allSettled([together()(world.chainId), together()(world.chainId)])
    expect(await world.payouts()).toHaveLength(1)
    await world.block()
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
    expect(await world.sentOnChain()).toHaveLength(1)
    await expectBooksToFit()
  })
})

describe('nodes that do not tell all', () => {
  const nodesSay = (conditions: object) => world.control('conditions', conditions)

  it('case 15c: a payment is credited from its block although no node searches', async () => {
    await nodesSay({ indexer: 'off' })
    const { token, id } = await world.issue()
    await world.pay(token, 1_000_000n)
    expect(await world.operation(id)).toMatchObject({ status: 'queued' })
  })

  it('case 16a: at a height that every node has pruned the cursor waits; it goes on without a gap when one has it, and credits when two have', async () => {
    const { token, id } = await world.issue()
    const before = await cursor()
    await world.control('send', { from: 'alice', to: 'service', amount: '1000000', memo: token.memoCode })
    await world.control('blocks', { count: 5 })
    const { height: tip } = await world.reader.tip(world.chainId)
    await nodesSay({ earliestHeight: Number(tip) })
    await expect(world.scan()).rejects.toMatchObject({ code: 'chain_unavailable' })
    expect(await cursor()).toBe(before)
    expect(await world.operation(id)).toMatchObject({ status: 'awaiting_payment' })
    await nodesSay({ endpoint: 1, earliestHeight: 1 })
    await expect.poll(async () => {
      await world.scan().catch(() => undefined)
      return await cursor()
    }, { timeout: 20_000 }).toBe(tip)
    expect(await world.operation(id)).toMatchObject({ status: 'awaiting_payment' })
    await nodesSay({ endpoint: 0, earliestHeight: 1 })
    await expect.poll(async () => {
      await world.scan()
      return (await world.operation(id)).status
    }, { timeout: 20_000 }).toBe('queued')
  })

  it('case 17b: nodes that call themselves by another chain id are not read, nothing expires, and the payment counts when they are back', async () => {
    const { token, id } = await world.issue()
    await world.control('send', { from: 'alice', to: 'service', amount: '1000000', memo: token.memoCode })
    const before = await cursor()
    await nodesSay({ claimChainId: 'sandbox-hub-2' })
    world.clock.offsetMs += 3_600_000
    await expect(world.scan()).rejects.toMatchObject({ code: 'chain_unavailable' })
    expect(await cursor()).toBe(before)
    expect(await world.operation(id)).toMatchObject({ status: 'awaiting_payment' })
    await world.control('faults/rpc/clear')
    await expect.poll(async () => {
      await world.scan().catch(() => undefined)
      return (await world.operation(id)).status
    }, { timeout: 20_000 }).toBe('queued')
  })
})
