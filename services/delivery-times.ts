import type { ChannelDto, ChannelListDto } from '#shared/schemas/channels'
import type { PacketIdDto } from '#shared/schemas/common'
import { formatChannelEnd } from '#shared/utils/packet-id'

type Window = Pick<ChannelListDto, 'windowStart' | 'windowEnd'>

/** How long deliveries of one channel take, and over how many days that was seen. */
export interface DeliveryTimes extends Pick<ChannelDto['delivery'], 'sampleSize' | 'waiting'> {
  readonly medianSeconds: number
  readonly p95Seconds: number
  readonly days: number
}

export function daysOf({ windowStart, windowEnd }: Window): number {
  return Math.round((Date.parse(windowEnd) - Date.parse(windowStart)) / 86_400_000)
}

/** Of the channel that a packet was sent on; null: there is no sample. */
export function deliveryTimesOf(id: PacketIdDto, list: Window & Pick<ChannelListDto, 'items'>): DeliveryTimes | null {
  const delivery = list.items.find(({ source }) => formatChannelEnd(source) === formatChannelEnd(id))?.delivery
  if (!delivery || delivery.medianSeconds === null || delivery.p95Seconds === null) return null
  return { ...delivery, medianSeconds: delivery.medianSeconds, p95Seconds: delivery.p95Seconds, days: daysOf(list) }
}
