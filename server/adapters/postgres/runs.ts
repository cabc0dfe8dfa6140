import { and, eq, inArray, sql } from 'drizzle-orm'
import { packetClearingResults, packetEvidence, packetLegs, relayerBreakers, relayerLanes, relayerRuns } from '../../../drizzle/schema'
import { formatChannelEnd, type ChannelEnd, type PacketId } from '../../../shared/utils/packet-id'
import type { EvidenceRow, ResultLeg } from '../../domain/clearing/evidence'
import type { OperationId, RunId } from '../../domain/clearing/operation'
import type { ExecutorName } from '../../usecases/ports'
import type { AttemptUpdate, Breaker, DuePacket, Lane, RunRow } from '../../usecases/store-ports'
import type { Tx } from './transaction-types'

const samePacket = (operationId: string, id: PacketId) => and(
  eq(packetClearingResults.operationId, operationId), eq(packetClearingResults.chainId, id.chainId), eq(packetClearingResults.portId, id.portId),
  eq(packetClearingResults.channelId, id.channelId), eq(packetClearingResults.sequence, id.sequence))

interface DueRow extends Record<string, unknown> {
  operation_id: OperationId
  sequence: string
  need: DuePacket['need']
  destination_chain_id: string
  destination_port_id: string
  destination_channel_id: string
  credited_at: string
  deadline_at: string
  attempts: number
  batch_limit: number
  alone_failures: number
  next_attempt_at: string
}

export async function lockDuePackets(tx: Tx, route: ChannelEnd, now: Date): Promise<readonly DuePacket[]> {
  const rows = await tx.execute<DueRow>(sql`
    select r.operation_id, r.sequence::text, r.need, r.destination_chain_id, r.destination_port_id, r.destination_channel_id,
      o.credited_at::text, o.deadline_at::text, r.attempts, r.batch_limit, r.alone_failures, r.next_attempt_at::text
    from packet_clearing_results r join clearing_operations o on o.id = r.operation_id
    where r.claimed and r.result is null and o.status = 'queued' and r.chain_id = ${route.chainId} and r.port_id = ${route.portId} and r.channel_id = ${route.channelId}
      and (r.next_attempt_at <= ${now.toISOString()} or o.deadline_at <= ${now.toISOString()})
    order by o.credited_at, r.operation_id, r.position
    for update of r, o skip locked`)
  return rows.map(row => ({
    operationId: row.operation_id, id: { ...route, sequence: BigInt(row.sequence) }, need: row.need,
    destination: { chainId: row.destination_chain_id, portId: row.destination_port_id, channelId: row.destination_channel_id },
    creditedAt: new Date(row.credited_at), deadlineAt: new Date(row.deadline_at), attempts: row.attempts, batchLimit: row.batch_limit,
    aloneFailures: row.alone_failures, nextAttemptAt: new Date(row.next_attempt_at),
  }))
}

export async function saveAttempts(tx: Tx, updates: readonly AttemptUpdate[]): Promise<void> {
  for (const { operationId, id, ...attempt } of updates) {
    await tx.update(packetClearingResults).set(attempt).where(samePacket(operationId, id))
  }
}

export async function saveEvidence(tx: Tx, operationId: OperationId, id: PacketId, evidence: readonly EvidenceRow[], legs: readonly ResultLeg[], note: string | null, now: Date): Promise<void> {
  const [packet] = await tx.update(packetClearingResults).set({ note }).where(samePacket(operationId, id)).returning({ position: packetClearingResults.position })
  if (!packet) throw new Error(`packet ${id.sequence} does not belong to operation ${operationId}`)
  const { position } = packet
  if (evidence.length > 0) await tx.insert(packetEvidence).values(evidence.map(row => ({ ...row, operationId, position, readAt: now })))
  if (legs.length > 0) await tx.insert(packetLegs).values(legs.map(leg => ({ ...leg, operationId, position }))).onConflictDoNothing()
}

/** All or none, in sorted order so that two claimants cannot deadlock. */
export async function claimLanes(tx: Tx, lanes: readonly Lane[], runId: RunId, leaseUntil: Date, now: Date): Promise<boolean> {
  const sorted = [...lanes].sort((a, b) => `${a.chainId}/${a.address}` < `${b.chainId}/${b.address}` ? -1 : 1)
  await tx.insert(relayerLanes).values(sorted.map(lane => ({ ...lane }))).onConflictDoNothing()
  for (const lane of sorted) {
    const [row] = await tx.select().from(relayerLanes).where(and(eq(relayerLanes.chainId, lane.chainId), eq(relayerLanes.address, lane.address))).for('update')
    if (row?.runId && row.leaseUntil && row.leaseUntil > now) return false
  }
  for (const lane of sorted) {
    await tx.update(relayerLanes).set({ runId, leaseUntil }).where(and(eq(relayerLanes.chainId, lane.chainId), eq(relayerLanes.address, lane.address)))
  }
  return true
}

export async function insertRun(tx: Tx, run: RunRow): Promise<void> {
  await tx.insert(relayerRuns).values({
    id: run.id, ...run.route, executor: run.executor, sequences: run.sequences.map(String), operationIds: [...run.operationIds],
    instanceId: run.instanceId, startedAt: run.startedAt, leaseUntil: run.leaseUntil,
  })
}

export async function holdsRun(tx: Tx, id: RunId, now: Date): Promise<boolean> {
  const [row] = await tx.select({ finishedAt: relayerRuns.finishedAt, leaseUntil: relayerRuns.leaseUntil }).from(relayerRuns).where(eq(relayerRuns.id, id)).for('update')
  return row !== undefined && row.finishedAt === null && row.leaseUntil > now
}

export async function startRun(tx: Tx, id: RunId, operationIds: readonly OperationId[]): Promise<void> {
  await tx.update(relayerRuns).set({ operationIds: [...operationIds] }).where(eq(relayerRuns.id, id))
}

/** False: the run was finished by somebody else already (a take-over); the caller must roll back. */
export async function finishRun(tx: Tx, id: RunId, report: object, result: string, now: Date): Promise<boolean> {
  const finished = await tx.update(relayerRuns).set({ finishedAt: now, report, result })
    .where(and(eq(relayerRuns.id, id), sql`${relayerRuns.finishedAt} is null`)).returning({ id: relayerRuns.id })
  await tx.update(relayerLanes).set({ runId: null, leaseUntil: null }).where(eq(relayerLanes.runId, id))
  return finished.length > 0
}

export async function readBreaker(tx: Tx, executor: ExecutorName, end: ChannelEnd): Promise<Breaker> {
  const route = formatChannelEnd(end)
  const [row] = await tx.select().from(relayerBreakers).where(and(eq(relayerBreakers.executor, executor), eq(relayerBreakers.route, route)))
  return row ?? { executor, route, consecutiveFailures: 0, openUntil: null }
}

export async function saveBreaker(tx: Tx, breaker: Breaker): Promise<void> {
  const { executor, route, ...state } = breaker
  await tx.insert(relayerBreakers).values({ executor, route, ...state }).onConflictDoUpdate({ target: [relayerBreakers.executor, relayerBreakers.route], set: state })
}

export function toRunRow(row: typeof relayerRuns.$inferSelect): RunRow {
  return {
    id: row.id as RunId, route: { chainId: row.chainId, portId: row.portId, channelId: row.channelId }, executor: row.executor,
    sequences: row.sequences.map(BigInt), operationIds: row.operationIds as OperationId[], instanceId: row.instanceId, leaseUntil: row.leaseUntil, startedAt: row.startedAt,
  }
}

export const lanesMatching = (lanes: readonly Lane[]) => inArray(sql`(${relayerLanes.chainId} || '/' || ${relayerLanes.address})`, lanes.map(lane => `${lane.chainId}/${lane.address}`))
