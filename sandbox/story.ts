import { formatPacketId } from '../shared/utils/packet-id'
import type { SandboxAccounts } from './accounts'
import type { HermesServer } from './hermes/server'
import type { ChannelEndSpec, Network } from './network'
import { sentSequences, submitTransfer } from './transfers'

/** Packets in each state that the pages must show, as packet ids. */
export interface Story {
  /** Sent five hours ago, never delivered. */
  readonly undelivered: string
  readonly undeliveredRecent: string
  /** From the chain with 18 decimals. */
  readonly undeliveredFromZone: string
  readonly timedOut: string
  readonly deliveredUnacknowledged: string
  readonly errorAcknowledged: string
  readonly inFlight: string
  readonly completed: string
}

interface Teller {
  readonly network: Network
  readonly accounts: SandboxAccounts
  readonly relayAsOther: HermesServer['relayAsOther']
  readonly nowMs: number
}

interface Scene {
  readonly from: ChannelEndSpec
  readonly sender: 'alice' | 'bob'
  /** Account name at the destination, or a text that is no address. */
  readonly receiver: 'alice' | 'bob' | { readonly invalid: string }
  readonly amount: bigint
  readonly sentMinutesAgo: number
  /** From now; negative: already over. */
  readonly timeoutMinutes: number
  readonly relayed?: 'receive' | 'all'
}

const minuteNs = 60_000_000_000n

function makeBlocks(teller: Teller, timeNs: bigint): void {
  for (const chain of teller.network.chains) chain.produceBlock(timeNs)
}

async function relay(teller: Teller, from: ChannelEndSpec, sequence: bigint, stage: 'receive' | 'all', startNs: bigint): Promise<void> {
  let over = false
  const relayed = teller.relayAsOther(from.chainId, from.portId, from.channelId, each => each === sequence, stage, new AbortController().signal)
    .finally(() => over = true)
  let timeNs = startNs
  while (!over) {
    timeNs += 6_000_000_000n
    makeBlocks(teller, timeNs)
    // Lets the relaying coroutine sign and submit before the next block.
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  await relayed
}

async function play(teller: Teller, scene: Scene): Promise<string> {
  const { network, accounts } = teller
  const { from, sender, receiver } = scene
  const chain = network.chain(from.chainId)!
  const to = network.counterparty(from.chainId, from.portId, from.channelId)!
  const destination = network.chain(to.chainId)!
  const nowNs = BigInt(teller.nowMs) * 1_000_000n
  const sentNs = nowNs - BigInt(Math.round(scene.sentMinutesAgo * 60)) * 1_000_000_000n
  // A story told once more cannot send into the past: its late packet times out with the next blocks.
  const earliestTimeoutNs = (destination.latest?.header.timeNs ?? 0n) + 2_000_000n
  const wantedNs = nowNs + BigInt(scene.timeoutMinutes) * minuteNs
  const timeoutNs = wantedNs > earliestTimeoutNs ? wantedNs : earliestTimeoutNs
  const { hash, code, log } = await submitTransfer(chain, {
    sender: accounts[sender],
    receiver: typeof receiver === 'string' ? accounts[receiver].address(destination.spec.bech32Prefix) : receiver.invalid,
    coin: { denom: chain.spec.feeDenom, amount: scene.amount },
    portId: from.portId,
    channelId: from.channelId,
    timeoutTimestampNs: timeoutNs,
  })
  if (code !== 0) throw new Error(`story transfer refused: ${log}`)
  makeBlocks(teller, sentNs)
  const sequence = sentSequences(chain, hash)[0]
  if (sequence === undefined) throw new Error('story transfer failed')
  if (scene.relayed) await relay(teller, from, sequence, scene.relayed, sentNs)
  return formatPacketId({ chainId: from.chainId, portId: from.portId, channelId: from.channelId, sequence })
}

/** Plays the story in simulated past time, in order of time; takes well under a second. */
export async function tellStory(teller: Teller): Promise<Story> {
  const [hub, zone] = teller.network.channels[0]!
  const atom = 1_000_000n
  const day = 24 * 60
  const act = (scene: Omit<Scene, 'from'> & { from?: ChannelEndSpec }): Promise<string> => play(teller, { from: hub, ...scene })
  const completed = await act({ sender: 'alice', receiver: 'bob', amount: 5n * atom, sentMinutesAgo: 340, timeoutMinutes: day, relayed: 'all' })
  const undelivered = await act({ sender: 'alice', receiver: 'alice', amount: 12_500_000n, sentMinutesAgo: 300, timeoutMinutes: day })
  const timedOut = await act({ sender: 'alice', receiver: 'bob', amount: 7n * atom, sentMinutesAgo: 240, timeoutMinutes: -180 })
  const undeliveredFromZone = await act({ from: zone, sender: 'bob', receiver: 'bob', amount: 2_000_000_000_000_000_001n, sentMinutesAgo: 120, timeoutMinutes: day })
  const deliveredUnacknowledged = await act({ sender: 'bob', receiver: 'alice', amount: 4n * atom, sentMinutesAgo: 90, timeoutMinutes: day, relayed: 'receive' })
  const errorAcknowledged = await act({ sender: 'alice', receiver: { invalid: 'not-an-address' }, amount: 6n * atom, sentMinutesAgo: 80, timeoutMinutes: day, relayed: 'receive' })
  const undeliveredRecent = await act({ sender: 'alice', receiver: 'bob', amount: 3n * atom, sentMinutesAgo: 40, timeoutMinutes: day })
  const inFlight = await act({ sender: 'alice', receiver: 'bob', amount: 1n * atom, sentMinutesAgo: 0.1, timeoutMinutes: 60 })
  return { undelivered, undeliveredRecent, undeliveredFromZone, timedOut, deliveredUnacknowledged, errorAcknowledged, inFlight, completed }
}
