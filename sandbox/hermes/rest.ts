import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SandboxAccounts } from '../accounts'
import type { Network } from '../network'
import { readConfig } from './config'

interface RestWorld {
  readonly network: Network
  readonly accounts: SandboxAccounts
  readonly configText: () => string
}

/** Versions of the crates behind Hermes 1.13.2, as its REST server names them. */
const versions = [{ name: 'ibc-relayer', version: '0.32.2' }, { name: 'ibc-relayer-rest', version: '0.32.2' }]

function send(response: ServerResponse, status: 'success' | 'error', result: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status, result }))
}

function chainView(world: RestWorld, chainId: string): unknown {
  const spec = world.network.chain(chainId)?.spec
  const configured = readConfig(world.configText(), world.accounts).find(chain => chain.id === chainId)
  if (!spec || !configured?.settings) return undefined
  const { rpcUrl, maxGas, gasMultiplier, maxMessages, gasPrice } = configured.settings
  return {
    type: 'CosmosSdk', id: chainId, rpc_addr: `${rpcUrl}/`, grpc_addr: `${rpcUrl}/`, account_prefix: spec.bech32Prefix,
    key_name: configured.keyName, key_store_type: 'Test', store_prefix: 'ibc', default_gas: 200_000, max_gas: maxGas,
    gas_multiplier: gasMultiplier, max_msg_num: maxMessages, gas_price: { price: Number(gasPrice), denom: spec.feeDenom },
  }
}

function state(network: Network): unknown {
  let id = 0
  const packetWorkers = network.channels.flatMap(([a, b]) => [[a, b], [b, a]] as const).map(([source, destination]) => ({
    id: ++id,
    object: { type: 'Packet', dst_chain_id: destination.chainId, src_chain_id: source.chainId, src_channel_id: source.channelId, src_port_id: source.portId },
    data: null,
  }))
  const walletWorkers = network.chains.map(({ spec }) => ({ id: ++id, object: { type: 'Wallet', chain_id: spec.chainId }, data: null }))
  return { chains: network.chains.map(({ spec }) => spec.chainId), workers: { Packet: packetWorkers, Wallet: walletWorkers } }
}

/** Hermes' REST surface: errors are HTTP 200 too, and `POST /clear_packets` says success whatever happens. */
export function answerRest(world: RestWorld, clear: (chainId: string) => Promise<void>, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://hermes')
  const isGet = request.method === 'GET'
  if (pathname === '/clear_packets') {
    if (isGet) response.writeHead(405).end()
    else {
      clear(searchParams.get('chain') ?? '').catch((cause: unknown) => console.error('clear_packets', String(cause)))
      send(response, 'success', null)
    }
    return
  }
  const chainId = /^\/chain\/([^/]+)$/.exec(pathname)?.[1]
  if (pathname === '/version') send(response, 'success', versions)
  else if (pathname === '/chains') send(response, 'success', world.network.chains.map(({ spec }) => spec.chainId))
  else if (pathname === '/state') send(response, 'success', state(world.network))
  else if (chainId) {
    const view = chainView(world, chainId)
    if (view) send(response, 'success', view)
    else send(response, 'error', { name: 'ChainConfigNotFound', msg: `could not find configuration for chain: ${chainId}` })
  }
  else response.writeHead(404).end()
}
