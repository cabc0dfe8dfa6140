import type { PacketNeed } from '../../../shared/types/packet'
import { formatChannelEnd, type ChannelEnd, type PacketId } from '../../../shared/utils/packet-id'

/** What a relayer must do; the needs that cost gas. */
export type PaidNeed = Extract<PacketNeed, 'deliver' | 'acknowledge' | 'timeout'>

export interface PacketToClear {
  readonly id: PacketId
  readonly destination: ChannelEnd
  readonly need: PaidNeed
}

/**
 * Gas per message. Measured on ibc-go 10.7.0 with one validator: MsgUpdateClient with two MsgRecvPacket 270,973, with
 * two MsgAcknowledgement 146,529, with one MsgTimeout 149,445. The client update is set for a set of about 150
 * validators, whose signatures it verifies; the packet messages leave room for middleware.
 */
export const gasPerMessage = { updateClient: 300_000n, receive: 150_000n, acknowledge: 90_000n, timeout: 110_000n } as const

/** Hermes puts at most 30 messages into a tx (`max_msg_num`), one of them the client update. */
const packetsPerTransaction = 29

/** Messages that one chain will execute for these packets. */
export interface ChainWork {
  readonly chainId: string
  readonly updateClient: number
  readonly receive: number
  readonly acknowledge: number
  readonly timeout: number
}

type MessageCounts = Pick<ChainWork, 'receive' | 'acknowledge' | 'timeout'>

function addWork(total: Map<string, ChainWork>, chainId: string, counts: MessageCounts): void {
  const before = total.get(chainId) ?? { chainId, updateClient: 0, receive: 0, acknowledge: 0, timeout: 0 }
  const packets = counts.receive + counts.acknowledge + counts.timeout
  if (packets === 0) return
  total.set(chainId, {
    chainId,
    updateClient: before.updateClient + Math.ceil(packets / packetsPerTransaction),
    receive: before.receive + counts.receive,
    acknowledge: before.acknowledge + counts.acknowledge,
    timeout: before.timeout + counts.timeout,
  })
}

/**
 * The messages really needed, per chain: `deliver` takes a receive on the destination and an acknowledgement on the
 * source, `acknowledge` and `timeout` touch the source only. Client updates are shared within one channel's run.
 */
export function workPerChain(packets: readonly PacketToClear[]): ChainWork[] {
  const byChannel = new Map<string, PacketToClear[]>()
  for (const packet of packets) {
    const key = formatChannelEnd(packet.id)
    byChannel.set(key, [...byChannel.get(key) ?? [], packet])
  }
  const total = new Map<string, ChainWork>()
  for (const group of byChannel.values()) {
    const count = (need: PaidNeed) => group.filter(packet => packet.need === need).length
    const [first] = group
    if (!first) continue
    addWork(total, first.id.chainId, { receive: 0, acknowledge: count('deliver') + count('acknowledge'), timeout: count('timeout') })
    addWork(total, first.destination.chainId, { receive: count('deliver'), acknowledge: 0, timeout: 0 })
  }
  return [...total.values()]
}

export function gasOf(work: ChainWork): bigint {
  return BigInt(work.updateClient) * gasPerMessage.updateClient + BigInt(work.receive) * gasPerMessage.receive
    + BigInt(work.acknowledge) * gasPerMessage.acknowledge + BigInt(work.timeout) * gasPerMessage.timeout
}

function counted(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
}

/** `1 client update, 2 acknowledgements` */
export function describeWork(work: ChainWork): string {
  return [
    ...counted(work.updateClient, 'client update', 'client updates'),
    ...counted(work.receive, 'delivery', 'deliveries'),
    ...counted(work.acknowledge, 'acknowledgement', 'acknowledgements'),
    ...counted(work.timeout, 'timeout', 'timeouts'),
  ].join(', ')
}
