import { formatPacketId } from '../../shared/utils/packet-id'
import type { PacketFacts } from '../domain/packet/facts'
import type { ClaimedRun } from './claim-run'
import type { ClearingDeps } from './clearing-deps'
import type { JudgedPacket } from './judge-packets'
import type { RelayReport, RelayRun, Sequences } from './ports'
import type { DuePacket } from './store-ports'

export interface WatchedRun {
  readonly report: RelayReport
  /** Packets whose arrival was already written as an event, by formatted id. */
  readonly announced: ReadonlySet<string>
}

const arrived = (facts: PacketFacts) => facts.received.known && facts.received.value

async function announce(deps: ClearingDeps, packet: DuePacket): Promise<void> {
  await deps.store.transaction(tx => tx.appendEvent(packet.operationId, { type: 'log', event: 'packet_received', detail: { packet: formatPacketId(packet.id) } }, { actor: 'worker', cause: 'chain state during a run' }, deps.clock.now()))
}

/** Looks at the chain at each new block of either side, announces arrivals, and says when everything is finished. */
function watchPackets(deps: ClearingDeps, run: ClaimedRun, judged: readonly JudgedPacket[], onAllFinished: () => void) {
  const announced = new Set<string>()
  const waiting = judged.filter(({ facts }) => !arrived(facts)).map(({ packet }) => packet)
  const all = judged.map(({ packet }) => packet)
  let looking: Promise<void> | null = null
  let again = false
  let stopped = false

  async function look(): Promise<void> {
    const facts = await deps.chains.packetFacts(all.map(packet => packet.id))
    for (const [index, own] of facts.entries()) {
      const packet = all[index]!
      const key = formatPacketId(packet.id)
      if (!arrived(own) || announced.has(key) || !waiting.includes(packet) || stopped) continue
      announced.add(key)
      await announce(deps, packet)
    }
    if (facts.every(own => own.commitment.known && !own.commitment.value)) onAllFinished()
  }

  function wake() {
    if (stopped) return
    if (looking) {
      again = true
      return
    }
    looking = look()
      .catch((cause: unknown) => deps.logger.warn({ error: cause }, 'a look at a running clearing failed')) // only live events are lost; the verdict is read after the run
      .finally(() => {
        looking = null
        if (again) {
          again = false
          wake()
        }
      })
  }

  const stops = [...new Set([run.row.route.chainId, run.destination.chainId])].map(chainId => deps.chains.onNewBlock(chainId, wake))
  return async () => {
    stopped = true
    for (const stop of stops) stop()
    await looking
    return announced
  }
}

function combine(first: RelayReport, second: RelayReport): RelayReport {
  return { ...second, errors: [...first.errors, ...second.errors], durationMs: first.durationMs + second.durationMs }
}

/** The second executor sends one kind of message per run: what has not arrived is received first, then all is acknowledged. */
async function runSteps(deps: ClearingDeps, base: Omit<RelayRun, 'sequences'>, judged: readonly JudgedPacket[]): Promise<RelayReport> {
  const sequencesOf = (chosen: readonly JudgedPacket[]) => chosen.map(({ packet }) => packet.id.sequence)
  const [firstAll, ...restAll] = sequencesOf(judged)
  if (firstAll === undefined) throw new RangeError('a run needs at least one packet')
  const all: Sequences = [firstAll, ...restAll]
  if (base.executor === 'clear_packets') return deps.relayer.run({ ...base, sequences: all })
  const startedAt = performance.now()
  const [first, ...rest] = sequencesOf(judged.filter(({ facts }) => !arrived(facts)))
  const received = first === undefined ? null : await deps.relayer.run({ ...base, sequences: [first, ...rest], step: 'receive' })
  const timeLimitMs = base.timeLimitMs - (performance.now() - startedAt)
  if (received && (received.ending !== 'exit_0' || timeLimitMs < leastTimeMs)) return received
  const acknowledged = await deps.relayer.run({ ...base, timeLimitMs, sequences: all, step: 'acknowledge' })
  return received ? combine(received, acknowledged) : acknowledged
}

/** What was lost since the claim is taken off, so that the lease outlasts the program. */
function timeLeftMs({ clock, settings }: ClearingDeps, { row }: ClaimedRun, packets: number): number {
  const leaseLeftMs = row.leaseUntil.getTime() - settings.leaseMarginMs - clock.now().getTime()
  return Math.min(settings.runTimeLimitMs(packets), leaseLeftMs)
}

const tooLate: RelayReport = { ending: 'not_started', exitCode: null, statusLine: null, errors: ['too little of its lease was left'], durationMs: 0 }
const leastTimeMs = 1_000

/** Runs the relayer for these packets while watching the chain. Never rejects for what the program or the chain does. */
export async function relayWatched(deps: ClearingDeps, run: ClaimedRun, judged: readonly JudgedPacket[]): Promise<WatchedRun> {
  const done = new AbortController()
  let idle: NodeJS.Timeout | undefined
  const stop = watchPackets(deps, run, judged, () => {
    idle ??= setTimeout(() => done.abort(), deps.settings.idleAfterDoneMs)
  })
  const base = {
    executor: run.executor, source: run.row.route, destination: run.destination,
    timeLimitMs: timeLeftMs(deps, run, judged.length), signal: AbortSignal.any([done.signal, deps.closing]),
  }
  try {
    const report = base.timeLimitMs < leastTimeMs ? tooLate : await runSteps(deps, base, judged)
    return { report, announced: await stop() }
  }
  finally {
    clearTimeout(idle)
    await stop()
  }
}
