import { readBech32Prefix } from './bech32'
import { chainIdPattern, channelIdPattern, formatPacketId, parsePacketId, portIdPattern } from './packet-id'

/** What the recogniser needs to know of a served chain. */
export interface KnownChain {
  readonly chainId: string
  readonly chainName: string
  readonly bech32Prefix: string
  readonly explorers: readonly { readonly txPage: string | null, readonly accountPage: string | null }[]
}

/** What a person pasted. `chainId: null`: the text does not say on which chain. */
export type Recognised
  = | { readonly kind: 'empty' }
    | { readonly kind: 'packet', readonly packetKey: string }
    | { readonly kind: 'transaction', readonly txHash: string, readonly chainId: string | null }
    | { readonly kind: 'address', readonly address: string, readonly chainId: string | null }
    | { readonly kind: 'channel', readonly chainId: string, readonly portId: string, readonly channelId: string }
    | { readonly kind: 'clearing', readonly token: string }
    | { readonly kind: 'denom' }
    | { readonly kind: 'mistyped_address' }
    | { readonly kind: 'unrecognised' }

const txHashPattern = /(?:^|[^\da-f])(?:0x)?([\da-f]{64})(?![\da-f])/i
/** A voucher's denom, as wallets and banks write it, perhaps behind an amount. */
const denomPattern = /^\d*ibc\/[\da-f]{64}$/i
const addressPattern = /(?:^|[^a-z\d])([a-z][a-z\d]{0,82}1[02-9ac-hj-np-z]{38,90})(?![a-z\d])/
const tokenPattern = /(?:^|[^\da-f])([\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12})(?![\da-f])/i

/** A link in lower case without scheme and `www.`. */
const bare = (link: string) => link.replace(/^https?:\/\/(?:www\.)?/i, '').toLowerCase()

/** The fixed text before the variable part of each link template of a chain's explorers. */
function linkStarts(chain: KnownChain): string[] {
  return chain.explorers.flatMap(({ txPage, accountPage }) => [txPage, accountPage]).flatMap(template => template ? [bare(template.split('$')[0]!)] : [])
}

/** Segments of explorers' paths that name no chain. */
const commonSegments: ReadonlySet<string> = new Set(['tx', 'txs', 'transaction', 'transactions', 'account', 'accounts', 'address', 'addresses'])

/** What explorers call a chain: its name, its id, and what stands in the paths of its link templates (Mintscan's `cosmos` of the Cosmos Hub). */
function namesOf(chain: KnownChain): string[] {
  const inTemplates = linkStarts(chain).flatMap(start => start.split('/').slice(1)).filter(segment => segment !== '' && !commonSegments.has(segment))
  return [chain.chainName.toLowerCase(), chain.chainId.toLowerCase(), ...inTemplates]
}

function onlyChainIn(words: readonly string[], chains: readonly KnownChain[]): string | undefined {
  const named = chains.filter(chain => namesOf(chain).some(name => words.includes(name)))
  return named.length === 1 ? named[0]!.chainId : undefined
}

/**
 * The chain of an explorer's link: the one whose template it fits, else the only one that its path or query names
 * (`/osmosis-1/txs/…`, `?tx_hash=…&chain_id=…`), else the only one that its host names (`cosmos.bigdipper.live`).
 */
function chainOfLink(text: string, chains: readonly KnownChain[]): string | null {
  const link = bare(text)
  const fitting = chains.find(chain => linkStarts(chain).some(start => link.startsWith(start)))
  if (fitting) return fitting.chainId
  const [host = '', ...rest] = link.split(/[/?#&=]/)
  return onlyChainIn(rest, chains) ?? onlyChainIn(host.split('.'), chains) ?? null
}

function readPacket(text: string): Recognised | undefined {
  const path = text.replace(/^.*?\/packets\//, '').replace(/[?#].*$/, '').replace(/\/+$/, '')
  const id = parsePacketId(path)
  if (id) return { kind: 'packet', packetKey: formatPacketId(id) }
  const [chainId, portId, channelId, ...rest] = path.split('/')
  if (!chainId || !portId || !channelId || rest.length > 0 || path.includes(':')) return undefined
  const channelNamed = chainIdPattern.test(chainId) && portIdPattern.test(portId) && channelIdPattern.test(channelId) && channelId.startsWith('channel-')
  return channelNamed ? { kind: 'channel', chainId, portId, channelId } : undefined
}

/**
 * Says what a pasted text is: a packet id, a tx hash, an address, a channel, a clearing token, a voucher's denom, or a link
 * of an explorer or of ours that holds one of the first five. Pure; asks nobody.
 */
export function recognise(input: string, chains: readonly KnownChain[]): Recognised {
  const text = input.trim().replace(/^[<"'`]+|[>"'`]+$/g, '')
  if (text === '') return { kind: 'empty' }
  const packet = readPacket(text)
  if (packet) return packet
  const token = tokenPattern.exec(text)?.[1]
  if (token) return { kind: 'clearing', token: token.toLowerCase() }
  if (denomPattern.test(text)) return { kind: 'denom' }
  const txHash = txHashPattern.exec(text)?.[1]
  if (txHash) return { kind: 'transaction', txHash: txHash.toUpperCase(), chainId: chainOfLink(text, chains) }
  const address = addressPattern.exec(text.toLowerCase())?.[1]
  if (!address) return { kind: 'unrecognised' }
  const prefix = readBech32Prefix(address)
  if (!prefix) return { kind: 'mistyped_address' }
  return { kind: 'address', address, chainId: chains.find(chain => chain.bech32Prefix === prefix)?.chainId ?? null }
}
