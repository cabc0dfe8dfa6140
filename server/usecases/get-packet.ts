import type { PacketDto } from '../../shared/schemas/packets'
import { formatPacketId, type PacketId } from '../../shared/utils/packet-id'
import { neverSent } from '../domain/packet/classify'
import { DomainError } from '../domain/errors'
import type { PacketFacts, RouteFacts } from '../domain/packet/facts'
import type { PacketJudge, Surroundings } from './describe-packets'
import { makeFollowForward } from './follow-forward'
import { withBlocker } from './ordered-channel'
import type { Cache, ChainDirectory, ChainReader, Clock, PacketRelayer } from './ports'
import { servedChain } from './served-chain'

/** One packet with its whole life. Throws DomainError: chain_not_served, packet_not_found (the chain never sent it). */
export type GetPacket = (id: PacketId) => Promise<PacketDto>

export interface GetPacketDeps {
  readonly reader: ChainReader
  readonly directory: ChainDirectory
  readonly cache: Cache
  readonly relayer: Pick<PacketRelayer, 'terms'>
  readonly judge: PacketJudge
  readonly clock: Clock
}

/** A packet that many look at is asked for once in this time. */
const factsTtlMs = 1_000

export function makeGetPacket({ reader, directory, cache, relayer, judge, clock }: GetPacketDeps): GetPacket {
  async function surroundingsOf(facts: PacketFacts, route: RouteFacts): Promise<Surroundings> {
    const around = { route, terms: facts.destination && await relayer.terms(facts.id, facts.destination) }
    return withBlocker({ pending: reader.channelPending, packets: reader.packetFacts, judge: judge.judge, clock }, facts, around)
  }

  const followForward = makeFollowForward({ reader, judge, clock, surroundingsOf })
  return async (id) => {
    servedChain(directory, id.chainId)
    const [[facts], route] = await cache.remember(`packet:${formatPacketId(id)}`, factsTtlMs, () => Promise.all([reader.packetFacts([id], { withLegs: true, corroborate: true }), reader.route(id, { corroborate: true })]))
    if (!facts) throw new DomainError('packet_not_found', `${formatPacketId(id)} could not be read`)
    if (neverSent(facts)) {
      throw new DomainError('packet_not_found', `${id.chainId} never sent packet ${id.sequence} on ${id.portId}/${id.channelId}.`, { nextStep: 'Check the chain, the channel and the sequence.' })
    }
    const [around, nextHops] = await Promise.all([surroundingsOf(facts, route), followForward(facts)])
    return judge.describe(facts, clock.now(), { ...around, nextHops })
  }
}
