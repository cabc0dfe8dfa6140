import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { ServedChain } from '../../usecases/ports'

const decimalText = z.string().regex(/^\d+(?:\.\d{1,18})?$/, 'not a decimal')
const end = z.object({ chainId: z.string(), portId: z.string(), channelId: z.string(), connectionId: z.string().nullable(), clientId: z.string().nullable() })

const listedChainSchema = z.object({
  chainId: z.string().min(1),
  chainName: z.string().min(1),
  prettyName: z.string().min(1),
  bech32Prefix: z.string().min(1),
  slip44: z.number().int(),
  /** The first one is what we take fees in. */
  feeTokens: z.array(z.object({ denom: z.string().min(1), fixedMinGasPrice: decimalText, averageGasPrice: decimalText.nullish() })).min(1),
  assets: z.array(z.object({ denom: z.string().min(1), symbol: z.string().min(1), exponent: z.number().int().min(0).max(30) })),
  explorers: z.array(z.object({ name: z.string(), txPage: z.string().nullable(), accountPage: z.string().nullable() })),
  sandbox: z.boolean().optional(),
})
const listedChannelSchema = z.object({ a: end, b: end, ordering: z.enum(['unordered', 'ordered']) })
const chainsFileSchema = z.object({ chains: z.array(listedChainSchema), channels: z.array(listedChannelSchema) })

/** A chain as the registry extract and a chains file list it. */
export type ListedChain = z.infer<typeof listedChainSchema>
export type ListedChannel = z.infer<typeof listedChannelSchema>
/** What `CHAINS_FILE` holds: networks that the registry does not list. */
export type ChainsFile = z.infer<typeof chainsFileSchema>

/** Throws an Error with a sentence for the operator. */
export async function readChainsFile(path: string): Promise<ChainsFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  }
  catch (cause) {
    throw new Error('CHAINS_FILE cannot be read', { cause })
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  }
  catch (cause) {
    throw new Error('CHAINS_FILE is not JSON', { cause })
  }
  const parsed = chainsFileSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const places = parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`CHAINS_FILE is not a chains file (${places.slice(0, 5).join('; ')})`)
}

export function servedChain(listed: ListedChain): ServedChain {
  const fee = listed.feeTokens[0]!
  const asset = listed.assets.find(candidate => candidate.denom === fee.denom)
  return {
    chainId: listed.chainId,
    chainName: listed.chainName,
    prettyName: listed.prettyName,
    bech32Prefix: listed.bech32Prefix,
    slip44: listed.slip44,
    feeDenom: fee.denom,
    feeSymbol: asset?.symbol ?? fee.denom,
    feeExponent: asset?.exponent ?? 0,
    gasPriceFloor: fee.fixedMinGasPrice,
    assets: listed.assets.map(({ denom, symbol, exponent }) => ({ denom, symbol, exponent })),
    explorers: listed.explorers.map(({ name, txPage, accountPage }) => ({ name, txPage, accountPage })),
    sandbox: listed.sandbox ?? false,
  }
}
