import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chainCursors, ledgerEntries, watchedWallets } from '../../../drizzle/schema'
import { makeStore } from '../../../server/adapters/postgres/store'
import { makeIds } from '../../../server/adapters/system/ids'
import type { InboundTransfer } from '../../../server/domain/payment/inbound'
import type { BlockSource } from '../../../server/usecases/ledger-ports'
import type { Store } from '../../../server/usecases/store-ports'
import type { Coin } from '../../../shared/utils/coin'
import { at } from '../../builders/tokens'
import { createTestDatabase, type TestDatabase } from '../database'

let database: TestDatabase
let store: Store
let chainId: string
let runs = 0

beforeAll(async () => {
  database = await createTestDatabase()
  store = makeStore(database.db, makeIds({ now: () => new Date() }).rowId)
})
afterAll(() => database.drop())
beforeEach(() => {
  runs += 1
  chainId = `hub-${runs}`
})

const address = 'cosmos1relayer'
const agreed: BlockSource = { blockHash: 'AB', codes: [0], endpoint: 'a', confirmation: 'agreed', toldByEvents: null }
const funding = (height: bigint, amount: bigint, denom = 'uatom'): InboundTransfer =>
  ({ chainId, height, blockTime: at(1), txIndex: 0, msgIndex: 0, txHash: 'CD', coin: { denom, amount }, fromAddress: 'cosmos1operator', toAddress: address, memo: '', kind: 'msg_send' })
const fund = (rows: readonly InboundTransfer[], source = agreed) => store.transaction(async (tx) => {
  await tx.insertFunding(rows, source)
  await tx.bookFunding(chainId, at(2))
})
const begin = async (from: bigint) => {
  await store.watchWallets([{ chainId, address, role: 'relayer' }], at(0))
  await store.transaction(tx => tx.beginWatching(chainId, [address], from))
}
const open = (height: bigint, balances: readonly Coin[]) => store.transaction(tx => tx.bookOpening({ chainId, address }, height, balances, at(3)))
const entries = () => database.db.select().from(ledgerEntries).where(eq(ledgerEntries.chainId, chainId)).orderBy(ledgerEntries.id)

describe('wallets of ours', () => {
  it('are remembered once, with the role and the beginning that they got first', async () => {
    await begin(10n)
    await store.watchWallets([{ chainId, address, role: 'service' }, { chainId, address: 'cosmos1other', role: 'service' }], at(5))
    await store.transaction(tx => tx.beginWatching(chainId, [address], 20n))
    expect(await store.watchedWallets(chainId)).toEqual([
      { chainId, address: 'cosmos1other', role: 'service', watchedFrom: null, openedHeight: null },
      { chainId, address, role: 'relayer', watchedFrom: 10n, openedHeight: null },
    ])
  })

  it('are begun to be watched one by one, and every one of the chain is told', async () => {
    await begin(10n)
    await store.watchWallets([{ chainId, address: 'cosmos1later', role: 'relayer' }], at(5))
    const told = await store.transaction(tx => tx.beginWatching(chainId, ['cosmos1later'], 20n))
    expect(told.map(wallet => [wallet.address, wallet.watchedFrom])).toEqual([['cosmos1later', 20n], [address, 10n]])
    expect(await store.watchedWallets(chainId)).toEqual(told)
  })
})

describe('what reaches a relayer wallet', () => {
  it('is booked as the owner\'s capital once, in its block, when it is vouched for', async () => {
    await fund([funding(11n, 500n)], { ...agreed, confirmation: 'none' })
    expect(await entries()).toEqual([])
    await store.transaction(tx => tx.setConfirmation(chainId, { height: 11n, ...agreed }, 'agreed'))
    await fund([])
    await fund([funding(11n, 500n)])
    expect((await entries()).map(entry => [entry.account, entry.amount, entry.height, entry.cause])).toEqual([
      ['equity:owner', -500n, null, 'capital_received'], [`wallet:relayer:${address}`, 500n, 11n, 'capital_received'],
    ])
  })
})

describe('the opening balance', () => {
  it('is what the wallet held besides its legs, is booked once, and makes the books hold what the chain says', async () => {
    await begin(10n)
    await fund([funding(11n, 500n), funding(12n, 10n ** 30n, 'uosmo'), funding(13n, 7n)])
    const balances = [{ denom: 'uatom', amount: 1_500n }, { denom: 'uosmo', amount: 10n ** 30n }, { denom: 'uion', amount: 3n }]
    expect(await open(12n, balances)).toEqual({ state: 'opened', opening: [{ denom: 'uatom', amount: 1_000n }, { denom: 'uion', amount: 3n }] })
    expect(await store.walletLegs(chainId, `wallet:relayer:${address}`, 12n)).toEqual([{ denom: 'uatom', amount: 1_500n }, { denom: 'uion', amount: 3n }, { denom: 'uosmo', amount: 10n ** 30n }])
    expect(await store.walletLegs(chainId, `wallet:relayer:${address}`, 11n)).toEqual([{ denom: 'uatom', amount: 500n }])
    expect(await open(13n, balances)).toEqual({ state: 'open_already', openedHeight: 12n })
    const [wallet] = await store.watchedWallets(chainId)
    expect(wallet).toMatchObject({ openedHeight: 12n })
    expect((await entries()).filter(entry => entry.cause === 'opening_balance').map(entry => [entry.account, entry.denom, entry.amount, entry.height])).toEqual([
      ['equity:owner', 'uatom', -1_000n, null], [`wallet:relayer:${address}`, 'uatom', 1_000n, 12n],
      ['equity:owner', 'uion', -3n, null], [`wallet:relayer:${address}`, 'uion', 3n, 12n],
    ])
  })

  it('of an empty wallet is booked as none, and opens it', async () => {
    await begin(10n)
    expect(await open(10n, [])).toEqual({ state: 'opened', opening: [] })
    expect(await entries()).toEqual([])
  })

  it('is not booked before the wallet is watched, nor when more left than it can have held', async () => {
    expect(await open(12n, [])).toEqual({ state: 'not_watched' })
    await begin(13n)
    expect(await open(12n, [])).toEqual({ state: 'not_watched' })
    await fund([funding(14n, 500n)])
    expect(await open(14n, [{ denom: 'uatom', amount: 400n }])).toEqual({ state: 'impossible', opening: [{ denom: 'uatom', amount: -100n }] })
    expect((await entries()).filter(entry => entry.cause === 'opening_balance')).toEqual([])
    expect(await database.db.select({ opened: watchedWallets.openedHeight }).from(watchedWallets).where(eq(watchedWallets.chainId, chainId))).toEqual([{ opened: null }])
  })
})

describe('how far the books reach', () => {
  it('is the cursor, or just below the first thing that waits to be booked', async () => {
    expect(await store.bookedUpTo(chainId)).toBeNull()
    await database.db.insert(chainCursors).values({ chainId, purpose: 'primary', height: 100n })
    expect(await store.bookedUpTo(chainId)).toBe(100n)
    await fund([funding(90n, 5n)], { ...agreed, confirmation: 'none' })
    expect(await store.bookedUpTo(chainId)).toBe(89n)
    const outgoing = { chainId, height: 80n, blockTime: at(1), txIndex: 0, msgIndex: -1, address, txHash: 'EF', code: 0, memo: '', sequence: 1n, toAddress: null, coins: [], fee: [] }
    await store.transaction(tx => tx.insertOutgoing([outgoing], agreed))
    expect(await store.bookedUpTo(chainId)).toBe(79n)
    await store.transaction(tx => tx.insertInbound([{ ...funding(70n, 5n), toAddress: 'cosmos1service' }], agreed, at(1)))
    expect(await store.bookedUpTo(chainId)).toBe(69n)
  })

  it('no leg of a wallet can be written without its block', async () => {
    const entry = (height: string) => database.db.execute(sql`insert into ledger_entries (entry_set, account, chain_id, denom, amount, cause, created_at, height) values (gen_random_uuid(), 'wallet:service:cosmos1x', ${chainId}, 'uatom', 0, 'test', now(), ${sql.raw(height)})`)
    await expect(entry('null')).rejects.toThrow()
    await entry('5')
  })
})
