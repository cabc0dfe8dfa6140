import { sql } from 'drizzle-orm'
import { makeAdminReads } from '../../server/adapters/postgres/admin-reads'
import { makeStore } from '../../server/adapters/postgres/store'
import { DomainError } from '../../server/domain/errors'
import { makeAdminActs } from '../../server/usecases/admin/perform-act'
import type { AdminReads } from '../../server/usecases/admin-ports'
import type { SignedConsents } from '../../server/usecases/signed-consent'
import type { AdminAct } from '../../shared/schemas/admin'
import { makePayRefunds, type PayRefunds } from '../../server/usecases/pay-refunds'
import { makeClearRoute } from '../../server/usecases/clear-route'
import { clearingSettings, type ClearingDeps } from '../../server/usecases/clearing-deps'
import type { ChainReader, Clock, Ids, Logger, TransactionSimulator } from '../../server/usecases/ports'
import { makeRequestToken, type RequestToken } from '../../server/usecases/request-token'
import { makeAuditChain, makeScanChain, type ScanDependencies } from '../../server/usecases/scan-chain'
import { makeSweepUnfinished } from '../../server/usecases/sweep-unfinished'
import type { BuildQuote } from '../../server/usecases/build-quote'
import type { ClearingReads } from '../../server/usecases/read-ports'
import type { Store, StoreTransaction } from '../../server/usecases/store-ports'
import type { ChannelEnd } from '../../shared/utils/packet-id'
import { aDirectory } from '../builders/chains'
import { uncounted } from '../builders/quiet'
import { noQuotas } from '../builders/tokens'
import type { SimulatorDatabase } from './database'
import { feeDenom, operatorAddress, serviceAddress } from './network'
import type { Random } from './random'
import { ModelReader } from './reader'
import { makeModelRelayer } from './relayer'
import { SimulatedFault, type Fate, type Scheduler } from './scheduler'
import { hashOf, makeModelWallet } from './signer'
import type { World } from './world'

// Inbound rows are compared with the chain after every transaction anyway.
const readsOnly: ReadonlySet<keyof StoreTransaction> = new Set(['lockCursor', 'advanceCursor', 'insertInbound', 'lockSeenPayments', 'operationsPastGrace', 'lockOperation', 'lockOperationByMemo', 'lockDuePackets', 'holdsRun', 'breaker', 'enqueue', 'beginWatching', 'bookFunding', 'lockUnjudgedOutgoing', 'payoutByHash', 'lockRefunds', 'refundAlike', 'checkFence', 'lockPayout'])

const consent = { signedText: 'simulated', signature: 'simulated', pubKey: 'simulated' }

const crashed = Symbol('crashed')
const never = <T>() => new Promise<T>(() => {})

export const timing = { ttlMs: 40_000, graceMs: 40_000, unknownPatienceMs: 120_000, haltedAfterMs: 60_000 }
export const mostSkewMs = 600_000
export const payoutSettings = { leaseMs: 15_000, timeoutBlocks: 5n, rebroadcastAfterMs: 12_000 }

/** Ids of the seed; like UUIDv7, later ones of one instance sort behind earlier ones. */
function seededIds(random: Random, clock: Clock): Ids {
  let counter = 0
  return {
    rowId: () => {
      counter += 1
      const time = (clock.now().getTime() * 16 + counter % 16).toString(16).padStart(12, '0').slice(-12)
      return `${time.slice(0, 8)}-${time.slice(8)}-7${random.hex(3)}-a${random.hex(3)}-${counter.toString(16).padStart(4, '0')}${random.hex(8)}`
    },
    secretId: () => `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`,
    randomIntegers: (count, base) => Array.from({ length: count }, () => random.below(base)),
    randomText: bytes => random.hex(bytes),
  }
}

/** What the world, or an admin who comes too late, may cause. */
const expectedCodes: ReadonlySet<string> = new Set(['chain_unavailable', 'not_in_this_state', 'token_not_found', 'outgoing_not_found', 'payment_not_found', 'refund_not_found', 'operation_not_found'])
export const isExpected = (error: unknown) => error instanceof SimulatedFault || (error instanceof DomainError && expectedCodes.has(error.code))

/** One process of the app: its own use cases on its own ports, all of which stop at the scheduler's gates. */
export class Instance {
  alive = true
  readonly active = new Map<string, number>()
  readonly scan: (chainId: string) => Promise<unknown>
  readonly audit: (chainId: string) => Promise<unknown>
  readonly sweep: () => Promise<void>
  readonly payRefunds: PayRefunds
  /** An act of an admin, whose signature was looked at before. Rejects where it cannot be done. */
  readonly act: (act: AdminAct) => Promise<unknown>
  readonly requestToken: RequestToken
  readonly #clearRoute: (route: ChannelEnd) => Promise<void>
  readonly #scheduler: Scheduler
  readonly #database: SimulatorDatabase
  readonly #world: World

  constructor(readonly id: string, world: World, random: Random, buildQuote: BuildQuote) {
    this.#world = world
    this.#scheduler = world.scheduler
    this.#database = world.database
    const skewMs = random.between(-100, 100)
    const clock = { now: () => new Date(world.now.getTime() + skewMs) }
    // Payouts work by leases on the database's clock and by heights; a clock of their own that is minutes off must not matter.
    const payoutSkewMs = random.chance(0.25) ? random.between(-mostSkewMs, mostSkewMs) : skewMs
    const payoutClock = { now: () => new Date(world.now.getTime() + payoutSkewMs) }
    const ids = seededIds(random, clock)
    const store = this.#gatedStore(makeStore(world.database.db, ids.rowId))
    const model = new ModelReader(world.network, world.faults, world.endpoints, () => world.now)
    const reader = this.#gatedReader(model)
    const simulator: TransactionSimulator = { simulate: (chainId, bytes) => this.call('simulate', 'read', () => model.simulate(chainId, bytes)) }
    const note = (facts: object, message: string) => {
      if ('error' in facts && !isExpected(facts.error)) world.violation(`${message}: ${String(facts.error)}`)
    }
    const logger: Logger = { debug: note, info: note, warn: note, error: note }
    const relayer = makeModelRelayer({
      network: world.network, random, now: () => world.now, temper: () => world.temper, ready: () => world.relayerReady,
      step: (label, act) => this.call(label, 'effect', async () => act()), strangerRelays: packets => world.strangerRelays(packets), count: what => world.count(what),
    })
    const deps: ClearingDeps = {
      store, chains: reader, directory: aDirectory(), relayer, clock, ids, logger, metrics: uncounted, instanceId: id, closing: new AbortController().signal,
      settings: { ...clearingSettings, largestBatch: 30, runTimeLimitMs: packets => 30_000 + 1_000 * packets, leaseMarginMs: 10_000, haltedAfterMs: timing.haltedAfterMs, unknownPatienceMs: timing.unknownPatienceMs, indexPatienceMs: 0 },
    }
    const outgoing = { operatorAddresses: new Set(['hub-1', 'zone-1'].map(operatorAddress)), signs: () => world.signs }
    const scanning: ScanDependencies = {
      store, reader, clock, logger, instanceId: id, outgoing, serviceAddresses: chainId => new Set([serviceAddress(chainId)]),
      policy: { confirmationBlocks: world.confirmationBlocks, quorumAmount: () => 0n, refundableDenoms: () => new Set(['urefundable']), clearingDeadlineMs: world.deadlineMs },
    }
    this.scan = makeScanChain(scanning)
    this.audit = makeAuditChain(scanning)
    this.sweep = makeSweepUnfinished(deps)
    this.#clearRoute = makeClearRoute(deps)
    const wallets = world.signs ? world.scanned.map(chainId => makeModelWallet(chainId, serviceAddress(chainId), (label, act) => this.call(label, 'effect', async () => act()))) : []
    this.payRefunds = makePayRefunds({
      store, reader, simulator, wallets: new Map(wallets.map(wallet => [wallet.chainId, wallet])), feeDenom, clock: payoutClock, ids, logger, instanceId: id, settings: payoutSettings,
      rules: (chainId, denom) => denom === feeDenom(chainId) ? world.payoutRules : { ...world.payoutRules, minimum: 0n, approvalAbove: null }, gasMargin: { numerator: 13n, denominator: 10n }, outgoing,
      stopped: async chainId => world.stopped.has(chainId) ? 'a broken invariant stops payouts' : null,
    })
    const acts = makeAdminActs({
      store, reads: this.#gatedAdminReads(), directory: aDirectory(), reader, clock, clearingDeadlineMs: world.deadlineMs, refundableDenoms: scanning.policy.refundableDenoms,
    }, { take: async () => consent } as Pick<SignedConsents, 'take'> as SignedConsents)
    this.act = act => acts.perform(act, 'admin', { ...consent, challengeId: '' })
    const reads: Pick<ClearingReads, 'memoCodeTaken'> = {
      memoCodeTaken: code => this.call('memo code taken', 'read', async () => (await world.database.db.execute(sql`select 1 from clearing_tokens where memo_code = ${code}`)).length > 0),
    }
    this.requestToken = makeRequestToken({
      // The use case asks one thing of the reads.
      buildQuote, store, reads: reads as ClearingReads, ids, signer: { sign: text => `signed ${text.length}`, verify: () => true }, clock, metrics: uncounted,
      lifetimes: { ttlMs: timing.ttlMs, graceMs: timing.graceMs }, quotas: noQuotas,
    })
  }

  crash() {
    this.alive = false
    this.#scheduler.abandon(this.id)
    this.#world.count('crash')
  }

  /** One port call: stops at the gate, then happens whole, not at all, or to its border. */
  async call<T>(label: string, kind: 'read' | 'effect' | 'transaction', work: (fate: Fate) => Promise<T>): Promise<T> {
    if (!this.alive) return never()
    const outcome = await this.#scheduler.pass(this.id, label, kind, async (fate) => {
      if (fate === 'crash_before') {
        this.crash()
        return crashed
      }
      try {
        const value = await work(fate)
        if (fate === 'lost_after_commit') throw new SimulatedFault('the answer of the commit was lost')
        if (fate !== 'crash_after') return { value }
      }
      catch (error) {
        if (fate !== 'crash_inside' || !(error instanceof SimulatedFault)) throw error
      }
      this.crash()
      return crashed
    })
    return outcome === crashed ? never() : outcome.value
  }

  /** Tells the world when more than a cursor is written, so that it checks the books again. */
  #watched(tx: StoreTransaction): StoreTransaction {
    return new Proxy(tx, {
      get: (target, name: keyof StoreTransaction) => {
        if (!readsOnly.has(name)) this.#world.dirty = true
        return target[name]
      },
    })
  }

  #gatedStore(store: Store): Store {
    const read = <A extends unknown[], T>(label: string, ask: (...input: A) => Promise<T>) => (...input: A) => this.call(label, 'read', () => ask(...input))
    const effect = <A extends unknown[], T>(label: string, act: (...input: A) => Promise<T>) => (...input: A) => this.call(label, 'effect', () => act(...input))
    return {
      transaction: work => this.call('transaction', 'transaction', fate => store.transaction(async (tx) => {
        const result = await work(this.#watched(tx))
        if (fate === 'crash_inside' || fate === 'lost_before_commit') throw new SimulatedFault('the connection was lost')
        return result
      })),
      issueToken: effect('issueToken', store.issueToken),
      holdScannerLease: effect('holdScannerLease', store.holdScannerLease),
      holdPayoutLane: effect('holdPayoutLane', store.holdPayoutLane),
      setBaselineSequence: effect('setBaselineSequence', store.setBaselineSequence),
      setPayoutWait: effect('setPayoutWait', store.setPayoutWait),
      cursor: read('cursor', store.cursor),
      scanGaps: read('scanGaps', store.scanGaps),
      heightsAwaitingSecond: read('heightsAwaitingSecond', store.heightsAwaitingSecond),
      unfinishedRoutes: read('unfinishedRoutes', store.unfinishedRoutes),
      nextRouteWakeUp: read('nextRouteWakeUp', store.nextRouteWakeUp),
      lapsedRuns: read('lapsedRuns', store.lapsedRuns),
      pauses: read('pauses', store.pauses),
      lanesBusyUntil: read('lanesBusyUntil', store.lanesBusyUntil),
      watchedWallets: read('watchedWallets', store.watchedWallets),
      watchWallets: effect('watchWallets', store.watchWallets),
      walletLegs: read('walletLegs', store.walletLegs),
      bookedUpTo: read('bookedUpTo', store.bookedUpTo),
      walletFacts: read('walletFacts', store.walletFacts),
      openPayout: read('openPayout', store.openPayout),
      nextRefunds: read('nextRefunds', store.nextRefunds),
      failedInclusion: read('failedInclusion', store.failedInclusion),
      sequenceUsedBy: read('sequenceUsedBy', store.sequenceUsedBy),
    }
  }

  /** What acts read to say in words what they would do; another question would fail loudly. */
  #gatedAdminReads(): AdminReads {
    const reads = makeAdminReads(this.#database.db)
    const gated: Pick<AdminReads, 'payment' | 'refund' | 'strangers'> = {
      payment: id => this.call('payment', 'read', () => reads.payment(id)),
      refund: id => this.call('refund', 'read', () => reads.refund(id)),
      strangers: () => this.call('strangers', 'read', () => reads.strangers()),
    }
    return gated as AdminReads
  }

  #gatedReader(reader: ModelReader): ChainReader {
    const gated: Pick<ChainReader, 'tip' | 'block' | 'confirmBlock' | 'packetFacts' | 'onNewBlock' | 'endpoints' | 'account' | 'accountAt' | 'balance' | 'gasPrice' | 'broadcast'> = {
      tip: chainId => this.call('tip', 'read', () => reader.tip(chainId)),
      block: (chainId, height, options) => this.call(`block ${chainId} ${height}`, 'read', () => reader.block(chainId, height, options)),
      confirmBlock: (block, toldBy) => this.call(`confirmBlock ${block.chainId} ${block.height}`, 'read', () => reader.confirmBlock(block, toldBy)),
      packetFacts: (ids, options) => this.call('packetFacts', 'read', () => reader.packetFacts(ids, options)),
      onNewBlock: (chainId, wake) => reader.onNewBlock(chainId, height => this.alive && wake(height)),
      account: chainId => this.call('account', 'read', () => reader.account(chainId)),
      accountAt: (chainId, address, height) => this.call('accountAt', 'read', () => reader.accountAt(chainId, address, height)),
      balance: (chainId, address, denom) => this.call('balance', 'read', () => reader.balance(chainId, address, denom)),
      gasPrice: chainId => this.call('gasPrice', 'read', () => reader.gasPrice(chainId)),
      broadcast: (chainId, txBytes) => this.call(`broadcast ${chainId}`, 'effect', async () => {
        const kept = await this.#database.ask('select 1 from refund_transactions where chain_id = $1 and tx_hash = $2', [chainId, hashOf(txBytes)])
        if (kept.length === 0) this.#world.violation(`${this.id} sends bytes to ${chainId} that are kept nowhere`)
        return reader.broadcast(chainId, txBytes)
      }),
      endpoints: () => reader.endpoints(),
    }
    // The use cases under test ask nothing else; another call would fail loudly.
    return gated as ChainReader
  }

  /** Takes one due job off the queue and does it, as a worker of the job queue would. */
  async work(): Promise<void> {
    const { db } = this.#database
    const job = await this.call('fetch job', 'effect', async () => {
      const [row] = await db.execute<{ id: string, payload: ChannelEnd }>(sql`
        update graphile_worker._private_jobs set locked_at = now(), locked_by = ${this.id}, attempts = attempts + 1
        where id = (select id from graphile_worker._private_jobs where locked_at is null and run_at <= now() and attempts < max_attempts order by run_at, id limit 1)
        returning id::text, payload`)
      return row ?? null
    })
    if (!job) return
    try {
      await this.#clearRoute(job.payload)
      await this.call('job done', 'effect', () => db.execute(sql`delete from graphile_worker._private_jobs where id = ${job.id}::bigint`))
    }
    catch (error) {
      await this.call('job failed', 'effect', () => db.execute(sql`
        update graphile_worker._private_jobs set locked_at = null, locked_by = null, run_at = now() + exp(least(attempts, 10)) * interval '1 second' where id = ${job.id}::bigint`))
      throw error
    }
  }
}
