import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ledgerEntries, walletFunding, walletOutgoing } from '../../drizzle/schema'
import { makeScanChain } from '../../server/usecases/scan-chain'
import { makeWatchRelayer } from '../../server/usecases/watch-relayer'
import { keptLog } from '../builders/services'
import { openClearingWorld, type ClearingWorld } from './clear-route.world'

let world: ClearingWorld
let scan: (chainId: string) => Promise<unknown>
const log = keptLog()
const addressOn = (chainId: string, name = 'relayer') => world.sandbox.accounts[name as 'relayer'].addresses[chainId]!
const chainIds = () => world.sandbox.chains.map(chain => chain.chainId)

beforeAll(async () => {
  world = await openClearingWorld()
  const { store, chains, directory, clock, relayer } = world.deps
  scan = makeScanChain({
    store, reader: chains, clock, logger: log, instanceId: 'scanner',
    // Customers pay on the hub alone: on the other chain only the relayer lives.
    serviceAddresses: chainId => new Set(chainId === chainIds()[0] ? [addressOn(chainId, 'service')] : []),
    outgoing: { operatorAddresses: new Set(chainIds().map(chainId => addressOn(chainId, 'admin'))), signs: () => false },
    policy: { confirmationBlocks: 1, quorumAmount: () => 0n, refundableDenoms: () => new Set(), clearingDeadlineMs: 1_800_000 },
  })
  await makeWatchRelayer({ store, directory, clock, relayer })()
  await scanAll()
})
afterAll(() => world.close())

const scanAll = () => Promise.all(chainIds().map(chainId => scan(chainId)))

/** Scans until everything is in the books, and says where the books of a wallet differ from the chain. */
async function differences(chainId: string, role: 'service' | 'relayer'): Promise<unknown[]> {
  const { store, chains } = world.deps
  const tip = (await chains.tip(chainId)).height
  await expect.poll(async () => {
    await scan(chainId)
    return await store.bookedUpTo(chainId) ?? 0n
  }, { timeout: 25_000 }).toBeGreaterThanOrEqual(tip)
  const height = (await store.bookedUpTo(chainId))!
  const address = addressOn(chainId, role)
  const { balances } = await chains.balancesAt(chainId, address, height)
  await store.transaction(tx => tx.bookOpening({ chainId, address }, height, balances, new Date()))
  const legs = await store.walletLegs(chainId, `wallet:${role}:${address}`, height)
  const denoms = [...new Set([...balances, ...legs].map(coin => coin.denom))]
  const of = (coins: typeof legs, denom: string) => coins.find(coin => coin.denom === denom)?.amount ?? 0n
  return denoms.filter(denom => of(balances, denom) !== of(legs, denom)).map(denom => ({ denom, onChain: of(balances, denom), booked: of(legs, denom) }))
}
const outgoingOf = (address: string) => world.database.db.select().from(walletOutgoing).where(eq(walletOutgoing.address, address)).orderBy(asc(walletOutgoing.height))
const entriesOf = (cause: string) => world.database.db.select().from(ledgerEntries).where(eq(ledgerEntries.cause, cause)).orderBy(asc(ledgerEntries.id))

describe('wallets of the relayer', { timeout: 60_000 }, () => {
  it('are watched from the height on at which the scanner first knew them, also on a chain that nobody pays on', async () => {
    for (const chainId of chainIds()) {
      const cursor = await world.deps.store.cursor(chainId, 'primary')
      const wallet = (await world.deps.store.watchedWallets(chainId)).find(({ role }) => role === 'relayer')!
      expect(wallet.address).toBe(addressOn(chainId))
      expect(wallet.watchedFrom).not.toBeNull()
      expect(wallet.watchedFrom! < cursor!.height).toBe(true)
      expect(await differences(chainId, 'relayer')).toEqual([])
    }
  })

  it('pay gas for clearing, which is booked chain by chain to the unit', async () => {
    const packets = await world.strand(2)
    const id = await world.paidOperation(packets)
    expect((await world.clearUntilSettled(id)).status).toBe('cleared')
    for (const chainId of chainIds()) {
      expect(await differences(chainId, 'relayer')).toEqual([])
      const rows = await outgoingOf(addressOn(chainId))
      expect(rows.length).toBeGreaterThan(0)
      expect([...new Set(rows.map(row => row.kind))]).toEqual(['relay'])
      const spent = (await entriesOf('relay_fee')).filter(entry => entry.chainId === chainId && entry.account === 'expense:gas').reduce((sum, entry) => sum + entry.amount, 0n)
      expect(spent).toBe(rows.reduce((sum, row) => sum + row.fee.reduce((fees, coin) => fees + BigInt(coin.amount), 0n), 0n))
      expect(spent).toBeGreaterThan(0n)
    }
  })

  it('have the gas of a failed transaction booked, too', async () => {
    const [, zone] = chainIds()
    const before = (await outgoingOf(addressOn(zone!))).length
    await world.control('send', { chainId: zone, from: 'relayer', to: 'bob', amount: (10n ** 40n).toString() })
    expect(await differences(zone!, 'relayer')).toEqual([])
    const added = (await outgoingOf(addressOn(zone!))).slice(before)
    expect(added).toMatchObject([{ kind: 'relay', coins: [], fee: [{ amount: expect.any(String) }] }])
    expect(added[0]!.code).not.toBe(0)
  })

  it('are funded by the owner, and what goes to an operator or between our wallets stays the owner\'s', async () => {
    const [hub] = chainIds()
    const sent = (from: string, to: string, amount: bigint) => world.control('send', { chainId: hub, from, to, amount: amount.toString() })
    await sent('alice', 'relayer', 900_000n)
    await sent('relayer', 'admin', 100_000n)
    await sent('relayer', 'service', 50_000n)
    expect(await differences(hub!, 'relayer')).toEqual([])
    expect(await differences(hub!, 'service')).toEqual([])
    expect(await world.database.db.select({ amount: walletFunding.amount, from: walletFunding.fromAddress }).from(walletFunding)).toEqual([{ amount: 900_000n, from: addressOn(hub!, 'alice') }])
    expect((await outgoingOf(addressOn(hub!))).slice(-2).map(row => row.kind)).toEqual(['operator', 'operator'])
    const capital = (await world.database.db.select().from(ledgerEntries).where(eq(ledgerEntries.account, 'equity:owner'))).filter(entry => entry.cause !== 'opening_balance').reduce((sum, entry) => sum + entry.amount, 0n)
    // Liabilities and capital are negative: the owner put 900 000 in and took 100 000 out.
    expect(capital).toBe(-800_000n)
  })

  it('that pay somebody else are shown, and do not stop the payouts of a service wallet', async () => {
    const [hub] = chainIds()
    await world.control('send', { chainId: hub, from: 'relayer', to: 'bob', amount: '7' })
    expect(await differences(hub!, 'relayer')).toEqual([])
    expect((await outgoingOf(addressOn(hub!))).at(-1)).toMatchObject({ kind: 'stranger' })
    expect((await entriesOf('stranger')).filter(entry => entry.account === 'unexplained').map(entry => entry.amount)).toEqual([7n])
    expect(log.lines.filter(line => line.level === 'error').map(line => line.message)).toEqual(['a transaction of a relayer wallet moved more than its fee and fits nothing'])
    expect((await world.deps.store.walletFacts(hub!, addressOn(hub!, 'service'))).strangers).toEqual([])
  })
})
