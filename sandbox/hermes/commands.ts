import type { SandboxAccounts } from '../accounts'
import { decodeAddress } from '../chain/addresses'
import { getChannel } from '../chain/packets'
import type { Network } from '../network'
import type { HermesArguments } from './arguments'
import { parseSequenceRanges } from './arguments'
import type { Route } from './clear'
import { relayAcknowledgements, relayPackets, reversed, routeFrom, unreceivedAcknowledgements, unreceivedPackets } from './clear'
import type { ConfiguredChain } from './config'
import type { HermesFault } from './faults'
import { errorText } from './output'
import type { ChainSettings, RelayRun } from './relay'
import { RelayError } from './relay'

export const hermesVersion = '1.13.2'

/** The last line of a command, and its exit status. */
interface CommandResult {
  readonly status: 'success' | 'error'
  readonly result: unknown
  readonly exitCode: number
  /** What follows the status without `--json`, where that is no rendering of the result. */
  readonly plain?: string
}

interface CommandContext {
  readonly network: Network
  readonly accounts: SandboxAccounts
  readonly chains: readonly ConfiguredChain[]
  readonly run: RelayRun
  readonly fault: HermesFault | undefined
  /** Called between the halves of a run that must die there. */
  readonly die: () => Promise<never>
}

class CommandError extends Error {}

const success = (result: unknown): CommandResult => ({ status: 'success', result, exitCode: 0 })

function required(args: HermesArguments, name: string): string {
  const value = args.options[name]
  if (!value) throw new CommandError(`error: The following required arguments were not provided:\n  --${name} <${name.toUpperCase()}>`)
  return value
}

/** The chain as configured; spawning its runtime asks its node, so a node that is down ends the command. */
function spawn(context: CommandContext, chainId: string): ChainSettings {
  const configured = context.chains.find(chain => chain.id === chainId)
  if (!configured) throw new CommandError(errorText('failed to spawn chain runtime', [`missing chain config for '${chainId}' in configuration file`]))
  if (!configured.settings) throw new CommandError(errorText('failed to spawn chain runtime', ['relayer error', `key '${configured.keyName}' not found`]))
  const { rpcUrl } = configured.settings
  if (context.run.isNodeDown(rpcUrl)) {
    context.run.log('WARN', `Failed to fetch version specs for chain '${chainId}': RPC error to endpoint ${rpcUrl}/`, [])
    throw new CommandError(errorText('failed to spawn chain runtime', ['relayer error', `RPC error to endpoint ${rpcUrl}/`, 'HTTP error']))
  }
  return configured.settings
}

function openRoute(context: CommandContext, args: HermesArguments, chainOption: string, portOption: string, channelOption: string, refusal: (port: string, channel: string, chainId: string) => string): Route {
  const chainId = required(args, chainOption)
  const portId = required(args, portOption)
  const channelId = required(args, channelOption)
  spawn(context, chainId)
  const route = routeFrom(context.network, chainId, portId, channelId)
  if (!route || !getChannel(route.sourceChain.state, portId, channelId)) throw new CommandError(refusal(portId, channelId, chainId))
  spawn(context, route.destination.chainId)
  return route
}

async function logged(context: CommandContext, summary: string, stage: () => Promise<unknown[]>): Promise<unknown[]> {
  try {
    return await stage()
  }
  catch (cause) {
    // The real command logs a failed half and still exits 0 with what the rest produced.
    if (!(cause instanceof RelayError)) throw cause
    context.run.log('ERROR', `${summary}: ${cause.text}`, [])
    return []
  }
}

/** `clear packets`: with sequences only packets sent by `--chain`; without, everything in both directions. */
async function clearPackets(context: CommandContext, args: HermesArguments): Promise<CommandResult> {
  const route = openRoute(context, args, 'chain', 'port', 'channel', (port, channel, chainId) => errorText('supervisor error', [`channel ${port}/${channel} on chain ${chainId} is not open`]))
  const chosen = parseSequenceRanges(args.options['packet-sequences'])
  const { run } = context
  const events = await logged(context, 'Failed to relay forward recv and timeout packets', () => relayPackets(route, chosen, run))
  if (context.fault?.mode === 'dieMidway') await context.die()
  if (!chosen) events.push(...await logged(context, 'Failed to relay reverse recv and timeout packets', () => relayPackets(reversed(route), undefined, run)))
  events.push(...await logged(context, 'Failed to relay reverse ack packets', () => relayAcknowledgements(route, chosen, run)))
  if (!chosen) events.push(...await logged(context, 'Failed to relay forward ack packets', () => relayAcknowledgements(reversed(route), undefined, run)))
  return success(events)
}

const notRelayable = (_port: string, channel: string, chainId: string): string =>
  errorText(`channel ${channel} on chain ${chainId} not in open or close state when packets and timeouts can be relayed`, [])

async function strict(stage: Promise<unknown[]>): Promise<CommandResult> {
  try {
    return success(await stage)
  }
  catch (cause) {
    if (!(cause instanceof RelayError)) throw cause
    throw new CommandError(errorText('link error', [cause.summary, ...cause.causes]))
  }
}

/** `tx packet-recv`: --src-chain is the chain that sent the packets. */
async function packetReceive(context: CommandContext, args: HermesArguments): Promise<CommandResult> {
  required(args, 'dst-chain')
  const route = openRoute(context, args, 'src-chain', 'src-port', 'src-channel', notRelayable)
  const result = await strict(relayPackets(route, parseSequenceRanges(args.options['packet-sequences']), context.run))
  if (context.fault?.mode === 'dieMidway') await context.die()
  return result
}

/** `tx packet-ack`: --src-chain is the chain that received the packets and wrote the acknowledgements. */
async function packetAcknowledge(context: CommandContext, args: HermesArguments): Promise<CommandResult> {
  required(args, 'dst-chain')
  const back = openRoute(context, args, 'src-chain', 'src-port', 'src-channel', notRelayable)
  return strict(relayAcknowledgements(reversed(back), parseSequenceRanges(args.options['packet-sequences']), context.run))
}

async function queryPending(context: CommandContext, args: HermesArguments): Promise<CommandResult> {
  const route = openRoute(context, args, 'chain', 'port', 'channel', (port, channel, chainId) => errorText(`query channel (${port}/${channel}) on chain ${chainId}: channel not found`, []))
  const side = (each: Route): unknown => {
    const acknowledged = unreceivedAcknowledgements(each).map(Number)
    return { unreceived_acks: acknowledged, unreceived_packets: unreceivedPackets(each).map(Number) }
  }
  return success({ dst: side(reversed(route)), dst_chain: route.destination.chainId, src: side(route), src_chain: route.source.chainId })
}

async function listKeys(context: CommandContext, args: HermesArguments): Promise<CommandResult> {
  const chainId = required(args, 'chain')
  const chain = context.network.chain(chainId)
  const configured = context.chains.find(each => each.id === chainId)
  if (!chain || !configured) throw new CommandError(errorText(`missing chain config for '${chainId}' in configuration file`, []))
  if (!configured.settings) return success({})
  const account = configured.settings.key.address(chain.spec.bech32Prefix)
  const keys = { [configured.keyName]: { account, address: [...decodeAddress(account).bytes], address_type: 'Cosmos', public_key: Buffer.from(configured.settings.key.publicKey).toString('hex') } }
  return { ...success(keys), plain: `\n- ${configured.keyName} (${account})` }
}

async function healthCheck(context: CommandContext): Promise<CommandResult> {
  for (const { id, settings } of context.chains) {
    const span = { chain: id, name: 'health_check' }
    context.run.log('INFO', 'performing health check...', [span])
    if (settings && !context.run.isNodeDown(settings.rpcUrl)) context.run.log('INFO', 'chain is healthy', [span])
    else context.run.log('WARN', 'chain is not healthy: RPC error', [span])
  }
  return success('performed health check for all chains in the config')
}

type Command = (context: CommandContext, args: HermesArguments) => Promise<CommandResult>

const commands: Readonly<Record<string, Command>> = {
  'clear packets': clearPackets,
  'tx packet-recv': packetReceive,
  'tx packet-ack': packetAcknowledge,
  'query packet pending': queryPending,
  'keys list': listKeys,
  'health-check': healthCheck,
}

/** Does the command send transactions, so that faults of a run apply to it? */
export function relays(args: HermesArguments): boolean {
  return ['clear packets', 'tx packet-recv', 'tx packet-ack'].includes(args.words.join(' '))
}

/** Runs one command. Expected failures become `status: "error"` with exit status 1. */
export async function runCommand(context: CommandContext, args: HermesArguments): Promise<CommandResult> {
  const command = commands[args.words.join(' ')]
  if (!command) return { status: 'error', result: `unrecognized command: ${args.words.join(' ')}`, exitCode: 2 }
  try {
    return await command(context, args)
  }
  catch (cause) {
    if (!(cause instanceof CommandError)) throw cause
    return { status: 'error', result: cause.message, exitCode: 1 }
  }
}
