import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { openChainReader } from '../../server/adapters/cosmos/chain-reader'
import type { ChainsFile } from '../../server/adapters/cosmos/chains-file'
import { makeChainDirectory } from '../../server/adapters/cosmos/directory'
import { makeHermesRelayer } from '../../server/adapters/hermes/relayer'
import { clearingOperations, operationEvents, packetClearingResults, packetEvidence, packetLegs, payments, refunds, relayerRuns } from '../../drizzle/schema'
import type { Database } from '../../server/adapters/postgres/database'
import { makeStore } from '../../server/adapters/postgres/store'
import { makeIds } from '../../server/adapters/system/ids'
import type { Operation } from '../../server/domain/clearing/operation'
import { makeClearRoute, type ClearRoute } from '../../server/usecases/clear-route'
import { clearingSettings, type ClearingDeps } from '../../server/usecases/clearing-deps'
import { creditSeenPayments } from '../../server/usecases/credit-payments'
import { makeSweepUnfinished } from '../../server/usecases/sweep-unfinished'
import { startSandbox, type Sandbox } from '../../sandbox/start'
import { parsePacketId, type ChannelEnd, type PacketId } from '../../shared/utils/packet-id'
import { hermesEnvironment } from '../builders/config'
import { silent, uncounted } from '../builders/quiet'
import { anOperation, aToken, noQuotas } from '../builders/tokens'
import { and, asc, eq } from 'drizzle-orm'
import { createTestDatabase, type TestDatabase } from './database'

/** A sandbox, a database and the clearing use cases between them, with a clock that can be moved. */
export interface ClearingWorld {
  readonly sandbox: Sandbox
  readonly database: TestDatabase
  readonly deps: ClearingDeps
  readonly route: ChannelEnd
  readonly relayerAddresses: readonly string[]
  readonly control: (call: string, body?: object) => Promise<Record<string, unknown>>
  /** Sends `count` packets from the hub that nobody relays. */
  readonly strand: (count: number, options?: object) => Promise<PacketId[]>
  /** An operation for these packets, credited now by a payment of exactly its total. */
  readonly paidOperation: (ids: readonly PacketId[], options?: { readonly destination?: ChannelEnd, readonly deadlineMs?: number, readonly need?: 'deliver' | 'acknowledge' | 'timeout' }) => Promise<Operation['id']>
  readonly operation: (id: Operation['id']) => Promise<Operation>
  readonly refundsOf: (id: Operation['id']) => Promise<{ amount: bigint, reason: string }[]>
  readonly eventsOf: (id: Operation['id']) => Promise<string[]>
  readonly proofOf: (id: Operation['id'], packet: PacketId) => Promise<{ legs: { leg: string, txHash: string, signer: string | null }[], evidence: { query: string, answer: string }[] }>
  readonly runs: () => Promise<{ executor: string, result: string | null, sequences: string[] }[]>
  /** Other settings, another instance: the same world. */
  readonly another: (over?: Partial<Omit<ClearingDeps, 'settings'>> & { readonly settings?: Partial<ClearingDeps['settings']> }) => { readonly clearRoute: ClearRoute, readonly sweep: () => Promise<void> }
  /** Runs the route's due work until the operation is settled or `tries` are used up, moving the clock past each wait. */
  readonly clearUntilSettled: (id: Operation['id'], clearRoute?: ClearRoute, tries?: number) => Promise<Operation>
  readonly clock: { offsetMs: number }
  readonly close: () => Promise<void>
}

/** What an instance needs to know; plain JSON, so that another process can be given it. */
export interface ClearingPlace extends Pick<Sandbox, 'hermes' | 'chainsFile'> {
  readonly chains: readonly { readonly chainId: string, readonly rpcUrls: readonly string[] }[]
}

export async function openClearing(place: ClearingPlace, db: Database): Promise<{ readonly deps: ClearingDeps, readonly clock: { offsetMs: number, now: () => Date }, readonly close: () => void }> {
  const file = JSON.parse(await readFile(place.chainsFile, 'utf8')) as ChainsFile
  const directory = makeChainDirectory(file.chains, file.channels)
  const clock = { offsetMs: 0, now: () => new Date(Date.now() + clock.offsetMs) }
  const ids = makeIds(clock)
  const chains = openChainReader({ directory, rpcUrls: new Map(place.chains.map(chain => [chain.chainId, chain.rpcUrls])), clock, logger: silent })
  const deps: ClearingDeps = {
    store: makeStore(db, ids.rowId), chains, directory, relayer: makeHermesRelayer({ ...place.hermes, environment: hermesEnvironment }), clock, ids, logger: silent, metrics: uncounted, instanceId: randomUUID(),
    // The clock of these tests jumps, which would make every chain look halted.
    settings: { ...clearingSettings, runTimeLimitMs: () => 20_000, haltedAfterMs: 1e15 }, closing: new AbortController().signal,
  }
  await deps.relayer.readiness()
  return { deps, clock, close: () => chains.close() }
}

export interface ClearingWorldOptions {
  readonly blockTimeMs?: number
  /** Where the app finds nodes with these URLs; default: there. */
  readonly through?: (nodes: readonly string[]) => Promise<readonly string[]>
}

export async function openClearingWorld({ blockTimeMs = 150, through = nodes => Promise.resolve(nodes) }: ClearingWorldOptions = {}): Promise<ClearingWorld> {
  const [sandbox, database] = await Promise.all([startSandbox({ story: false, blockTimeMs }), createTestDatabase()])
  const chains = await Promise.all(sandbox.chains.map(async chain => ({ ...chain, rpcUrls: await through(chain.rpcUrls) })))
  const { deps, clock, close } = await openClearing({ ...sandbox, chains }, database.db)
  const { store, directory, ids } = deps
  const [hub] = sandbox.chains
  if (!hub) throw new Error('the sandbox has no chains')
  const route: ChannelEnd = { chainId: hub.chainId, portId: hub.portId, channelId: hub.channelId }
  const destination = directory.counterparty(route)!
  let height = 0n

  const control: ClearingWorld['control'] = async (call, body = {}) => {
    const response = await fetch(`${sandbox.controlUrl}/${call}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    const answer = await response.json() as Record<string, unknown>
    if (!response.ok) throw new Error(`${call}: ${JSON.stringify(answer)}`)
    return answer
  }
  const operation: ClearingWorld['operation'] = async (id) => {
    const found = await store.transaction(tx => tx.lockOperation(id))
    if (!found) throw new Error(`no operation ${id}`)
    return found
  }
  const another: ClearingWorld['another'] = (over = {}) => {
    const own = { ...deps, ...over, settings: { ...deps.settings, ...over.settings } }
    return { clearRoute: makeClearRoute(own), sweep: makeSweepUnfinished(own) }
  }

  return {
    sandbox, database, deps, route, control, operation, another, clock,
    relayerAddresses: Object.values(sandbox.accounts.relayer.addresses),
    strand: async (count, options = {}) => {
      const { packets } = await control('transfer', { chainId: route.chainId, count, ...options }) as { packets: string[] }
      return packets.map(text => parsePacketId(text)!)
    },
    paidOperation: async (packets, options = {}) => {
      const issuedAt = clock.now()
      const later = (ms: number) => new Date(issuedAt.getTime() + ms)
      const share = { denom: hub.feeDenom, amount: 1000n }
      const token = aToken({
        paymentChainId: hub.chainId, issuedAt, expiresAt: later(300_000), graceUntil: later(900_000),
        total: { denom: hub.feeDenom, amount: share.amount * BigInt(packets.length) },
        packets: packets.map(id => ({ id, destination: options.destination ?? destination, need: options.need ?? 'deliver', share })),
      })
      const awaiting = { ...anOperation(token), id: ids.rowId() as Operation['id'] }
      await store.issueToken(token, awaiting, { ipKey: 'test', sessionAddress: null }, noQuotas)
      height += 1n
      const inbound = { chainId: hub.chainId, height, blockTime: clock.now(), txIndex: 0, msgIndex: 0, txHash: 'AA'.repeat(32), coin: token.total, fromAddress: 'cosmos1payer', toAddress: 'cosmos1service', memo: token.memoCode, kind: 'msg_send' as const }
      await store.transaction(async (tx) => {
        await tx.insertInbound([inbound], { blockHash: 'BB'.repeat(32), codes: [0], endpoint: 'test', confirmation: 'agreed', toldByEvents: null }, clock.now())
        await creditSeenPayments(tx, hub.chainId, height, { confirmationBlocks: 1, quorumAmount: () => 0n, refundableDenoms: () => new Set(), clearingDeadlineMs: options.deadlineMs ?? 1_800_000 }, new Set(), clock)
      })
      return awaiting.id
    },
    refundsOf: async id => database.db.select({ amount: refunds.amount, reason: refunds.reason }).from(refunds).where(eq(refunds.operationId, id)),
    eventsOf: async id => (await database.db.select({ type: operationEvents.type }).from(operationEvents).where(eq(operationEvents.operationId, id)).orderBy(asc(operationEvents.id))).map(row => row.type),
    proofOf: async (id, packet) => {
      const [row] = await database.db.select({ position: packetClearingResults.position }).from(packetClearingResults)
        .where(and(eq(packetClearingResults.operationId, id), eq(packetClearingResults.sequence, packet.sequence)))
      const at = (table: typeof packetLegs | typeof packetEvidence) => and(eq(table.operationId, id), eq(table.position, row?.position ?? -1))
      return {
        legs: await database.db.select({ leg: packetLegs.leg, txHash: packetLegs.txHash, signer: packetLegs.signer }).from(packetLegs).where(at(packetLegs)),
        evidence: await database.db.select({ query: packetEvidence.query, answer: packetEvidence.answer }).from(packetEvidence).where(at(packetEvidence)),
      }
    },
    runs: async () => database.db.select({ executor: relayerRuns.executor, result: relayerRuns.result, sequences: relayerRuns.sequences }).from(relayerRuns).orderBy(asc(relayerRuns.startedAt)),
    clearUntilSettled: async (id, clearRoute = another().clearRoute, tries = 30) => {
      for (let attempt = 0; attempt < tries; attempt++) {
        await clearRoute(route)
        const now = await operation(id)
        if (now.finishedAt !== null || now.status === 'needs_attention') return now
        const wakeUp = await store.nextRouteWakeUp(route)
        if (wakeUp) clock.offsetMs += Math.max(0, wakeUp.getTime() - clock.now().getTime()) + 1
      }
      throw new Error(`operation ${id} did not settle in ${tries} tries: ${JSON.stringify(await operation(id), (_, value) => typeof value === 'bigint' ? value.toString() : value)}`)
    },
    close: async () => {
      close()
      await sandbox.stop()
      await database.drop()
    },
  }
}

/** Sum of what an operation's payments gave, and of what goes back. */
export async function moneyOf(world: ClearingWorld, id: Operation['id']): Promise<{ credited: bigint, consumed: bigint, goesBack: bigint }> {
  const rows = await world.database.db.select().from(payments).where(eq(payments.operationId, id))
  const sum = (pick: (row: typeof rows[number]) => bigint) => rows.reduce((total, row) => total + pick(row), 0n)
  return { credited: sum(row => row.creditedAmount), consumed: sum(row => row.consumedAmount), goesBack: sum(row => row.refundPlannedAmount) }
}

/** The operation's row without locking it, for looks while somebody works on it. */
export async function statusRow(world: ClearingWorld, id: Operation['id']) {
  const [row] = await world.database.db.select().from(clearingOperations).where(eq(clearingOperations.id, id))
  return row
}
