import { formatChannelEnd, type ChannelEnd, type PacketId } from '../../shared/utils/packet-id'
import { DomainError } from '../domain/errors'
import type { PacketFacts } from '../domain/packet/facts'
import type { DeliverySample, DeliverySamples } from './channel-ports'
import type { ChainDirectory, ChainReader, Clock, Logger } from './ports'

/** Chooses new packets of every served channel and follows the chosen ones until they arrive or return. */
export type SampleDeliveries = () => Promise<{ readonly channels: number, readonly failed: number }>

export interface SampleDeliveriesDeps {
  readonly reader: ChainReader
  readonly directory: ChainDirectory
  readonly samples: DeliverySamples
  readonly clock: Clock
  readonly logger: Logger
}

/** New packets of a channel that one round takes up: the newest, so that a busy channel costs no more than a quiet one. */
const newPerRound = 10
const followedPerRound = 20
export const deliveryWindowMs = 7 * 86_400_000

/** What became of a chosen packet, from its facts. Times are those of the blocks of its txs. */
export function deliveryOf(facts: PacketFacts): DeliverySample {
  const timeOf = (leg: 'send' | 'receive') => facts.legs.find(found => found.leg === leg)?.time ?? null
  const [sentAt, receivedAt] = [timeOf('send'), timeOf('receive')]
  const sample = { sequence: facts.id.sequence, sentAt, receivedAt }
  if (sentAt === null) return { ...sample, outcome: facts.sent.known ? 'unknown' : 'waiting' }
  if (receivedAt) return { ...sample, outcome: 'delivered' }
  if (facts.finishedBy.known && facts.finishedBy.value === 'timed_out') return { ...sample, outcome: 'returned' }
  const finished = (facts.commitment.known && !facts.commitment.value) || (facts.received.known && facts.received.value)
  return { ...sample, outcome: finished ? 'unknown' : 'waiting' }
}

export function makeSampleDeliveries({ reader, directory, samples, clock, logger }: SampleDeliveriesDeps): SampleDeliveries {
  async function chooseNew(source: ChannelEnd): Promise<bigint[]> {
    const [first] = await reader.packetFacts([{ ...source, sequence: 1n }])
    if (!first?.nextSequenceSend.known) return []
    const next = first.nextSequenceSend.value
    const newest = await samples.newest(source) ?? 0n
    const from = next - BigInt(newPerRound) > newest + 1n ? next - BigInt(newPerRound) : newest + 1n
    return Array.from({ length: Math.max(0, Number(next - from)) }, (_, index) => from + BigInt(index)).filter(sequence => sequence > 0n)
  }

  async function sampleChannel(source: ChannelEnd): Promise<void> {
    const [fresh, followed] = await Promise.all([chooseNew(source), samples.waiting(source, followedPerRound)])
    const ids: PacketId[] = [...followed, ...fresh].map(sequence => ({ ...source, sequence }))
    if (ids.length === 0) return
    const facts = await reader.packetFacts(ids, { withLegs: true })
    await samples.save(source, facts.map(deliveryOf), clock.now())
  }

  return async () => {
    const totals = { channels: 0, failed: 0 }
    await samples.forget(new Date(clock.now().getTime() - deliveryWindowMs))
    for (const { chainId, portId, channelId } of directory.channels().flatMap(({ a, b }) => [a, b])) {
      const source = { chainId, portId, channelId }
      totals.channels += 1
      try {
        await sampleChannel(source)
      }
      catch (cause) {
        if (!(cause instanceof DomainError)) throw cause
        totals.failed += 1
        logger.warn({ channel: formatChannelEnd(source), code: cause.code }, 'delivery times of a channel were not read')
      }
    }
    return totals
  }
}
