/** What batching looks at: a packet that waits, in the order of its credit. */
export interface WaitingPacket {
  readonly batchLimit: number
  readonly aloneFailures: number
}

export type Executor = 'clear_packets' | 'tx_packet'

export interface ExecutorBreaker {
  readonly consecutiveFailures: number
  readonly openUntil: Date | null
}

export type Breakers = Readonly<Record<Executor, ExecutorBreaker>>

/** Failed runs alone with the first executor before the second one is used. */
const failuresBeforeSecondExecutor = 2

function isClosed(breaker: ExecutorBreaker, now: Date): boolean {
  return breaker.openUntil === null || breaker.openUntil <= now
}

/** The executor for this packet now; null while the breakers of all it may use are open. */
export function executorFor(packet: WaitingPacket, breakers: Breakers, now: Date): Executor | null {
  if (packet.aloneFailures < failuresBeforeSecondExecutor && isClosed(breakers.clear_packets, now)) return 'clear_packets'
  return isClosed(breakers.tx_packet, now) ? 'tx_packet' : null
}

/** When the first open breaker closes; null when none is open. */
export function breakersCloseAt(breakers: Breakers, now: Date): Date | null {
  const times = [breakers.clear_packets.openUntil, breakers.tx_packet.openUntil].filter(until => until !== null).filter(until => until > now)
  return times.length === 0 ? null : new Date(Math.min(...times.map(until => until.getTime())))
}

export interface Batch<P> {
  readonly executor: Executor
  readonly packets: readonly [P, ...P[]]
}

/**
 * The next run: the earliest packet and those behind it that use the same executor, no larger than any member allows
 * and no larger than `largest`. null: nothing may run now.
 */
export function chooseBatch<P extends WaitingPacket>(waiting: readonly P[], breakers: Breakers, now: Date, largest: number): Batch<P> | null {
  const runnable = waiting.map(packet => ({ packet, executor: executorFor(packet, breakers, now) }))
  const first = runnable.find(({ executor }) => executor !== null)
  if (!first || first.executor === null) return null
  const packets: [P, ...P[]] = [first.packet]
  let limit = Math.min(largest, first.packet.batchLimit)
  for (const { packet, executor } of runnable) {
    if (packet === first.packet || executor !== first.executor) continue
    const nextLimit = Math.min(limit, packet.batchLimit)
    // A packet that must run in small company waits for its own turn instead of shrinking this batch.
    if (packets.length + 1 > nextLimit) continue
    packets.push(packet)
    limit = nextLimit
  }
  return { executor: first.executor, packets }
}
