import { fromBase64, toBase64 } from '@cosmjs/encoding'
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import { TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { afterEach, describe, expect, it } from 'vitest'
import { forgedBlocks, type BlockContent, type Seal } from '../system/gates/rpc-lies'
import { creditedPayment, openNodesWorld, price, type OpenedNodesWorld } from './nodes.world'

let world: OpenedNodesWorld
afterEach(() => world.close())

type Forge = (content: BlockContent) => BlockContent

/** The same tx with this much more paid: a payment that nobody signed. */
function forged(tx: string): string {
  const raw = TxRaw.decode(fromBase64(tx))
  const body = Buffer.from(raw.bodyBytes)
  const at = body.indexOf(price.toString())
  if (at < 0) throw new Error(`the tx pays no ${price}`)
  body.write('9', at)
  return toBase64(TxRaw.encode({ ...raw, bodyBytes: body }).finish())
}

/** Any tx of the block, made into a payment of the price with this memo. */
function payments(memo: string): Forge {
  const value = MsgSend.encode(MsgSend.fromPartial({ fromAddress: world.addressOf('bob'), toAddress: world.service, amount: [{ denom: world.denom, amount: price.toString() }] })).finish()
  const bodyBytes = TxBody.encode(TxBody.fromPartial({ memo, messages: [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value }] })).finish()
  return ({ txs, results }) => ({ results, txs: txs.map(tx => toBase64(TxRaw.encode({ ...TxRaw.decode(fromBase64(tx)), bodyBytes }).finish())) })
}

const beside = (forge: Forge): Forge => (content) => {
  const extra = forge(content)
  return { txs: [...content.txs, ...extra.txs], results: [...content.results, ...extra.results] }
}
const changed: Forge = ({ txs, results }) => ({ txs: txs.map(forged), results })
const nothing: Forge = () => ({ txs: [], results: [] })
const reordered: Forge = ({ txs, results }) => ({ txs: txs.toReversed(), results: results.toReversed() })
const allGood: Forge = ({ txs, results }) => ({ txs, results: results.map(result => ({ ...result, code: 0 })) })

const creditedAmounts = async () => (await world.paymentRows()).map(({ credited }) => credited)

describe('one of two nodes shows other txs under the true block hash', () => {
  const lies: [string, Forge][] = [['invents one', beside(changed)], ['changes one', changed], ['hides one', nothing], ['hides one behind another', beside(content => content)]]
  const seals: [string, Seal][] = [['as it was', 'nothing'], ['made to fit', 'data_hash']]
  const cells = lies.flatMap(([what, forge]) => seals.map(([header, seal]) => ({ what, forge, header, seal })))

  it.each(cells)('case 14g: $what, its data_hash $header: nobody believes it, and what was really paid is credited once it stops', async ({ forge, seal }) => {
    world = await openNodesWorld()
    const { token } = await world.issue()
    world.gates[0]!.lies = [forgedBlocks(forge, seal)]
    await world.pay(token, price)
    await world.block(2)
    expect(await world.paymentRows()).toEqual([{ state: 'seen', amount: price, credited: 0n }])
    world.gates[0]!.clear()
    await expect.poll(async () => {
      await world.block()
      return world.paymentRows()
    }, { timeout: 15_000 }).toEqual([creditedPayment])
  })

  it('case 14h: says that a failed tx succeeded: kept as disputed, not credited', async () => {
    world = await openNodesWorld()
    const { token, id } = await world.issue()
    world.gates[0]!.lies = [forgedBlocks(allGood, 'nothing')]
    const balance = (await world.reader.balance(world.chainId, world.addressOf('bob'), world.denom)).amount
    await world.control('send', { from: 'bob', to: 'service', amount: String(balance), memo: token.memoCode }).catch(() => undefined) // it fails on chain, as it should
    await world.block(2)
    expect(await world.statusOf(id)).toBe('awaiting_payment')
    expect(await world.paymentRows()).toEqual([{ state: 'seen', amount: balance, credited: 0n }])
  })
})

/** The liar makes up the block hash, too: only the other node's word is against it. */
const wholeBlock = (forge: Forge) => [forgedBlocks(forge, 'block_hash')]

describe('one of two nodes shows a block that fits in itself', () => {
  it.each([0, 1])('case 14i: node %i invents a payment, in another tx\'s place or beside it: no credit', async (liar) => {
    world = await openNodesWorld()
    const { token, id } = await world.issue()
    for (const forge of [payments(token.memoCode), beside(payments(token.memoCode))]) {
      world.gates[liar]!.lies = wholeBlock(forge)
      await world.control('send', { from: 'alice', to: 'bob', amount: '5' })
      await world.scanPatiently()
    }
    expect(await world.statusOf(id)).toBe('awaiting_payment')
    expect((await creditedAmounts()).filter(credited => credited > 0n)).toEqual([])
  })

  it('case 14j: hides a payment: the second cursor finds it, and it is credited once', async () => {
    world = await openNodesWorld()
    await world.block(25)
    await world.audit()
    const { token, id } = await world.issue()
    world.gates[0]!.lies = wholeBlock(nothing)
    await world.payUnseen(token)
    await world.scanPatiently()
    expect(await world.paymentRows()).toEqual([])
    await world.block(25)
    await world.scanPatiently()
    world.gates[0]!.clear()
    for (let time = 0; time < 3; time++) await world.audit()
    await world.scanPatiently()
    expect(await world.statusOf(id)).toBe('queued')
    expect(await world.paymentRows()).toEqual([creditedPayment])
  })

  it.each([0, 1])('case 14y: node %i hides a payment while the other is away: the second reading waits for that one, and it is credited once', async (liar) => {
    world = await openNodesWorld()
    await world.block(25)
    await world.audit()
    const { token, id } = await world.issue()
    const [lying, honest] = [world.gates[liar]!, world.gates[1 - liar]!]
    lying.lies = wholeBlock(nothing)
    honest.fault = () => ({ kind: 'status', status: 503 })
    await world.payUnseen(token)
    await world.block(25)
    await world.audit().catch(() => undefined)
    expect(await world.paymentRows()).toEqual([])
    honest.clear()
    await expect.poll(async () => {
      await world.audit().catch(() => undefined)
      return (await world.paymentRows()).map(({ state }) => state)
    }, { timeout: 20_000 }).toEqual(['seen'])
    lying.clear()
    await expect.poll(async () => {
      await world.block()
      return world.statusOf(id)
    }, { timeout: 15_000 }).toBe('queued')
    expect(await world.paymentRows()).toEqual([creditedPayment])
  })

  it('case 14l: tells a block\'s txs in another order: every payment is credited once when it tells the truth again', async () => {
    world = await openNodesWorld()
    const issued = [await world.issue(), await world.issue()]
    world.gates[0]!.lies = wholeBlock(reordered)
    await Promise.all(issued.map(({ token }, index) => world.control('send', { from: index === 0 ? 'alice' : 'bob', to: 'service', amount: price.toString(), memo: token.memoCode, makeBlock: index === 1 })))
    await world.scanPatiently()
    world.gates[0]!.clear()
    await world.block()
    await world.scanPatiently()
    expect(await Promise.all(issued.map(({ id }) => world.statusOf(id)))).toEqual(['queued', 'queued'])
    expect(await world.paymentRows()).toEqual([creditedPayment, creditedPayment])
  })

  it('case 14m: invents a payment beside a true one: the true one is credited when the lies end, and the invented one leaves no trace', async () => {
    world = await openNodesWorld()
    const [{ token, id }, victim] = [await world.issue(), await world.issue()]
    world.gates[0]!.lies = wholeBlock(beside(payments(victim.token.memoCode)))
    await world.payUnseen(token)
    await world.scanPatiently()
    expect((await creditedAmounts()).filter(credited => credited > 0n)).toEqual([])
    world.gates[0]!.clear()
    await world.block()
    await world.scanPatiently()
    expect(await world.statusOf(id)).toBe('queued')
    expect(await world.statusOf(victim.id)).toBe('awaiting_payment')
    expect(await world.paymentRows()).toEqual([creditedPayment])
  })
})

describe('the operator takes the liar out, and one node is left', () => {
  it('case 14z: what it had invented is compared with that one: no credit, and a true payment beside it is credited', async () => {
    world = await openNodesWorld()
    const [{ token, id }, victim] = [await world.issue(), await world.issue()]
    world.gates[0]!.lies = wholeBlock(beside(payments(victim.token.memoCode)))
    await world.payUnseen(token)
    await world.scanPatiently()
    expect((await world.paymentRows()).map(({ state }) => state)).toEqual(['seen', 'seen'])
    const left = world.readerOf([world.gates[1]!])
    await world.scanner(left)(world.chainId)
    left.close()
    expect(await world.statusOf(victim.id)).toBe('awaiting_payment')
    expect(await world.statusOf(id)).toBe('queued')
    expect(await world.paymentRows()).toEqual([creditedPayment])
  })
})

describe('one liar among three nodes', () => {
  it('case 14o: is outvoted and named, and the payment is credited meanwhile', async () => {
    world = await openNodesWorld({ endpoints: 3 })
    const { token, id } = await world.issue()
    world.gates[0]!.lies = wholeBlock(beside(payments('another memo')))
    await world.payUnseen(token)
    await world.scanPatiently()
    expect(await world.statusOf(id)).toBe('queued')
    expect(world.shown()).toEqual(['disagreeing', 'ok', 'ok'])
    expect(await world.paymentRows()).toEqual([creditedPayment])
  })
})
