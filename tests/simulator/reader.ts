import type { Answer, PacketFacts } from '../../server/domain/packet/facts'
import { DomainError } from '../../server/domain/errors'
import type { BlockTx } from '../../server/domain/payment/inbound'
import type { BlockAgreement, ChainReader } from '../../server/usecases/ports'
import type { PacketId } from '../../shared/utils/packet-id'
import { otherChain, type ModelPacket, type Network } from './network'

/** How the nodes of one chain behave now. */
export interface NodeFaults {
  /** No endpoint answers. */
  down: boolean
  /** What the second endpoint says of a block that pays us. */
  second: 'agrees' | 'down' | 'disputes'
  /** Blocks that every endpoint is behind. */
  behind: bigint
  /** Blocks that the tx index is behind the state. */
  indexBehind: bigint
}

export const soundNode = (): NodeFaults => ({ down: false, second: 'agrees', behind: 0n, indexBehind: 0n })

type Faults = ReadonlyMap<string, NodeFaults>

export class ModelReader implements Pick<ChainReader, 'tip' | 'block' | 'confirmBlock' | 'packetFacts' | 'onNewBlock' | 'endpoints'> {
  constructor(readonly network: Network, readonly faults: Faults) {}

  #faults(chainId: string): NodeFaults {
    return this.faults.get(chainId)!
  }

  /** Height that the answering node has reached. */
  #height(chainId: string): bigint {
    const { behind } = this.#faults(chainId)
    const { height } = this.network.chain(chainId)
    return height > behind ? height - behind : 1n
  }

  #alive(chainId: string) {
    if (this.#faults(chainId).down) throw new DomainError('chain_unavailable', `${chainId} does not answer`)
  }

  async tip(chainId: string) {
    this.#alive(chainId)
    const height = this.#height(chainId)
    return { height, time: this.network.chain(chainId).timeAt(height) }
  }

  async block(chainId: string, height: bigint, options: { readonly avoidEndpoint?: string } = {}) {
    this.#alive(chainId)
    const block = height <= this.#height(chainId) ? this.network.chain(chainId).blocks[Number(height) - 1] : undefined
    if (!block) throw new DomainError('chain_unavailable', `no block ${height}`)
    this.network.chain(chainId).read.add(height)
    return { ...block, endpoint: options.avoidEndpoint === 'node-a' ? 'node-b' : 'node-a' }
  }

  async confirmBlock(block: { readonly chainId: string, readonly height: bigint, readonly blockHash: string, readonly codes: readonly number[] }): Promise<BlockAgreement> {
    const { down, second } = this.#faults(block.chainId)
    if (down || second === 'down') return 'waiting'
    const own = this.network.chain(block.chainId).blocks[Number(block.height) - 1]
    if (!own) return 'waiting'
    const same = own.blockHash === block.blockHash && own.txs.map((tx: BlockTx) => tx.code).join() === block.codes.join()
    return same && second === 'agrees' ? 'agreed' : 'disputed'
  }

  async packetFacts(ids: readonly PacketId[], options: { readonly withLegs?: boolean } = {}): Promise<PacketFacts[]> {
    return ids.map(id => this.#facts(this.network.packet(id)!, options.withLegs === true))
  }

  #facts(packet: ModelPacket, withLegs: boolean): PacketFacts {
    const source = packet.id.chainId
    const destination = otherChain(source)
    const at = <T>(chainId: string, value: (height: bigint) => T): Answer<T> => this.#faults(chainId).down
      ? { known: false, reason: `${chainId} does not answer` }
      : { known: true, value: value(this.#height(chainId)), height: this.#height(chainId), endpointCount: 1 }
    const reached = (mark: bigint | null, height: bigint) => mark !== null && mark <= height
    const tipOf = (chainId: string) => at(chainId, height => ({ height, time: this.network.chain(chainId).timeAt(height) }))
    const commitment = at(source, height => packet.sentHeight <= height && !reached(packet.finishedHeight, height))
    const indexed = (chainId: string, height: bigint) => !this.#faults(chainId).down && height <= this.#height(chainId) - this.#faults(chainId).indexBehind
    const legs = withLegs ? packet.legs.filter(leg => indexed(leg.chainId, leg.height)) : []
    const ending = withLegs && packet.finishedHeight !== null && indexed(source, packet.finishedHeight) ? packet.finishedBy : null
    const asked = commitment.known && commitment.value
    const notAsked = { known: false as const, reason: 'not asked: the commitment is gone or unknown' }
    return {
      id: packet.id, destination: packet.destination, commitment,
      nextSequenceSend: at(source, height => BigInt([...this.network.chain(source).packets.values()].filter(sent => sent.sentHeight <= height).length + 1)),
      received: asked ? at(destination, height => reached(packet.receivedHeight, height)) : notAsked,
      acknowledgement: asked ? at(destination, height => reached(packet.ackWrittenHeight, height) ? packet.ack : 'none') : notAsked,
      sourceTip: tipOf(source), destinationTip: tipOf(destination),
      sent: at(source, () => ({ timeoutHeight: null, timeoutTimestampNs: BigInt(packet.timeoutAt.getTime()) * 1_000_000n, transfer: null })),
      legs,
      finishedBy: ending === null ? { known: false, reason: 'its last tx is not in the index' } : { known: true, value: ending, height: packet.finishedHeight!, endpointCount: 1 },
    }
  }

  onNewBlock(chainId: string, wake: (height: bigint) => void): () => void {
    const listeners = this.network.listeners.get(chainId) ?? new Set()
    this.network.listeners.set(chainId, listeners)
    listeners.add(wake)
    return () => listeners.delete(wake)
  }

  endpoints() {
    const health = { status: 'ok' as const, height: null, checkedAt: null }
    return [{ endpoint: 'node-a', ...health }, { endpoint: 'node-b', ...health }]
  }
}
