import { z } from 'zod'
import { readBech32Prefix } from '../shared/utils/bech32'
import { parseEndpointList } from '../shared/utils/endpoint-list'
import { parseAmountSetting } from './domain/pricing/amount-setting'
import type { ConversionRate } from './domain/pricing/conversion'
import { parseDecimal } from './domain/pricing/decimal'

/** Where customers pay on one chain. */
export interface ServiceWalletSetting {
  /** Registry name or chain id; null: the served chain whose bech32 prefix the address has. */
  readonly chain: string | null
  readonly address: string
  readonly bech32Prefix: string
}

/** A denom that is given back although nothing was quoted in it. */
export interface RefundDenomSetting {
  /** Registry name or chain id. */
  readonly chain: string
  readonly denom: string
}

export const rateLimitNames = ['reads', 'quotes', 'tokens', 'sign_in', 'broadcast', 'verify'] as const
export type RateLimitName = typeof rateLimitNames[number]
export interface RateLimitSetting {
  readonly points: number
  readonly seconds: number
}

/** A problem for the operator; `ctx.addIssue` collects, so one variable may have several. */
function problem(ctx: z.RefinementCtx, message: string): never {
  ctx.addIssue({ code: 'custom', message })
  return z.NEVER
}

function listOf(text: string): string[] {
  return text.split(',').map(part => part.trim()).filter(part => part !== '')
}

export const text = z.string()

/** One mnemonic; its words never appear in a message. */
export const mnemonic = z.string().transform((value, ctx) =>
  /^[a-z]+(?:\s+[a-z]+){11,23}$/.test(value) ? value : problem(ctx, 'must be a mnemonic of 12 to 24 words'))

/** A whole number between `least` and `most`, in the unit the variable's name or .env.example says. */
export function whole(least: number, most: number) {
  return z.string().transform((value, ctx) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    return number >= least && number <= most ? number : problem(ctx, `must be a whole number from ${least} to ${most}`)
  })
}

export const amountSetting = z.string().transform((value, ctx) =>
  parseAmountSetting(value) ?? problem(ctx, 'must be base units: 1000000, or one amount per denom as in 1000000uatom,500000uosmo'))

export const httpUrl = z.string().transform((value, ctx) =>
  URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) ? value.replace(/\/+$/, '') : problem(ctx, 'must be an http or https URL'))

/** `https://host[:port]` without a path. */
export const origin = httpUrl.transform((value, ctx) =>
  new URL(value).origin === value ? value : problem(ctx, 'must be an origin without a path, as in https://relayooor.example'))

export function urlOf(...protocols: readonly string[]) {
  return z.string().transform((value, ctx) =>
    URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)) ? value : problem(ctx, `must be a URL that starts with ${protocols.map(name => `${name}://`).join(' or ')}`))
}

export const endpoints = z.string().transform((value, ctx) => {
  const list = parseEndpointList(value)
  for (const message of list.problems) ctx.addIssue({ code: 'custom', message })
  if (list.problems.length === 0 && list.endpoints.length === 0) return problem(ctx, 'must name at least one chain, as in osmosis:https://rpc.example')
  return list.problems.length > 0 ? z.NEVER : list.endpoints
})

export const addresses = z.string().transform((value, ctx) => {
  const list = listOf(value)
  for (const address of list) {
    if (!readBech32Prefix(address)) ctx.addIssue({ code: 'custom', message: `${address} is not a bech32 address` })
  }
  return list
})

export const serviceWallets = z.string().transform((value, ctx) => {
  const wallets: ServiceWalletSetting[] = []
  const parts = listOf(value)
  for (const part of parts) {
    const colon = part.indexOf(':')
    const address = part.slice(colon + 1)
    const bech32Prefix = readBech32Prefix(address)
    if (bech32Prefix) wallets.push({ chain: colon > 0 ? part.slice(0, colon) : null, address, bech32Prefix })
    else ctx.addIssue({ code: 'custom', message: `${part} is neither an address nor chain:address` })
  }
  return parts.length > 0 ? wallets : problem(ctx, 'must name at least one address')
})

export const refundDenoms = z.string().transform((value, ctx) => listOf(value).flatMap((part): RefundDenomSetting[] => {
  const colon = part.indexOf(':')
  if (colon > 0 && colon < part.length - 1) return [{ chain: part.slice(0, colon), denom: part.slice(colon + 1) }]
  return problem(ctx, `${part} is not chain:denom, as in osmosis:ibc/27394F…`)
}))

export const conversionRates = z.string().transform((value, ctx) => listOf(value).flatMap((part): ConversionRate[] => {
  const match = /^(\S+)\/([^/\s=]+)=(\S+)$/.exec(part)
  const rate = match ? parseDecimal(match[3]!) : undefined
  if (match && rate && rate.numerator > 0n && match[1] !== match[2]) return [{ from: match[1]!, to: match[2]!, rate }]
  return problem(ctx, `${part} is not from/to=rate with a rate above 0, as in uosmo/uatom=0.05`)
}))

export const gasMargin = z.string().transform((value, ctx) => {
  const ratio = parseDecimal(value)
  return ratio && ratio.numerator >= ratio.denominator && ratio.numerator <= 10n * ratio.denominator ? ratio : problem(ctx, 'must be a decimal from 1 to 10')
})

/** `tokens=20/60,reads=600/60`: requests per seconds, for the limits that shall differ from the default. */
export const rateLimits = z.string().transform((value, ctx) => listOf(value).flatMap((part): [RateLimitName, RateLimitSetting][] => {
  const match = /^(\w+)=([1-9]\d{0,6})\/([1-9]\d{0,5})$/.exec(part)
  const name = rateLimitNames.find(candidate => candidate === match?.[1])
  if (match && name) return [[name, { points: Number(match[2]), seconds: Number(match[3]) }]]
  return problem(ctx, `${part} is not limit=requests/seconds with a limit of ${rateLimitNames.join(', ')}`)
}))
