import { coin, splitByWeights, sumCoins, type Coin } from '../../../shared/utils/coin'
import type { FeeLine, GasBasis, Quote } from '../clearing/token'
import { DomainError } from '../errors'
import { convert, type ConversionRate } from './conversion'
import { multiply, parseDecimal, timesRoundedUp, type Ratio } from './decimal'
import { describeWork, gasOf, workPerChain, type PacketToClear } from './gas'

/** A chain's gas price: decimal text per unit of gas. */
export interface GasPrice {
  readonly chainId: string
  readonly chainName: string
  readonly denom: string
  readonly price: string
}

export interface FeeTerms {
  /** Fixed part, in the fee denom of the payment chain. */
  readonly serviceFee: Coin
  readonly perPacketFee: Coin
  readonly rates: readonly ConversionRate[]
  /** Factor on gas for what an estimate cannot know; at least 1. */
  readonly gasMargin: Ratio
}

/** What clearing will cost our relayer on one chain, in that chain's fee denom. */
export interface GasCost {
  readonly chainId: string
  readonly chainName: string
  readonly coin: Coin
  readonly detail: string
  readonly basis: GasBasis
}

/** Estimated gas cost per chain. Throws DomainError('route_not_quotable') when a gas price is missing or unreadable. */
export function gasCosts(packets: readonly PacketToClear[], prices: readonly GasPrice[], gasMargin: Ratio): GasCost[] {
  return workPerChain(packets).map((work) => {
    const price = prices.find(candidate => candidate.chainId === work.chainId)
    const perGas = price && parseDecimal(price.price)
    if (!price || !perGas) throw new DomainError('route_not_quotable', `The gas price of ${work.chainId} is not known.`)
    const gas = timesRoundedUp(gasOf(work), gasMargin)
    const cost = coin(price.denom, timesRoundedUp(gasOf(work), multiply(perGas, gasMargin)))
    return {
      chainId: work.chainId,
      chainName: price.chainName,
      coin: cost,
      basis: { ...work, gas, cost },
      detail: `Gas on ${price.chainName}: ${describeWork(work)}, ${gas} gas at ${price.price}${price.denom}`,
    }
  })
}

function gasLine(cost: GasCost, denom: string, rates: readonly ConversionRate[]): FeeLine {
  const converted = convert(cost.coin, denom, rates)
  if (!converted) {
    throw new DomainError('route_not_quotable', `Gas on ${cost.chainName} costs ${cost.coin.denom}, and no rate from ${cost.coin.denom} to ${denom} is set.`, {
      reason: 'no_conversion_rate',
      nextStep: 'Pay on another chain, or ask the operator to set GAS_CONVERSION_RATES.',
    })
  }
  const conversion = cost.coin.denom === denom ? '' : ` (${cost.coin.amount}${cost.coin.denom}, converted at the operator's rate)`
  return { kind: 'gas', coin: converted, detail: cost.detail + conversion, gas: cost.basis }
}

/**
 * The price of clearing these packets, every line in the fee denom of the payment chain; shares are equal, whole units,
 * and sum to the total (the remainder on the first packet).
 */
export function priceQuote(paymentChainId: string, packets: readonly [PacketToClear, ...PacketToClear[]], costs: readonly GasCost[], terms: FeeTerms): Quote {
  const { denom } = terms.serviceFee
  const count = BigInt(packets.length)
  const feeLines: FeeLine[] = [
    { kind: 'service', coin: terms.serviceFee, detail: 'Fixed fee per clearing' },
    {
      kind: 'packets', coin: coin(terms.perPacketFee.denom, count * terms.perPacketFee.amount), each: { count: packets.length, coin: terms.perPacketFee },
      detail: `${count} ${count === 1n ? 'packet' : 'packets'} × ${terms.perPacketFee.amount}${terms.perPacketFee.denom}`,
    },
    ...costs.map(cost => gasLine(cost, denom, terms.rates)),
  ]
  const total = sumCoins(denom, feeLines.map(line => line.coin))
  const shares = splitByWeights(total.amount, packets.map(() => 1n))
  return {
    paymentChainId,
    packets: packets.map((packet, index) => ({ id: packet.id, destination: packet.destination, need: packet.need, share: coin(denom, shares[index] ?? 0n) })),
    feeLines,
    total,
  }
}
