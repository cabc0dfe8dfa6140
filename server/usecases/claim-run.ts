import type { ChannelEnd } from '../../shared/utils/packet-id'
import { breakersCloseAt, chooseBatch, type Batch } from '../domain/clearing/batching'
import type { RunId } from '../domain/clearing/operation'
import type { ClearingDeps } from './clearing-deps'
import type { RelayerKey } from './ports'
import type { DuePacket, Lane, RunRow } from './store-ports'

export interface RelayerForRoute {
  readonly destination: ChannelEnd | null
  readonly keys: readonly RelayerKey[]
  /** Empty: it can serve the route now. */
  readonly problems: readonly string[]
}

export interface ClaimedRun extends Batch<DuePacket> {
  readonly row: RunRow
  readonly destination: ChannelEnd
}

export interface Claim {
  /** Every packet of the route that is due, earliest credit first. */
  readonly due: readonly DuePacket[]
  readonly run: ClaimedRun | null
  /** Why there is no run although packets wait; null otherwise. */
  readonly waitsFor: 'relayer' | 'lanes' | 'breaker' | null
  readonly retryAt: Date | null
}

function lanesOf(route: ChannelEnd, destination: ChannelEnd, keys: readonly RelayerKey[]): Lane[] {
  const chainIds = new Set([route.chainId, destination.chainId])
  return keys.filter(key => chainIds.has(key.chainId)).map(({ chainId, address }) => ({ chainId, address }))
}

/** Locks what is due on the route and, if a run is possible, claims both lanes for it and writes its row. */
export async function claimRun(deps: ClearingDeps, route: ChannelEnd, relayer: RelayerForRoute): Promise<Claim> {
  const { store, clock, ids, settings } = deps
  const now = clock.now()
  const claim = await store.transaction(async (tx): Promise<Claim & { busy?: readonly Lane[] }> => {
    const due = await tx.lockDuePackets(route, now)
    const open = due.filter(packet => packet.deadlineAt > now)
    const none = { due, run: null, waitsFor: null, retryAt: null }
    if (open.length === 0) return none
    const { destination } = relayer
    if (relayer.problems.length > 0 || destination === null) return { ...none, waitsFor: 'relayer' }
    const breakers = { clear_packets: await tx.breaker('clear_packets', route), tx_packet: await tx.breaker('tx_packet', route) }
    const batch = chooseBatch(open, breakers, now, settings.largestBatch)
    if (!batch) return { ...none, waitsFor: 'breaker', retryAt: breakersCloseAt(breakers, now) }
    const runId = ids.rowId() as RunId
    const leaseUntil = new Date(now.getTime() + settings.runTimeLimitMs(batch.packets.length) + settings.leaseMarginMs)
    const lanes = lanesOf(route, destination, relayer.keys)
    if (!await tx.claimLanes(lanes, runId, leaseUntil, now)) return { ...none, waitsFor: 'lanes', busy: lanes }
    const row: RunRow = {
      id: runId, route, executor: batch.executor, sequences: batch.packets.map(packet => packet.id.sequence),
      operationIds: [], instanceId: deps.instanceId, leaseUntil, startedAt: now,
    }
    await tx.insertRun(row)
    return { ...none, run: { ...batch, row, destination } }
  })
  return claim.busy ? { ...claim, retryAt: await store.lanesBusyUntil(claim.busy, now) } : claim
}
