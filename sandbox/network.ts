import type { SandboxAccounts } from './accounts'
import { mintCoins, sendCoins } from './chain/bank'
import { Chain } from './chain/chain'
import { putClient, putConsensus } from './chain/client'
import type { ChainSpec, ProvenChain } from './chain/context'
import { moduleAddress } from './chain/addresses'
import { createAccount } from './chain/accounts'
import { putChannel } from './chain/packets'
import type { StateBranch } from './chain/state'

/** One end of a transfer channel of the sandbox, with what lies under it. */
export interface ChannelEndSpec {
  readonly chainId: string
  readonly portId: string
  readonly channelId: string
  readonly connectionId: string
  readonly clientId: string
}

export interface Network {
  readonly chains: readonly Chain[]
  readonly channels: readonly (readonly [ChannelEndSpec, ChannelEndSpec])[]
  chain(chainId: string): Chain | undefined
  /** The end at the other side of a channel. */
  counterparty(chainId: string, portId: string, channelId: string): ChannelEndSpec | undefined
  /** This side of a channel. */
  end(chainId: string, portId: string, channelId: string): ChannelEndSpec | undefined
}

const chainSpecs: readonly ChainSpec[] = [
  { chainId: 'sandbox-hub-1', chainName: 'sandboxhub', prettyName: 'Sandbox Hub', bech32Prefix: 'cosmos', feeDenom: 'uatom', symbol: 'ATOM', exponent: 6, gasPrice: '0.01', slip44: 118 },
  { chainId: 'sandbox-zone-1', chainName: 'sandboxzone', prettyName: 'Sandbox Zone', bech32Prefix: 'zone', feeDenom: 'azone', symbol: 'ZONE', exponent: 18, gasPrice: '1000000000', slip44: 118 },
]

// Ids differ on the two sides on purpose: who confuses them is found out.
const channelEnds: readonly (readonly [ChannelEndSpec, ChannelEndSpec])[] = [[
  { chainId: 'sandbox-hub-1', portId: 'transfer', channelId: 'channel-0', connectionId: 'connection-0', clientId: '07-tendermint-0' },
  { chainId: 'sandbox-zone-1', portId: 'transfer', channelId: 'channel-7', connectionId: 'connection-3', clientId: '07-tendermint-4' },
]]

/** ICS-20 is unordered on real chains; other applications are not, and packets are told by the same rules. */
const orderedEnds: readonly [ChannelEndSpec, ChannelEndSpec] = [{ ...channelEnds[0]![0], channelId: 'channel-1' }, { ...channelEnds[0]![1], channelId: 'channel-8' }]

/** Whether an end belongs to the ordered channel. */
export function isOrdered(end: ChannelEndSpec): boolean {
  return orderedEnds.some(({ chainId, channelId }) => chainId === end.chainId && channelId === end.channelId)
}

export const trustingPeriodSeconds = 10 * 86_400
const fundsInSymbol = 10_000n

/** Coins every account but `poor` starts with, in base units. */
function genesisFunds(spec: ChainSpec): bigint {
  return fundsInSymbol * 10n ** BigInt(spec.exponent)
}

function fundAccounts(spec: ChainSpec, state: StateBranch, accounts: SandboxAccounts): void {
  const context = { spec, state, events: [] }
  for (const name of ['fee_collector', 'transfer']) createAccount(state, moduleAddress(spec.bech32Prefix, name))
  for (const account of Object.values(accounts)) {
    if (account.name === 'poor') continue
    const coin = { denom: spec.feeDenom, amount: genesisFunds(spec) }
    mintCoins(context, 'transfer', coin)
    sendCoins(context, moduleAddress(spec.bech32Prefix, 'transfer'), account.address(spec.bech32Prefix), [coin])
  }
}

function openClient(state: StateBranch, other: Chain, own: ChannelEndSpec, far: ChannelEndSpec): void {
  const first = other.block(1)!
  putClient(state, own.clientId, { chainId: other.spec.chainId, latestHeight: 1, trustingPeriodSeconds, frozen: false })
  putConsensus(state, own.clientId, 1, {
    timestampNs: first.header.timeNs.toString(),
    root: Buffer.from(first.header.appHash).toString('hex'),
    nextValidatorsHash: Buffer.from(first.header.nextValidatorsHash).toString('hex'),
  })
  state.set(`conn|${own.connectionId}`, JSON.stringify({ clientId: own.clientId, counterpartyClientId: far.clientId, counterpartyConnectionId: far.connectionId }))
}

function openChannel(state: StateBranch, ordering: 'unordered' | 'ordered', own: ChannelEndSpec, far: ChannelEndSpec): void {
  putChannel(state, own.portId, own.channelId, {
    state: 'open', ordering, connectionId: own.connectionId, version: 'ics20-1',
    counterpartyPortId: far.portId, counterpartyChannelId: far.channelId,
  })
}

/** Two chains with funded accounts and one open, unordered ICS-20 channel, if wanted an ordered one beside it; both have produced block 1. */
export function createNetwork(accounts: SandboxAccounts, genesisTimeNs: bigint, options: { readonly orderedChannel?: boolean } = {}): Network {
  const channels = options.orderedChannel ? [...channelEnds, orderedEnds] : channelEnds
  const provenChain = (chainId: string): ProvenChain | undefined => {
    const chain = chains.find(candidate => candidate.spec.chainId === chainId)
    return chain && {
      stateAt: height => height >= 0 && height <= chain.height ? chain.stateAt(height) : undefined,
      headerTimeNs: height => chain.block(height)?.header.timeNs,
    }
  }
  const chains = chainSpecs.map(spec => new Chain(spec, provenChain))
  const chain = (chainId: string): Chain | undefined => chains.find(candidate => candidate.spec.chainId === chainId)
  for (const each of chains) {
    each.write(state => fundAccounts(each.spec, state, accounts))
    each.produceBlock(genesisTimeNs)
  }
  for (const [a, b] of channels) {
    const [chainA, chainB] = [chain(a.chainId)!, chain(b.chainId)!]
    const ordering = isOrdered(a) ? 'ordered' : 'unordered'
    for (const [own, far, here, there] of [[a, b, chainA, chainB], [b, a, chainB, chainA]] as const) {
      here.write((state) => {
        openClient(state, there, own, far)
        openChannel(state, ordering, own, far)
      })
    }
  }
  const isEnd = (chainId: string, portId: string, channelId: string) => (end: ChannelEndSpec) =>
    end.chainId === chainId && end.portId === portId && end.channelId === channelId
  return {
    chains,
    channels,
    chain,
    end: (...id) => channels.flat().find(isEnd(...id)),
    counterparty: (...id) => {
      for (const [a, b] of channels) {
        if (isEnd(...id)(a)) return b
        if (isEnd(...id)(b)) return a
      }
      return undefined
    },
  }
}
