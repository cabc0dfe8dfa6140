import type { PacketRefusalCode } from '../../../shared/types/error-codes'
import type { DiagnosisCode, PacketNeed, PacketState, PayingHelps } from '../../../shared/types/packet'
import type { ChannelEnd, PacketId } from '../../../shared/utils/packet-id'
import type { PacketRefusal } from '../errors'
import type { Answer, ChannelState, ClientStatus, RouteFacts } from '../packet/facts'
import type { PacketToClear, PaidNeed } from './gas'

/** What the classification of a packet says, as far as selling its clearing goes. */
export interface JudgedPacket {
  readonly id: PacketId
  readonly destination: ChannelEnd | null
  readonly state: PacketState
  readonly need: PacketNeed
  readonly diagnosis: { readonly code: DiagnosisCode, readonly sentence: string, readonly payingHelps: PayingHelps }
}

export type Clearable
  = | { readonly clearable: true, readonly packet: PacketToClear }
    | { readonly clearable: false, readonly refusal: PacketRefusal }

const refusalOfDiagnosis: Partial<Record<DiagnosisCode, PacketRefusalCode>> = {
  completed: 'already_completed',
  delivered_ack_missing: 'already_delivered',
  in_flight: 'in_flight',
  timing_out_soon: 'in_flight',
  not_found: 'not_found',
  route_not_served: 'route_not_served',
  client_expired: 'client_not_active',
  client_frozen: 'client_not_active',
  client_not_active: 'client_not_active',
  channel_closed: 'channel_not_open',
  ordered_channel_blocked: 'earlier_packet_pending',
  destination_halted: 'chain_halted',
  source_halted: 'chain_halted',
  async_ack_pending: 'async_ack_pending',
  packet_data_pruned: 'packet_data_pruned',
  receiver_or_memo_too_long: 'receiver_or_memo_too_long',
}

function isPaidNeed(need: PacketNeed): need is PaidNeed {
  return need === 'deliver' || need === 'acknowledge' || need === 'timeout'
}

function refused(id: PacketId, code: PacketRefusalCode, reason: string): Clearable {
  return { clearable: false, refusal: { id, code, reason } }
}

function clientProblem(where: string, status: Answer<ClientStatus>): { code: PacketRefusalCode, reason: string } | undefined {
  if (!status.known) return { code: 'state_unknown', reason: `The light client on ${where} could not be read: ${status.reason}` }
  return status.value === 'Active' ? undefined : { code: 'client_not_active', reason: `The light client on ${where} is ${status.value}, so nothing can be relayed over this channel.` }
}

function channelProblem(where: string, state: Answer<ChannelState>): { code: PacketRefusalCode, reason: string } | undefined {
  if (!state.known) return { code: 'state_unknown', reason: `The channel on ${where} could not be read: ${state.reason}` }
  return state.value === 'open' ? undefined : { code: 'channel_not_open', reason: `The channel on ${where} is ${state.value === 'closed' ? 'closed' : 'not open'}.` }
}

/** What stands in the way on the route; `acknowledge` and `timeout` need the source chain's side only. */
function routeProblem(need: PaidNeed, route: RouteFacts, destinationChainId: string): { code: PacketRefusalCode, reason: string } | undefined {
  const source = route.source.chainId
  const onSource = clientProblem(source, route.sourceClientStatus) ?? channelProblem(source, route.sourceChannelState)
  if (onSource || need !== 'deliver') return onSource
  return clientProblem(destinationChainId, route.destinationClientStatus) ?? channelProblem(destinationChainId, route.destinationChannelState)
}

/**
 * Whether clearing this packet may be sold: the chain says that it needs a relayer, paying helps, the light clients are
 * Active and the channel is open.
 */
export function judgeClearable(packet: JudgedPacket, route: RouteFacts | undefined): Clearable {
  const { id, destination, diagnosis, need } = packet
  if (!destination || !route) return refused(id, 'route_not_served', 'The channel of this packet is not served here.')
  const known = refusalOfDiagnosis[diagnosis.code]
  if (diagnosis.payingHelps !== 'yes') return refused(id, known ?? (packet.state === 'completed' ? 'already_completed' : 'state_unknown'), diagnosis.sentence)
  if (!isPaidNeed(need)) return refused(id, known ?? 'state_unknown', diagnosis.sentence)
  const problem = routeProblem(need, route, destination.chainId)
  if (problem) return refused(id, problem.code, problem.reason)
  return { clearable: true, packet: { id, destination, need } }
}

/** Ids that stand twice in a request, each once. */
export function duplicatesIn(keys: readonly string[]): string[] {
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))]
}
