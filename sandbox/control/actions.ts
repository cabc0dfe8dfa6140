import type { Chain, CheckResult } from '../chain/chain'
import { balancesOf, mintCoins, sendCoins } from '../chain/bank'
import { isAddress, moduleAddress } from '../chain/addresses'
import { revisionOf } from '../chain/context'
import { isAccountName } from '../accounts'
import { hermesFaultModes } from '../hermes/faults'
import { routeFrom, unreceivedAcknowledgements, unreceivedPackets } from '../hermes/clear'
import type { ChannelEndSpec } from '../network'
import { faultKinds } from '../rpc/faults'
import type { NodeConditions, RpcFault } from '../rpc/faults'
import { untilBlock } from '../hermes/relay'
import { tellStory } from '../story'
import { maySpend, sentSequences, submitExec, submitGrant, submitMultiSend, submitSend, submitTransfer } from '../transfers'
import type { ControlInput } from './input'
import { ControlError } from './input'
import { reopenRoutes, setAcknowledgements, setChannel, setClient, setHermesLimits } from './route-actions'
import type { SandboxWorld } from './world'

type Action = (world: SandboxWorld, input: ControlInput) => unknown

const inclusionTimeoutMs = 60_000

function chainOf(world: SandboxWorld, input: ControlInput): Chain {
  const chainId = input.text('chainId')
  const chain = world.network.chain(chainId)
  if (!chain) throw new ControlError(`no chain ${chainId}`)
  return chain
}

/** The end that is named, else the first one. */
function channelOf(world: SandboxWorld, chain: Chain, input: ControlInput): ChannelEndSpec {
  const ends = world.network.channels.flat().filter(end => end.chainId === chain.spec.chainId)
  return (input.has('channelId') ? ends.find(end => end.channelId === input.text('channelId')) : undefined) ?? ends[0]!
}

/** An account name, or an address of that chain as it is. */
function addressOf(world: SandboxWorld, chain: Chain, text: string): string {
  return isAccountName(text) ? world.accounts[text].address(chain.spec.bech32Prefix) : text
}

/** Waits for the block of a submitted transaction; in manual mode it makes that block itself. Throws what CheckTx refused it with. */
async function included(world: SandboxWorld, chain: Chain, input: ControlInput, { code, log, hash }: CheckResult): Promise<{ readonly txHash: string, readonly height: number }> {
  if (code !== 0) throw new ControlError(`refused with code ${code}: ${log}`)
  if (input.flag('makeBlock', world.timer.blockTimeMs === undefined)) world.timer.advance([chain.spec.chainId], 1)
  const height = await untilBlock(chain, AbortSignal.timeout(inclusionTimeoutMs), () =>
    chain.blocks.findLast(block => block.transactions.some(transaction => transaction.hash === hash))?.header.height)
  return { txHash: hash, height }
}

/** Sends transfers. Invalid receivers are allowed: they make an error acknowledgement. */
async function transfer(world: SandboxWorld, input: ControlInput): Promise<unknown> {
  const chain = chainOf(world, input)
  const end = channelOf(world, chain, input)
  const destination = world.network.chain(world.network.counterparty(end.chainId, end.portId, end.channelId)!.chainId)!
  const timeoutSeconds = input.number('timeoutSeconds', 3_600)
  const revisionHeight = input.has('timeoutBlocks') ? BigInt(destination.height + input.number('timeoutBlocks')) : undefined
  const answer = await submitTransfer(chain, {
    sender: world.accounts[input.account('from', 'alice')],
    receiver: addressOf(world, destination, input.text('to', 'bob')),
    coin: { denom: input.text('denom', chain.spec.feeDenom), amount: input.amount('amount', '1000') },
    portId: end.portId,
    channelId: input.text('channelId', end.channelId),
    timeoutTimestampNs: BigInt(Math.round((world.nowMs() / 1_000 + timeoutSeconds) * 1_000)) * 1_000_000n,
    ...(revisionHeight === undefined ? {} : { timeoutHeight: { revisionNumber: revisionOf(destination.spec.chainId), revisionHeight } }),
    packetMemo: input.text('packetMemo', ''),
    count: input.number('count', 1),
  })
  const { txHash, height } = await included(world, chain, input, answer)
  const packets = sentSequences(chain, txHash).map(sequence => `${end.chainId}/${end.portId}/${end.channelId}/${sequence}`)
  if (packets.length === 0) throw new ControlError(`failed in its block: ${chain.block(height)?.transactions.find(({ hash }) => hash === txHash)?.result.log}`)
  return { txHash, height, packets }
}

/** Pays with a memo: by MsgSend as a person would, by MsgMultiSend as an exchange does, or out of an account that let `spender` do it. */
async function send(world: SandboxWorld, input: ControlInput): Promise<unknown> {
  const chain = chainOf(world, input)
  const coin = { denom: input.text('denom', chain.spec.feeDenom), amount: input.amount('amount') }
  const from = world.accounts[input.account('from', 'alice')]
  const request = { from, toAddress: addressOf(world, chain, input.text('to', 'service')), coin, memo: input.text('memo', '') }
  const via = input.choice('via', ['send', 'multisend', 'authz'], 'send')
  if (via !== 'authz') return included(world, chain, input, await (via === 'send' ? submitSend : submitMultiSend)(chain, request))
  const spender = world.accounts[input.account('spender', 'bob')]
  if (spender === from) throw new ControlError('spender must be another account than from')
  if (!maySpend(chain, from, spender)) await included(world, chain, input, await submitGrant(chain, from, spender))
  return included(world, chain, input, await submitExec(chain, spender, request))
}

function fund(world: SandboxWorld, input: ControlInput): unknown {
  const chain = chainOf(world, input)
  const address = addressOf(world, chain, input.text('to'))
  if (!isAddress(chain.spec.bech32Prefix, address)) throw new ControlError(`${address} is no address of ${chain.spec.chainId}`)
  const coin = { denom: input.text('denom', chain.spec.feeDenom), amount: input.amount('amount') }
  chain.write((state) => {
    const context = { spec: chain.spec, state, events: [] }
    mintCoins(context, 'transfer', coin)
    sendCoins(context, moduleAddress(chain.spec.bech32Prefix, 'transfer'), address, [coin])
  })
  return balances(world, input)
}

/** Takes everything an account holds (to play an unfunded key). */
function drain(world: SandboxWorld, input: ControlInput): unknown {
  const chain = chainOf(world, input)
  const address = addressOf(world, chain, input.text('to'))
  chain.write((state) => {
    const coins = balancesOf(state, address)
    if (coins.length > 0) sendCoins({ spec: chain.spec, state, events: [] }, address, moduleAddress(chain.spec.bech32Prefix, 'drain'), coins)
  })
  return balances(world, input)
}

function balances(world: SandboxWorld, input: ControlInput): unknown {
  const chain = chainOf(world, input)
  const address = addressOf(world, chain, input.text('to'))
  return { address, balances: balancesOf(chain.state, address).map(({ denom, amount }) => ({ denom, amount: amount.toString() })) }
}

function blocks(world: SandboxWorld, input: ControlInput): unknown {
  const all = world.network.chains.map(({ spec }) => spec.chainId)
  const chainIds = input.has('chainId') ? [chainOf(world, input).spec.chainId] : all
  const count = input.number('count', 1)
  if (count < 1 || count > 10_000) throw new ControlError('count must be 1 to 10000')
  world.timer.advance(chainIds, count, input.has('stepMs') ? input.number('stepMs') : undefined)
  return Object.fromEntries(world.network.chains.map(chain => [chain.spec.chainId, chain.height]))
}

function blockTime(world: SandboxWorld, input: ControlInput): unknown {
  world.timer.setBlockTime(input.has('chainId') ? chainOf(world, input).spec.chainId : undefined, input.number('blockTimeMs'))
  return {}
}

function readFault(input: ControlInput): RpcFault {
  const kind = input.choice('kind', faultKinds)
  if (kind === 'status') return { kind, status: input.number('status', 503), ...(input.has('retryAfterSeconds') ? { retryAfterSeconds: input.number('retryAfterSeconds') } : {}) }
  if (kind === 'slow') return { kind, delayMs: input.number('delayMs', 1_000) }
  return { kind }
}

function nodesOf(world: SandboxWorld, input: ControlInput): SandboxWorld['endpoints'] {
  const own = world.endpoints.filter(({ node }) => !input.has('chainId') || node.chain === chainOf(world, input))
  if (!input.has('endpoint')) return own
  const index = input.number('endpoint')
  return own.filter((_, position) => position % 2 === index)
}

function rpcFault(world: SandboxWorld, input: ControlInput): unknown {
  const methods = input.raw('methods')
  const names = Array.isArray(methods) ? methods.map(String) : undefined
  for (const { node } of nodesOf(world, input)) node.faults.add(readFault(input), input.has('count') ? input.number('count') : undefined, names)
  return state(world)
}

/** Lasting conditions; `behind` freezes a node that many blocks below its present height. */
function rpcConditions(world: SandboxWorld, input: ControlInput): unknown {
  for (const { node } of nodesOf(world, input)) {
    const change: NodeConditions = {}
    if (input.has('behind')) change.frozenHeight = Math.max(1, node.chain.height - input.number('behind'))
    if (input.has('claimChainId')) change.chainId = input.text('claimChainId')
    if (input.has('earliestHeight')) change.earliestHeight = input.number('earliestHeight')
    if (input.has('indexer')) change.indexer = input.choice('indexer', ['on', 'off'] as const)
    if (input.has('indexedFrom')) change.indexedFrom = input.number('indexedFrom')
    if (input.has('indexerLagMs')) change.indexerLagMs = input.number('indexerLagMs')
    if (input.has('webSocketSilent')) change.webSocketSilent = input.flag('webSocketSilent')
    node.faults.conditions = { ...node.faults.conditions, ...change }
  }
  return state(world)
}

function rpcClear(world: SandboxWorld, input: ControlInput): unknown {
  for (const { node } of nodesOf(world, input)) node.faults.clear()
  return state(world)
}

function cutSockets(world: SandboxWorld, input: ControlInput): unknown {
  for (const endpoint of nodesOf(world, input)) endpoint.cutSockets()
  return {}
}

function hermesFault(world: SandboxWorld, input: ControlInput): unknown {
  const mode = input.choice('mode', [...hermesFaultModes, 'none'])
  if (mode === 'none') world.hermes.faults.clear()
  else world.hermes.faults.add({ mode, ...(input.has('delayMs') ? { delayMs: input.number('delayMs') } : {}) }, input.has('count') ? input.number('count') : undefined)
  return { hermes: world.hermes.faults.describe() }
}

/** Another relayer relays now, with its own key. In manual mode blocks are made until it is done. */
async function relay(world: SandboxWorld, input: ControlInput): Promise<unknown> {
  const chain = chainOf(world, input)
  const end = channelOf(world, chain, input)
  const stage = input.choice('stage', ['receive', 'acknowledge', 'all'], 'all')
  const sequences = input.sequences('sequences')
  let over = false
  const relayed = world.hermes.relayAsOther(end.chainId, end.portId, end.channelId, sequences && (sequence => sequences.includes(sequence)), stage, AbortSignal.timeout(inclusionTimeoutMs))
    .finally(() => over = true)
  while (!over && input.flag('makeBlocks', world.timer.blockTimeMs === undefined)) {
    world.timer.advance(world.network.chains.map(({ spec }) => spec.chainId), 1)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  return { events: await relayed }
}

async function story(world: SandboxWorld): Promise<unknown> {
  world.story = await tellStory({ network: world.network, accounts: world.accounts, relayAsOther: world.hermes.relayAsOther, nowMs: world.nowMs() })
  return world.story
}

function channelState(world: SandboxWorld, end: ChannelEndSpec): unknown {
  const route = routeFrom(world.network, end.chainId, end.portId, end.channelId)!
  return {
    ...end,
    unreceivedPackets: unreceivedPackets(route).map(String),
    unreceivedAcknowledgements: unreceivedAcknowledgements(route).map(String),
  }
}

function state(world: SandboxWorld): unknown {
  return {
    chains: world.network.chains.map(chain => ({
      chainId: chain.spec.chainId,
      height: chain.height,
      timeNs: chain.latest?.header.timeNs.toString(),
      halted: world.timer.isHalted(chain.spec.chainId),
      endpoints: world.endpoints.filter(({ node }) => node.chain === chain).map(({ url, node }) => ({ url, ...node.faults.describe() as object })),
    })),
    channels: world.network.channels.flat().map(end => channelState(world, end)),
    hermes: world.hermes.faults.describe(),
    story: world.story,
  }
}

function halt(world: SandboxWorld, input: ControlInput): unknown {
  const { chainId } = chainOf(world, input).spec
  if (input.flag('halted', true)) world.timer.halt(chainId)
  else world.timer.resume(chainId)
  return state(world)
}

/** Undoes every fault and condition, resumes every chain, reopens every channel and client. */
async function reset(world: SandboxWorld): Promise<unknown> {
  for (const { node } of world.endpoints) node.faults.clear()
  for (const { spec } of world.network.chains) world.timer.resume(spec.chainId)
  world.hermes.faults.clear()
  reopenRoutes(world)
  await world.configureHermes()
  return state(world)
}

export const readActions: Readonly<Record<string, Action>> = { '/state': state, '/balances': balances }

export const writeActions: Readonly<Record<string, Action>> = {
  '/transfer': transfer,
  '/send': send,
  '/fund': fund,
  '/drain': drain,
  '/balances': balances,
  '/blocks': blocks,
  '/block-time': blockTime,
  '/halt': halt,
  '/faults/rpc': rpcFault,
  '/faults/rpc/clear': rpcClear,
  '/cut-sockets': cutSockets,
  '/faults/hermes': hermesFault,
  '/client': setClient,
  '/channel': setChannel,
  '/acknowledgements': setAcknowledgements,
  '/hermes/limits': setHermesLimits,
  '/conditions': rpcConditions,
  '/relay': relay,
  '/story': story,
  '/reset': reset,
}
