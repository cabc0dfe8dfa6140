import { eq, sql } from 'drizzle-orm'
import { afterEach, describe, expect, it } from 'vitest'
import { refunds, refundTransactions, walletOutgoing } from '../../drizzle/schema'
import { DomainError } from '../../server/domain/errors'
import type { PayRefunds, PayRefundsDeps } from '../../server/usecases/pay-refunds'
import { openRefundWorld, type OpenedRefundWorld } from './refunds.world'

let world: OpenedRefundWorld
const open = async () => {
  world = await openRefundWorld()
  return world
}
afterEach(() => world.close())

async function expectOnePaid(id: Parameters<OpenedRefundWorld['refund']>[0], amount: bigint) {
  expect((await world.sentOnChain()).filter(sent => sent.to === world.addressOf('alice')).map(sent => sent.amount)).toEqual([amount])
  expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
  expect(await world.operation(id)).toMatchObject({ refundStatus: 'done' })
  const { books, chain, overRefunded, unexplainedOwed } = await world.booksFit()
  expect({ books, overRefunded, unexplainedOwed }).toEqual({ books: chain, overRefunded: 0, unexplainedOwed: '0' })
}

const crash = (): never => {
  throw new Error('killed')
}

/** The process dies right after the call returned: what it did stays, nothing more is done. */
function dyingAfter(boundary: 'plan' | 'sign' | 'persist' | 'broadcast'): Partial<PayRefundsDeps> {
  const { reader, signer } = world
  switch (boundary) {
    case 'plan': return { reader: { ...reader, tip: async () => crash() } }
    case 'sign': return { wallets: new Map([[world.chainId, { ...signer, sign: async (order) => {
      await signer.sign(order)
      return crash()
    } }]]) }
    case 'persist': return { reader: { ...reader, broadcast: async () => crash() } }
    case 'broadcast': return { reader: { ...reader, broadcast: async (...call: Parameters<typeof reader.broadcast>) => {
      await reader.broadcast(...call)
      return crash()
    } } }
    default: return boundary satisfies never
  }
}

/** Leases last 10 s on the database's clock: a killed holder's lapses at once here. */
const forgetLease = () => world.database.db.execute(sql`update payout_lanes set lease_until = now() - interval '1 second'`)

describe('a refund is paid exactly once', () => {
  it.each(['plan', 'sign', 'persist', 'broadcast'] as const)('case 27a: when its signer is killed after it has done: %s', async (boundary) => {
    await open()
    const id = await world.notCleared(700_000n)
    await expect(world.instance(dyingAfter(boundary))(world.chainId)).rejects.toThrow('killed')
    await forgetLease()
    await world.finish(world.instance())
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toHaveLength(1)
  })

  it.each(['include', 'confirm'] as const)('case 27b: when its signer is killed after: %s', async (boundary) => {
    await open()
    const id = await world.notCleared(700_000n)
    await world.instance()(world.chainId)
    await world.control('blocks', { count: 1 })
    if (boundary === 'confirm') await world.scan()
    await forgetLease()
    await world.finish(world.instance())
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toHaveLength(1)
  })

  it.each(['sign', 'persist', 'broadcast'] as const)('case 27c: when two instances work at once and one is killed after: %s', async (boundary) => {
    await open()
    const id = await world.notCleared(700_000n)
    const [a, b] = [world.instance(dyingAfter(boundary)), world.instance()]
    await Promise.allSettled([a(world.chainId), b(world.chainId)])
    await forgetLease()
    await Promise.allSettled([world.instance()(world.chainId), b(world.chainId)])
    await forgetLease()
    await world.finish(world.instance())
    await expectOnePaid(id, 700_000n)
  })

  it('case 27e: when a signer comes back from a long stop after another took over: it can keep nothing', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    let goOn = () => {}
    const stopped = new Promise<void>(resolve => goOn = resolve)
    let signed = () => {}
    const signing = new Promise<void>(resolve => signed = resolve)
    const stopping = { ...world.signer, sign: async (order: Parameters<typeof world.signer.sign>[0]) => {
      signed()
      await stopped
      return world.signer.sign(order)
    } }
    const zombie = world.instance({ wallets: new Map([[world.chainId, stopping]]) })(world.chainId)
    await signing
    await forgetLease()
    const next = world.instance({ instanceId: 'next' })
    expect(await world.store.holdPayoutLane(world.chainId, world.service, 'next', 10_000)).toMatchObject({ fence: 2n })
    goOn()
    await zombie
    expect(await world.payouts()).toEqual([])
    await world.finish(next)
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toHaveLength(1)
  })

  it('case 27d: when four instances work at once without leases', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    await world.notCleared(300_000n, 'bob')
    const everyoneSigns: Partial<PayRefundsDeps> = { store: { ...world.store, holdPayoutLane: async (...lane) => {
      await forgetLease()
      return world.store.holdPayoutLane(...lane)
    } } }
    const instances: PayRefunds[] = Array.from({ length: 4 }, () => world.instance(everyoneSigns))
    for (let round = 0; round < 4; round++) {
      await Promise.allSettled(instances.map(instance => instance(world.chainId)))
      await world.block()
    }
    await forgetLease()
    await world.finish(world.instance())
    expect(await world.sentOnChain()).toHaveLength(2)
    await expectOnePaid(id, 700_000n)
  })

  it('case 28a: when the broadcast times out but lands', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    const { reader } = world
    const silent = world.instance({ reader: { ...reader, broadcast: async (chainId, bytes) => ({ ...await reader.broadcast(chainId, bytes), state: 'unknown' as const }) } })
    await silent(world.chainId)
    await world.finish(silent)
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toMatchObject([{ state: 'confirmed', lastAnswer: 'unknown' }])
  })

  it('case 28e: when every endpoint hangs up during the broadcast', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    await world.control('faults/rpc', { kind: 'cut', methods: ['broadcast_tx_sync'], count: 1 })
    await world.pay1()
    expect((await world.payouts())[0]!.state).toBe('open')
    await world.control('faults/rpc/clear')
    await world.finish()
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toHaveLength(1)
  })

  it('case 28b: when the same bytes are sent again and the node says that it knows them (19)', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    await world.pay1()
    world.clock.offsetMs += 2_000
    expect(await world.pay1()).toEqual({ did: 'rebroadcast' })
    expect(await world.payouts()).toMatchObject([{ broadcasts: 2, lastAnswer: 'already_known' }])
    await world.finish()
    await expectOnePaid(id, 700_000n)
  })

  it('case 28c: when its sequence is used by another known transaction (32): signed anew, the old bytes can never land', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    await expect(world.instance(dyingAfter('persist'))(world.chainId)).rejects.toThrow('killed')
    await world.control('send', { from: 'service', to: 'admin', amount: '1000', memo: 'withdrawal' })
    const instance = world.instance()
    await forgetLease()
    await instance(world.chainId)
    const [first] = await world.payouts()
    expect(first).toMatchObject({ state: 'open', lastAnswer: expect.stringContaining('code 32') })
    await world.scan()
    await world.finish(instance)
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toMatchObject([{ state: 'void', closeReason: expect.stringContaining('was used by') }, { state: 'confirmed' }])
    expect((await world.reader.broadcast(world.chainId, new Uint8Array(Buffer.from(first!.txBytes, 'base64')))).state).toBe('rejected')
  })

  it('case 28d: when the mempool drops it: signed anew only after its timeout height passed without it', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    const { reader } = world
    const dropping = world.instance({ reader: { ...reader, broadcast: async () => ({ state: 'accepted' as const, txHash: '' }) } })
    await dropping(world.chainId)
    const [first] = await world.payouts()
    for (let height = first!.signedHeight + 1n; height < first!.timeoutHeight; height += 1n) {
      await world.block()
      expect((await dropping(world.chainId)).did).toMatch(/wait|rebroadcast/)
    }
    expect(await world.payouts()).toHaveLength(1)
    await world.block()
    await forgetLease()
    await world.finish(world.instance())
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toMatchObject([{ state: 'void', closeReason: expect.stringContaining('timeout height') }, { state: 'confirmed' }])
    expect((await reader.broadcast(world.chainId, new Uint8Array(Buffer.from(first!.txBytes, 'base64')))).state).toBe('rejected')
  })

  it('case 28g: when its timeout height passed but a second endpoint does not vouch for the blocks: nothing is signed', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    const { reader } = world
    const doubted = world.instance({ reader: { ...reader, broadcast: async () => ({ state: 'accepted' as const, txHash: '' }), confirmBlock: async () => 'waiting' as const } })
    await doubted(world.chainId)
    await world.block(6)
    expect(await doubted(world.chainId)).toMatchObject({ did: 'wait', reason: expect.stringContaining('not verified') })
    expect(await world.payouts()).toHaveLength(1)
    await forgetLease()
    await world.finish(world.instance())
    await expectOnePaid(id, 700_000n)
  })

  /** No node has these blocks any more. */
  const prunedUpTo = (height: bigint): OpenedRefundWorld['reader']['block'] => async (chain, asked, options) => {
    if (asked <= height) throw new DomainError('chain_unavailable', `No endpoint of ${chain} has block ${asked}`)
    return world.reader.block(chain, asked, options)
  }

  it('case 16g: when no node has the blocks any more that could hold it: signed anew, for its sequence was not used', async () => {
    const { reader } = await open()
    const id = await world.notCleared(700_000n)
    await world.instance({ reader: { ...reader, broadcast: async () => ({ state: 'unknown', txHash: '' }) } })(world.chainId)
    const [payout] = await world.payouts()
    await world.block(6)
    await forgetLease()
    await world.finish(world.instance({ reader: { ...reader, block: prunedUpTo(payout!.timeoutHeight) } }))
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toMatchObject([{ state: 'void', accountSequence: payout!.accountSequence }, { state: 'confirmed', accountSequence: payout!.accountSequence }])
  })

  it('case 16h: when no node has the blocks any more, and its sequence was used: nothing is signed', async () => {
    const { reader } = await open()
    const id = await world.notCleared(700_000n)
    await world.pay1()
    const [payout] = await world.payouts()
    await world.block(6)
    // As if the block that held it had been passed unread.
    await world.database.db.execute(sql`delete from wallet_outgoing`)
    await world.database.db.update(refunds).set({ state: 'broadcast' }).where(eq(refunds.operationId, id))
    await world.database.db.update(refundTransactions).set({ state: 'open' })
    await forgetLease()
    const instance = world.instance({ reader: { ...reader, block: prunedUpTo(payout!.timeoutHeight) } })
    for (let round = 0; round < 3; round++) {
      await world.block()
      expect(await instance(world.chainId)).toMatchObject({ did: 'wait', reason: expect.stringContaining('add some that keep old blocks to CHAIN_RPC_ENDPOINTS') })
    }
    expect(world.logger.lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'refunds of this chain wait for a person' }))
    expect(await world.payouts()).toHaveLength(1)
    expect(await world.sentOnChain()).toHaveLength(1)
  })

  it('case 14e: when a node hides the block that holds it from the scanner until it is verified', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    await world.pay1()
    await world.control('blocks', { count: 6 })
    await world.scan()
    // As if an endpoint had shown the scanner empty blocks: the cursor is past, and the row is missing.
    await world.database.db.execute(sql`delete from wallet_outgoing`)
    await world.database.db.update(refunds).set({ state: 'broadcast' }).where(eq(refunds.operationId, id))
    await world.database.db.update(refundTransactions).set({ state: 'open' })
    world.clock.offsetMs += 5_000
    expect(await world.pay1()).toMatchObject({ did: 'wait', reason: expect.stringContaining('not verified') })
    expect(await world.sentOnChain()).toHaveLength(1)
  })

  it.each([0, 8])('case 14k: when a node hides it, and a later withdrawal is seen, %i blocks on: its own sequence was not used by another', async (blocks) => {
    await open()
    const id = await world.notCleared(700_000n)
    await world.pay1()
    await world.control('blocks', { count: 1 })
    await world.scan()
    await world.database.db.execute(sql`delete from wallet_outgoing`)
    await world.database.db.update(refunds).set({ state: 'broadcast' }).where(eq(refunds.operationId, id))
    await world.database.db.update(refundTransactions).set({ state: 'open' })
    await world.control('send', { from: 'service', to: 'admin', amount: '1000', memo: '' })
    await world.block(1 + blocks)
    for (let round = 0; round < 6; round++) {
      world.clock.offsetMs += 5_000
      expect(await world.pay1()).not.toMatchObject({ did: 'sign' })
      await world.block()
    }
    expect((await world.sentOnChain()).filter(sent => sent.to === world.addressOf('alice'))).toHaveLength(1)
    expect(await world.payouts()).toHaveLength(1)
  })

  it('when a transaction between two scanned ones was not shown to the scanner: nothing is signed', async () => {
    await open()
    for (const amount of ['1000', '2000', '3000']) {
      await world.control('send', { from: 'service', to: 'admin', amount, memo: '' })
      await world.block()
      if (amount === '1000') await world.deps.store.setBaselineSequence((await world.deps.store.holdPayoutLane(world.chainId, world.service, 'one', 10_000))!, (await world.outgoing())[0]!.sequence!)
      if (amount === '2000') await world.database.db.execute(sql`delete from wallet_outgoing where sequence = (select max(sequence) from wallet_outgoing)`)
    }
    await world.notCleared(700_000n)
    expect(await world.pay1()).toMatchObject({ did: 'wait', reason: expect.stringContaining('not scanned') })
    expect(await world.payouts()).toHaveLength(0)
  })

  it('case 30a: when the database is restored from before it was signed: recognised by its memo, not sent again', async () => {
    await open()
    const id = await world.overpaid(500_000n)
    await world.pay1()
    await world.control('blocks', { count: 1 })
    await world.database.db.delete(refundTransactions)
    await world.database.db.update(refunds).set({ state: 'planned', txHash: null }).where(eq(refunds.operationId, id))
    await forgetLease()
    const restored = world.instance()
    expect(await restored(world.chainId)).toMatchObject({ did: 'wait', reason: expect.stringContaining('not scanned yet') })
    await world.scan()
    expect(await restored(world.chainId)).toEqual({ did: 'idle' })
    await world.finish(restored)
    const [sent, ...others] = await world.sentOnChain()
    expect(others).toEqual([])
    await expectOnePaid(id, sent!.amount)
  })

  it('when a transaction of the wallet is on chain that the scanner has not read: nothing is signed', async () => {
    await open()
    await world.notCleared(100_000n, 'bob')
    const instance = world.instance()
    await world.finish(instance)
    const id = await world.notCleared(700_000n)
    await world.control('send', { from: 'service', to: 'admin', amount: '1000' })
    expect(await instance(world.chainId)).toMatchObject({ did: 'wait', reason: expect.stringContaining('was used by a transaction that is not scanned yet') })
    expect(await world.payouts()).toHaveLength(1)
    await world.scan()
    await world.finish(instance)
    await expectOnePaid(id, 700_000n)
  })

  it('when an instance starts behind the tip: nothing is signed before the scanner is there', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    await world.control('blocks', { count: 2 })
    const instance = world.instance()
    expect(await instance(world.chainId)).toMatchObject({ did: 'wait', reason: expect.stringMatching(/^blocks up to \d+ are not scanned yet$/) })
    expect(await world.payouts()).toEqual([])
    await world.finish(instance)
    await expectOnePaid(id, 700_000n)
  })

  it('case 28f: when it fails in a block: the fee is booked, and it is signed anew', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    await world.pay1()
    const { amount } = await world.reader.balance(world.chainId, world.service, world.denom)
    // Enough for the fee, not for the refund: the block takes the fee and refuses the send.
    await world.control('drain', { to: 'service' })
    await world.control('fund', { to: 'service', amount: '650000' })
    await world.block()
    expect(await world.database.db.select().from(walletOutgoing)).toMatchObject([{ kind: 'failed_refund', coins: [] }])
    await world.control('fund', { to: 'service', amount: (amount - 650_000n).toString() })
    await world.finish()
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toMatchObject([{ state: 'void', closeReason: expect.stringContaining('was included with code') }, { state: 'confirmed' }])
  })

  it('when it fails in a block that is vouched for only while the signer looks whether any block holds it: its sequence counts as used', async () => {
    const { reader, chainId } = await open()
    const id = await world.notCleared(700_000n)
    await world.pay1()
    const { amount } = await reader.balance(chainId, world.service, world.denom)
    await world.control('drain', { to: 'service' })
    await world.control('fund', { to: 'service', amount: '650000' })
    await world.control('blocks', { count: 6 })
    await world.scanner({ ...reader, confirmBlock: async () => 'waiting' })(chainId)
    expect(await world.outgoing()).toMatchObject([{ kind: null, code: 5 }])
    let looked = false
    const instance = world.instance({
      reader: {
        ...reader, block: async (...asked) => {
          if (!looked) await world.scan()
          looked = true
          return reader.block(...asked)
        },
      },
    })
    await forgetLease()
    await instance(chainId)
    expect(looked).toBe(true)
    const [payout] = await world.payouts()
    expect(await world.outgoing()).toMatchObject([{ kind: 'failed_refund', sequence: payout!.accountSequence }])
    await world.control('fund', { to: 'service', amount: (amount - 650_000n).toString() })
    await world.finish(instance)
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toMatchObject([{ state: 'void', closeReason: expect.stringContaining('was included with code') }, { state: 'confirmed' }])
  })

  it('when a block refuses it without using its sequence: it is kept until it is impossible, then signed anew', async () => {
    const { reader, chainId } = await open()
    const id = await world.notCleared(700_000n)
    let unsent = true
    const instance = world.instance({ reader: { ...reader, broadcast: async (...call) => unsent ? { state: 'unknown', txHash: '' } : reader.broadcast(...call) } })
    await instance(chainId)
    const [payout] = await world.payouts()
    await world.control('blocks', { count: 1 })
    const { height } = await reader.tip(chainId)
    // A block of this chain holds its bytes with a code, as if a check before the messages had thrown: no fee, no sequence.
    const refusing: typeof reader = {
      ...reader, confirmBlock: async () => 'agreed',
      block: async (...asked) => {
        const block = await reader.block(...asked)
        const refused = { index: block.txs.length, txHash: payout!.txHash, code: 11, memo: '', messages: [], signers: [{ address: world.service, sequence: payout!.accountSequence }], events: [{ type: 'tx', attributes: [{ key: 'acc_seq', value: `${world.service}/${payout!.accountSequence}` }] }] }
        return block.height === height ? { ...block, txs: [...block.txs, refused] } : block
      },
    }
    await world.scanner(refusing)(chainId)
    expect(await world.outgoing()).toMatchObject([{ kind: 'failed_refund', fee: [], sequence: payout!.accountSequence }])
    expect(await instance(chainId)).toMatchObject({ did: 'wait' })
    await world.block(4 + 10)
    unsent = false
    await world.finish(instance)
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toMatchObject([{ state: 'void', closeReason: 'was refused with code 11 without using its sequence' }, { state: 'confirmed', accountSequence: payout!.accountSequence }])
  })

  it('when a block refuses it before its signature was checked: signed anew once it is impossible', async () => {
    const { reader, chainId } = await open()
    const id = await world.notCleared(700_000n)
    let unsent = true
    await world.control('blocks', { count: 1 })
    const { height } = await reader.tip(chainId)
    await world.scan()
    let held = ''
    const refusing: typeof reader['block'] = async (...asked) => {
      const block = await reader.block(...asked)
      return block.height === height + 1n ? { ...block, txs: [...block.txs, { index: block.txs.length, txHash: held, code: 5, memo: '', messages: [], signers: [], events: [] }] } : block
    }
    const instance = world.instance({ reader: { ...reader, block: refusing, confirmBlock: async () => 'agreed', broadcast: async (...call) => unsent ? { state: 'unknown', txHash: '' } : reader.broadcast(...call) } })
    await instance(chainId)
    const [payout] = await world.payouts()
    held = payout!.txHash
    await world.block(5)
    unsent = false
    await world.finish(instance)
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toMatchObject([{ state: 'void' }, { state: 'confirmed' }])
  })

  it('when it was also sent by hand: the signed one dies with its sequence', async () => {
    await open()
    const id = await world.notCleared(700_000n)
    await expect(world.instance(dyingAfter('persist'))(world.chainId)).rejects.toThrow('killed')
    await world.control('send', { from: 'service', to: 'alice', amount: '700000', memo: (await world.refund(id)).id })
    await world.scan()
    await forgetLease()
    await world.finish(world.instance())
    await expectOnePaid(id, 700_000n)
    expect(await world.payouts()).toMatchObject([{ state: 'void' }])
  })
})
