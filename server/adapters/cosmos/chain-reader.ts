import type { AddressChecks, ChainDirectory, ChainReader, Clock, Logger, ServedChain, TransactionSimulator } from '../../usecases/ports'
import { readAccount, readAccountAt, readBalance, readBalancesAt } from './accounts'
import { confirmBlock, scanBlock } from './blocks'
import { broadcastTx } from './broadcast'
import { accessTo, type ChainAccess } from './chains'
import type { ObserveCall } from './endpoint'
import { EndpointPool } from './endpoint-pool'
import { readGasPrice } from './gas-price'
import { isEscrow, isModuleAccount } from './module-accounts'
import { LegWitnesses } from './leg-witnesses'
import { NewBlockFeed } from './new-block-feed'
import { PacketHistory } from './packet-history'
import { findTx, PacketSearch } from './packet-search'
import { PacketStates } from './packet-states'
import { Routes } from './routes'
import { simulateTx } from './simulate'
import { BlockTimes } from './tx-search'

export interface ChainReaderOptions {
  readonly directory: ChainDirectory
  /** RPC URLs by chain id, in order of preference. A chain of the directory without any is never reachable. */
  readonly rpcUrls: ReadonlyMap<string, readonly string[]>
  readonly clock: Clock
  readonly logger: Logger
  readonly observe?: ObserveCall
  /** Of one call; default 8 s. */
  readonly callTimeoutMs?: number
  /** Without a new block for this long a subscription is taken for dead; default 20 s. */
  readonly silenceMs?: number
}

interface OpenChain extends ChainAccess {
  readonly feed: NewBlockFeed
}

function openChain(chain: ServedChain, options: ChainReaderOptions): OpenChain {
  const pool = new EndpointPool({
    chainId: chain.chainId,
    urls: options.rpcUrls.get(chain.chainId) ?? [],
    clock: options.clock,
    observe: options.observe ?? (() => undefined),
    timeoutMs: options.callTimeoutMs ?? 8_000,
  })
  return { chain, pool, times: new BlockTimes(pool), feed: new NewBlockFeed(pool, options.logger, options.silenceMs ?? 20_000) }
}

/** Reader of every chain of the directory over CometBFT RPC; `close` ends its subscriptions. */
export function openChainReader(options: ChainReaderOptions): ChainReader & TransactionSimulator & AddressChecks & { close(): void } {
  const chains = new Map(options.directory.chains().map(chain => [chain.chainId, openChain(chain, options)]))
  const open = (chainId: string): OpenChain => accessTo(chains, chainId) as OpenChain
  const routes = new Routes(chains, options.directory, options.clock)
  const history = new PacketHistory(chains)
  const states = new PacketStates(chains, routes, history, new LegWitnesses(chains))
  const search = new PacketSearch(chains, routes, history)
  return {
    tip: async chainId => open(chainId).pool.tip(),
    onNewBlock: (chainId, wake) => open(chainId).feed.listen(wake),
    block: async (chainId, height, blockOptions) => scanBlock(open(chainId), height, blockOptions?.avoidEndpoint),
    confirmBlock: async (block, toldBy) => confirmBlock(open(block.chainId), block, toldBy),
    packetFacts: async (ids, factsOptions) => states.facts(ids, factsOptions),
    channelPending: async (source, destination) => states.pending(source, destination),
    route: async (source, routeOptions) => routes.facts(source, routeOptions),
    packetsOfAddress: async address => search.ofAddress(address),
    packetsOfTx: async (chainId, txHash) => search.ofTx(chainId, txHash),
    balance: async (chainId, address, denom) => readBalance(open(chainId).pool, address, denom),
    balancesAt: async (chainId, address, height) => readBalancesAt(open(chainId).pool, address, height),
    account: async (chainId, address) => readAccount(open(chainId).pool, address),
    accountAt: async (chainId, address, height) => readAccountAt(open(chainId).pool, address, height),
    gasPrice: async chainId => readGasPrice(open(chainId).pool, open(chainId).chain),
    txResult: async (chainId, txHash) => {
      const tx = await findTx(open(chainId), txHash)
      return tx ? { height: tx.height, code: tx.code } : null
    },
    broadcast: async (chainId, txBytes) => broadcastTx(open(chainId), txBytes),
    simulate: async (chainId, txBytes) => simulateTx(open(chainId).pool, txBytes),
    isModuleAccount: async (chainId, address) => isEscrow(options.directory, chainId, address) || isModuleAccount(open(chainId).pool, address),
    endpoints: chainId => open(chainId).pool.health(),
    close: () => {
      for (const { feed } of chains.values()) feed.close()
    },
  }
}
