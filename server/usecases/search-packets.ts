import type { PacketListDto, PacketSearch } from '../../shared/schemas/packets'
import type { TransactionFinding } from '../../shared/types/packet'
import { formatChannelEnd, formatPacketId, parseSequence, type ChannelEnd, type PacketId } from '../../shared/utils/packet-id'
import { DomainError } from '../domain/errors'
import type { PacketFacts, RouteFacts, Unanswered } from '../domain/packet/facts'
import type { PacketJudge, Surroundings } from './describe-packets'
import { foreignCursor } from './dto/cursor'
import { pageByKey, readPageKey } from './dto/packet-cursor'
import { withBlocker, type OrderReads, type RouteSurroundings } from './ordered-channel'
import type { PacketIndex } from './packet-index-port'
import type { Cache, ChainDirectory, ChainReader, Clock, FoundPacket, PacketRelayer } from './ports'
import { servedChain } from './served-chain'

/**
 * Packets of a person, of a tx, or pending on a channel, with state and diagnosis. What could not be asked stands in
 * `unanswered`. Throws DomainError: chain_not_served, not_found (no such channel), invalid_request (cursor),
 * chain_unavailable, too_many_results.
 */
export type SearchPackets = (search: PacketSearch) => Promise<PacketListDto>

export interface SearchPacketsDeps {
  readonly reader: ChainReader
  readonly directory: ChainDirectory
  readonly index: PacketIndex
  readonly cache: Cache
  readonly relayer: Pick<PacketRelayer, 'terms'>
  readonly judge: PacketJudge
  readonly clock: Clock
}

interface Found {
  readonly ids: readonly PacketId[]
  readonly nextCursor: string | null
  readonly unanswered: readonly Unanswered[]
  readonly transaction?: TransactionFinding
}

/** Paging repeats the search: this long it is remembered. */
const searchTtlMs = 5_000
const routeTtlMs = 10_000
const pendingTtlMs = 2_000
const indexLimit = 500

/** Newest first; the key is the sending time (or nothing) and the packet's name. */
function sortKey(packet: FoundPacket): string {
  const time = packet.legs.find(leg => leg.leg === 'send')?.time
  return `${time ? time.toISOString() : ''}|${formatPacketId(packet.id)}`
}

function withoutDoubles(unanswered: readonly Unanswered[]): Unanswered[] {
  return [...new Map(unanswered.map(open => [`${open.question} ${open.chainId} ${open.detail}`, open])).values()]
}

export function makeSearchPackets(deps: SearchPacketsDeps): SearchPackets {
  const { reader, directory, index, cache, relayer, judge, clock } = deps

  async function ofAddress(address: string, page: { limit: number, cursor?: string }): Promise<Found> {
    const { packets, unanswered } = await cache.remember(`packets-of-address:${address}`, searchTtlMs, async () => {
      const [searched, indexed] = await Promise.all([reader.packetsOfAddress(address), index.ofAddress(address, indexLimit)])
      const known = new Set(searched.packets.map(packet => formatPacketId(packet.id)))
      const further = indexed.filter(id => !known.has(formatPacketId(id))).map(id => ({ id, legs: [] }))
      return { packets: [...searched.packets, ...further], unanswered: searched.unanswered }
    })
    const { items, nextCursor } = pageByKey(packets, sortKey, 'descending', page)
    return { ids: items.map(packet => packet.id), nextCursor, unanswered }
  }

  async function ofTx(chainId: string, txHash: string, page: { limit: number, cursor?: string }): Promise<Found> {
    servedChain(directory, chainId)
    const { packets, unanswered, transaction } = await reader.packetsOfTx(chainId, txHash)
    const { items, nextCursor } = pageByKey(packets, packet => formatPacketId(packet.id), 'ascending', page)
    return { ids: items.map(packet => packet.id), nextCursor, unanswered, transaction }
  }

  async function ofChannel(source: ChannelEnd, page: { limit: number, cursor?: string }): Promise<Found> {
    servedChain(directory, source.chainId)
    const destination = directory.counterparty(source) ?? (await routeOf(source)).destination
    if (!destination) throw new DomainError('not_found', `${source.channelId} of ${source.chainId} is not known, or leads to a chain that is not served here.`, { nextStep: 'Check the channel, or search by address.' })
    const pending = await reader.channelPending(source, destination)
    const sequences = [...pending.undelivered, ...pending.unacknowledged].sort((a, b) => a < b ? -1 : 1)
    const after = page.cursor === undefined ? 0n : parseSequence(readPageKey(page.cursor))
    if (after === undefined) throw foreignCursor()
    const { items, nextCursor } = pageByKey(sequences.filter(sequence => sequence > after), sequence => sequence.toString(), 'as_given', page)
    return { ids: items.map(sequence => ({ chainId: source.chainId, portId: source.portId, channelId: source.channelId, sequence })), nextCursor, unanswered: [] }
  }

  async function find(search: PacketSearch): Promise<Found> {
    if ('address' in search) return ofAddress(search.address, search)
    if ('txHash' in search) return ofTx(search.chainId, search.txHash, search)
    return ofChannel({ chainId: search.chainId, portId: search.portId, channelId: search.channelId }, search)
  }

  function routeOf(source: ChannelEnd): Promise<RouteFacts> {
    return cache.remember(`route:${formatChannelEnd(source)}`, routeTtlMs, () => reader.route(source))
  }

  /** Routes of the packets that are not finished, and what the relayer's configuration says of them. */
  async function routesOf(facts: readonly PacketFacts[]): Promise<Map<string, RouteSurroundings>> {
    const pending = facts.filter(({ commitment }) => commitment.known && commitment.value)
    const sources = new Map(pending.map(({ id }) => [formatChannelEnd(id), { chainId: id.chainId, portId: id.portId, channelId: id.channelId }]))
    return new Map(await Promise.all([...sources].map(async ([key, source]) => {
      const route = await routeOf(source)
      return [key, { route, terms: route.destination && await relayer.terms(source, route.destination) }] as const
    })))
  }

  const pendingOf: OrderReads['pending'] = (source, destination) => cache.remember(`pending:${formatChannelEnd(source)}`, pendingTtlMs, () => reader.channelPending(source, destination))
  const factsOf: OrderReads['packets'] = ids => cache.remember(`packet-facts:${ids.map(formatPacketId).join()}`, pendingTtlMs, () => reader.packetFacts(ids))

  async function aroundOf(facts: PacketFacts, around: RouteSurroundings | undefined): Promise<Surroundings> {
    return around ? withBlocker({ pending: pendingOf, packets: factsOf, judge: judge.judge, clock }, facts, around) : {}
  }

  return async (search) => {
    const { ids, nextCursor, unanswered, transaction } = await find(search)
    const facts = ids.length > 0 ? await reader.packetFacts(ids) : []
    const routes = await routesOf(facts)
    const around = await Promise.all(facts.map(packet => aroundOf(packet, routes.get(formatChannelEnd(packet.id)))))
    const now = clock.now()
    const items = facts.map((packet, index) => judge.describe(packet, now, around[index]))
    const open = items.filter(item => item.state === 'unknown').flatMap(item => item.unanswered)
    return { items, nextCursor, unanswered: withoutDoubles([...unanswered, ...open]), ...transaction ? { transaction } : {} }
  }
}
