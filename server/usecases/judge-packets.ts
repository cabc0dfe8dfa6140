import { judgePacket, type RelayerAccounts, type Verdict, type VerdictContext } from '../domain/clearing/verdict'
import type { PacketFacts } from '../domain/packet/facts'
import type { ClearingDeps } from './clearing-deps'
import type { DuePacket } from './store-ports'

const firstPollMs = 60
const slowestPollMs = 800

export interface JudgedPacket {
  readonly packet: DuePacket
  readonly facts: PacketFacts
  readonly verdict: Verdict
}

export function contextOf(deps: ClearingDeps, packet: DuePacket, relayer: RelayerAccounts): VerdictContext {
  return { need: packet.need, relayer, now: deps.clock.now(), haltedAfterMs: deps.settings.haltedAfterMs }
}

/** Reads the packets' facts once. `final`: with what a final verdict needs, their txs and the word of a second endpoint. */
export async function judgeOnce(deps: ClearingDeps, packets: readonly DuePacket[], relayer: RelayerAccounts, final: boolean): Promise<JudgedPacket[]> {
  if (packets.length === 0) return []
  const facts = await deps.chains.packetFacts(packets.map(packet => packet.id), { withLegs: final, vouched: final })
  return packets.map((packet, index) => {
    const own = facts[index]!
    return { packet, facts: own, verdict: judgePacket(own, contextOf(deps, packet, relayer)) }
  })
}

/**
 * Reads all that a final verdict needs until every packet is judged or `indexPatienceMs` are over: an index runs behind its
 * blocks, and the node we ask may run behind the one the relayer asked. `expectFinished`: also wait for open packets, for a shorter while.
 */
export async function judgeUntilKnown(deps: ClearingDeps, packets: readonly DuePacket[], relayer: RelayerAccounts, expectFinished: boolean): Promise<JudgedPacket[]> {
  const startedAt = performance.now()
  const { indexPatienceMs } = deps.settings
  for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 2, slowestPollMs)) {
    const judged = await judgeOnce(deps, packets, relayer, true)
    const waitedMs = performance.now() - startedAt
    const unknown = judged.some(({ verdict }) => verdict.kind === 'unknown')
    const open = expectFinished && judged.some(({ verdict }) => verdict.kind === 'open')
    if (!(unknown && waitedMs < indexPatienceMs) && !(open && waitedMs < indexPatienceMs / 3)) return judged
    await new Promise(resolve => setTimeout(resolve, pollMs))
  }
}
