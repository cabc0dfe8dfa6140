import { relayerAccount, type RelayerAccounts } from '../domain/clearing/verdict'
import type { ChainDirectory, Clock, PacketRelayer, RelayerKey } from './ports'
import type { Store } from './store-ports'

interface Deps {
  readonly store: Pick<Store, 'watchedWallets' | 'watchWallets'>
  readonly directory: Pick<ChainDirectory, 'chain'>
  readonly clock: Clock
}

/**
 * Remembers the keys for ever, and returns every relayer account there ever was: a key store that cannot be read for a
 * while, or a key that was replaced, must not turn our own txs into somebody else's.
 */
export async function rememberRelayers({ store, directory, clock }: Deps, keys: readonly RelayerKey[]): Promise<RelayerAccounts> {
  const wallets = await store.watchedWallets()
  const known = wallets.filter(wallet => wallet.role === 'relayer')
  const added = keys.filter(key => directory.chain(key.chainId) && !wallets.some(wallet => wallet.chainId === key.chainId && wallet.address === key.address))
  await store.watchWallets(added.map(({ chainId, address }) => ({ chainId, address, role: 'relayer' })), clock.now())
  const all = [...known, ...keys]
  return { accounts: new Set(all.map(({ chainId, address }) => relayerAccount(chainId, address))), chainIds: new Set(all.map(({ chainId }) => chainId)) }
}

/** Asks the relayer for its keys, so that their wallets are watched before the first packet is paid for. */
export function makeWatchRelayer(deps: Deps & { readonly relayer: Pick<PacketRelayer, 'readiness'> }): () => Promise<void> {
  return async () => {
    const { keys } = await deps.relayer.readiness()
    await rememberRelayers(deps, keys)
  }
}
