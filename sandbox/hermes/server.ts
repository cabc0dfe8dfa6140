import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SandboxAccounts } from '../accounts'
import type { Network } from '../network'
import { closeServer, listen, readBody } from '../rpc/server'
import { parseArguments, parseSequenceRanges } from './arguments'
import { relayPackets, relayAcknowledgements, routeFrom } from './clear'
import { hermesVersion, relays, runCommand } from './commands'
import type { ConfiguredChain } from './config'
import { readConfig, readLimits } from './config'
import type { HermesFault } from './faults'
import { HermesFaults } from './faults'
import { logLine } from './output'
import type { RelayRun } from './relay'
import { noLimits, RelayError } from './relay'
import { answerRest } from './rest'

const maxRequestBytes = 1_000_000

export interface HermesServer {
  readonly faults: HermesFaults
  readonly port: number
  /** Relays with another key, as a competitor would: both halves, of the chosen sequences or of all. */
  relayAsOther(chainId: string, portId: string, channelId: string, chosen: ((sequence: bigint) => boolean) | undefined, stage: 'receive' | 'acknowledge' | 'all', signal: AbortSignal): Promise<unknown[]>
  close(): Promise<void>
}

interface HermesWorld {
  readonly network: Network
  readonly accounts: SandboxAccounts
  readonly configText: () => string
  readonly isNodeDown: (rpcUrl: string) => boolean
}

function settingsOf(chains: readonly ConfiguredChain[]): RelayRun['settings'] {
  return (chainId) => {
    const settings = chains.find(chain => chain.id === chainId)?.settings
    if (!settings) throw new RelayError(`missing chain config for '${chainId}' in configuration file`, [])
    return settings
  }
}

/** Serves the stand-in's REST surface, and the private path on which `bin/hermes` has its commands run. */
export async function startHermesServer(world: HermesWorld, port: number): Promise<HermesServer> {
  const faults = new HermesFaults()
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })

  const relayAsOther: HermesServer['relayAsOther'] = async (chainId, portId, channelId, chosen, stage, signal) => {
    const route = routeFrom(world.network, chainId, portId, channelId)
    if (!route) throw new RelayError(`no channel ${portId}/${channelId} on ${chainId}`, [])
    const own = readConfig(world.configText(), world.accounts)
    const settings = settingsOf(own.map(chain => ({ ...chain, settings: chain.settings && { ...chain.settings, key: world.accounts.otherRelayer } })))
    const run: RelayRun = { signal, settings, limits: noLimits, isNodeDown: () => false, log: () => {} }
    const received = stage === 'acknowledge' ? [] : await relayPackets(route, chosen, run)
    return stage === 'receive' ? received : [...received, ...await relayAcknowledgements(route, chosen, run)]
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (faults.down) {
      request.socket.destroy()
      return
    }
    // A page may not run commands: the command sends no origin.
    if (request.url !== '/sandbox/run' || request.headers.origin !== undefined) return answerRest(world, relayAsService, request, response)
    const text = await readBody(request, maxRequestBytes)
    const { argv, config } = JSON.parse(text ?? '{}') as { argv: string[], config: string }
    const abort = new AbortController()
    response.on('close', () => abort.abort(new Error('the hermes process is gone')))
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    await runFor(argv, config, abort.signal, response)
  }

  /** What `POST /clear_packets` does: the daemon's packet workers clear with its own key, unseen by the caller. */
  async function relayAsService(chainId: string): Promise<void> {
    const settings = settingsOf(readConfig(world.configText(), world.accounts))
    const run: RelayRun = { signal: new AbortController().signal, settings, limits: readLimits(world.configText()), isNodeDown: world.isNodeDown, log: () => {} }
    for (const end of world.network.channels.flat().filter(each => each.chainId === chainId)) {
      const route = routeFrom(world.network, end.chainId, end.portId, end.channelId)!
      await relayPackets(route, undefined, run)
      await relayAcknowledgements(route, undefined, run)
    }
  }

  async function runFor(argv: readonly string[], config: string, signal: AbortSignal, response: ServerResponse): Promise<void> {
    const write = (message: object): void => {
      if (!response.destroyed) response.write(`${JSON.stringify(message)}\n`)
    }
    const args = parseArguments(argv)
    const line = (text: string, isLog: boolean): void => write(isLog && !args.json ? { err: text } : { out: text })
    const log: RelayRun['log'] = (level, message, spans, fields) => line(logLine(level, message, spans, fields), true)
    log('INFO', `running Hermes v${hermesVersion}`, [])
    const fault = relays(args) ? faults.take() : undefined
    try {
      if (fault && await playFault(fault, args.options, write, signal)) {
        response.end()
        return
      }
      const chains = readConfig(config, world.accounts)
      const die = async (): Promise<never> => {
        write({ kill: true })
        // The process is about to be gone; nothing of the run may go on after it.
        return new Promise(() => {})
      }
      const run: RelayRun = { signal, settings: settingsOf(chains), limits: readLimits(config), isNodeDown: world.isNodeDown, log }
      const { status, result, exitCode, plain } = await runCommand({ ...world, chains, run, fault, die }, args)
      line(args.json ? JSON.stringify({ result, status }) : `${status.toUpperCase()} ${plain ?? (typeof result === 'string' ? result : JSON.stringify(result, undefined, 4))}`, false)
      write({ exit: exitCode })
      response.end()
    }
    catch (cause) {
      if (signal.aborted) return
      const text = cause instanceof RelayError ? cause.text : String(cause)
      line(JSON.stringify({ result: text, status: 'error' }), false)
      write({ exit: 1 })
      response.end()
    }
  }

  /** Returns whether the run is over. */
  async function playFault(fault: HermesFault, options: Readonly<Record<string, string>>, write: (message: object) => void, signal: AbortSignal): Promise<boolean> {
    switch (fault.mode) {
      case 'emptySuccess':
        write({ out: JSON.stringify({ result: [], status: 'success' }) })
        write({ exit: 0 })
        return true
      case 'garbage':
        write({ out: '\u0000\u0001thread \'main\' panicked at relayer.rs:1:1:\n{"result":[{"AcknowledgePacket"' })
        write({ exit: 101 })
        return true
      case 'hang':
        await new Promise(resolve => signal.addEventListener('abort', resolve))
        return true
      case 'slow':
        await new Promise(resolve => setTimeout(resolve, fault.delayMs ?? 2_000))
        return false
      case 'otherRelayerFirst': {
        const chainId = options.chain ?? options['src-chain'] ?? ''
        await relayAsOther(chainId, options.port ?? options['src-port'] ?? '', options.channel ?? options['src-channel'] ?? '', parseSequenceRanges(options['packet-sequences']), 'all', signal)
        return false
      }
      case 'dieMidway':
      case 'down':
        return false
    }
  }

  const bound = await listen(server, port)
  return { faults, port: bound, relayAsOther, close: () => closeServer(server) }
}
