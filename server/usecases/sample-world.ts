import type { ChainSample, WalletSample } from './http-ports'
import type { Cache, ChainDirectory, ChainReader, PacketRelayer } from './ports'
import type { Store } from './store-ports'

interface Deps {
  readonly directory: Pick<ChainDirectory, 'chains' | 'chain'>
  readonly reader: Pick<ChainReader, 'endpoints' | 'balance'>
  readonly store: Pick<Store, 'cursor'>
  readonly relayer: Pick<PacketRelayer, 'readiness'>
  readonly cache: Cache
  readonly serviceWallets: readonly { readonly chainId: string, readonly address: string }[]
}

/** Balances are asked at most this often, however often somebody looks. */
const balancesForMs = 30_000

export type SampleChains = () => Promise<readonly ChainSample[]>
export type SampleWallets = () => Promise<readonly WalletSample[]>

/** Tip (as the endpoints last showed it), scanned heights and endpoints of every served chain. Asks no chain. */
export function makeSampleChains({ directory, reader, store }: Pick<Deps, 'directory' | 'reader' | 'store'>): SampleChains {
  return () => Promise.all(directory.chains().map(async ({ chainId }) => {
    const endpoints = reader.endpoints(chainId)
    const heights = endpoints.flatMap(({ height, status }) => height === null || status === 'wrong_chain' ? [] : [height])
    const tip = heights.reduce<bigint | null>((highest, height) => highest === null || height > highest ? height : highest, null)
    const [primary, audit] = await Promise.all([store.cursor(chainId, 'primary'), store.cursor(chainId, 'audit')])
    return { chainId, tip, scannedHeight: primary?.height ?? null, auditedHeight: audit?.height ?? null, endpoints }
  }))
}

/** Fee balances of our wallets; null where the chain could not be asked. */
export function makeSampleWallets({ directory, reader, relayer, cache, serviceWallets }: Omit<Deps, 'store'>): SampleWallets {
  return () => cache.remember('wallet-balances', balancesForMs, async () => {
    const { keys } = await relayer.readiness()
    const wallets = [...serviceWallets.map(wallet => ({ ...wallet, wallet: 'service' as const })), ...keys.map(key => ({ chainId: key.chainId, address: key.address, wallet: 'relayer' as const }))]
    return Promise.all(wallets.map(async ({ chainId, address, wallet }) => {
      const denom = directory.chain(chainId)?.feeDenom ?? ''
      // A chain that does not answer leaves its balance unknown; the others are still told.
      const amount = await reader.balance(chainId, address, denom).then(balance => balance.amount, () => null)
      return { chainId, wallet, address, denom, amount }
    }))
  })
}
