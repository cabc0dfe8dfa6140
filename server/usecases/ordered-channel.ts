import type { ChannelEnd } from '../../shared/utils/packet-id'
import { DomainError } from '../domain/errors'
import type { PacketFacts, RouteFacts } from '../domain/packet/facts'

/** On an ordered channel: the earliest packet before this one that `readUndelivered` names; null: none, or nobody could say. */
export async function earliestUndelivered(readUndelivered: (source: ChannelEnd, destination: ChannelEnd) => Promise<readonly bigint[]>, facts: PacketFacts, route: RouteFacts): Promise<bigint | null> {
  const waits = facts.commitment.known && facts.commitment.value && facts.received.known && !facts.received.value
  if (route.ordering !== 'ordered' || !waits || !facts.destination) return null
  try {
    const [first] = await readUndelivered(route.source, facts.destination)
    return first !== undefined && first < facts.id.sequence ? first : null
  }
  catch (cause) {
    // Then nothing is said about the order; the state itself does not rest on it.
    if (cause instanceof DomainError) return null
    throw cause
  }
}
