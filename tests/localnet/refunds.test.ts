import { readFile } from 'node:fs/promises'
import { Bip39, Random } from '@cosmjs/crypto'
import { DirectSecp256k1HdWallet } from '@cosmjs/proto-signing'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { refunds, refundTransactions } from '../../drizzle/schema'
import { openChainReader } from '../../server/adapters/cosmos/chain-reader'
import type { ChainsFile } from '../../server/adapters/cosmos/chains-file'
import { makeChainDirectory } from '../../server/adapters/cosmos/directory'
import { openServiceWallets } from '../../server/adapters/cosmos/service-wallet'
import { makeStore } from '../../server/adapters/postgres/store'
import { makeIds } from '../../server/adapters/system/ids'
import type { OperationId } from '../../server/domain/clearing/operation'
import { makePayRefunds, type PayRefundsDeps } from '../../server/usecases/pay-refunds'
import { makeScanChain } from '../../server/usecases/scan-chain'
import { keptLog } from '../builders/services'
import { anOperation, aToken, noQuotas } from '../builders/tokens'
import { createTestDatabase, type TestDatabase } from '../integration/database'
import { describeOnLocalnet } from './harness/facts'
import { networkEnvironment } from './harness/network'
import { waitUntil } from './harness/wait'
import { LocalWallet } from './harness/wallet'
import { balanceOf, txOf } from './harness/witness'

describeOnLocalnet('refunds on a real chain', (net) => {
  const clock = { now: () => new Date() }
  const ids = makeIds(clock)
  let database: TestDatabase
  let payer: LocalWallet
  let deps: PayRefundsDeps
  let service: string
  let scan: () => Promise<unknown>
  let close: () => void

  beforeAll(async () => {
    database = await createTestDatabase()
    payer = await LocalWallet.open(net, net.a, 'user2')
    const file = JSON.parse(await readFile(networkEnvironment(net)['CHAINS_FILE']!, 'utf8')) as ChainsFile
    const directory = makeChainDirectory(file.chains, file.channels)
    const logger = keptLog()
    const reader = openChainReader({ directory, rpcUrls: new Map([[net.a.id, net.a.rpcs]]), clock, logger })
    close = () => reader.close()
    // A wallet of its own: nobody else's test uses its sequence.
    const mnemonic = Bip39.encode(Random.getBytes(16)).toString()
    const [account] = await (await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix: net.a.prefix })).getAccounts()
    service = account!.address
    const { wallets, problems } = await openServiceWallets({ mnemonic, keyFile: null }, [{ chain: directory.chain(net.a.id)!, address: service }])
    expect(problems).toEqual([])
    const store = makeStore(database.db, ids.rowId)
    const policy = { operatorAddresses: new Set<string>(), signs: () => true }
    deps = {
      store, reader, simulator: reader, wallets, clock, ids, logger, instanceId: 'one', policy, feeDenom: () => net.a.denom, gasMargin: { numerator: 13n, denominator: 10n },
      rules: () => ({ minimum: 0n, approvalAbove: null }), settings: { leaseMs: 30_000, timeoutBlocks: 20n, rebroadcastAfterMs: 3_000 },
    }
    const scanChain = makeScanChain({
      store, reader, clock, logger, instanceId: 'one', serviceAddresses: () => new Set([service]), outgoing: policy,
      policy: { confirmationBlocks: 1, quorumAmount: () => 0n, refundableDenoms: () => new Set(), clearingDeadlineMs: 1_800_000 },
    })
    scan = () => scanChain(net.a.id)
    await scan()
  })
  afterAll(async () => {
    close?.()
    payer?.close()
    await database?.drop()
  })

  /** A token that is paid `surplus` too much. */
  async function overpaid(surplus: bigint): Promise<OperationId> {
    const issuedAt = clock.now()
    const later = (ms: number) => new Date(issuedAt.getTime() + ms)
    // A packet of its own: another operation's claim would give the share back as well.
    const token = aToken({ sequences: [surplus], paymentChainId: net.a.id, paymentAddress: service, issuedAt, expiresAt: later(300_000), graceUntil: later(900_000), total: { denom: net.a.denom, amount: 500_000n } })
    const id = ids.rowId() as OperationId
    await deps.store.issueToken(token, { ...anOperation(token), id }, { ipKey: 'test', sessionAddress: null }, noQuotas)
    await payer.pay(service, 500_000n + surplus, token.memoCode)
    await waitUntil('the refund is planned', async () => {
      await scan()
      return await refundOf(id)
    })
    return id
  }
  const refundOf = async (id: OperationId) => (await database.db.select().from(refunds).where(eq(refunds.operationId, id)))[0]
  const confirmed = (id: OperationId, instanceId: string) => {
    const payRefunds = makePayRefunds({ ...deps, instanceId })
    return waitUntil('the refund is confirmed', async () => {
      await payRefunds(net.a.id)
      await scan()
      const refund = await refundOf(id)
      return refund?.state === 'confirmed' ? refund : undefined
    }, { everyMs: 300 })
  }

  it('gives an overpayment back once, less the gas that the chain asked for', async () => {
    const id = await overpaid(90_000n)
    const before = await balanceOf(net.a, payer.address)
    const refund = await confirmed(id, 'one')
    const [payout] = await database.db.select().from(refundTransactions)
    expect(payout!.feeAmount).toBeGreaterThan(0n)
    expect(await balanceOf(net.a, payer.address)).toBe(before + 90_000n - payout!.feeAmount)
    expect((await txOf(net.a, refund.txHash!))?.tx_result.code).toBe(0)
    expect(await balanceOf(net.a, service)).toBe(500_000n)
  })

  it('gives it back once when its signer dies between keeping and sending, and between sending and confirming', async () => {
    const before = await balanceOf(net.a, service)
    const id = await overpaid(80_000n)
    const dying = makePayRefunds({ ...deps, reader: { ...deps.reader, broadcast: async () => {
      throw new Error('killed')
    } } })
    await expect(waitUntil('it signs', async () => {
      await scan()
      return (await dying(net.a.id)).did === 'sign' ? true : undefined
    })).rejects.toThrow('killed')
    await database.db.execute(`update payout_lanes set lease_until = now() - interval '1 second'`)
    const sending = makePayRefunds({ ...deps, instanceId: 'two' })
    expect(await sending(net.a.id)).toEqual({ did: 'rebroadcast' })
    await database.db.execute(`update payout_lanes set lease_until = now() - interval '1 second'`)
    await confirmed(id, 'three')
    expect(await balanceOf(net.a, service)).toBe(before + 500_000n)
    expect((await database.db.select().from(refundTransactions)).map(row => row.state)).toEqual(['confirmed', 'confirmed'])
  })
})
