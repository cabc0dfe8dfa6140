import type { PacketLegName } from '../../../shared/types/packet'
import { formatPacketId, type ChannelEnd, type PacketId } from '../../../shared/utils/packet-id'
import type { PacketLeg } from '../../domain/packet/facts'
import { isUnanswered } from './answers'
import { readBlock, type RawBlock } from './blocks'
import { accessTo, type ChainAccesses } from './chains'
import { messagePacket, messageSigner } from './decode-tx'
import { mapLimited } from './map-limited'
import { sha256, upperHex } from './merkle'
import { readPacketEvents } from './packet-events'

/** A leg that a search found, and the packet that it is said to have carried. */
export interface ClaimedLeg {
  readonly id: PacketId
  readonly destination: ChannelEnd | null
  readonly leg: PacketLeg
}

const deciding: ReadonlySet<PacketLegName> = new Set(['receive', 'acknowledge', 'timeout'])
/** Legs whose witnesses are remembered; they can be asked again. */
const legsKept = 5_000
const blocksAtOnce = 2

const keyOf = ({ id, leg }: ClaimedLeg) => [formatPacketId(id), leg.leg, leg.chainId, leg.height, leg.txHash, leg.signer].join(' ')
const sameEnd = (a: Omit<ChannelEnd, 'chainId'>, b: Omit<ChannelEnd, 'chainId'>) => a.portId === b.portId && a.channelId === b.channelId

/** Whether this block holds the leg: its tx, successful, an event of the packet, and the message that caused it, signed by whom the leg says. */
function shows(block: RawBlock, { id, destination, leg }: ClaimedLeg): boolean {
  const index = block.txs.findIndex(bytes => upperHex(sha256(bytes)) === leg.txHash)
  const [bytes, result] = [block.txs[index], block.results[index]]
  if (!bytes || result?.code !== 0) return false
  return readPacketEvents(result.events).some((event) => {
    if (event.leg !== leg.leg || event.sequence !== id.sequence || !sameEnd(event.source, id) || (destination && !sameEnd(event.destination, destination))) return false
    if (event.msgIndex === null) return leg.signer === null
    const packet = messagePacket(bytes, event.msgIndex)
    const named = packet ? packet.sequence === id.sequence && sameEnd(packet.source, id) : leg.signer === null
    return named && messageSigner(bytes, event.msgIndex) === leg.signer
  })
}

/**
 * Who relayed a packet is found in an index, which nothing vouches for. A leg counts when two endpoints show it in the same
 * block, whose txs fit its header; where one endpoint is configured, its word is enough.
 */
export class LegWitnesses {
  /** By leg: the hash of the block that each endpoint showed it in. */
  private readonly shownIn = new Map<string, Map<string, string>>()

  constructor(private readonly chains: ChainAccesses) {}

  /** Those that decide nothing, and those that are vouched for. Reads blocks where that is not known yet; never rejects for what cannot be asked. */
  async vouched(claimed: readonly ClaimedLeg[]): Promise<ReadonlySet<PacketLeg>> {
    const waiting = new Map<string, ClaimedLeg[]>()
    for (const each of claimed.filter(each => !this.isVouched(each))) {
      const block = `${each.leg.chainId} ${each.leg.height}`
      waiting.set(block, [...waiting.get(block) ?? [], each])
    }
    await mapLimited([...waiting.values()], blocksAtOnce, legs => this.readBlocks(legs))
    return new Set(claimed.filter(each => this.isVouched(each)).map(({ leg }) => leg))
  }

  private isVouched(claimed: ClaimedLeg): boolean {
    const { leg } = claimed
    if (!deciding.has(leg.leg) || accessTo(this.chains, leg.chainId).pool.endpoints.length < 2) return true
    const hashes = [...this.shownIn.get(keyOf(claimed))?.values() ?? []]
    return new Set(hashes).size < hashes.length
  }

  /** Asks one endpoint after the other for the block of these legs until all are vouched for or nobody is left. */
  private async readBlocks(legs: readonly ClaimedLeg[]): Promise<void> {
    const { chainId, height } = legs[0]!.leg
    const { pool } = accessTo(this.chains, chainId)
    const excluded = new Set(pool.endpoints.map(({ name }) => name).filter(name => legs.every(each => this.shownIn.get(keyOf(each))?.has(name))))
    while (legs.some(each => !this.isVouched(each))) {
      try {
        const { block, endpoint } = await pool.ask(async asked => ({ block: await readBlock(asked, height), endpoint: asked.name }), { minHeight: height, excluded, once: true })
        excluded.add(endpoint)
        for (const each of legs) {
          if (shows(block, each)) this.remember(keyOf(each), endpoint, upperHex(block.hash))
        }
      }
      catch (cause) {
        if (isUnanswered(cause)) return
        throw cause
      }
    }
  }

  private remember(key: string, endpoint: string, blockHash: string): void {
    if (this.shownIn.size >= legsKept) this.shownIn.delete(this.shownIn.keys().next().value!)
    this.shownIn.set(key, (this.shownIn.get(key) ?? new Map<string, string>()).set(endpoint, blockHash))
  }
}
