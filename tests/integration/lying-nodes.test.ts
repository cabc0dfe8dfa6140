import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { afterEach, describe, expect, it } from 'vitest'
import { payments } from '../../drizzle/schema'
import { faults, otherTxs, rewriting, stale, type ResultsJson } from '../system/gates/chaos'
import { RpcGate, type Interference } from '../system/gates/rpc-gate'
import { openRefundWorld, type OpenedRefundWorld } from './refunds.world'

const hub = 'sandbox-hub-1'

let world: OpenedRefundWorld
let gate: RpcGate
afterEach(async () => {
  await world.close()
  await gate.close()
})

/** The sandbox's two hub nodes behind a proxy that can answer in their place. */
async function openWorld(): Promise<void> {
  world = await openRefundWorld({
    through: async (nodes, chainId) => {
      if (chainId !== hub) return nodes
      gate = await RpcGate.open(nodes)
      return gate.urls
    },
  })
}

const paymentRows = () => world.database.db.select({ state: payments.state, amount: payments.amount, credited: payments.creditedAmount }).from(payments)

/** Blocks and looks until the payment is credited; the honest word must have come by then. */
async function credited(): Promise<void> {
  await expect.poll(async () => {
    await world.block().catch(() => undefined) // no node answers yet
    return paymentRows()
  }, { timeout: 15_000 }).toEqual([{ state: 'credited', amount: 1_000_000n, credited: 1_000_000n }])
}

/** Pays and looks for a few blocks while a node lies; a look may find nobody to ask. */
async function payDuring(index: number, lie: Interference): Promise<void> {
  const { token } = await world.issue()
  gate.interfere(index, lie)
  await world.block().catch(() => undefined) // it lies before anything is paid
  await world.control('send', { from: 'alice', to: 'service', amount: '1000000', memo: token.memoCode })
  for (let look = 0; look < 3; look++) await world.block().catch(() => undefined) // tried again
}

describe('one of two nodes', () => {
  const kinds: [string, () => Interference][] = [
    ...Object.entries(faults).map(([what, fault]): [string, () => Interference] => [what, () => fault]),
    ['stands still', stale],
    ['is on another chain', () => rewriting({ status: (status: { node_info: { network: string } }) => ({ ...status, node_info: { ...status.node_info, network: 'other-1' } }) })],
    ['has pruned everything', () => rewriting({ block: () => 'height 2 is not available, lowest height is 1000', block_results: () => 'could not find results for height #2' })],
  ]
  const cells = kinds.flatMap(([what, lie]) => [0, 1].map(index => ({ what, lie, index })))

  it.each(cells)('$what (node $index): the payment is kept, never credited on one word, and credited once when it is well', async ({ what, lie, index }) => {
    await openWorld()
    const startedAt = performance.now()
    const before = process.memoryUsage().rss
    await payDuring(index, lie())
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000)
    if (what !== 'is slow') expect((await paymentRows()).map(({ state }) => state).filter(state => state !== 'seen')).toEqual([])
    gate.interfere(index, undefined)
    await credited()
  })
})

/** The same tx with this much more paid: a payment that nobody signed. */
function forged(tx: string): string {
  const raw = TxRaw.decode(Buffer.from(tx, 'base64'))
  const body = Buffer.from(raw.bodyBytes)
  const at = body.indexOf('1000000')
  if (at < 0) throw new Error('the tx pays no 1000000')
  body.write('9', at)
  return Buffer.from(TxRaw.encode({ ...raw, bodyBytes: body }).finish()).toString('base64')
}

const others = (txs: readonly string[]) => txs.map((_, index) => index)

describe('a node that shows other txs', () => {
  const lies: [string, (txs: string[]) => { readonly txs: string[], readonly from: readonly number[] }][] = [
    ['invents one', txs => ({ txs: [...txs, ...txs.map(forged)], from: [...others(txs), ...others(txs)] })],
    ['changes one', txs => ({ txs: txs.map(forged), from: others(txs) })],
    ['hides one', () => ({ txs: [], from: [] })],
    ['hides one behind another', txs => ({ txs: [...txs, ...txs], from: [...others(txs), ...others(txs)] })],
  ]
  const cells = lies.flatMap(([what, tamper]) => [false, true].map(withHash => ({ what, tamper, withHash, header: withHash ? 'made to fit' : 'as it was' })))

  it.each(cells)('case 14g: $what, its data_hash $header: nobody believes it, and what was really paid is credited once it stops', async ({ tamper, withHash }) => {
    await openWorld()
    const { token } = await world.issue()
    gate.interfere(0, otherTxs(tamper, withHash))
    await world.pay(token, 1_000_000n)
    await world.block(2)
    expect(await paymentRows()).toEqual([{ state: 'seen', amount: 1_000_000n, credited: 0n }])
    gate.interfere(0, undefined)
    await credited()
  })

  it('case 14h: says that a failed tx succeeded: kept as disputed, not credited', async () => {
    await openWorld()
    const { token, id } = await world.issue()
    gate.interfere(0, rewriting({ block_results: (answer: ResultsJson) => ({ ...answer, txs_results: answer.txs_results?.map(result => ({ ...result, code: 0 })) ?? null }) }))
    const balance = (await world.reader.balance(hub, world.addressOf('bob'), world.denom)).amount
    await world.control('send', { from: 'bob', to: 'service', amount: String(balance), memo: token.memoCode }).catch(() => undefined) // it fails on chain, as it should
    await world.block(2)
    expect(await world.operation(id)).toMatchObject({ status: 'awaiting_payment' })
    expect(await paymentRows()).toEqual([{ state: 'seen', amount: balance, credited: 0n }])
  })
})
