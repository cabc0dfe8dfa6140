import { ConfigRequest, ConfigResponse } from 'cosmjs-types/cosmos/base/node/v1beta1/query'
import { QueryBalanceRequest, QueryBalanceResponse } from 'cosmjs-types/cosmos/bank/v1beta1/query'
import type { ServedChain } from '../../usecases/ports'
import { query, QueryRefused } from './abci'
import type { EndpointPool } from './endpoint-pool'

const decimals = 18

/** Decimal text → units of 10^-18; undefined when it is none. */
export function parseDecimal(text: string): bigint | undefined {
  const match = /^(\d{1,40})(?:\.(\d{1,18}))?$/.exec(text)
  return match ? BigInt(match[1]!) * 10n ** BigInt(decimals) + BigInt((match[2] ?? '').padEnd(decimals, '0')) : undefined
}

/** Units of 10^-18 → decimal text without trailing zeros. */
export function formatDecimal(units: bigint): string {
  const digits = units.toString().padStart(decimals + 1, '0')
  const fraction = digits.slice(-decimals).replace(/0+$/, '')
  return fraction ? `${digits.slice(0, -decimals)}.${fraction}` : digits.slice(0, -decimals)
}

/** `0.025uatom,0.1ibc/…` → the price in `denom`; undefined when it is not listed. */
export function priceIn(minimumGasPrices: string, denom: string): bigint | undefined {
  for (const part of minimumGasPrices.split(/[,;]/)) {
    const match = /^\s*([\d.]+)([a-z].*?)\s*$/i.exec(part)
    if (match && match[2] === denom) return parseDecimal(match[1]!)
  }
  return undefined
}

async function nodeMinimum(pool: EndpointPool, denom: string): Promise<bigint | undefined> {
  const { value } = await query(pool, '/cosmos.base.node.v1beta1.Service/Config', { codec: ConfigRequest, message: {} }, ConfigResponse)
  return priceIn(value.minimumGasPrice, denom)
}

/**
 * Price of x/feemarket (Cosmos Hub, Neutron …). Its GasPriceRequest{denom = 1} and GasPriceResponse{DecCoin price = 1} have
 * the wire shape of bank's Balance messages, up to the unused address field; the amount is a LegacyDec, units of 10^-18.
 */
async function feeMarketPrice(pool: EndpointPool, denom: string): Promise<bigint | undefined> {
  const { value } = await query(pool, '/feemarket.feemarket.v1.Query/GasPrice', { codec: QueryBalanceRequest, message: { address: denom, denom: '' } }, QueryBalanceResponse)
  return value.balance?.denom === denom && /^\d{1,40}$/.test(value.balance.amount) ? BigInt(value.balance.amount) : undefined
}

async function orNone(price: Promise<bigint | undefined>): Promise<bigint | undefined> {
  try {
    return await price
  }
  catch (cause) {
    // The chain has no such service: its other sources count.
    if (cause instanceof QueryRefused) return undefined
    throw cause
  }
}

/** Decimal text per unit of gas in the fee denom: the highest of registry floor, node minimum and fee market. */
export async function readGasPrice(pool: EndpointPool, chain: ServedChain): Promise<string> {
  const prices = await Promise.all([orNone(nodeMinimum(pool, chain.feeDenom)), orNone(feeMarketPrice(pool, chain.feeDenom))])
  const floor = parseDecimal(chain.gasPriceFloor) ?? 0n
  return formatDecimal(prices.reduce<bigint>((highest, price) => price !== undefined && price > highest ? price : highest, floor))
}
