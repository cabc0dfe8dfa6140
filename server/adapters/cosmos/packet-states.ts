import { formatChannelEnd, type ChannelEnd, type PacketId } from '../../../shared/utils/packet-id'
import type { AcknowledgementReading, Answer, PacketFacts, PacketLeg, Tip } from '../../domain/packet/facts'
import { timeoutPassed } from '../../domain/packet/timeout'
import type { ChannelPending, ReadOptions } from '../../usecases/ports'
import { readAcknowledgement } from './acknowledgement'
import { attempt, isUnanswered, known, unknown } from './answers'
import { accessTo, type ChainAccesses } from './chains'
import { readAcknowledgements, readAllCommitments, readCommitted, readNextSequenceSend, readUnreceived } from './ibc-queries'
import type { LegWitnesses } from './leg-witnesses'
import type { PacketHistory } from './packet-history'
import type { Routes } from './routes'

type Hashes = Answer<ReadonlyMap<bigint, Uint8Array>>

/** All answers about one channel that the facts of its packets are made of. */
interface ChannelReading {
  readonly source: ChannelEnd
  readonly destination: ChannelEnd | null
  readonly committed: Answer<ReadonlySet<bigint>>
  readonly nextSequenceSend: Answer<bigint>
  readonly unreceived: Answer<ReadonlySet<bigint>>
  readonly hashes: Hashes
  readonly sourceTip: Answer<Tip>
  readonly destinationTip: Answer<Tip>
  /** Why there is no destination; null: there is one, or its chain is not served. */
  readonly destinationUnread: string | null
  readonly sentSearch: SentSearch
  readonly legs: ReadonlyMap<bigint, readonly PacketLeg[]>
}

/** How the search for sending txs went; `unanswered` null: every endpoint's index was asked, `endpointCount` of them. */
interface SentSearch {
  readonly unanswered: string | null
  readonly endpointCount: number
}

export type FactsOptions = ReadOptions & { readonly withLegs?: boolean }

const notNeeded = unknown('not asked: not needed')

/** Reads the state of packets, batched per channel. */
export class PacketStates {
  constructor(private readonly chains: ChainAccesses, private readonly routes: Routes, private readonly history: PacketHistory, private readonly witnesses: LegWitnesses) {}

  /** In the order of `ids`. Never rejects for a chain that cannot be asked. */
  async facts(ids: readonly PacketId[], options: FactsOptions = {}): Promise<PacketFacts[]> {
    const groups = new Map<string, { source: ChannelEnd, sequences: Set<bigint> }>()
    for (const id of ids) {
      const source = { chainId: id.chainId, portId: id.portId, channelId: id.channelId }
      const group = groups.get(formatChannelEnd(source)) ?? { source, sequences: new Set() }
      groups.set(formatChannelEnd(source), group)
      group.sequences.add(id.sequence)
    }
    const readings = new Map(await Promise.all([...groups].map(async ([key, { source, sequences }]) =>
      [key, await this.readChannel(source, [...sequences], options)] as const)))
    return ids.map(id => this.factsOf(id, readings.get(formatChannelEnd(id))!))
  }

  /** Every pending packet of a channel: two queries plus paging. */
  async pending(source: ChannelEnd, destination: ChannelEnd): Promise<ChannelPending> {
    const commitments = await readAllCommitments(accessTo(this.chains, source.chainId).pool, source)
    const destinationPool = accessTo(this.chains, destination.chainId).pool
    if (commitments.sequences.length === 0) return { sourceHeight: commitments.height, destinationHeight: destinationPool.bestHeight(), undelivered: [], unacknowledged: [] }
    const { unreceived, height } = await readUnreceived(destinationPool, destination, commitments.sequences)
    return {
      sourceHeight: commitments.height,
      destinationHeight: height,
      undelivered: commitments.sequences.filter(sequence => unreceived.has(sequence)),
      unacknowledged: commitments.sequences.filter(sequence => !unreceived.has(sequence)),
    }
  }

  private async readChannel(source: ChannelEnd, sequences: readonly bigint[], options: FactsOptions): Promise<ChannelReading> {
    const { withLegs = false } = options
    const access = this.chains.get(source.chainId)
    const notServed = unknown(`${source.chainId} is not served`)
    if (!access) {
      return {
        source, destination: null, destinationUnread: null, committed: notServed, nextSequenceSend: notServed, unreceived: notServed, hashes: notServed,
        sourceTip: notServed, destinationTip: notServed, sentSearch: { unanswered: notServed.reason, endpointCount: 0 }, legs: new Map(),
      }
    }
    const [route, committed, sourceTip] = await Promise.all([
      this.destinationOf(source),
      attempt(async () => {
        const answer = await readCommitted(access.pool, source, sequences, options)
        return known(answer.committed, answer.height, answer.endpointCount)
      }),
      this.tip(source.chainId),
    ])
    const nextSequenceSend = await this.readCounter(source, sequences, committed, options)
    const [sentSearch, there] = await Promise.all([
      this.searchSent(source, sequences, committed, withLegs),
      this.readDestination(route, sequences, committed, nextSequenceSend, options),
    ])
    const reading = { source, destination: route.destination, destinationUnread: route.unread, committed, nextSequenceSend, sourceTip, ...there, sentSearch }
    await this.searchFurther(reading, sequences, withLegs)
    return { ...reading, legs: await this.legsOf(reading, sequences, options) }
  }

  /** What the txs said; where it must be vouched for, without those legs that are not. They are looked for again. */
  private async legsOf({ source, destination, committed }: Pick<ChannelReading, 'source' | 'destination' | 'committed'>, sequences: readonly bigint[], options: FactsOptions): Promise<ChannelReading['legs']> {
    const ids = sequences.map(sequence => ({ ...source, sequence }))
    const found = new Map(ids.map(id => [id.sequence, this.history.legs(id)]))
    // Without the state nothing is decided by legs either.
    if (!options.vouched || !committed.known) return found
    const vouched = await this.witnesses.vouched(ids.flatMap(id => found.get(id.sequence)!.map(leg => ({ id, destination, leg }))))
    for (const id of ids) {
      for (const leg of found.get(id.sequence)!) if (!vouched.has(leg)) this.history.forget(id, leg)
    }
    return new Map([...found].map(([sequence, legs]) => [sequence, legs.filter(leg => vouched.has(leg))]))
  }

  /** Of the very height the commitments were read at: a packet sent in between must not look finished. */
  private async readCounter(source: ChannelEnd, sequences: readonly bigint[], committed: Answer<ReadonlySet<bigint>>, options: FactsOptions): Promise<Answer<bigint>> {
    if (!committed.known) return notNeeded
    if (sequences.every(sequence => committed.value.has(sequence))) return notNeeded
    return attempt(async () => {
      const answer = await readNextSequenceSend(accessTo(this.chains, source.chainId).pool, source, committed.height, options)
      return known(answer.value, answer.height, answer.endpointCount)
    })
  }

  /**
   * Pending packets always need theirs, for the timeout; finished ones only where legs are wanted. What the first index
   * lacks is asked of every other one: nodes keep different depths of history.
   */
  private async searchSent(source: ChannelEnd, sequences: readonly bigint[], committed: Answer<ReadonlySet<bigint>>, withLegs: boolean): Promise<SentSearch> {
    const pending = committed.known ? sequences.filter(sequence => committed.value.has(sequence)) : []
    const unanswered = await this.history.search('send', source, null, withLegs ? sequences : pending)
    return this.history.searchEverywhere(source, pending, unanswered)
  }

  private async destinationOf(source: ChannelEnd): Promise<{ destination: ChannelEnd | null, unread: string | null }> {
    try {
      return { destination: await this.routes.counterparty(source), unread: null }
    }
    catch (cause) {
      if (isUnanswered(cause)) return { destination: null, unread: cause.message }
      throw cause
    }
  }

  private async readDestination(route: { destination: ChannelEnd | null, unread: string | null }, sequences: readonly bigint[], committed: Answer<ReadonlySet<bigint>>, nextSequenceSend: Answer<bigint>, options: FactsOptions): Promise<Pick<ChannelReading, 'unreceived' | 'hashes' | 'destinationTip'>> {
    const { destination } = route
    const access = destination ? this.chains.get(destination.chainId) : undefined
    if (!destination || !access) {
      const nowhere = unknown(route.unread ?? 'the other end of the channel is not served')
      return { unreceived: nowhere, hashes: nowhere, destinationTip: nowhere }
    }
    if (!committed.known) return { unreceived: notNeeded, hashes: notNeeded, destinationTip: await this.tip(destination.chainId) }
    const everSent = sequences.filter(sequence => committed.value.has(sequence) || !nextSequenceSend.known || sequence < nextSequenceSend.value)
    // The tip is read first and the state at or after it, so that the state is at least as new as the tip says.
    const destinationTip = await this.tip(destination.chainId)
    const minHeight = destinationTip.known ? destinationTip.value.height : 0n
    if (everSent.length === 0) return { unreceived: notNeeded, hashes: notNeeded, destinationTip }
    const unreceived = await attempt(async () => {
      const answer = await readUnreceived(access.pool, destination, everSent, { ...options, minHeight })
      return known(answer.unreceived, answer.height, answer.endpointCount)
    })
    const received = unreceived.known ? everSent.filter(sequence => !unreceived.value.has(sequence)) : []
    if (received.length === 0) return { unreceived, hashes: unreceived.known ? known(new Map(), unreceived.height, unreceived.endpointCount) : unreceived, destinationTip }
    const hashes = await attempt(async () => {
      // Of the same height as the receipts: one written later must not look missing.
      const answer = await readAcknowledgements(access.pool, destination, received, unreceived.known ? unreceived.height : minHeight, options)
      return known<ReadonlyMap<bigint, Uint8Array>>(answer.hashes, answer.height, answer.endpointCount)
    })
    return { unreceived, hashes, destinationTip }
  }

  /** The legs that were asked for, and the bytes of acknowledgements whose hash is not the usual success. */
  private async searchFurther(reading: Omit<ChannelReading, 'legs'>, sequences: readonly bigint[], withLegs: boolean): Promise<void> {
    const { source, destination, committed, unreceived, hashes } = reading
    const received = unreceived.known ? sequences.filter(sequence => !unreceived.value.has(sequence)) : []
    const odd = received.filter(sequence => hashes.known && hashes.value.has(sequence)
      && readAcknowledgement(hashes.value.get(sequence)!, this.history.acknowledgement({ ...source, sequence }) ?? null) === 'unreadable')
    if (withLegs) {
      const finished = committed.known ? sequences.filter(sequence => !committed.value.has(sequence)) : []
      await Promise.all([
        this.history.search('receive', source, destination, received),
        this.history.search('acknowledge', source, destination, finished.filter(sequence => !unreceived.known || !unreceived.value.has(sequence))),
        this.history.search('timeout', source, destination, finished.filter(sequence => !hashes.known || !hashes.value.has(sequence))),
      ])
    }
    await this.history.search('write_acknowledgement', source, destination, withLegs && hashes.known ? received.filter(sequence => hashes.value.has(sequence)) : odd)
  }

  private async tip(chainId: string): Promise<Answer<Tip>> {
    return attempt(async () => {
      const tip = await accessTo(this.chains, chainId).pool.tip()
      return known(tip, tip.height)
    })
  }

  private factsOf(id: PacketId, reading: ChannelReading): PacketFacts {
    const { sequence } = id
    const { committed, unreceived, hashes, nextSequenceSend } = reading
    const commitment = mapAnswer(committed, set => set.has(sequence))
    const neverSent = commitment.known && !commitment.value && nextSequenceSend.known && sequence >= nextSequenceSend.value
    const received = neverSent ? notNeeded : mapAnswer(unreceived, set => !set.has(sequence))
    const acknowledgement = neverSent || !received.known
      ? notNeeded
      : received.value ? mapAnswer(hashes, map => this.reading(id, map)) : known<AcknowledgementReading>('none', received.height, received.endpointCount)
    const facts = {
      id,
      destination: reading.destination,
      ...reading.destinationUnread === null ? {} : { destinationUnread: reading.destinationUnread },
      commitment,
      nextSequenceSend,
      received,
      acknowledgement,
      sourceTip: reading.sourceTip,
      destinationTip: reading.destinationTip,
      sent: this.sentOf(id, reading, neverSent),
      legs: reading.legs.get(sequence) ?? [],
    }
    return { ...facts, finishedBy: finishedBy(facts) }
  }

  private sentOf(id: PacketId, reading: ChannelReading, neverSent: boolean): PacketFacts['sent'] {
    const { committed, nextSequenceSend } = reading
    const sent = this.history.sent(id)
    if (sent) return known(sent, this.history.legs(id).find(leg => leg.leg === 'send')?.height ?? 0n)
    if (neverSent && nextSequenceSend.known) return known(null, nextSequenceSend.height)
    const { unanswered, endpointCount } = reading.sentSearch
    if (unanswered !== null) return unknown(unanswered)
    const asked = committed.known && committed.value.has(id.sequence)
    return asked ? known(null, committed.height, endpointCount) : unknown('not asked, or no send_packet tx was found')
  }

  private reading(id: PacketId, hashes: ReadonlyMap<bigint, Uint8Array>): AcknowledgementReading {
    const hash = hashes.get(id.sequence)
    return hash ? readAcknowledgement(hash, this.history.acknowledgement(id) ?? null) : 'none'
  }
}

function mapAnswer<T, U>(answer: Answer<T>, map: (value: T) => U): Answer<U> {
  return answer.known ? { ...answer, value: map(answer.value) } : answer
}

/** How a packet without a commitment ended: by its tx, else by what the destination keeps. */
function finishedBy(facts: Omit<PacketFacts, 'finishedBy'>): PacketFacts['finishedBy'] {
  if (!facts.commitment.known || facts.commitment.value) return notNeeded
  const { acknowledgement, received } = facts
  if (acknowledgement.known && (acknowledgement.value === 'success' || acknowledgement.value === 'other_success')) return known('acknowledged_success', acknowledgement.height)
  if (acknowledgement.known && acknowledgement.value === 'error') return known('acknowledged_error', acknowledgement.height)
  const timeout = facts.legs.find(leg => leg.leg === 'timeout')
  if (timeout) return known('timed_out', timeout.height)
  // The receipt was asked at or after the tip: never received and past its timeout there, no acknowledgement can have come back.
  const { sent, destinationTip, destination } = facts
  const past = sent.known && sent.value && destinationTip.known && destination && timeoutPassed(sent.value, destinationTip.value, destination.chainId)
  if (received.known && !received.value && past) return known('timed_out', received.height)
  if (acknowledgement.known && acknowledgement.value === 'unreadable') return unknown('the acknowledgement\'s bytes were not found')
  return unknown('neither an acknowledgement nor a timeout tx was found')
}
