import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { and, asc, eq, sql } from 'drizzle-orm'
import { clearingOperations, clearingTokens, operationEvents, payments, payoutLanes, refunds, refundTransactions, walletOutgoing } from '../../drizzle/schema'
import { startSandbox, type Sandbox } from '../../sandbox/start'
import { openChainReader } from '../../server/adapters/cosmos/chain-reader'
import type { ChainsFile } from '../../server/adapters/cosmos/chains-file'
import { makeChainDirectory } from '../../server/adapters/cosmos/directory'
import { openServiceWallets } from '../../server/adapters/cosmos/service-wallet'
import { makeStore } from '../../server/adapters/postgres/store'
import { makeIds } from '../../server/adapters/system/ids'
import type { OperationId } from '../../server/domain/clearing/operation'
import { transition } from '../../server/domain/clearing/transition'
import type { SignedToken } from '../../server/domain/clearing/token'
import { makePayRefunds, type PayRefunds, type PayRefundsDeps } from '../../server/usecases/pay-refunds'
import type { ChainReader, ServiceWallet } from '../../server/usecases/ports'
import { makeScanChain, type ScanDependencies } from '../../server/usecases/scan-chain'
import { keptLog } from '../builders/services'
import { anOperation, aToken, noQuotas } from '../builders/tokens'
import { createTestDatabase, type TestDatabase } from './database'

export interface RefundWorldOptions {
  /** Default: the service wallet's key. */
  readonly byHand?: boolean
  readonly minimum?: bigint
  readonly approvalAbove?: bigint
  /** Default: more than anything costs here. */
  readonly feeLimit?: bigint
  readonly exchangeAddresses?: ReadonlySet<string>
  /** Where the app finds nodes with these URLs; default: there. */
  readonly through?: (nodes: readonly string[], chainId: string) => Promise<readonly string[]>
}

/** A chain of the sandbox with blocks by hand, a database, the scanner and the signer between them. */
export async function openRefundWorld(options: RefundWorldOptions = {}) {
  const [sandbox, database]: [Sandbox, TestDatabase] = await Promise.all([startSandbox({ story: false, manualBlocks: true }), createTestDatabase()])
  const file = JSON.parse(await readFile(sandbox.chainsFile, 'utf8')) as ChainsFile
  const directory = makeChainDirectory(file.chains, file.channels)
  const clock = { offsetMs: 0, now: () => new Date(Date.now() + clock.offsetMs) }
  const ids = makeIds(clock)
  const logger = keptLog()
  const { through = (nodes: readonly string[]) => Promise.resolve(nodes) } = options
  const rpcUrls = new Map(await Promise.all(sandbox.chains.map(async chain => [chain.chainId, await through(chain.rpcUrls, chain.chainId)] as const)))
  const reader = openChainReader({ directory, rpcUrls, clock, logger, callTimeoutMs: 1_500 })
  const hub = sandbox.chains[0]!
  const { chainId, feeDenom: denom } = hub
  const addressOf = (name: keyof Sandbox['accounts']) => sandbox.accounts[name].addresses[chainId]!
  const service = addressOf('service')
  const { wallets } = await openServiceWallets({ mnemonic: sandbox.accounts.service.mnemonic, keyFile: null }, [{ chain: directory.chain(chainId)!, address: service }])
  const signer: ServiceWallet = wallets.get(chainId)!
  const store = makeStore(database.db, ids.rowId)
  const db = database.db
  const policy = { operatorAddresses: new Set([addressOf('admin')]), signs: () => !options.byHand }

  const deps: PayRefundsDeps = {
    store, reader, simulator: reader, wallets: options.byHand ? new Map() : wallets, clock, ids, logger, instanceId: 'one',
    feeDenom: () => denom, gasMargin: { numerator: 13n, denominator: 10n }, outgoing: policy,
    rules: () => ({ minimum: options.minimum ?? 0n, approvalAbove: options.approvalAbove ?? null, feeLimit: options.feeLimit ?? 1_000_000n, exchangeAddresses: options.exchangeAddresses }),
    settings: { leaseMs: 10_000, timeoutBlocks: 4n, rebroadcastAfterMs: 1_000 },
  }
  const scanDependencies: ScanDependencies = {
    store, reader, clock, logger, instanceId: 'scanner', serviceAddresses: () => new Set([service]), outgoing: policy,
    policy: { confirmationBlocks: 1, quorumAmount: () => 0n, refundableDenoms: () => new Set(), clearingDeadlineMs: 1_800_000 },
  }
  const scanner = (reads: ChainReader = reader) => makeScanChain({ ...scanDependencies, reader: reads })
  const scan = scanner()
  const control = async (call: string, body: object = {}): Promise<Record<string, unknown>> => {
    const response = await fetch(`${sandbox.controlUrl}/${call}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ chainId, ...body }) })
    const answer = await response.json() as Record<string, unknown>
    if (!response.ok) throw new Error(`${call}: ${JSON.stringify(answer)}`)
    return answer
  }
  const block = async (count = 1) => {
    await control('blocks', { count })
    await scan(chainId)
  }
  await scan(chainId)
  const startBalance = (await reader.balance(chainId, service, denom)).amount

  /** Another instance, with whatever it does differently. */
  const instance = (over: Partial<PayRefundsDeps> = {}): PayRefunds => makePayRefunds({ ...deps, instanceId: randomUUID(), ...over })
  const one = makePayRefunds(deps)

  const issue = async (amount = 1_000_000n): Promise<{ readonly token: SignedToken, readonly id: OperationId }> => {
    const issuedAt = clock.now()
    const later = (ms: number) => new Date(issuedAt.getTime() + ms)
    const coin = { denom, amount }
    const token = aToken({
      paymentChainId: chainId, paymentAddress: service, issuedAt, expiresAt: later(300_000), graceUntil: later(900_000), total: coin,
      packets: [{ id: { chainId, portId: 'transfer', channelId: 'channel-0', sequence: BigInt(Math.floor(Math.random() * 1e12) + 1) }, destination: { chainId: 'sandbox-zone-1', portId: 'transfer', channelId: 'channel-7' }, need: 'deliver', share: coin }],
    })
    const id = ids.rowId() as OperationId
    await store.issueToken(token, { ...anOperation(token), id }, { ipKey: 'test', sessionAddress: null }, noQuotas)
    return { token, id }
  }
  const pay = async (token: SignedToken, amount: bigint, from = 'alice') => {
    await control('send', { from, to: 'service', amount: amount.toString(), memo: token.memoCode })
    await scan(chainId)
  }

  const world = {
    sandbox, database, directory, deps, ids, reader, scanDependencies, scanner, store, clock, chainId, denom, service, signer, logger, control, block, instance, issue, pay, addressOf, scan: () => scan(chainId),
    pay1: () => one(chainId),
    /** Pays `surplus` too much from an account: one refund, planned. */
    overpaid: async (surplus: bigint, from = 'alice') => {
      const issued = await issue()
      await pay(issued.token, 1_000_000n + surplus, from)
      return issued.id
    },
    /** A paid operation whose packet could not be cleared: its share goes back whole. */
    notCleared: async (amount: bigint, from = 'alice') => {
      const { token, id } = await issue(amount)
      await pay(token, amount, from)
      await store.transaction(async (tx) => {
        const operation = await tx.lockOperation(id)
        const decided = operation!.packets.map(packet => ({ id: packet.id, result: 'pending' as const, relayedBy: 'nobody' as const, refundReason: 'not_cleared' as const }))
        const next = transition(operation!, { type: 'packets_decided', decided }, clock.now())
        await tx.saveTransition(operation!, next.operation, next.effects, { actor: 'worker', cause: 'test' }, clock.now())
      })
      return id
    },
    refundsOf: (id: OperationId) => db.select().from(refunds).where(eq(refunds.operationId, id)).orderBy(asc(refunds.plannedAt), asc(refunds.id)),
    refund: async (id: OperationId) => (await db.select().from(refunds).where(eq(refunds.operationId, id)))[0]!,
    operation: async (id: OperationId) => (await db.select().from(clearingOperations).where(eq(clearingOperations.id, id)))[0]!,
    requesterOf: async (id: OperationId) => (await db.select({ address: clearingTokens.walletAddress }).from(clearingTokens).innerJoin(clearingOperations, eq(clearingOperations.token, clearingTokens.token)).where(eq(clearingOperations.id, id)))[0]!.address,
    events: async (id: OperationId) => (await db.select({ type: operationEvents.type }).from(operationEvents).where(eq(operationEvents.operationId, id)).orderBy(asc(operationEvents.id))).map(row => row.type),
    payouts: () => db.select().from(refundTransactions).where(eq(refundTransactions.chainId, chainId)).orderBy(asc(refundTransactions.signedAt)),
    outgoing: () => db.select().from(walletOutgoing).where(eq(walletOutgoing.chainId, chainId)).orderBy(asc(walletOutgoing.height)),
    waitReason: async () => (await db.select().from(payoutLanes).where(eq(payoutLanes.chainId, chainId)))[0]?.waitReason ?? null,
    /** Works and makes blocks until a report has nothing to do any more. */
    finish: async (payRefunds: PayRefunds = one, rounds = 20) => {
      for (let round = 0; round < rounds; round++) {
        const { did } = await payRefunds(chainId)
        if (did === 'idle') return
        clock.offsetMs += 1_100
        await block()
      }
      throw new Error(`refunds did not end: ${JSON.stringify((await db.select({ state: refunds.state, note: refunds.holdNote }).from(refunds)))} ${await world.waitReason()}`)
    },
    /** What really left the wallet on chain, from every block. */
    sentOnChain: async () => {
      const { height } = await reader.tip(chainId)
      const sent: { to: string, amount: bigint, memo: string, txHash: string }[] = []
      for (let at = 1n; at <= height; at += 1n) {
        for (const tx of (await reader.block(chainId, at)).txs) {
          if (tx.code !== 0) continue
          for (const { send } of tx.messages ?? []) {
            if (send?.fromAddress === service) sent.push({ to: send.toAddress, amount: send.coins[0]!.amount, memo: tx.memo!, txHash: tx.txHash })
          }
        }
      }
      return sent
    },
    /** I2 and I6: the books' wallet moved exactly as the chain's, and nothing gave back more than it got. */
    booksFit: async () => {
      await scan(chainId)
      const [books] = await db.execute<{ moved: string }>(sql`select coalesce(sum(amount), 0)::text as moved from ledger_entries where account like 'wallet:service:%' and denom = ${denom}`)
      const moved = (await reader.balance(chainId, service, denom)).amount - startBalance
      const over = await db.select({ id: payments.id }).from(payments).where(and(eq(payments.chainId, chainId), sql`(select coalesce(sum(r.amount), 0) from refunds r where r.payment_id = payments.id) > payments.amount`))
      const [owed] = await db.execute<{ owed: string }>(sql`select (select coalesce(-sum(amount), 0) from ledger_entries where account = 'liability:refunds_payable' and denom = ${denom})
        - (select coalesce(sum(amount), 0) from refunds where state <> 'confirmed' and denom = ${denom}) as owed`)
      return { books: BigInt(books!.moved), chain: moved, overRefunded: over.length, unexplainedOwed: owed!.owed }
    },
    close: async () => {
      reader.close()
      await sandbox.stop()
      await database.drop()
    },
  }
  return world
}

export type OpenedRefundWorld = Awaited<ReturnType<typeof openRefundWorld>>
