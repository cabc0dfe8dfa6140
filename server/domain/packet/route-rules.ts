import type { DiagnosisReason } from '../../../shared/types/packet'
import type { Answer, ChannelState, ClientStatus, ClientTrust, PacketFacts, RouteFacts, Tip } from './facts'
import type { DiagnosisParams } from './diagnose'

/** What stands in a packet's way. */
export interface Obstacle {
  readonly reason: DiagnosisReason
  readonly params: DiagnosisParams
}

interface ClientFacts {
  readonly chainId: string
  readonly status: Answer<ClientStatus>
  readonly trust: Answer<ClientTrust>
  /** Of the chain that holds the client: its clock decides. */
  readonly tip: Answer<Tip>
}

interface SideFacts {
  readonly client: ClientFacts
  readonly channelId: string
  readonly channelState: Answer<ChannelState>
}

/** End of trust: time of the newest header plus the trusting period (ibc-go ClientState.IsExpired). */
export function trustEndsAt(trust: ClientTrust): Date {
  return new Date(trust.newestHeaderTime.getTime() + Number(trust.trustingPeriodSeconds) * 1000)
}

function clientObstacle({ chainId, status, trust, tip }: ClientFacts): Obstacle | null {
  const said = status.known ? status.value : null
  const params = { chainId, ...trust.known ? { clientId: trust.value.clientId } : {} }
  if (said === 'Frozen' || (trust.known && trust.value.frozen)) return { reason: 'client_frozen', params }
  const overdue = trust.known && tip.known && trustEndsAt(trust.value) <= tip.value.time
  if (said === 'Expired' || overdue) {
    return { reason: 'client_expired', params: overdue ? { ...params, since: trustEndsAt(trust.value), trustingPeriodSeconds: trust.value.trustingPeriodSeconds } : params }
  }
  return said === 'Unknown' ? { reason: 'client_not_active', params } : null
}

function sideObstacle({ client, channelId, channelState }: SideFacts): Obstacle | null {
  const problem = clientObstacle(client)
  if (problem || !channelState.known || channelState.value === 'open') return problem
  return { reason: channelState.value === 'closed' ? 'channel_closed' : 'channel_not_open', params: { chainId: client.chainId, channelId } }
}

function sidesOf(facts: PacketFacts, route: RouteFacts): { source: SideFacts, destination: SideFacts | null } {
  const { source, destination } = route
  return {
    source: {
      client: { chainId: source.chainId, status: route.sourceClientStatus, trust: route.sourceClientTrust, tip: facts.sourceTip },
      channelId: source.channelId, channelState: route.sourceChannelState,
    },
    destination: destination && {
      client: { chainId: destination.chainId, status: route.destinationClientStatus, trust: route.destinationClientTrust, tip: facts.destinationTip },
      channelId: destination.channelId, channelState: route.destinationChannelState,
    },
  }
}

/**
 * The client or channel end that stands in the way. An acknowledgement and a timeout need the source's side only; a
 * delivery needs both, since its acknowledgement must come back.
 */
export function routeObstacle(facts: PacketFacts, route: RouteFacts, needsDestination: boolean): Obstacle | null {
  const { source, destination } = sidesOf(facts, route)
  return sideObstacle(source) ?? (needsDestination && destination ? sideObstacle(destination) : null)
}

/** Whether a client or channel end that matters could not be asked. */
export function isRouteUnread(facts: PacketFacts, route: RouteFacts, needsDestination: boolean): boolean {
  const { source, destination } = sidesOf(facts, route)
  const unread = (side: SideFacts | null) => !side || !side.client.status.known || !side.channelState.known
  return unread(source) || (needsDestination && unread(destination))
}

/**
 * A chain that has stopped making blocks: nothing can be included on it, nor proved from it (a proof of height h needs
 * the header of h + 1).
 */
export function haltObstacle(facts: PacketFacts, now: Date, haltedAfterMs: number): Obstacle | null {
  const halted = (tip: Answer<Tip>) => tip.known && now.getTime() - tip.value.time.getTime() > haltedAfterMs ? tip.value.time : null
  const source = halted(facts.sourceTip)
  if (source) return { reason: 'source_halted', params: { chainId: facts.id.chainId, since: source } }
  const destination = halted(facts.destinationTip)
  return destination && facts.destination ? { reason: 'destination_halted', params: { chainId: facts.destination.chainId, since: destination } } : null
}
