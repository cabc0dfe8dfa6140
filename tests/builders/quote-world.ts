import { openCache } from '../../server/adapters/cache/cache'
import type { RelayTerms } from '../../server/domain/packet/diagnose'
import type { AcknowledgementReading, PacketFacts, RouteFacts } from '../../server/domain/packet/facts'
import { DomainError } from '../../server/domain/errors'
import { makeBuildQuote, type BuildQuoteDeps } from '../../server/usecases/build-quote'
import { makePacketJudge } from '../../server/usecases/describe-packets'
import type { ChainReader, PacketRelayer, RelayerReadiness, ServedChain } from '../../server/usecases/ports'
import { makeQuoteFacts } from '../../server/usecases/quote-facts'
import type { ClearingReads } from '../../server/usecases/read-ports'
import { formatPacketId, type PacketId } from '../../shared/utils/packet-id'
import { aDirectory } from './chains'
import { keptLog } from './services'
import { at } from './tokens'

export const hubAddress = 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl'
export const zoneAddress = 'osmo1zuvk68xw4y9swp06796rx8zarjvvkrt68pqkad'
export const serviceAddress = 'cosmos1qyqszqgpqyqszqgpqyqszqgpqyqszqgpjnp7du'

export function aPacketId(sequence: bigint, over: Partial<PacketId> = {}): PacketId {
  return { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0', sequence, ...over }
}

const known = <T>(value: T) => ({ known: true as const, value, height: 500n, endpointCount: 1 })
const unasked = { known: false as const, reason: 'not needed' }

/** Facts of a packet sent at second 0 that nobody delivered; it times out at second 100,000. */
export function somePacketFacts(id: PacketId, over: Partial<PacketFacts> = {}): PacketFacts {
  return {
    id, destination: { chainId: 'zone-1', portId: 'transfer', channelId: 'channel-7' },
    commitment: known(true), nextSequenceSend: known(1000n), received: known(false), acknowledgement: known<AcknowledgementReading>('none'),
    sourceTip: known({ height: 500n, time: at(1000) }), destinationTip: known({ height: 500n, time: at(1000) }),
    sent: known({
      timeoutHeight: null, timeoutTimestampNs: BigInt(at(100_000).getTime()) * 1_000_000n,
      transfer: { sender: hubAddress, receiver: zoneAddress, coin: { denom: 'uatom', amount: 1_500_000n }, localDenom: 'uatom', memo: '' },
    }),
    legs: [{ leg: 'send', chainId: 'hub-1', height: 10n, time: at(0), txHash: 'AB'.repeat(32), signer: hubAddress }],
    finishedBy: unasked, ...over,
  }
}

export const receivedWith = (acknowledgement: AcknowledgementReading): Partial<PacketFacts> => ({ received: known(true), acknowledgement: known(acknowledgement) })
export const finished: Partial<PacketFacts> = { commitment: known(false), finishedBy: known('acknowledged_success' as const) }

/** Two chains and a relayer that answer what a test wrote; second 1000 is now. */
export class QuoteWorld {
  readonly packets = new Map<string, PacketFacts>()
  route: Partial<RouteFacts> = {}
  readiness: RelayerReadiness = {
    ready: true, version: '1.13.2', problems: [], restAlive: null,
    keys: [{ chainId: 'hub-1', address: 'cosmos1relayer', keyName: 'hub' }, { chainId: 'zone-1', address: 'osmo1relayer', keyName: 'zone' }],
  }

  routeProblems: readonly string[] = []
  terms: RelayTerms | null = { served: true, maxMemoBytes: 32_768, maxReceiverBytes: 2_048 }
  tipTime = at(1000)
  undelivered: readonly bigint[] = []
  unacknowledged: readonly bigint[] = []
  channelAnswers = true
  readonly gasPrices: Record<string, string> = { 'hub-1': '0.025', 'zone-1': '0.1' }
  readonly balances: Record<string, bigint> = { cosmos1relayer: 10n ** 9n, osmo1relayer: 10n ** 9n }
  /** Names of the reader's calls, in order. */
  readonly calls: string[] = []

  readonly #reader = {
    packetFacts: async (ids: readonly PacketId[]) => {
      this.calls.push('packetFacts')
      return ids.map(id => this.packets.get(formatPacketId(id)) ?? somePacketFacts(id))
    },
    route: async (source: RouteFacts['source']): Promise<RouteFacts> => {
      this.calls.push('route')
      return {
        source, destination: { chainId: 'zone-1', portId: 'transfer', channelId: 'channel-7' }, ordering: 'unordered',
        sourceChannelState: known('open' as const), destinationChannelState: known('open' as const), sourceClientStatus: known('Active' as const), destinationClientStatus: known('Active' as const),
        sourceClientTrust: unasked, destinationClientTrust: unasked,
        ...this.route,
      }
    },
    channelPending: async () => {
      if (!this.channelAnswers) throw new DomainError('chain_unavailable', 'no endpoint answers')
      return { sourceHeight: 500n, destinationHeight: 500n, undelivered: this.undelivered, unacknowledged: this.unacknowledged }
    },
    gasPrice: async (chainId: string) => {
      this.calls.push('gasPrice')
      return this.gasPrices[chainId] ?? '0'
    },
    tip: async () => ({ height: 500n, time: this.tipTime }),
    balance: async (_chainId: string, address: string, denom: string) => ({ denom, amount: this.balances[address] ?? 0n }),
  } satisfies Partial<ChainReader>

  readonly #relayer = {
    readiness: async () => this.readiness,
    routeProblems: async () => this.routeProblems,
    terms: async () => this.terms,
  } satisfies Partial<PacketRelayer>

  readonly clock = { now: () => at(1000) }

  set(id: PacketId, over: Partial<PacketFacts>): PacketId {
    this.packets.set(formatPacketId(id), somePacketFacts(id, over))
    return id
  }

  buildQuote(reads: Pick<ClearingReads, 'liveClaims'>, over: Partial<BuildQuoteDeps> = {}) {
    const directory = aDirectory()
    const judge = makePacketJudge({ directory, stuckAfterMs: 300_000, haltedAfterMs: 60_000 })
    const cache = openCache({ redisUrl: null, logger: keptLog(), now: () => this.clock.now().getTime() })
    return makeBuildQuote({
      // A call that these ports do not answer fails loudly.
      facts: makeQuoteFacts({ reader: this.#reader as unknown as ChainReader, relayer: this.#relayer as unknown as PacketRelayer, cache }),
      reads: reads as ClearingReads,
      paused: async () => null,
      directory,
      clock: this.clock,
      prices: {
        service: { kind: 'bare', amount: 1_000_000n }, perPacket: { kind: 'bare', amount: 100_000n }, gasMargin: { numerator: 1n, denominator: 1n },
        conversionRates: [{ from: 'uosmo', to: 'uatom', rate: { numerator: 5n, denominator: 100n } }],
      },
      paymentAddress: (chain: ServedChain) => chain.chainId === 'hub-1' ? serviceAddress : null,
      judge: judge.judge,
      ...over,
    })
  }
}
