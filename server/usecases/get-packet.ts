import type { PacketDto } from '../../shared/schemas/packets'
import { formatPacketId, type PacketId } from '../../shared/utils/packet-id'
import { neverSent } from '../domain/packet/classify'
import { DomainError } from '../domain/errors'
import type { PacketFacts, RouteFacts } from '../domain/packet/facts'
import type { PacketJudge } from './describe-packets'
import type { ChainDirectory, ChainReader, Clock } from './ports'
import { servedChain } from './served-chain'

/** One packet with its whole life. Throws DomainError: chain_not_served, packet_not_found (the chain never sent it). */
export type GetPacket = (id: PacketId) => Promise<PacketDto>

export interface GetPacketDeps {
  readonly reader: ChainReader
  readonly directory: ChainDirectory
  readonly judge: PacketJudge
  readonly clock: Clock
}

/** On an ordered channel: the earliest packet before this one that is not received yet. */
async function blockedBy(reader: ChainReader, facts: PacketFacts, route: RouteFacts): Promise<bigint | null> {
  const waits = facts.commitment.known && facts.commitment.value && facts.received.known && !facts.received.value
  if (route.ordering !== 'ordered' || !waits || !facts.destination) return null
  try {
    const { undelivered } = await reader.channelPending(facts.id, facts.destination)
    const first = undelivered[0]
    return first !== undefined && first < facts.id.sequence ? first : null
  }
  catch (cause) {
    // Then nothing is said about the order; the state itself does not rest on it.
    if (cause instanceof DomainError) return null
    throw cause
  }
}

export function makeGetPacket({ reader, directory, judge, clock }: GetPacketDeps): GetPacket {
  return async (id) => {
    servedChain(directory, id.chainId)
    const [[facts], route] = await Promise.all([reader.packetFacts([id], { withLegs: true }), reader.route(id)])
    if (!facts) throw new DomainError('packet_not_found', `${formatPacketId(id)} could not be read`)
    if (neverSent(facts)) {
      throw new DomainError('packet_not_found', `${id.chainId} never sent packet ${id.sequence} on ${id.portId}/${id.channelId}.`, { nextStep: 'Check the chain, the channel and the sequence.' })
    }
    return judge.describe(facts, clock.now(), route, await blockedBy(reader, facts, route))
  }
}
