import type { Answer, PacketFacts } from '../../server/domain/packet/facts'
import { DomainError } from '../../server/domain/errors'
import type { AccountReading, BlockAgreement, BlockReading, BroadcastAnswer, ChainAccount, ChainReader, SimulationAnswer, ToldByEvents, TransactionSimulator } from '../../server/usecases/ports'
import type { Coin } from '../../shared/utils/coin'
import type { PacketId } from '../../shared/utils/packet-id'
import { asShown, isSameReading, type Lie } from './lies'
import { otherChain, type ModelPacket, type Network } from './network'
import { hashOf } from './signer'

/** How the nodes of one chain behave now. */
export interface NodeFaults {
  /** No endpoint answers. */
  down: boolean
  /** Whether the second endpoint answers. */
  second: 'answers' | 'down'
  lie: Lie | null
  /** Blocks that the node which is asked for accounts and balances is behind the others. */
  stale: bigint
  /** The WebSocket is up and says nothing. */
  silent: boolean
  /** Blocks that every endpoint is behind. */
  behind: bigint
  /** Blocks that the tx index is behind the state. */
  indexBehind: bigint
}

export const soundNode = (): NodeFaults => ({ down: false, second: 'answers', lie: null, stale: 0n, silent: false, behind: 0n, indexBehind: 0n })

type Faults = ReadonlyMap<string, NodeFaults>

export class ModelReader implements Pick<ChainReader, 'tip' | 'block' | 'confirmBlock' | 'packetFacts' | 'onNewBlock' | 'endpoints' | 'account' | 'accountAt' | 'balance' | 'gasPrice' | 'broadcast'>, TransactionSimulator {
  /** Until when an endpoint that was caught disagreeing is asked last. */
  readonly #disagreeing = new Map<string, number>()

  constructor(readonly network: Network, readonly faults: Faults, readonly names: readonly string[], readonly now: () => Date) {}

  #faults(chainId: string): NodeFaults {
    return this.faults.get(chainId)!
  }

  /** Height that the answering node has reached. */
  #height(chainId: string): bigint {
    const { behind } = this.#faults(chainId)
    const { height } = this.network.chain(chainId)
    return height > behind ? height - behind : 1n
  }

  #staleHeight(chainId: string): bigint {
    const height = this.#height(chainId) - this.#faults(chainId).stale
    return height > 0n ? height : 1n
  }

  #alive(chainId: string) {
    if (this.#faults(chainId).down) throw new DomainError('chain_unavailable', `${chainId} does not answer`)
  }

  async tip(chainId: string) {
    this.#alive(chainId)
    const height = this.#height(chainId)
    return { height, time: this.network.chain(chainId).timeAt(height) }
  }

  /** In the order in which the pool of the real adapter asks them. */
  #ask(chainId: string, avoided?: string): string[] {
    const rank = (name: string) => Number(name === avoided) * 4 + Number((this.#disagreeing.get(name) ?? 0) > this.now().getTime()) * 2
    return this.names.filter(name => name !== 'node-b' || this.#faults(chainId).second === 'answers').sort((a, b) => rank(a) - rank(b))
  }

  async block(chainId: string, height: bigint, options: { readonly avoidEndpoint?: string } = {}) {
    this.#alive(chainId)
    const block = height <= this.#height(chainId) ? this.network.chain(chainId).blocks[Number(height) - 1] : undefined
    if (!block) throw new DomainError('chain_unavailable', `no block ${height}`)
    this.network.chain(chainId).read.add(height)
    return asShown(block, this.#ask(chainId, options.avoidEndpoint)[0]!, this.#faults(chainId).lie)
  }

  /** As `confirmBlock` of the adapter: a second that differs is marked, and a third may settle it. */
  async confirmBlock(block: BlockReading, toldBy?: ToldByEvents): Promise<BlockAgreement> {
    if (this.names.length === 1) return 'single'
    const { down, lie } = this.#faults(block.chainId)
    const own = this.network.chain(block.chainId).blocks[Number(block.height) - 1]
    const [second, third] = this.#ask(block.chainId).filter(name => name !== block.endpoint)
    if (down || second === undefined || !own) return 'waiting'
    const agrees = (name: string) => {
      const shown = asShown(own, name, lie)
      const same = isSameReading(block, shown) && (!toldBy || toldBy(shown) === block.toldByEvents)
      if (!same) this.#mark(name)
      return same
    }
    if (agrees(second)) return 'agreed'
    if (third === undefined) return 'disputed'
    if (agrees(third)) return 'agreed'
    this.#mark(block.endpoint)
    return 'disputed'
  }

  #mark(name: string) {
    this.#disagreeing.set(name, this.now().getTime() + 600_000)
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
    return this.network.listen(chainId, height => this.#faults(chainId).silent || wake(height))
  }

  endpoints() {
    const health = { status: 'ok' as const, height: null, checkedAt: null }
    return this.names.map(endpoint => ({ endpoint, ...health }))
  }

  async account(chainId: string): Promise<ChainAccount> {
    this.#alive(chainId)
    const { service } = this.network.chain(chainId)
    return { accountNumber: service.accountNumber, sequence: service.stateAt(this.#staleHeight(chainId)).sequence }
  }

  async accountAt(chainId: string, _address: string, height: bigint): Promise<AccountReading> {
    this.#alive(chainId)
    if (height > this.#height(chainId)) throw new DomainError('chain_unavailable', `no state of block ${height}`)
    const { service } = this.network.chain(chainId)
    const agreement = this.names.length === 1 ? 'single' : this.#ask(chainId).length < 2 ? 'waiting' : 'agreed'
    return { account: { accountNumber: service.accountNumber, sequence: service.stateAt(height).sequence }, agreement }
  }

  async balance(chainId: string, _address: string, denom: string): Promise<Coin> {
    this.#alive(chainId)
    return { denom, amount: this.network.chain(chainId).service.stateAt(this.#staleHeight(chainId)).balances.get(denom) ?? 0n }
  }

  async gasPrice(chainId: string): Promise<string> {
    this.#alive(chainId)
    return this.network.chain(chainId).service.gasPrice
  }

  async simulate(chainId: string, txBytes: Uint8Array): Promise<SimulationAnswer> {
    this.#alive(chainId)
    return this.network.chain(chainId).service.simulate(txBytes, this.#staleHeight(chainId))
  }

  /** What a node answers and what it did with the bytes are two things, except when all is calm. */
  async broadcast(chainId: string, txBytes: Uint8Array): Promise<BroadcastAnswer> {
    const { service, height } = this.network.chain(chainId)
    const txHash = hashOf(txBytes)
    const fate = service.calm ? 'answers' : service.random.weighted({ answers: 16, cut_after: 2, cut_before: 1, full: 1 })
    if (this.#faults(chainId).down && fate !== 'cut_after') this.#alive(chainId)
    if (fate === 'full') return { state: 'rejected', txHash, code: 20, log: 'mempool is full' }
    if (fate === 'cut_before') return { state: 'unknown', txHash }
    const answer = service.check(txBytes, height, 'app')
    if (fate === 'cut_after') return { state: 'unknown', txHash }
    if (answer.state !== 'refused') return { state: answer.state, txHash }
    // As the adapter does: a sequence that this very tx used is no refusal.
    if (answer.code === 32 && service.spends.some(spend => spend.txHash === txHash)) return { state: 'already_known', txHash }
    return { state: 'rejected', txHash, code: answer.code, log: answer.log }
  }
}
