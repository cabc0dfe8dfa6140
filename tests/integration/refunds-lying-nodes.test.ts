import { fromBase64, toBase64 } from '@cosmjs/encoding'
import { QueryAccountInfoResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query'
import { SimulateResponse } from 'cosmjs-types/cosmos/tx/v1beta1/service'
import { afterEach, describe, expect, it } from 'vitest'
import type { Lie } from '../system/gates/rpc-lies'
import { openNodesWorld, type OpenedNodesWorld } from './nodes.world'

let world: OpenedNodesWorld
afterEach(() => world.close())

type Json = Record<string, unknown>

/** Adds to every failed tx the event by which the chain says that our wallet signed it with this sequence. */
const signedByUs = (sequence: bigint): Lie => ({ method }, result) => {
  if (method !== 'block_results') return result
  const claim = { type: 'tx', attributes: [{ key: 'acc_seq', value: `${world.service}/${sequence}`, index: true }] }
  const results = (result.txs_results ?? []) as { code: number, events: Json[] }[]
  return { ...result, txs_results: results.map(tx => tx.code === 0 ? tx : { ...tx, events: [...tx.events, claim] }) }
}

const answering = (path: string, value: (own: Uint8Array) => Uint8Array): Lie => (call, result) => {
  const response = result.response as Json | undefined
  if (call.method !== 'abci_query' || !String(call.params.path).endsWith(path) || !response) return result
  return { ...result, response: { ...response, code: 0, log: '', value: toBase64(value(fromBase64(String(response.value ?? '')))) } }
}

/** Says of every account that its next sequence is this one. */
const accountAt = (sequence: bigint) => answering('/AccountInfo', (own) => {
  const { info } = QueryAccountInfoResponse.decode(own)
  return QueryAccountInfoResponse.encode(QueryAccountInfoResponse.fromPartial({ info: { ...info, sequence } })).finish()
})

const everySimulationPasses = answering('/Simulate', () => SimulateResponse.encode(SimulateResponse.fromPartial({ gasInfo: { gasUsed: 80_000n } })).finish())

/** Somebody's tx that a block refuses, with this memo. */
async function failingTx(memo: string) {
  const { amount } = await world.reader.balance(world.chainId, world.addressOf('bob'), world.denom)
  await world.control('send', { from: 'bob', to: 'alice', amount: String(amount), memo }).catch(() => undefined)
}

const bytesOf = (payout: { readonly txBytes: string }) => new Uint8Array(Buffer.from(payout.txBytes, 'base64'))

describe('a first node that keeps a refund back, beside an honest one', () => {
  it('case 14u: says that somebody\'s failed tx used its sequence: nothing is signed anew, and the refund is paid once', async () => {
    world = await openNodesWorld()
    const id = await world.notCleared(700_000n)
    const { reader, chainId } = world
    const instance = world.instance({ reader: { ...reader, broadcast: async () => ({ state: 'accepted', txHash: '' }) } })
    await instance(chainId)
    const [payout] = await world.payouts()
    const { accountSequence } = payout!
    world.gates[0]!.lies = [signedByUs(accountSequence), accountAt(accountSequence + 1n), everySimulationPasses]
    await failingTx((await world.refund(id)).id)
    await world.scanPatiently()
    await instance(chainId)
    for (const { txBytes } of await world.payouts()) await reader.broadcast(chainId, bytesOf({ txBytes }))
    world.gates[0]!.clear()
    await world.block(2)
    expect((await world.sentOnChain()).filter(({ to }) => to === world.addressOf('alice')).map(({ amount }) => amount)).toEqual([700_000n])
    expect(await world.payouts()).toMatchObject([{ state: 'confirmed', accountSequence }])
  })

  it('case 14w: says that a block which refused it used its sequence: its bytes are not given up while they could land', async () => {
    world = await openNodesWorld()
    const id = await world.notCleared(700_000n)
    const { reader, chainId } = world
    const kept = { ...reader, broadcast: async () => ({ state: 'accepted' as const, txHash: '' }) }
    await world.instance({ reader: kept, instanceId: 'one' })(chainId)
    const [payout] = await world.payouts()
    const { accountSequence, txHash } = payout!
    await world.control('blocks', { count: 1 })
    const { height } = await reader.tip(chainId)
    // Both nodes show it refused by a check that came after its signature: the whole block, and no sequence used.
    const refusing: typeof reader = {
      ...kept, confirmBlock: async () => 'agreed', block: async (...asked) => {
        const block = await reader.block(...asked)
        const event = { type: 'tx', attributes: [{ key: 'acc_seq', value: `${world.service}/${accountSequence}` }] }
        const refused = { index: block.txs.length, txHash, code: 11, memo: '', messages: [], signers: [{ address: world.service, sequence: accountSequence }], events: [event] }
        return block.height === height ? { ...block, txs: [...block.txs, refused] } : block
      },
    }
    await world.scanner(refusing)(chainId)
    expect(await world.outgoing()).toMatchObject([{ kind: 'failed_refund', sequence: accountSequence }])
    world.gates[0]!.lies = [accountAt(accountSequence + 1n), everySimulationPasses]
    await world.instance({ reader: refusing, instanceId: 'one' })(chainId)
    expect(await world.payouts()).toMatchObject([{ state: 'open' }])
    await reader.broadcast(chainId, bytesOf(payout!))
    world.gates[0]!.clear()
    await world.block(2)
    expect((await world.sentOnChain()).filter(({ to }) => to === world.addressOf('alice')).map(({ amount }) => amount)).toEqual([700_000n])
    expect(await world.refund(id)).toMatchObject({ state: 'confirmed' })
  })
})

/** Says that the chain is far ahead of its tip. */
const farAhead: Lie = ({ method }, result) => method === 'status' ? { ...result, sync_info: { ...result.sync_info as Json, latest_block_height: '900000000' } } : result

it.each([
  ['case 28j: of the account\'s sequence', () => accountAt(7n)],
  ['case 28k: of the chain\'s tip', () => farAhead],
])('%s: what one of two nodes says when nothing was signed yet keeps nobody waiting once it tells the truth', async (_, lie) => {
  world = await openNodesWorld()
  const id = await world.notCleared(700_000n)
  world.gates[0]!.lies = [lie()]
  await world.pay1().catch(() => undefined)
  expect(await world.payouts()).toEqual([])
  world.gates[0]!.clear()
  await expect.poll(async () => {
    world.clock.offsetMs += 15_000
    await world.block()
    await world.pay1().catch(() => undefined)
    return (await world.refund(id)).state
  }, { timeout: 15_000 }).toBe('confirmed')
})
