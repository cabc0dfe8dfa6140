import type { Chain } from '../chain/chain'
import { getClient, getConsensus, putClient, putConsensus } from '../chain/client'
import { holdAcknowledgements } from '../chain/forward'
import type { ChannelState } from '../chain/packets'
import { channelStates, getChannel, putChannel } from '../chain/packets'
import type { ChannelEndSpec } from '../network'
import { trustingPeriodSeconds } from '../network'
import { defaultLimits } from '../hermes/relay'
import type { ControlInput } from './input'
import { ControlError } from './input'
import type { SandboxWorld } from './world'

const clientStates = ['active', 'expired', 'frozen'] as const
type ClientState = typeof clientStates[number]

/** How long ago an expired client's trust ended. */
const expiredSinceNs = 3_600_000_000_000n

function endOf(world: SandboxWorld, input: ControlInput): { readonly chain: Chain, readonly end: ChannelEndSpec } {
  const chainId = input.text('chainId')
  const chain = world.network.chain(chainId)
  const ends = world.network.channels.flat().filter(each => each.chainId === chainId)
  const end = input.has('channelId') ? ends.find(each => each.channelId === input.text('channelId')) : ends[0]
  if (!chain || !end) throw new ControlError(`no such channel on ${chainId}`)
  return { chain, end }
}

/** The time of the newest header that a client knows decides whether it may still be trusted. */
function writeClient(world: SandboxWorld, chain: Chain, clientId: string, state: ClientState): void {
  const client = getClient(chain.state, clientId)!
  const consensus = getConsensus(chain.state, clientId, client.latestHeight)!
  const headerNs = world.network.chain(client.chainId)!.block(client.latestHeight)!.header.timeNs
  const staleNs = BigInt(world.nowMs()) * 1_000_000n - BigInt(trustingPeriodSeconds) * 1_000_000_000n - expiredSinceNs
  chain.write((branch) => {
    putClient(branch, clientId, { ...client, frozen: state === 'frozen' })
    putConsensus(branch, clientId, client.latestHeight, { ...consensus, timestampNs: (state === 'expired' ? staleNs : headerNs).toString() })
  })
}

/** The light client that a chain has of the other one: `expired` an hour ago, `frozen` by misbehaviour, or `active` again. */
export function setClient(world: SandboxWorld, input: ControlInput): unknown {
  const { chain, end } = endOf(world, input)
  writeClient(world, chain, end.clientId, input.choice('status', clientStates))
  return getClient(chain.state, end.clientId)
}

function writeChannel(chain: Chain, { portId, channelId }: ChannelEndSpec, state: ChannelState): void {
  chain.write(branch => putChannel(branch, portId, channelId, { ...getChannel(chain.state, portId, channelId)!, state }))
}

/** One end of a channel. */
export function setChannel(world: SandboxWorld, input: ControlInput): unknown {
  const { chain, end } = endOf(world, input)
  writeChannel(chain, end, input.choice('state', channelStates))
  return getChannel(chain.state, end.portId, end.channelId)
}

/** Whether what a chain receives from now on is acknowledged at once, or never. */
export function setAcknowledgements(world: SandboxWorld, input: ControlInput): unknown {
  const { chain } = endOf(world, input)
  const held = input.flag('held', true)
  chain.write(branch => holdAcknowledgements(branch, held))
  return { held }
}

export function reopenRoutes(world: SandboxWorld): void {
  for (const chain of world.network.chains) chain.write(branch => holdAcknowledgements(branch, false))
  for (const end of world.network.channels.flat()) {
    const chain = world.network.chain(end.chainId)!
    writeClient(world, chain, end.clientId, 'active')
    writeChannel(chain, end, 'open')
  }
}

/** The longest ICS-20 fields that Hermes relays, written into its configuration. */
export async function setHermesLimits(world: SandboxWorld, input: ControlInput): Promise<unknown> {
  const limits = { memoBytes: input.number('memoBytes', defaultLimits.memoBytes), receiverBytes: input.number('receiverBytes', defaultLimits.receiverBytes) }
  await world.configureHermes(limits)
  return limits
}
