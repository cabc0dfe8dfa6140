import type { PacketLegName } from '../../../shared/types/packet'
import { formatPacketId, type ChannelEnd, type PacketId } from '../../../shared/utils/packet-id'
import type { PacketLeg, SentPacket } from '../../domain/packet/facts'
import { isUnanswered } from './answers'
import type { ChainAccesses } from './chains'
import { deliveredAcknowledgement, messageSigner } from './decode-tx'
import { mapLimited } from './map-limited'
import { creditsOf } from './credits'
import type { AskOptions } from './endpoint-pool'
import { eventOfLeg, readPacketEvents, sentPacket, type PacketEvent } from './packet-events'
import { condition, searchTxs, type FoundTx } from './tx-search'

interface Remembered {
  readonly legs: Map<PacketLegName, PacketLeg>
  sent?: SentPacket
  acknowledgement?: Uint8Array
}

/** Packets whose txs are remembered; what a tx said never changes. */
const packetsKept = 20_000
/** Up to this many sequences are searched one by one; more of them by one range search. */
const searchedSingly = 4
const widestRange = 500n
const rangePages = 3
/** Sequences far apart are searched one by one, up to this many at a time. */
const singleSearches = 25

/** What the txs around a packet said: remembered for ever, found by tx_search when missing. */
export class PacketHistory {
  private readonly remembered = new Map<string, Remembered>()

  constructor(private readonly chains: ChainAccesses) {}

  sent(id: PacketId): SentPacket | undefined {
    return this.remembered.get(formatPacketId(id))?.sent
  }

  legs(id: PacketId): PacketLeg[] {
    return [...this.remembered.get(formatPacketId(id))?.legs.values() ?? []]
  }

  /** A leg that turned out to be doubtful is searched again. */
  forget(id: PacketId, { leg }: PacketLeg): void {
    this.remembered.get(formatPacketId(id))?.legs.delete(leg)
  }

  /** Acknowledgement bytes as some tx carried them; the caller compares them with the stored hash. */
  acknowledgement(id: PacketId): Uint8Array | undefined {
    return this.remembered.get(formatPacketId(id))?.acknowledgement
  }

  /** Takes in one tx's event about the packet `id`. */
  async learn(id: PacketId, event: PacketEvent, chainId: string, tx: Pick<FoundTx, 'txHash' | 'height' | 'bytes' | 'events'>): Promise<void> {
    const key = formatPacketId(id)
    const entry = this.remembered.get(key) ?? { legs: new Map<PacketLegName, PacketLeg>() }
    if (!this.remembered.has(key)) {
      if (this.remembered.size >= packetsKept) this.remembered.delete(this.remembered.keys().next().value!)
      this.remembered.set(key, entry)
    }
    const time = await this.chains.get(chainId)?.times.of(tx.height) ?? null
    const signer = event.msgIndex === null ? null : messageSigner(tx.bytes, event.msgIndex)
    const credits = event.leg === 'acknowledge' || event.leg === 'timeout' ? { credits: creditsOf(tx.events, event.msgIndex) } : {}
    entry.legs.set(event.leg, { leg: event.leg, chainId, height: tx.height, time, txHash: tx.txHash, signer, ...credits })
    if (event.leg === 'send') entry.sent = sentPacket(event)
    const acknowledgement = event.acknowledgement ?? (event.leg === 'acknowledge' && event.msgIndex !== null ? deliveredAcknowledgement(tx.bytes, event.msgIndex) : null)
    if (acknowledgement) entry.acknowledgement = acknowledgement
  }

  /**
   * Searches the missing legs of these sequences: `send`, `acknowledge`, `timeout` on the source, `receive` and
   * `write_acknowledgement` on the destination. Returns what could not be asked (null: all was).
   */
  async search(leg: PacketLegName, source: ChannelEnd, destination: ChannelEnd | null, sequences: readonly bigint[], options: AskOptions = {}): Promise<string | null> {
    const onSource = leg === 'send' || leg === 'acknowledge' || leg === 'timeout'
    const end = onSource ? source : destination
    const missing = sequences.filter(sequence => !this.remembered.get(formatPacketId({ ...source, sequence }))?.legs.has(leg))
    if (missing.length === 0) return null
    const access = end ? this.chains.get(end.chainId) : undefined
    if (!end || !access) return `${eventOfLeg[leg]}: chain not served`
    try {
      const event = eventOfLeg[leg]
      const side = onSource ? 'src' : 'dst'
      const channel = `${condition(`${event}.packet_${side}_channel`, end.channelId)} AND ${condition(`${event}.packet_${side}_port`, end.portId)}`
      const answers = await mapLimited(conditionsFor(event, missing), 3, sequenceCondition =>
        searchTxs(access.pool, `${sequenceCondition} AND ${channel}`, rangePages, options))
      const txs = answers.flatMap(answer => answer.txs)
      await access.times.ofAll(txs.map(tx => tx.height))
      for (const tx of txs) await this.learnAll(tx, end.chainId, source, destination, new Set(missing))
      const all = conditionsFor(event, missing).length === 1 || missing.length <= singleSearches
      return !all || answers.some(answer => answer.partial) ? `${event} on ${end.chainId}: not every tx was looked at` : null
    }
    catch (cause) {
      if (isUnanswered(cause)) return `${eventOfLeg[leg]} on ${end.chainId}: ${cause.message}`
      throw cause
    }
  }

  /**
   * Asks one endpoint after the other for the sending txs that are still missing after a first search (`unanswered`: what
   * that one said). Only when every endpoint answered and none has them, nobody does.
   */
  async searchEverywhere(source: ChannelEnd, sequences: readonly bigint[], unanswered: string | null): Promise<{ readonly unanswered: string | null, readonly endpointCount: number }> {
    const { endpoints = [] } = this.chains.get(source.chainId)?.pool ?? {}
    const isMissing = () => sequences.some(sequence => !this.remembered.get(formatPacketId({ ...source, sequence }))?.legs.has('send'))
    if (!isMissing()) return { unanswered: null, endpointCount: 1 }
    if (endpoints.length <= 1) return { unanswered, endpointCount: 1 }
    let silent: string | null = null
    for (const endpoint of endpoints) {
      const others = new Set(endpoints.filter(other => other !== endpoint).map(other => other.name))
      const problem = await this.search('send', source, null, sequences, { excluded: others, once: true })
      if (!isMissing()) return { unanswered: null, endpointCount: 1 }
      silent ??= problem
    }
    return { unanswered: silent, endpointCount: endpoints.length }
  }

  private async learnAll(tx: FoundTx, chainId: string, source: ChannelEnd, destination: ChannelEnd | null, wanted: ReadonlySet<bigint>): Promise<void> {
    for (const event of readPacketEvents(tx.events)) {
      const ours = event.source.portId === source.portId && event.source.channelId === source.channelId && wanted.has(event.sequence)
        && (!destination || (event.destination.portId === destination.portId && event.destination.channelId === destination.channelId))
      // Both chains may use the same channel names: an event of the other direction must not be taken for ours.
      const placed = (event.leg === 'receive' || event.leg === 'write_acknowledgement') ? chainId === destination?.chainId : chainId === source.chainId
      if (ours && placed) await this.learn({ ...source, sequence: event.sequence }, event, chainId, tx)
    }
  }
}

function conditionsFor(event: string, sequences: readonly bigint[]): string[] {
  const sorted = [...sequences].sort((a, b) => a < b ? -1 : 1)
  const [first, last] = [sorted[0]!, sorted.at(-1)!]
  const singly = sorted.length <= searchedSingly || last - first > widestRange
  return singly
    ? sorted.slice(0, singleSearches).map(sequence => condition(`${event}.packet_sequence`, sequence.toString()))
    : [`${event}.packet_sequence >= ${first} AND ${event}.packet_sequence <= ${last}`]
}
