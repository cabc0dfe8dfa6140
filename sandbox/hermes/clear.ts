import type { Any } from 'cosmjs-types/google/protobuf/any'
import type { Packet } from 'cosmjs-types/ibc/core/channel/v1/channel'
import type { Chain } from '../chain/chain'
import { revisionOf } from '../chain/context'
import { acknowledgementBucket, commitmentBucket, hasTimedOut, isReceived } from '../chain/packets'
import { suffixes } from '../chain/queries/context'
import type { ChannelEndSpec, Network } from '../network'
import type { Span } from './output'
import { collatedRanges } from './output'
import { acknowledgementMessage, receiveMessage, timeoutMessage, updateClientMessage } from './relay-messages'
import type { RelayRun } from './relay'
import { nextProofHeight, submitBatch } from './relay'

/** A route: packets go from `source` to `destination`. */
export interface Route {
  readonly sourceChain: Chain
  readonly destinationChain: Chain
  readonly source: ChannelEndSpec
  readonly destination: ChannelEndSpec
}

/** The route whose packets are sent from that channel end; undefined when there is no such channel. */
export function routeFrom(network: Network, chainId: string, portId: string, channelId: string): Route | undefined {
  const source = network.end(chainId, portId, channelId)
  const destination = network.counterparty(chainId, portId, channelId)
  if (!source || !destination) return undefined
  return { source, destination, sourceChain: network.chain(source.chainId)!, destinationChain: network.chain(destination.chainId)! }
}

export function reversed(route: Route): Route {
  return { source: route.destination, destination: route.source, sourceChain: route.destinationChain, destinationChain: route.sourceChain }
}

function ascending(sequences: readonly bigint[]): bigint[] {
  return [...sequences].sort((a, b) => a < b ? -1 : a > b ? 1 : 0)
}

function pending(route: Route): bigint[] {
  return ascending(suffixes(route.sourceChain.state, commitmentBucket(route.source.portId, route.source.channelId)).map(BigInt))
}

/** Sent by the source and not received by the destination, timed-out ones included. */
export function unreceivedPackets(route: Route): bigint[] {
  const { portId, channelId } = route.destination
  return pending(route).filter(sequence => !isReceived(route.destinationChain.state, portId, channelId, sequence))
}

/** Received with an acknowledgement that the source has not seen. */
export function unreceivedAcknowledgements(route: Route): bigint[] {
  const bucket = acknowledgementBucket(route.destination.portId, route.destination.channelId)
  return pending(route).filter(sequence => route.destinationChain.state.get(`${bucket}|${sequence}`) !== undefined)
}

/** Hermes skips an ICS-20 packet with a field over its limits in whatever event it meets it (source: check_ics20_fields_size). */
function withinLimits(packet: Packet, run: RelayRun, spans: readonly Span[]): boolean {
  const sizes = fieldBytes(packet)
  if (!sizes) return true
  const said = (name: string, bytes: number, limit: number) => `    ICS-20 ${name} ${bytes > limit ? `invalid, size \`${bytes}\` is greater than max \`${limit}\`` : 'valid'}`
  if (sizes.memo <= run.limits.memoBytes && sizes.receiver <= run.limits.receiverBytes) return true
  run.log('WARN', 'found invalid ICS-20 packet data, not relaying packet!', spans)
  run.log('WARN', said('memo:    ', sizes.memo, run.limits.memoBytes), spans)
  run.log('WARN', said('receiver:', sizes.receiver, run.limits.receiverBytes), spans)
  return false
}

function fieldBytes(packet: Packet): { memo: number, receiver: number } | undefined {
  try {
    const { memo = '', receiver } = JSON.parse(Buffer.from(packet.data).toString()) as { memo?: string, receiver: string }
    return { memo: Buffer.byteLength(memo), receiver: Buffer.byteLength(receiver) }
  }
  catch {
    return undefined // not ICS-20
  }
}

type Chosen = (sequence: bigint) => boolean

function stageSpan(name: string, source: ChannelEndSpec, destination: ChannelEndSpec): Span {
  return { dst_chain: destination.chainId, src_chain: source.chainId, src_channel: source.channelId, src_port: source.portId, name }
}

function batches<T>(items: readonly T[], run: RelayRun, chain: Chain): T[][] {
  const size = run.settings(chain.spec.chainId).maxMessages - 1
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
}

/** Proves `proven` to `target` at the next header and submits the messages in batches, each with its own client update. */
async function proveAndSubmit(proven: Chain, target: Chain, clientId: string, packets: readonly Packet[], run: RelayRun, spans: readonly Span[], kind: string, message: (packet: Packet, height: number, signer: string) => Any): Promise<unknown[]> {
  const events: unknown[] = []
  for (const batch of batches(packets, run, target)) {
    const height = await nextProofHeight(proven, run.signal)
    const signer = run.settings(target.spec.chainId).key.address(target.spec.bech32Prefix)
    const relaySpan: Span = { odata: `${kind} ->Destination @${revisionOf(proven.spec.chainId)}-${height - 1}; len=${batch.length}`, name: 'relay' }
    const messages = [updateClientMessage(proven, height, clientId, signer), ...batch.map(packet => message(packet, height, signer))]
    events.push(...await submitBatch(target, messages, run, [...spans, relaySpan]))
  }
  return events
}

/** First half: receives what can still be received, times out what cannot. */
export async function relayPackets(route: Route, chosen: Chosen | undefined, run: RelayRun): Promise<unknown[]> {
  const spans = [stageSpan('relay_recv_packet_and_timeout_messages', route.source, route.destination)]
  if (chosen) run.log('INFO', 'filtering unreceived packets by given sequence ranges', spans)
  const sequences = unreceivedPackets(route).filter(chosen ?? (() => true))
  run.log('INFO', `${sequences.length} unreceived packets found: [ ${sequences.join(', ')} ] `, spans)
  if (sequences.length === 0) return []
  const packets = sequences.flatMap(sequence => route.sourceChain.packets.sent(route.source.portId, route.source.channelId, sequence)?.packet ?? [])
  run.log('INFO', `pulled packet data for ${packets.length} out of ${sequences.length} events: ${collatedRanges(sequences)}`, spans, { 'events.total': String(sequences.length), 'events.left': '0' })
  const { destinationChain, sourceChain } = route
  const isLate = (packet: Packet): boolean =>
    hasTimedOut(packet, revisionOf(destinationChain.spec.chainId), destinationChain.height, destinationChain.latest!.header.timeNs)
  const carried = packets.filter(packet => withinLimits(packet, run, spans))
  const live = carried.filter(packet => !isLate(packet))
  const late = carried.filter(isLate)
  const received = await proveAndSubmit(sourceChain, destinationChain, route.destination.clientId, live, run, spans, 'packet-recv', (packet, height, signer) => receiveMessage(packet, sourceChain, height, signer))
  const timedOut = await proveAndSubmit(destinationChain, sourceChain, route.source.clientId, late, run, spans, 'timeout', (packet, height, signer) => timeoutMessage(packet, destinationChain, height, signer))
  return [...received, ...timedOut]
}

/** Second half: carries acknowledgements of the route's packets back to its source. */
export async function relayAcknowledgements(route: Route, chosen: Chosen | undefined, run: RelayRun): Promise<unknown[]> {
  const spans = [stageSpan('relay_ack_packet_messages', route.destination, route.source)]
  if (chosen) run.log('INFO', 'filtering unreceived acknowledgements by given sequence ranges', spans)
  const sequences = unreceivedAcknowledgements(route).filter(chosen ?? (() => true))
  run.log('INFO', `${sequences.length} unreceived acknowledgements found: ${collatedRanges(sequences)} `, spans)
  if (sequences.length === 0) return []
  const { portId, channelId } = route.destination
  const written = new Map(sequences.map(sequence => [sequence, route.destinationChain.packets.acknowledged(portId, channelId, sequence)!]))
  run.log('INFO', `pulled packet data for ${sequences.length} out of ${sequences.length} events: ${collatedRanges(sequences)}`, spans, { 'events.total': String(sequences.length), 'events.left': '0' })
  const packets = [...written.values()].map(({ packet }) => packet).filter(packet => withinLimits(packet, run, spans))
  return proveAndSubmit(route.destinationChain, route.sourceChain, route.source.clientId, packets, run, spans, 'packet-ack', (packet, height, signer) =>
    acknowledgementMessage(packet, written.get(packet.sequence)!.acknowledgement, route.destinationChain, height, signer))
}
