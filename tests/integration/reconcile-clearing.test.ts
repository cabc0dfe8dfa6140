import { readFile } from 'node:fs/promises'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packetClearingResults, refunds, walletOutgoing } from '../../drizzle/schema'
import { openServiceWallets } from '../../server/adapters/cosmos/service-wallet'
import { openChainReader } from '../../server/adapters/cosmos/chain-reader'
import { makeReconciliationStore } from '../../server/adapters/postgres/reconciliation'
import type { OperationId } from '../../server/domain/clearing/operation'
import { makePayRefunds } from '../../server/usecases/pay-refunds'
import { makeReconcile } from '../../server/usecases/reconcile'
import { makeScanChain } from '../../server/usecases/scan-chain'
import { makeWatchRelayer } from '../../server/usecases/watch-relayer'
import type { PacketId } from '../../shared/utils/packet-id'
import { keptLog } from '../builders/services'
import { anOperation, aToken, noQuotas } from '../builders/tokens'
import { openClearingWorld, type ClearingWorld } from './clear-route.world'

let world: ClearingWorld
let everything: Awaited<ReturnType<typeof openEverything>>

/** The clearing world with the scanner, the signer and the reconciler of the app around it. */
async function openEverything() {
  const { store, directory, clock, ids, relayer } = world.deps
  const [hub] = world.sandbox.chains
  const chainId = hub!.chainId
  const service = world.sandbox.accounts.service.addresses[chainId]!
  const log = keptLog()
  const reader = openChainReader({ directory, rpcUrls: new Map(world.sandbox.chains.map(chain => [chain.chainId, chain.rpcUrls])), clock, logger: log })
  const { wallets } = await openServiceWallets({ mnemonic: world.sandbox.accounts.service.mnemonic, keyFile: null }, [{ chain: directory.chain(chainId)!, address: service }])
  const books = makeReconciliationStore(world.database.db, ids.rowId)
  const outgoing = { operatorAddresses: new Set<string>(), signs: () => true }
  const scan = makeScanChain({
    store, reader, clock, logger: log, instanceId: 'scanner', serviceAddresses: id => new Set(id === chainId ? [service] : []), outgoing,
    policy: { confirmationBlocks: 1, quorumAmount: () => 0n, refundableDenoms: () => new Set(), clearingDeadlineMs: 1_800_000 },
  })
  const pay = makePayRefunds({
    store, reader, simulator: reader, wallets, clock, ids, logger: log, instanceId: 'signer', gasMargin: { numerator: 13n, denominator: 10n }, outgoing, feeDenom: id => directory.chain(id)!.feeDenom,
    rules: () => ({ minimum: 0n, approvalAbove: null, feeLimit: 1_000_000n, exchangeAddresses: new Set<string>() }), settings: { leaseMs: 30_000, timeoutBlocks: 200n, rebroadcastAfterMs: 1_000 }, stopped: books.payoutStop,
  })
  const window = { recentBlocks: 10_000n, olderBlocks: 0n }
  const reconcile = makeReconcile({ store, books, reader, directory, clock, ids, logger: log, windows: { demand: window, schedule: window }, overdue: { afterDeadline: 600, longestLease: 600, afterLapsedRun: 600 } })
  const scanAll = () => Promise.all(world.sandbox.chains.map(chain => scan(chain.chainId)))
  return {
    chainId, denom: hub!.feeDenom, service, scanAll, pay: () => pay(chainId), close: () => reader.close(),
    watch: makeWatchRelayer({ store, directory, clock, relayer }),
    findings: async () => {
      await scanAll()
      const report = await reconcile('demand')
      return { result: report?.result, wrong: report?.runs.flatMap(run => run.checks).filter(check => check.result !== 'sound').map(check => check.sentence), chains: report?.runs.map(run => run.chainId) }
    },
  }
}

beforeAll(async () => {
  world = await openClearingWorld()
  everything = await openEverything()
  await everything.watch()
  await everything.scanAll()
})
afterAll(async () => {
  everything.close()
  await world.close()
})

/** A payment of `surplus` too much for these packets, 1000 each, on chain. */
async function paid(packets: readonly PacketId[], surplus: bigint): Promise<OperationId> {
  const { store, clock, ids, directory } = world.deps
  const issuedAt = clock.now()
  const later = (ms: number) => new Date(issuedAt.getTime() + ms)
  const share = { denom: everything.denom, amount: 1000n }
  const token = aToken({
    paymentChainId: everything.chainId, paymentAddress: everything.service, issuedAt, expiresAt: later(300_000), graceUntil: later(900_000), total: { denom: everything.denom, amount: 1000n * BigInt(packets.length) },
    packets: packets.map(id => ({ id, destination: directory.counterparty(id)!, need: 'deliver', share })),
  })
  const id = ids.rowId() as OperationId
  await store.issueToken(token, { ...anOperation(token), id }, { ipKey: 'test', sessionAddress: null }, noQuotas)
  await world.control('send', { chainId: everything.chainId, from: 'alice', to: 'service', amount: (token.total.amount + surplus).toString(), memo: token.memoCode })
  await expect.poll(async () => {
    await everything.scanAll()
    return (await world.operation(id)).status
  }, { timeout: 20_000 }).toBe('queued')
  return id
}

describe('a clearing with refunds', { timeout: 120_000 }, () => {
  it('leaves wallets, books and rows sound on every chain at every step', async () => {
    const sound = { result: 'sound', wrong: [], chains: [...world.sandbox.chains.map(chain => chain.chainId), null] }
    expect(await everything.findings()).toEqual(sound)
    const packets = await world.strand(3)
    const id = await paid(packets, 90_000n)
    expect(await everything.findings()).toEqual(sound)
    // Another relayer is first with one of them: its share goes back.
    await world.control('relay', { chainId: packets[0]!.chainId, sequences: [packets[0]!.sequence.toString()] })
    await world.clearUntilSettled(id)
    expect(await everything.findings()).toEqual(sound)
    await expect.poll(async () => {
      await everything.pay()
      await everything.scanAll()
      return [...new Set((await world.database.db.select({ state: refunds.state }).from(refunds).where(eq(refunds.operationId, id))).map(row => row.state))]
    }, { timeout: 60_000 }).toEqual(['confirmed'])
    expect(await everything.findings()).toEqual(sound)
    const results = await world.database.db.select({ by: packetClearingResults.relayedBy }).from(packetClearingResults).where(eq(packetClearingResults.operationId, id))
    expect(results.map(row => row.by)).toContain('us')
    expect([...new Set((await world.database.db.select({ kind: walletOutgoing.kind }).from(walletOutgoing)).map(row => row.kind))].sort()).toEqual(['refund', 'relay'])
  })

  it('leaves nothing for the queries that docs/money-safety.md gives an auditor', async () => {
    const text = await readFile('docs/money-safety.md', 'utf8')
    const queries = [...text.matchAll(/```sql\n([\s\S]+?);\n```/g)].map(([, query]) => query!)
    expect(queries.length).toBeGreaterThanOrEqual(14)
    for (const query of queries) expect(await world.database.db.execute(sql.raw(query)), query).toHaveLength(0)
  })
})
