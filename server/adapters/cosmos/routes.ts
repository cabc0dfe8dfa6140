import type { ChannelEnd } from '../../../shared/utils/packet-id'
import { formatChannelEnd } from '../../../shared/utils/packet-id'
import type { Answer, ChannelState, ClientStatus, ClientTrust, RouteFacts } from '../../domain/packet/facts'
import type { ChainDirectory, Clock, ReadOptions } from '../../usecases/ports'
import { QueryRefused } from './abci'
import { attempt, isUnanswered, known, unknown } from './answers'
import { accessTo, type ChainAccess, type ChainAccesses } from './chains'
import { readChannel, readClientChainId, readClientId, readClientStatus, readClientTrust, type ChannelAnswer } from './ibc-queries'

/** How long a channel that leads nowhere we serve is not asked about again. */
const unservedMs = 600_000
const unservedKept = 10_000

interface SideAnswers {
  readonly channel: Answer<ChannelAnswer>
  readonly clientStatus: Answer<ClientStatus>
  readonly clientTrust: Answer<ClientTrust>
}

/** Looks up channels, their counterparties and clients; what never changes is remembered. */
export class Routes {
  private readonly clientIds = new Map<string, string>()
  private readonly counterparties = new Map<string, ChannelEnd>()

  /** When a channel was found to lead to no served chain. */
  private readonly unserved = new Map<string, Date>()

  constructor(private readonly chains: ChainAccesses, private readonly directory: ChainDirectory, private readonly clock: Clock) {}

  /**
   * The other end of a channel, when both chains are served: from the directory, else from the chains themselves (the
   * client's chain-id, confirmed by the other end pointing back). null: not served, or no such channel.
   * Throws DomainError('chain_unavailable').
   */
  async counterparty(end: ChannelEnd): Promise<ChannelEnd | null> {
    const listed = this.directory.counterparty(end) ?? this.counterparties.get(formatChannelEnd(end))
    if (listed) return listed
    const access = this.chains.get(end.chainId)
    const unservedAt = this.unserved.get(formatChannelEnd(end))
    if (!access || (unservedAt && this.clock.now().getTime() - unservedAt.getTime() < unservedMs)) return null
    const found = await this.resolve(access, end)
    if (found) this.counterparties.set(formatChannelEnd(end), found)
    else this.rememberUnserved(end)
    return found
  }

  private rememberUnserved(end: ChannelEnd): void {
    // Anybody may ask about any name: the memory stays small.
    if (this.unserved.size >= unservedKept) this.unserved.clear()
    this.unserved.set(formatChannelEnd(end), this.clock.now())
  }

  private async resolve(access: ChainAccess, end: ChannelEnd): Promise<ChannelEnd | null> {
    try {
      const { value: channel } = await readChannel(access.pool, end)
      const chainId = await readClientChainId(access.pool, await this.clientId(end.chainId, channel.connectionId))
      const other = chainId === null ? undefined : this.chains.get(chainId)
      if (!other) return null
      const counterparty = { chainId: other.chain.chainId, ...channel.counterparty }
      const { value: back } = await readChannel(other.pool, counterparty)
      return back.counterparty.channelId === end.channelId && back.counterparty.portId === end.portId ? counterparty : null
    }
    catch (cause) {
      if (cause instanceof QueryRefused && cause.notFound) return null
      throw cause
    }
  }

  /** State of both channel ends and both clients; what could not be asked stands as unknown. */
  async facts(source: ChannelEnd, options: ReadOptions = {}): Promise<RouteFacts> {
    accessTo(this.chains, source.chainId)
    const destination = await this.counterparty(source).catch((cause: unknown) => {
      if (isUnanswered(cause)) return null
      throw cause
    })
    const noDestination = unknown('the other end of the channel is not served or cannot be asked')
    const [here, there] = await Promise.all([
      this.side(source, options),
      destination ? this.side(destination, options) : { channel: noDestination, clientStatus: noDestination, clientTrust: noDestination },
    ])
    return {
      source,
      destination,
      ordering: here.channel.known ? here.channel.value.ordering : there.channel.known ? there.channel.value.ordering : 'unordered',
      sourceChannelState: channelState(here.channel),
      destinationChannelState: channelState(there.channel),
      sourceClientStatus: here.clientStatus,
      destinationClientStatus: there.clientStatus,
      sourceClientTrust: here.clientTrust,
      destinationClientTrust: there.clientTrust,
    }
  }

  private async side(end: ChannelEnd, options: ReadOptions): Promise<SideAnswers> {
    const access = this.chains.get(end.chainId)
    if (!access) {
      const notServed = unknown(`${end.chainId} is not served`)
      return { channel: notServed, clientStatus: notServed, clientTrust: notServed }
    }
    const channel = await attempt(async () => {
      const answer = await readChannel(access.pool, end, options)
      return known(answer.value, answer.height, answer.endpointCount)
    })
    if (!channel.known) return { channel, clientStatus: channel, clientTrust: channel }
    const { connectionId } = channel.value
    const [clientStatus, clientTrust] = await Promise.all([
      attempt(async () => {
        const answer = await readClientStatus(access.pool, await this.clientId(end.chainId, connectionId), options)
        return known(answer.value, answer.height, answer.endpointCount)
      }),
      attempt(async () => {
        const answer = await readClientTrust(access.pool, await this.clientId(end.chainId, connectionId), options)
        return answer ? known(answer.value, answer.height, answer.endpointCount) : unknown('not a 07-tendermint client')
      }),
    ])
    return { channel, clientStatus, clientTrust }
  }

  private async clientId(chainId: string, connectionId: string): Promise<string> {
    const key = `${chainId}/${connectionId}`
    const remembered = this.clientIds.get(key)
    if (remembered) return remembered
    const clientId = await readClientId(accessTo(this.chains, chainId).pool, connectionId)
    this.clientIds.set(key, clientId)
    return clientId
  }
}

function channelState(channel: Answer<ChannelAnswer>): Answer<ChannelState> {
  return channel.known ? { ...channel, value: channel.value.state } : channel
}
