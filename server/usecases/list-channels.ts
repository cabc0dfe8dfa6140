import type { ChannelDto, ChannelListDto } from '../../shared/schemas/channels'
import { formatChannelEnd, type ChannelEnd } from '../../shared/utils/packet-id'
import type { ChannelFigures, ChannelReads } from './channel-ports'
import { toCoinDto, toInstant, toInstantOrNull, toPacketIdDto } from './dto/wire'
import type { Cache, ChainDirectory, Clock } from './ports'
import { deliveryWindowMs } from './sample-deliveries'

/** What waits on every served channel, how long deliveries take, and what is stuck; from rows only. */
export type ListChannels = () => Promise<ChannelListDto>

interface Deps {
  readonly reads: ChannelReads
  readonly directory: ChainDirectory
  readonly cache: Cache
  readonly clock: Clock
  readonly stuckAfterMs: number
}

const listTtlMs = 5_000
const stuckLimit = 50

function toChannelDto(source: ChannelEnd, destination: ChannelEnd, found: ChannelFigures | undefined): ChannelDto {
  const read = found?.readAt ?? null
  return {
    source, destination,
    readAt: toInstantOrNull(read),
    undelivered: read && found ? found.undelivered : null,
    unacknowledged: read && found ? found.unacknowledged : null,
    oldestPendingAt: toInstantOrNull(found?.oldestPendingAt ?? null),
    delivery: { medianSeconds: found?.median ?? null, p95Seconds: found?.p95 ?? null, sampleSize: found?.delivered ?? 0, waiting: found?.waiting ?? 0 },
  }
}

export function makeListChannels({ reads, directory, cache, clock, stuckAfterMs }: Deps): ListChannels {
  const end = ({ chainId, portId, channelId }: ChannelEnd): ChannelEnd => ({ chainId, portId, channelId })
  const load = async (): Promise<ChannelListDto> => {
    const now = clock.now()
    const since = new Date(now.getTime() - deliveryWindowMs)
    const [figures, stuck] = await Promise.all([reads.figures(since), reads.stuck(new Date(now.getTime() - stuckAfterMs), stuckLimit)])
    const found = new Map(figures.map(row => [formatChannelEnd(row.source), row]))
    const directions = directory.channels().flatMap(({ a, b }) => [[end(a), end(b)], [end(b), end(a)]] as const)
    return {
      items: directions.map(([source, destination]) => toChannelDto(source, destination, found.get(formatChannelEnd(source)))),
      windowStart: toInstant(since),
      windowEnd: toInstant(now),
      stuckAfterSeconds: Math.round(stuckAfterMs / 1000),
      stuckTotal: stuck.total,
      stuck: stuck.packets.map(packet => ({
        id: toPacketIdDto(packet.id),
        destinationChainId: packet.destinationChainId,
        waitsFor: packet.state === 'undelivered' ? 'delivery' as const : 'acknowledgement' as const,
        pendingSince: toInstant(packet.pendingSince),
        coin: packet.coin && toCoinDto(packet.coin),
      })),
    }
  }
  return () => cache.remember('channels', listTtlMs, load)
}
