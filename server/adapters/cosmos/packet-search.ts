import type { TransactionFinding } from '../../../shared/types/packet'
import { formatPacketId, type ChannelEnd, type PacketId } from '../../../shared/utils/packet-id'
import type { Unanswered } from '../../domain/packet/facts'
import type { PacketSearchAnswer } from '../../usecases/ports'
import { attempt, isUnanswered, known } from './answers'
import { accessTo, type ChainAccess, type ChainAccesses } from './chains'
import { RpcError } from './json-rpc'
import { upperHex } from './merkle'
import { carriesV2Packet, readPacketEvents, readTransfer, type PacketEvent } from './packet-events'
import type { PacketHistory } from './packet-history'
import type { Routes } from './routes'
import { condition, searchTxs, type FoundTx } from './tx-search'

/** Newest txs looked at per chain and search. */
const addressPages = 2

/** Finds packets through the txs that sent or moved them. */
export class PacketSearch {
  constructor(private readonly chains: ChainAccesses, private readonly routes: Routes, private readonly history: PacketHistory) {}

  /** As sender on the chain of its prefix, as receiver in what every served chain sent. */
  async ofAddress(address: string): Promise<PacketSearchAnswer> {
    const unanswered: Unanswered[] = []
    const found = new Map<string, PacketId>()
    await Promise.all([...this.chains.values()].flatMap(access => this.searches(access, address).map(async (search) => {
      try {
        const answer = await searchTxs(access.pool, search, addressPages)
        if (answer.partial) unanswered.push({ question: 'older_transfers', chainId: access.chain.chainId, detail: `only the newest ${answer.txs.length} transfers were looked at` })
        await access.times.ofAll(answer.txs.map(tx => tx.height))
        for (const tx of answer.txs) {
          for (const id of await this.takeSends(access, tx, event => concerns(event, address))) found.set(formatPacketId(id), id)
        }
      }
      catch (cause) {
        if (!isUnanswered(cause)) throw cause
        unanswered.push({ question: 'transfers', chainId: access.chain.chainId, detail: cause.message })
      }
    })))
    return { packets: [...found.values()].map(id => ({ id, legs: this.history.legs(id) })), unanswered }
  }

  /** Every packet a tx sent, received, acknowledged or timed out. */
  async ofTx(chainId: string, txHash: string): Promise<PacketSearchAnswer> {
    const access = accessTo(this.chains, chainId)
    const tx = await attempt(async () => known(await findTx(access, txHash), 0n))
    if (!tx.known) return { packets: [], unanswered: [{ question: 'transaction', chainId, detail: tx.reason }] }
    const transaction = findingOf(tx.value)
    if (!tx.value || transaction === 'failed') return { packets: [], unanswered: [], transaction }
    const found = new Map<string, PacketId>()
    const unanswered: Unanswered[] = []
    for (const event of readPacketEvents(tx.value.events)) {
      const source = await this.sourceOf(event, chainId)
      if (!source) {
        unanswered.push({ question: 'counterparty', chainId, detail: `${event.source.channelId}: the sending chain is not served or cannot be asked` })
        continue
      }
      const id = { ...source, sequence: event.sequence }
      await this.history.learn(id, event, chainId, tx.value)
      found.set(formatPacketId(id), id)
    }
    return { packets: [...found.values()].map(id => ({ id, legs: this.history.legs(id) })), unanswered, transaction }
  }

  private searches(access: ChainAccess, address: string): string[] {
    const own = address.startsWith(`${access.chain.bech32Prefix}1`)
    const prefixServed = [...this.chains.values()].some(({ chain }) => address.startsWith(`${chain.bech32Prefix}1`))
    const asSender = own || !prefixServed
    return [...(asSender ? [condition('ibc_transfer.sender', address)] : []), condition('ibc_transfer.receiver', address)]
  }

  private async takeSends(access: ChainAccess, tx: FoundTx, wanted: (event: PacketEvent) => boolean): Promise<PacketId[]> {
    const sends = readPacketEvents(tx.events).filter(event => event.leg === 'send' && wanted(event))
    const ids = sends.map(event => ({ chainId: access.chain.chainId, ...event.source, sequence: event.sequence }))
    for (const [index, event] of sends.entries()) await this.history.learn(ids[index]!, event, access.chain.chainId, tx)
    return ids
  }

  private async sourceOf(event: PacketEvent, chainId: string): Promise<ChannelEnd | null> {
    if (event.leg !== 'receive' && event.leg !== 'write_acknowledgement') return { chainId, ...event.source }
    try {
      return await this.routes.counterparty({ chainId, ...event.destination })
    }
    catch (cause) {
      if (isUnanswered(cause)) return null
      throw cause
    }
  }
}

/** What a tx is to a search for its packets; null: no index has it. */
export function findingOf(tx: FoundTx | null): TransactionFinding {
  if (!tx) return 'unknown'
  if (tx.code !== 0) return 'failed'
  return carriesV2Packet(tx.events) ? 'ibc_v2' : 'succeeded'
}

function concerns(event: PacketEvent, address: string): boolean {
  const transfer = readTransfer(event.data)
  return transfer !== null && (transfer.sender === address || transfer.receiver === address)
}

/** A tx by its hash from any endpoint's index; null when none has it. Throws DomainError('chain_unavailable'). */
export async function findTx(access: ChainAccess, txHash: string): Promise<FoundTx | null> {
  try {
    return await access.pool.ask(async (endpoint) => {
      const tx = await endpoint.client().tx({ hash: Buffer.from(txHash, 'hex') })
      return { txHash: upperHex(tx.hash), height: BigInt(tx.height), code: tx.result.code, bytes: tx.tx, events: tx.result.events }
    })
  }
  catch (cause) {
    if (cause instanceof RpcError && /not found/i.test(cause.message)) return null
    throw cause
  }
}
