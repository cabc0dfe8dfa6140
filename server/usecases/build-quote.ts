import { toDisplayAmount } from '../../shared/utils/coin'
import { formatChannelEnd, formatPacketId, type ChannelEnd, type PacketId } from '../../shared/utils/packet-id'
import type { Quote } from '../domain/clearing/token'
import { DomainError, type PacketRefusal } from '../domain/errors'
import type { PacketFacts, RouteFacts } from '../domain/packet/facts'
import { amountIn, type AmountSetting } from '../domain/pricing/amount-setting'
import { duplicatesIn, judgeClearable, type Clearable, type JudgedPacket } from '../domain/pricing/clearable'
import type { ConversionRate } from '../domain/pricing/conversion'
import type { Ratio } from '../domain/pricing/decimal'
import { workPerChain, type PacketToClear } from '../domain/pricing/gas'
import { gasCosts, priceQuote, type FeeTerms, type GasCost } from '../domain/pricing/quote'
import type { Surroundings } from './describe-packets'
import type { ChainDirectory, Clock, ServedChain } from './ports'
import { withBlocker } from './ordered-channel'
import { neededOf } from './relayer-funds'
import type { QuoteFacts } from './quote-facts'
import type { ClearingReads } from './read-ports'
import { servedChain } from './served-chain'

export interface QuoteInput {
  readonly paymentChainId: string
  readonly packets: readonly PacketId[]
}

/** What the operator set about prices. */
export interface PriceList {
  readonly service: AmountSetting
  readonly perPacket: AmountSetting
  readonly conversionRates: readonly ConversionRate[]
  readonly gasMargin: Ratio
}

export interface BuiltQuote {
  readonly quote: Quote
  readonly paymentAddress: string
}

/**
 * Prices the clearing of these packets after checking everything that may be asked before money moves. Throws
 * DomainError: chain_not_served, packets_not_clearable (a reason per packet), route_not_quotable, relayer_not_ready,
 * paused, clock_skew, chain_unavailable.
 */
export type BuildQuote = (input: QuoteInput) => Promise<BuiltQuote>

export interface BuildQuoteDeps {
  readonly facts: QuoteFacts
  readonly reads: ClearingReads
  /** Why an admin has nothing relayed on the route now; null: nothing is in the way. */
  readonly paused: (route: ChannelEnd) => Promise<string | null>
  readonly directory: ChainDirectory
  readonly clock: Clock
  readonly prices: PriceList
  readonly paymentAddress: (chain: ServedChain) => string | null
  /** State and diagnosis as a packet's page shows them; of an ordered channel, a packet of the same request does not block. */
  readonly judge: (facts: PacketFacts, now: Date, around: Surroundings) => JudgedPacket
}

const mostSkewMs = 60_000

function refuse(refusals: readonly PacketRefusal[]): never {
  const some = refusals.length === 1 ? 'One packet' : `${refusals.length} packets`
  throw new DomainError('packets_not_clearable', `${some} of this request cannot or need not be cleared; the reason stands beside each.`, {
    packets: refusals,
    nextStep: 'Ask again without them.',
  })
}

function refuseDuplicates(packets: readonly PacketId[]): void {
  const doubled = duplicatesIn(packets.map(formatPacketId))
  const refusals = doubled.flatMap((key) => {
    const id = packets.find(packet => formatPacketId(packet) === key)
    return id ? [{ id, code: 'duplicate_in_request' as const, reason: 'This packet stands in the request more than once.' }] : []
  })
  if (refusals.length > 0) refuse(refusals)
}

export function makeBuildQuote(deps: BuildQuoteDeps): BuildQuote {
  const { facts, reads, directory, clock, prices } = deps

  function payable(chainId: string): { chain: ServedChain, address: string, terms: FeeTerms } {
    const chain = servedChain(directory, chainId)
    const address = deps.paymentAddress(chain)
    const serviceFee = amountIn(prices.service, chain.feeDenom, chain.feeExponent)
    const perPacketFee = amountIn(prices.perPacket, chain.feeDenom, chain.feeExponent)
    if (address === null || !serviceFee || !perPacketFee) {
      throw new DomainError('route_not_quotable', `Payments on ${chain.prettyName} are not taken here.`, { reason: 'payments_not_taken', nextStep: 'Choose a chain that has a payment address in GET /api/v1/chains.' })
    }
    return { chain, address, terms: { serviceFee, perPacketFee, rates: prices.conversionRates, gasMargin: prices.gasMargin } }
  }

  async function refusePaused(packets: readonly PacketId[]): Promise<void> {
    const routes = new Map(packets.map(({ chainId, portId, channelId }) => [formatChannelEnd({ chainId, portId, channelId }), { chainId, portId, channelId }]))
    const [reason] = (await Promise.all([...routes.values()].map(deps.paused))).filter(why => why !== null)
    if (reason) throw new DomainError('paused', `${reason[0]?.toUpperCase()}${reason.slice(1)}.`)
  }

  async function refuseSkew(chain: ServedChain): Promise<void> {
    const tip = await facts.tip(chain.chainId)
    const skewMs = Math.abs(clock.now().getTime() - tip.time.getTime())
    if (skewMs > mostSkewMs) {
      throw new DomainError('clock_skew', `The newest block of ${chain.prettyName} is ${Math.round(skewMs / 1000)} s away from our clock, so the time to pay could not be judged.`, { nextStep: 'Try again when the chain moves on.' })
    }
  }

  /** Fields that the relayer would skip. That it does not serve the route at all is refused with its own words. */
  async function limitsOf({ id, destination }: PacketFacts): Promise<Pick<Surroundings, 'terms'>> {
    const terms = destination && await facts.terms(id, destination)
    return { terms: terms && { ...terms, served: true } }
  }

  async function surroundingsOf(packet: PacketFacts, route: RouteFacts | undefined, requested: ReadonlySet<string>): Promise<Surroundings> {
    const limits = await limitsOf(packet)
    return route ? withBlocker({ pending: facts.pending, packets: facts.packets, judge: deps.judge, clock }, packet, { route, ...limits }, requested) : limits
  }

  /** Checks the packets against both chains; a packet that a paid operation owns is nobody else's to buy. */
  async function verdicts(ids: readonly PacketId[]): Promise<Clearable[]> {
    const served = ids.filter(id => directory.counterparty(id) !== undefined)
    const sources = [...new Map(served.map(id => [formatChannelEnd(id), id])).values()]
    const [packetFacts, routes, claimed] = await Promise.all([served.length > 0 ? facts.packets(served) : [], facts.routes(sources), reads.liveClaims(ids)])
    const taken = new Set(claimed.map(formatPacketId))
    const requested = new Set(ids.map(formatPacketId))
    const factsById = new Map(packetFacts.map(packet => [formatPacketId(packet.id), packet]))
    return Promise.all(ids.map(async (id): Promise<Clearable> => {
      const packet = factsById.get(formatPacketId(id))
      if (!packet) return { clearable: false, refusal: { id, code: 'route_not_served', reason: `The channel ${id.channelId} of ${id.chainId} is not served here.` } }
      const route = routes.get(formatChannelEnd(id))
      const verdict = judgeClearable(deps.judge(packet, clock.now(), await surroundingsOf(packet, route, requested)), route)
      if (!verdict.clearable || !taken.has(formatPacketId(id))) return verdict
      return { clearable: false, refusal: { id, code: 'claimed_by_other', reason: 'Somebody already paid for this packet, and it is being cleared.' } }
    }))
  }

  async function clearable(ids: readonly PacketId[]): Promise<[PacketToClear, ...PacketToClear[]]> {
    const all = await verdicts(ids)
    const refusals = all.flatMap(verdict => verdict.clearable ? [] : [verdict.refusal])
    const [first, ...others] = all.flatMap(verdict => verdict.clearable ? [verdict.packet] : [])
    if (!first || refusals.length > 0) refuse(refusals)
    return [first, ...others]
  }

  async function costs(packets: readonly PacketToClear[]): Promise<GasCost[]> {
    const chains = workPerChain(packets).map(work => servedChain(directory, work.chainId))
    const gasPrices = await Promise.all(chains.map(async chain => ({ chainId: chain.chainId, chainName: chain.prettyName, denom: chain.feeDenom, price: await facts.gasPrice(chain.chainId) })))
    return gasCosts(packets, gasPrices, prices.gasMargin)
  }

  async function refuseUnready(packets: readonly PacketToClear[], needed: readonly GasCost[]): Promise<void> {
    const routes = [...new Map(packets.map(packet => [formatChannelEnd(packet.id), packet])).values()]
    const [readiness, ...routeProblems] = await Promise.all([facts.readiness(), ...routes.map(packet => facts.routeProblems(packet.id, packet.destination))])
    const problems = readiness.ready ? routeProblems.flat() : readiness.problems
    if (problems.length > 0 || !readiness.ready) notReady(problems.length > 0 ? problems : ['it does not say why'])
    const poor = await Promise.all(needed.map(async ({ chainId, chainName, coin: cost }) => {
      const key = readiness.keys.find(candidate => candidate.chainId === chainId)
      if (!key) return [`it has no key on ${chainName}`]
      const balance = await facts.balance(chainId, key.address, cost.denom)
      const needed = neededOf(key, cost)
      if (balance >= needed) return []
      const { feeExponent, feeSymbol } = servedChain(directory, chainId)
      return [`its wallet on ${chainName} holds ${toDisplayAmount(balance, feeExponent)} ${feeSymbol}, and ${toDisplayAmount(needed, feeExponent)} ${feeSymbol} may be needed`]
    }))
    if (poor.flat().length > 0) notReady(poor.flat())
  }

  return async ({ paymentChainId, packets }) => {
    const { chain, address, terms } = payable(paymentChainId)
    refuseDuplicates(packets)
    await refusePaused(packets)
    const [toClear] = await Promise.all([clearable(packets), refuseSkew(chain)])
    const needed = await costs(toClear)
    const quote = priceQuote(paymentChainId, toClear, needed, terms)
    await refuseUnready(toClear, needed)
    if (quote.total.amount === 0n) throw new DomainError('route_not_quotable', 'The price came out as nothing, and a payment of nothing cannot be seen.')
    return { quote, paymentAddress: address }
  }
}

function notReady(problems: readonly string[]): never {
  throw new DomainError('relayer_not_ready', `The relayer cannot clear this now: ${problems.join('; ')}.`, { nextStep: 'Nothing was charged. Try again later.' })
}
