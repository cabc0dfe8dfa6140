import { createHash } from 'node:crypto'
import type { AcknowledgementReading, PacketLeg } from '../../server/domain/packet/facts'
import type { BlockTx, ScannedBlock } from '../../server/domain/payment/inbound'
import type { PacketLegName } from '../../shared/types/packet'
import { formatPacketId, type ChannelEnd, type PacketId } from '../../shared/utils/packet-id'
import type { Random } from './random'
import { ServiceAccount } from './service-account'

export const ends: Readonly<Record<string, ChannelEnd>> = {
  'hub-1': { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' },
  'zone-1': { chainId: 'zone-1', portId: 'transfer', channelId: 'channel-7' },
}
export const otherChain = (chainId: string) => chainId === 'hub-1' ? 'zone-1' : 'hub-1'
export const feeDenom = (chainId: string) => chainId === 'hub-1' ? 'uatom' : 'uosmo'
export const serviceAddress = (chainId: string) => chainId === 'hub-1' ? 'cosmos1service' : 'osmo1service'
export const relayerAddress = (chainId: string) => chainId === 'hub-1' ? 'cosmos1relayer' : 'osmo1relayer'
export const strangerAddress = (chainId: string) => chainId === 'hub-1' ? 'cosmos1stranger' : 'osmo1stranger'

export const operatorAddress = (chainId: string) => chainId === 'hub-1' ? 'cosmos1operator' : 'osmo1operator'

export const upperHash = (text: string) => createHash('sha256').update(text).digest('hex').toUpperCase()

/** A coin transfer to the service wallet as the world made it: the truth the books are compared with. */
export interface TrueTransfer {
  readonly chainId: string
  readonly height: bigint
  readonly txIndex: number
  readonly msgIndex: number
  readonly denom: string
  readonly amount: bigint
  readonly fromAddress: string | null
  readonly memo: string
  readonly kind: 'msg_send' | 'other'
}

type Ack = Exclude<AcknowledgementReading, 'none' | 'unreadable' | 'other_success'>

export interface ModelPacket {
  readonly id: PacketId
  readonly destination: ChannelEnd
  readonly sentHeight: bigint
  readonly timeoutAt: Date
  /** What the destination answers; written `ackDelayed` only when the world says so. */
  readonly ack: Ack
  readonly ackDelayed: boolean
  receivedHeight: bigint | null
  ackWrittenHeight: bigint | null
  finishedHeight: bigint | null
  finishedBy: 'acknowledged_success' | 'acknowledged_error' | 'timed_out' | null
  readonly legs: PacketLeg[]
}

interface PacketMessage { readonly kind: 'receive' | 'acknowledge' | 'timeout', readonly packets: readonly ModelPacket[], readonly signer: string }

/** What waits for the next block of a chain. */
export type PendingTx
  = | { readonly kind: 'bank', readonly tx: Omit<BlockTx, 'index' | 'txHash'>, readonly transfers: readonly Omit<TrueTransfer, 'chainId' | 'height' | 'txIndex'>[], readonly uniqueText?: string }
    | { readonly kind: 'packets', readonly message: PacketMessage }

export class ModelChain {
  readonly blocks: ScannedBlock[] = []
  /** Heights that a scanner was shown. */
  readonly read = new Set<bigint>()
  readonly mempool: PendingTx[] = []
  readonly packets = new Map<string, ModelPacket>()
  readonly service: ServiceAccount
  halted = false

  constructor(readonly chainId: string, random: Random) {
    this.service = new ServiceAccount(chainId, serviceAddress(chainId), random.fork(), chainId === 'hub-1')
  }

  get height(): bigint {
    return BigInt(this.blocks.length)
  }

  timeAt(height: bigint): Date {
    return this.blocks[Number(height) - 1]!.time
  }
}

/** Two chains, one channel between them, and everything that truly happened on them. */
export class Network {
  readonly chains: ReadonlyMap<string, ModelChain>
  readonly transfers: TrueTransfer[] = []
  readonly listeners = new Map<string, Set<(height: bigint) => unknown>>()
  #txs = 0

  constructor(random: Random) {
    this.chains = new Map(['hub-1', 'zone-1'].map(chainId => [chainId, new ModelChain(chainId, random)]))
  }

  chain(chainId: string): ModelChain {
    const chain = this.chains.get(chainId)
    if (!chain) throw new RangeError(`no chain ${chainId}`)
    return chain
  }

  listen(chainId: string, wake: (height: bigint) => unknown): () => void {
    const listeners = this.listeners.get(chainId) ?? new Set()
    this.listeners.set(chainId, listeners)
    listeners.add(wake)
    return () => listeners.delete(wake)
  }

  packet(id: PacketId): ModelPacket | undefined {
    return this.chain(id.chainId).packets.get(formatPacketId(id))
  }

  sendPacket(chainId: string, timeoutAt: Date, ack: Ack, ackDelayed: boolean): ModelPacket {
    const chain = this.chain(chainId)
    const id = { ...ends[chainId]!, sequence: BigInt(chain.packets.size + 1) }
    const packet: ModelPacket = { id, destination: ends[otherChain(chainId)]!, sentHeight: chain.height, timeoutAt, ack, ackDelayed, receivedHeight: null, ackWrittenHeight: null, finishedHeight: null, finishedBy: null, legs: [] }
    packet.legs.push({ leg: 'send', chainId, height: chain.height, time: chain.timeAt(chain.height), txHash: upperHash(`send ${formatPacketId(id)}`), signer: 'sender' })
    chain.packets.set(formatPacketId(id), packet)
    return packet
  }

  /** Makes a block of everything that waits; block times grow strictly. */
  produce(chainId: string, now: Date): bigint {
    const chain = this.chain(chainId)
    const previous = chain.blocks.at(-1)
    const time = previous && previous.time >= now ? new Date(previous.time.getTime() + 1) : now
    const height = chain.height + 1n
    const txs: BlockTx[] = []
    for (const pending of chain.mempool.splice(0)) {
      const index = txs.length
      this.#txs += 1
      const txHash = upperHash(pending.kind === 'bank' ? pending.uniqueText ?? `tx ${this.#txs}` : `tx ${this.#txs}`)
      if (pending.kind === 'bank') {
        txs.push({ ...pending.tx, index, txHash })
        this.transfers.push(...pending.transfers.map(transfer => ({ ...transfer, chainId, height, txIndex: index })))
        for (const { denom, amount } of pending.transfers) chain.service.receive({ denom, amount })
      }
      else {
        txs.push({ index, txHash, code: 0, memo: '', messages: [], signers: [], events: [] })
        this.#relay(pending.message, { chainId, height, time, txHash })
      }
    }
    txs.push(...chain.service.deliver(height, txs.length))
    chain.service.seal()
    chain.blocks.push({ chainId, height, time, blockHash: upperHash(`${chainId} block ${height}`), blockEvents: [], endpoint: 'node-a', txs })
    for (const wake of this.listeners.get(chainId) ?? []) wake(height)
    return height
  }

  #relay({ kind, packets, signer }: PacketMessage, place: { readonly chainId: string, readonly height: bigint, readonly time: Date, readonly txHash: string }) {
    const leg = (packet: ModelPacket, name: PacketLegName, by: string) => packet.legs.push({ leg: name, ...place, signer: by })
    for (const packet of packets) {
      const open = packet.finishedHeight === null
      // What is done already is redundant: the tx succeeds and no event names the packet.
      if (kind === 'receive' && open && packet.receivedHeight === null && place.time < packet.timeoutAt) {
        packet.receivedHeight = place.height
        leg(packet, 'receive', signer)
        if (!packet.ackDelayed) this.writeAck(packet, place.height)
      }
      if (kind === 'acknowledge' && open && packet.ackWrittenHeight !== null) {
        packet.finishedHeight = place.height
        packet.finishedBy = packet.ack === 'success' ? 'acknowledged_success' : 'acknowledged_error'
        leg(packet, 'acknowledge', signer)
      }
      if (kind === 'timeout' && open && packet.receivedHeight === null && this.#timedOut(packet)) {
        packet.finishedHeight = place.height
        packet.finishedBy = 'timed_out'
        leg(packet, 'timeout', signer)
      }
    }
  }

  #timedOut(packet: ModelPacket): boolean {
    const destination = this.chain(packet.destination.chainId)
    return destination.timeAt(destination.height) >= packet.timeoutAt
  }

  writeAck(packet: ModelPacket, height: bigint) {
    packet.ackWrittenHeight = height
  }

  /** Which message would move the packet now; null when none would. */
  nextMessage(packet: ModelPacket): 'receive' | 'acknowledge' | 'timeout' | null {
    if (packet.finishedHeight !== null) return null
    if (packet.receivedHeight !== null) return packet.ackWrittenHeight === null ? null : 'acknowledge'
    return this.#timedOut(packet) ? 'timeout' : 'receive'
  }

  /** Puts a message into the mempool of the chain it belongs to. */
  submit(kind: PacketMessage['kind'], packets: readonly ModelPacket[], by: (chainId: string) => string) {
    const [first] = packets
    if (!first) return
    const chainId = kind === 'receive' ? first.destination.chainId : first.id.chainId
    this.chain(chainId).mempool.push({ kind: 'packets', message: { kind, packets, signer: by(chainId) } })
  }
}
