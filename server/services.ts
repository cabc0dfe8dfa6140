import { paymentAddressOf, isRefundableDenom, refundLimitsOf } from './config-chains'
import type { AppConfig } from './config'
import type { Infrastructure } from './infrastructure'
import type { Services } from './services-type'
import { adr36Verifier } from './adapters/adr36/signature-verifier'
import { openChainReader } from './adapters/cosmos/chain-reader'
import type { OpenedDirectory } from './adapters/cosmos/directory'
import { makeTxDecoder } from './adapters/cosmos/decode-tx'
import { makeHermesRelayer } from './adapters/hermes/relayer'
import { openMetrics } from './adapters/metrics/metrics'
import { makeAdminReads } from './adapters/postgres/admin-reads'
import { makeAuthStore } from './adapters/postgres/auth-store'
import { makeDatabaseProbe } from './adapters/postgres/database-probe'
import { makeIdempotencyStore } from './adapters/postgres/idempotency-store'
import { makeChannelReads, makeDeliverySamples } from './adapters/postgres/channels'
import { makePacketIndex } from './adapters/postgres/packet-index'
import { makePlatformSampler } from './adapters/postgres/platform-sampler'
import { makeClearingReads } from './adapters/postgres/reads'
import { makeRebuildStore } from './adapters/postgres/rebuild'
import { makeReconciliationStore } from './adapters/postgres/reconciliation'
import { openScratch } from './adapters/postgres/scratch-schema'
import { makeStore } from './adapters/postgres/store'
import { makeReceiptSigner } from './adapters/system/receipt-signer'
import { deriveKeys, keyedHash, makeAnswerSeal, makeTokenSigner } from './adapters/system/secrets'
import { runTimeLimitMs } from './domain/clearing/schedule'
import { amountIn } from './domain/pricing/amount-setting'
import type { ChainDirectory, ServiceWallet, TokenSigner } from './usecases/ports'
import { makeAdminLooks } from './usecases/admin/look'
import { makeAdminActs } from './usecases/admin/perform-act'
import { makeBroadcastPayment } from './usecases/broadcast-payment'
import { type ClaimDeps, makeAskRefundClaim, makeClaimRefund } from './usecases/claim-refund'
import { clearingSettings, type ClearingSettings } from './usecases/clearing-deps'
import { makeBuildQuote } from './usecases/build-quote'
import { makeClearRoute } from './usecases/clear-route'
import { makeCreateChallenge } from './usecases/create-challenge'
import { makePacketJudge } from './usecases/describe-packets'
import { makeGetAccount } from './usecases/get-account'
import { makeGetClearingStatus } from './usecases/get-clearing-status'
import { makeGetPacket } from './usecases/get-packet'
import { makeListChannels } from './usecases/list-channels'
import { makeListChains } from './usecases/list-chains'
import { makeListOperations } from './usecases/list-operations'
import { routePaused } from './usecases/pauses'
import { makePayRefunds, type PayRefundsDeps } from './usecases/pay-refunds'
import { makePlatformStatistics } from './usecases/platform-statistics'
import { makePreviewQuote } from './usecases/preview-quote'
import { makeQuoteFacts } from './usecases/quote-facts'
import { lagBlocks, makeReadiness } from './usecases/readiness'
import { makeReadSession } from './usecases/read-session'
import type { OutgoingPolicy } from './usecases/settle-outgoing'
import { makeRebuildLedger, type RebuildDeps, type RebuildLedger } from './usecases/rebuild-ledger'
import { makeReconcile, type ReconcileDeps } from './usecases/reconcile'
import { makePayoutStop, makeReconcileWhenDue } from './usecases/reconcile-schedule'
import { makeSampleDeliveries } from './usecases/sample-deliveries'
import { makeRefreshPacketIndex } from './usecases/refresh-packet-index'
import { makeRequestToken } from './usecases/request-token'
import { makeSampleChains, makeSampleWallets } from './usecases/sample-world'
import { makeAuditChain, makeScanChain, type ScanDependencies } from './usecases/scan-chain'
import { makeSearchPackets } from './usecases/search-packets'
import { makeSignIn } from './usecases/sign-in'
import { makeSignedConsents } from './usecases/signed-consent'
import { makeSignReceipt } from './usecases/sign-receipt'
import { makeSignOut } from './usecases/sign-out'
import { makeSweepUnfinished } from './usecases/sweep-unfinished'
import { makeUserStatistics } from './usecases/user-statistics'
import { makeVerifyPayment } from './usecases/verify-payment'
import { makeWatchRelayer } from './usecases/watch-relayer'

export interface BuiltServices {
  readonly services: Services
  readonly close: () => Promise<void>
}

/** What the operator's run limit changes about the settings of clearing. */
const settingsFor = ({ clearing: { runLimitMs } }: AppConfig): ClearingSettings => ({
  ...clearingSettings,
  runTimeLimitMs: packets => runTimeLimitMs(packets, runLimitMs),
  // Room to read the chain after the run; a lease that is over too early costs one more reading, never a result.
  leaseMarginMs: Math.min(clearingSettings.leaseMarginMs, runLimitMs),
})

function paymentPolicy({ config }: Infrastructure, directory: ChainDirectory): ScanDependencies['policy'] {
  return {
    confirmationBlocks: config.payment.confirmationBlocks,
    clearingDeadlineMs: config.clearing.deadlineMs,
    quorumAmount: (chainId, denom) => {
      const chain = directory.chain(chainId)
      return chain && denom === chain.feeDenom ? amountIn(config.payment.quorumAmount, denom, chain.feeExponent)?.amount ?? 0n : 0n
    },
    refundableDenoms: (chainId) => {
      const chain = directory.chain(chainId)
      return new Set(chain ? config.refunds.denoms.map(entry => entry.denom).filter(denom => isRefundableDenom(config, chain, denom)) : [])
    },
  }
}

/** Outside things that need the chains' facts. */
function openWorld({ config, logger, clock, database, cache, ids, migrations }: Infrastructure, { directory, rpcUrls }: OpenedDirectory, version: string) {
  const wallets = directory.chains().flatMap((chain) => {
    const address = paymentAddressOf(config, chain)
    return address === null ? [] : [{ chainId: chain.chainId, address }]
  })
  const reader = openChainReader({ directory, rpcUrls, clock, logger, observe: (...call) => metrics.rpcCallFinished(...call) })
  const relayer = makeHermesRelayer({ ...config.hermes, serviceAddresses: new Set(wallets.map(wallet => wallet.address)) })
  const store = makeStore(database.db, ids.rowId)
  const books = makeReconciliationStore(database.db, ids.rowId)
  const sampleChains = makeSampleChains({ directory, reader, store })
  const sampleWallets = makeSampleWallets({ directory, reader, relayer, cache, serviceWallets: wallets })
  const metrics = openMetrics({
    clock, version, platform: makePlatformSampler(database.db),
    chains: async () => (await sampleChains()).map(sample => ({ ...sample, lagBlocks: lagBlocks(sample.tip, sample.scannedHeight), auditLagBlocks: lagBlocks(sample.tip, sample.auditedHeight) })),
    wallets: async () => (await sampleWallets()).map(sample => ({ ...sample, exponent: directory.chain(sample.chainId)?.feeExponent ?? 0 })),
  })
  const readiness = makeReadiness({ database: makeDatabaseProbe(database.db, migrations), chains: sampleChains, wallets: sampleWallets, relayer: relayer.readiness, reconciliation: books.newest })
  return { directory, wallets, reader, relayer, store, books, metrics, readiness, judge: makePacketJudge({ directory, stuckAfterMs: config.chains.stuckAfterMs, haltedAfterMs: clearingSettings.haltedAfterMs }) }
}

type World = ReturnType<typeof openWorld>

function clearingServices({ config, clock, ids, cache, database }: Infrastructure, { directory, reader, relayer, store, metrics, judge }: World, signer: TokenSigner) {
  const reads = makeClearingReads(database.db)
  const paymentAddress = (chain: Parameters<typeof paymentAddressOf>[1]) => paymentAddressOf(config, chain)
  const buildQuote = makeBuildQuote({
    facts: makeQuoteFacts({ reader, relayer, cache }), reads, paused: route => routePaused(store, route), directory, clock, paymentAddress, judge: judge.judge,
    prices: { service: config.fees.service, perPacket: config.fees.perPacket, conversionRates: config.fees.conversionRates, gasMargin: config.fees.gasMargin },
  })
  return { reads, paymentAddress, previewQuote: makePreviewQuote({ buildQuote }), requestToken: makeRequestToken({ buildQuote, store, reads, ids, signer, clock, metrics, lifetimes: config.token, quotas: config.quotas }) }
}

/** About three minutes of six-second blocks: what is not included by then is signed anew. */
const payoutSettings = { leaseMs: 30_000, timeoutBlocks: 30n, rebroadcastAfterMs: 12_000 }

function payoutDependencies({ config, clock, ids, logger, instanceId }: Infrastructure, { directory, reader, store, books }: World, wallets: ReadonlyMap<string, ServiceWallet>): PayRefundsDeps {
  const exchangeAddresses = new Set(config.exchangeAddresses)
  return {
    store, reader, simulator: reader, wallets, clock, ids, logger, instanceId, gasMargin: config.fees.gasMargin, settings: payoutSettings,
    outgoing: outgoingPolicy(config, wallets), stopped: makePayoutStop({ books, clock, everyMs: config.reconcileEveryMs }),
    feeDenom: chainId => directory.chain(chainId)?.feeDenom ?? '',
    rules: (chainId, denom) => {
      const chain = directory.chain(chainId)
      if (!chain) throw new RangeError(`${chainId} is not served`)
      return { ...refundLimitsOf(config, chain, denom), exchangeAddresses }
    },
  }
}

function claimServices({ config, clock, logger, ids, database }: Infrastructure, { directory, wallets, reader, relayer, store }: World) {
  const deps: ClaimDeps = {
    store, reads: makeClearingReads(database.db), directory, addresses: reader, clock, logger,
    consents: makeSignedConsents({ store: makeAuthStore(database.db), chains: directory, verifier: adr36Verifier, ids, clock }),
    ourAddresses: async (chainId) => {
      const keys = [...wallets, ...(await relayer.readiness()).keys].filter(key => key.chainId === chainId)
      return new Set([...keys.map(key => key.address), ...config.operatorAddresses])
    },
    exchangeAddresses: new Set(config.exchangeAddresses),
  }
  return { askRefundClaim: makeAskRefundClaim(deps), claimRefund: makeClaimRefund(deps) }
}

/** A person who asks waits for the answer; the schedule goes easy on the endpoints. */
const reconcileWindows: ReconcileDeps['windows'] = { schedule: { recentBlocks: 100n, olderBlocks: 50n }, demand: { recentBlocks: 200n, olderBlocks: 200n } }

function reconcileDependencies({ config, clock, ids, logger }: Infrastructure, { directory, reader, store, books }: World): ReconcileDeps {
  const longestRunSeconds = Math.ceil((runTimeLimitMs(clearingSettings.largestBatch, config.clearing.runLimitMs) + clearingSettings.leaseMarginMs) / 1000)
  return {
    store, books, reader, directory, clock, ids, logger, windows: reconcileWindows,
    overdue: { afterDeadline: clearingSettings.unknownPatienceMs / 1000 + longestRunSeconds + 300, longestLease: longestRunSeconds + 60, afterLapsedRun: longestRunSeconds + 300 },
  }
}

/** What our signer and scanner both know of what leaves the wallets. */
const outgoingPolicy = ({ operatorAddresses }: Infrastructure['config'], signingWallets: ReadonlyMap<string, ServiceWallet>): OutgoingPolicy => ({ operatorAddresses: new Set(operatorAddresses), signs: chainId => signingWallets.has(chainId) })

function scanDependencies(infrastructure: Infrastructure, { directory, reader, store, wallets }: World, signingWallets: ReadonlyMap<string, ServiceWallet>): ScanDependencies {
  const { config, clock, logger, instanceId } = infrastructure
  return {
    store, reader, clock, logger, instanceId, policy: paymentPolicy(infrastructure, directory),
    outgoing: outgoingPolicy(config, signingWallets),
    serviceAddresses: chainId => new Set(wallets.filter(wallet => wallet.chainId === chainId).map(wallet => wallet.address)),
  }
}

export interface OpenedRebuild {
  readonly rebuild: RebuildLedger
  /** Served chains with a wallet of ours. */
  readonly chainIds: readonly string[]
  readonly close: () => Promise<void>
}

/** The rebuild of the ledger, on scratch tables of its own; for the script alone. Whoever opens it closes it. */
export async function openRebuild(infrastructure: Infrastructure, opened: OpenedDirectory, signingWallets: ReadonlyMap<string, ServiceWallet>, progress: RebuildDeps['progress']): Promise<OpenedRebuild> {
  const scratch = await openScratch(infrastructure.databaseUrl)
  const world = openWorld(infrastructure, opened, '')
  const scanning = scanDependencies(infrastructure, { ...world, store: makeStore(scratch.database.db, infrastructure.ids.rowId) }, signingWallets)
  // What follows a payment's block was waited for when it was credited.
  const policy = { ...scanning.policy, confirmationBlocks: 1 }
  const watched = new Set((await world.store.watchedWallets()).map(wallet => wallet.chainId))
  return {
    chainIds: opened.directory.chains().map(chain => chain.chainId).filter(chainId => watched.has(chainId)),
    rebuild: makeRebuildLedger({ scanning: { ...scanning, policy }, scratch: makeRebuildStore(scratch.database.db, infrastructure.database.db), store: world.store, books: world.books, progress }),
    close: async () => {
      world.reader.close()
      await scratch.drop()
    },
  }
}

/** Builds every use case on its adapters: the only place that knows all concrete classes. */
export function buildServices(infrastructure: Infrastructure, opened: OpenedDirectory, version: string, signingWallets: ReadonlyMap<string, ServiceWallet>): BuiltServices {
  const { config, clock, ids, logger, cache, database, updates, instanceId } = infrastructure
  const world = openWorld(infrastructure, opened, version)
  const { directory, wallets, reader, relayer, store, metrics, judge } = world
  const keys = deriveKeys(config.tokenSecret)
  const signer = makeTokenSigner(keys.tokenSigning)
  const receiptSigner = makeReceiptSigner(keys.receiptSigning)
  const { reads, paymentAddress, previewQuote, requestToken } = clearingServices(infrastructure, world, signer)
  const closing = new AbortController()
  const clearing = { store, chains: reader, directory, relayer, clock, ids, logger, metrics, instanceId, settings: settingsFor(config), closing: closing.signal }
  const reconciling = reconcileDependencies(infrastructure, world)
  const reconcile = makeReconcile(reconciling)
  const paying = payoutDependencies(infrastructure, world, signingWallets)
  const scanning = scanDependencies(infrastructure, world, signingWallets)
  const index = makePacketIndex(database.db)
  const authStore = makeAuthStore(database.db)
  const adminReads = makeAdminReads(database.db)
  const getClearingStatus = makeGetClearingStatus({ reads, directory, clock })
  const consents = makeSignedConsents({ store: authStore, verifier: adr36Verifier, chains: directory, ids, clock })
  const admins = config.adminAddresses
  const services: Services = {
    config, clock, logger, rateLimiter: infrastructure.rateLimiter, idempotency: makeIdempotencyStore(database.db, makeAnswerSeal(keys.answerSealing)),
    ipKey: ipAddress => keyedHash(keys.ipHashing, ipAddress),
    scannedChainIds: directory.chains().map(chain => chain.chainId),
    paymentChainIds: wallets.map(wallet => wallet.chainId),
    watchRelayer: makeWatchRelayer({ store, directory, relayer, clock }),
    onNewBlock: reader.onNewBlock,
    listChains: makeListChains({ directory, reader, paymentAddress }),
    getAccount: makeGetAccount({ directory, reader, cache }),
    broadcastPayment: makeBroadcastPayment({ directory, reader, decoder: makeTxDecoder(), paymentAddress }),
    searchPackets: makeSearchPackets({ reader, directory, index, cache, relayer, judge, clock }),
    getPacket: makeGetPacket({ reader, directory, cache, relayer, judge, clock }),
    listChannels: makeListChannels({ reads: makeChannelReads(database.db), directory, cache, clock, stuckAfterMs: config.chains.stuckAfterMs }),
    sampleDeliveries: makeSampleDeliveries({ reader, directory, samples: makeDeliverySamples(database.db), clock, logger }),
    refreshPacketIndex: makeRefreshPacketIndex({ reader, directory, index, clock, logger }),
    previewQuote, requestToken,
    getClearingStatus,
    signReceipt: makeSignReceipt({ getStatus: getClearingStatus, signer: receiptSigner, clock, issuer: config.publicUrl }),
    receiptKey: receiptSigner.publicKey,
    adminLooks: makeAdminLooks({ reads: adminReads, status: getClearingStatus, readiness: world.readiness }),
    adminActs: makeAdminActs({ store, reads: adminReads, directory, reader, clock, clearingDeadlineMs: config.clearing.deadlineMs, refundableDenoms: scanning.policy.refundableDenoms }, consents),
    verifyPayment: makeVerifyPayment({ store, reads, reader, logger }),
    listOperations: makeListOperations({ reads }),
    userStatistics: makeUserStatistics({ reads }),
    platformStatistics: makePlatformStatistics({ reads, cache, clock }),
    createChallenge: makeCreateChallenge({ store: authStore, chains: directory, ids, clock }),
    signIn: makeSignIn({ store: authStore, verifier: adr36Verifier, chains: directory, ids, clock, logger, admins }),
    readSession: makeReadSession({ store: authStore, clock, admins }),
    signOut: makeSignOut({ store: authStore, clock }),
    ...claimServices(infrastructure, world),
    clearRoute: makeClearRoute(clearing),
    sweepUnfinished: makeSweepUnfinished(clearing),
    scanChain: makeScanChain(scanning),
    auditChain: makeAuditChain(scanning),
    payRefunds: makePayRefunds(paying),
    reconcileWhenDue: makeReconcileWhenDue({ ...reconciling, reconcile, everyMs: config.reconcileEveryMs }),
    reconcileNow: () => reconcile('demand'),
    operationEventsAfter: (token, afterEventId) => updates.eventsAfter(token, afterEventId),
    onOperationEvent: callback => updates.onEvent(token => callback({ token })),
    readiness: world.readiness,
    metricsText: metrics.text,
  }
  return {
    services,
    close: async () => {
      closing.abort()
      reader.close()
    },
  }
}
