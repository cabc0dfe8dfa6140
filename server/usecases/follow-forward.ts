import { mayHaveGoneOn, nextHopAmong } from '../domain/packet/forward'
import type { PacketFacts, RouteFacts } from '../domain/packet/facts'
import type { NextHop } from '../domain/packet/diagnose'
import { DomainError } from '../domain/errors'
import type { PacketJudge, Surroundings } from './describe-packets'
import type { ChainReader, Clock } from './ports'

/** Longer paths are cut off: each hop costs a round of questions. */
const mostHops = 4

/** The packets that carry a received transfer on, hop after hop; as far as they are found. */
export type FollowForward = (facts: PacketFacts) => Promise<readonly NextHop[]>

export interface FollowForwardDeps {
  readonly reader: ChainReader
  readonly judge: PacketJudge
  readonly clock: Clock
  readonly surroundingsOf: (facts: PacketFacts, route: RouteFacts) => Promise<Surroundings>
}

export function makeFollowForward({ reader, judge, clock, surroundingsOf }: FollowForwardDeps): FollowForward {
  /** The forwarding module sends the next packet in the transaction that received this one. */
  async function nextOf(facts: PacketFacts): Promise<PacketFacts | undefined> {
    const received = facts.legs.find(leg => leg.leg === 'receive')
    if (!received || !mayHaveGoneOn(facts)) return undefined
    const { packets } = await reader.packetsOfTx(received.chainId, received.txHash)
    const sent = packets.filter(({ id, legs }) => id.chainId === received.chainId && legs.some(({ leg, txHash }) => leg === 'send' && txHash === received.txHash))
    return sent.length === 0 ? undefined : nextHopAmong(facts, await reader.packetFacts(sent.map(({ id }) => id), { withLegs: true }))
  }

  async function judged(facts: PacketFacts): Promise<NextHop> {
    const route = await reader.route(facts.id)
    const { state, diagnosis: { code, payingHelps } } = judge.judge(facts, clock.now(), await surroundingsOf(facts, route))
    return { id: facts.id, state, code, payingHelps }
  }

  return async (facts) => {
    const hops: NextHop[] = []
    try {
      for (let next = await nextOf(facts); next && hops.length < mostHops; next = await nextOf(next)) hops.push(await judged(next))
    }
    catch (cause) {
      // A chain that does not answer ends the path here; what was found stands.
      if (!(cause instanceof DomainError)) throw cause
    }
    return hops
  }
}
