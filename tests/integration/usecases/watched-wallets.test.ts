import { afterEach, describe, expect, it } from 'vitest'
import { walletOutgoing } from '../../../drizzle/schema'
import { at } from '../../builders/tokens'
import { openScanWorld, type ScanWorld } from '../scan.world'

let world: ScanWorld
afterEach(() => world.close())

const relayer = { chainId: 'hub-1', address: 'cosmos1relayer', role: 'relayer' as const }
/** A relayer's tx: its fee and nothing else. */
const relayed = () => ({
  ...world.chain.payment('', 1n), messages: [],
  events: [{ type: 'coin_spent', attributes: [{ key: 'spender', value: relayer.address }, { key: 'amount', value: '7uatom' }] }, { type: 'tx', attributes: [{ key: 'acc_seq', value: `${relayer.address}/3` }] }, { type: 'message', attributes: [{ key: 'msg_index', value: '0' }] }],
})

describe('the wallets that a scanner watches', () => {
  it('include one that was added while a block was being recorded, from that block on', async () => {
    world = await openScanWorld()
    world.chain.add(0)
    await world.scan()
    const height = world.chain.add(1, [world.chain.payment('', 5n), relayed()])
    const adding = { tip: () => world.chain.tip(), block: (...asked: Parameters<typeof world.chain.block>) => world.chain.block(...asked), confirmBlock: async () => {
      await world.store.watchWallets([relayer], at(1))
      return 'agreed' as const
    } }
    await world.instance({}, adding)()
    expect(await world.database.db.select().from(walletOutgoing)).toMatchObject([{ height, address: relayer.address, kind: 'relay', fee: [{ denom: 'uatom', amount: '7' }] }])
    expect((await world.store.watchedWallets('hub-1')).find(({ role }) => role === 'relayer')).toMatchObject({ watchedFrom: height - 1n })
    expect(await world.store.walletLegs('hub-1', 'wallet:relayer:cosmos1relayer', height)).toEqual([{ denom: 'uatom', amount: -7n }])
    expect(await world.payments()).toHaveLength(1)
  })

  it('have nothing booked of what they did before they were known, whatever the audit reads again', async () => {
    world = await openScanWorld()
    const audit = () => world.audit({ tip: () => world.chain.tip(), block: (chainId, height) => world.chain.block(chainId, height), confirmBlock: async () => 'agreed', endpoints: () => [{ endpoint: 'a' }, { endpoint: 'b' }] as never })
    for (let second = 0; second < 30; second++) world.chain.add(second, second === 20 ? [relayed()] : [])
    await world.scan()
    await audit()
    await world.store.watchWallets([relayer], at(30))
    for (let second = 30; second < 60; second++) world.chain.add(second)
    await world.scan()
    await audit()
    expect(await world.cursor('audit')).toBe(40n)
    expect(await world.database.db.select().from(walletOutgoing)).toEqual([])
  })

  it('are watched for ever: what reaches a service wallet of yesterday is a payment still', async () => {
    world = await openScanWorld()
    world.chain.add(0)
    await world.scan()
    const { token, id } = await world.issue()
    world.chain.add(1, [world.chain.payment(token.memoCode, 100n)])
    await world.instance({ serviceAddresses: () => new Set(['cosmos1new']) })()
    expect(await world.operation(id)).toMatchObject({ status: 'queued' })
    expect((await world.store.watchedWallets('hub-1')).map(({ address }) => address)).toEqual(['cosmos1new', 'cosmos1service'])
  })

  it('are none on a chain of others: it is left alone', async () => {
    world = await openScanWorld()
    world.chain.add(0)
    await world.instance({ serviceAddresses: () => new Set() })()
    expect(await world.cursor()).toBeNull()
  })

  it('may not be a service wallet and a relayer\'s at once', async () => {
    world = await openScanWorld()
    world.chain.add(0)
    await world.store.watchWallets([{ ...relayer, address: 'cosmos1service' }], at(0))
    await expect(world.scan()).rejects.toThrow('SERVICE_WALLET_ADDRESS needs a wallet of its own')
  })
})
