import { describe, expect, it } from 'vitest'
import { makeBroadcastPayment } from '../../../../server/usecases/broadcast-payment'
import { makeGetAccount } from '../../../../server/usecases/get-account'
import { makeListChains } from '../../../../server/usecases/list-chains'
import type { BroadcastAnswer, ChainReader } from '../../../../server/usecases/ports'
import { accountSchema, chainListSchema } from '#shared/schemas/chains'
import { aDirectory } from '../../../builders/chains'
import { hubAddress, serviceAddress, zoneAddress } from '../../../builders/quote-world'

const cache = { remember: <T>(_key: string, _ttlMs: number, load: () => Promise<T>) => load(), forget: async () => {} }
const answering = (reader: Partial<ChainReader>) => reader as unknown as ChainReader

describe('the chains served', () => {
  it('show their channels from both ends, payment address and endpoint health', async () => {
    const items = await makeListChains({
      directory: aDirectory(), paymentAddress: chain => chain.chainId === 'hub-1' ? serviceAddress : null,
      reader: answering({ endpoints: () => [{ endpoint: 'rpc.example', status: 'ok', height: 2n ** 60n, checkedAt: new Date(0) }] }),
    })()
    expect(chainListSchema.parse({ items })).toEqual({ items })
    expect(items.map(chain => [chain.chainId, chain.paymentAddress, chain.channels.map(channel => [channel.channelId, channel.counterparty.channelId])])).toEqual([
      ['hub-1', serviceAddress, [['channel-0', 'channel-7']]], ['zone-1', null, [['channel-7', 'channel-0']]],
    ])
    expect(items[0]?.endpoints).toEqual([{ endpoint: 'rpc.example', status: 'ok', height: (2n ** 60n).toString(), checkedAt: '1970-01-01T00:00:00.000Z' }])
  })
})

describe('an account for building a payment', () => {
  const reader = answering({
    account: async () => ({ accountNumber: 7n, sequence: 3n }), balance: async (_chainId, _address, denom) => ({ denom, amount: 10n ** 20n }), gasPrice: async () => '0.025',
  })

  it('has number, sequence, balance and gas price', async () => {
    const account = await makeGetAccount({ directory: aDirectory(), reader, cache })({ chainId: 'hub-1', address: hubAddress })
    expect(accountSchema.parse(account)).toEqual(account)
    expect(account).toMatchObject({ accountNumber: '7', sequence: '3', balance: { denom: 'uatom', amount: (10n ** 20n).toString() }, gasPrice: { denom: 'uatom', amount: '0.025' } })
  })

  it('has none of both while the chain knows no such account', async () => {
    const getAccount = makeGetAccount({ directory: aDirectory(), reader: answering({ ...reader, account: async () => null }), cache })
    expect(await getAccount({ chainId: 'hub-1', address: hubAddress })).toMatchObject({ accountNumber: null, sequence: null })
  })

  it('is refused for an address of another chain and for chains that are not served', async () => {
    const getAccount = makeGetAccount({ directory: aDirectory(), reader, cache })
    await expect(getAccount({ chainId: 'hub-1', address: zoneAddress })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(getAccount({ chainId: 'mars-1', address: hubAddress })).rejects.toMatchObject({ code: 'chain_not_served' })
  })
})

describe('passing on a signed payment', () => {
  const decoder = { singleSend: () => ({ fromAddress: hubAddress, toAddress: serviceAddress, coins: [], memo: '' }) }
  function broadcaster(answer: BroadcastAnswer, toAddress = serviceAddress) {
    const sent: Uint8Array[] = []
    const broadcast = makeBroadcastPayment({
      directory: aDirectory(), decoder: { singleSend: () => ({ ...decoder.singleSend(), toAddress }) }, paymentAddress: chain => chain.chainId === 'hub-1' ? serviceAddress : null,
      reader: answering({ broadcast: async (_chainId, txBytes) => {
        sent.push(txBytes)
        return answer
      } }),
    })
    return { broadcast, sent }
  }

  it('answers what the node says: accepted, known already, or unknown', async () => {
    for (const state of ['accepted', 'already_known', 'unknown'] as const) {
      const { broadcast } = broadcaster({ state, txHash: 'AB' })
      expect(await broadcast({ chainId: 'hub-1', txBytes: new Uint8Array([1]) })).toEqual({ state, txHash: 'AB' })
    }
  })

  it('carries the node\'s words when it refuses', async () => {
    const { broadcast } = broadcaster({ state: 'rejected', txHash: 'AB', code: 13, log: `insufficient fee${'!'.repeat(5000)}` })
    const refused = await broadcast({ chainId: 'hub-1', txBytes: new Uint8Array() }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'transaction_rejected', message: expect.stringMatching(/code 13\): insufficient fee/) })
    expect((refused as Error).message.length).toBeLessThan(700)
  })

  it('sends nothing that does not pay us, or on a chain that is not paid on', async () => {
    const { broadcast, sent } = broadcaster({ state: 'accepted', txHash: 'AB' }, hubAddress)
    await expect(broadcast({ chainId: 'hub-1', txBytes: new Uint8Array() })).rejects.toMatchObject({ code: 'transaction_not_a_payment' })
    await expect(broadcast({ chainId: 'zone-1', txBytes: new Uint8Array() })).rejects.toMatchObject({ code: 'transaction_not_a_payment' })
    await expect(broadcast({ chainId: 'mars-1', txBytes: new Uint8Array() })).rejects.toMatchObject({ code: 'chain_not_served' })
    expect(sent).toEqual([])
  })
})
