import { formatChannelEnd, type ChannelEnd } from '../../shared/utils/packet-id'
import type { Store } from './store-ports'

type Pauses = Pick<Store, 'pauses'>

async function reasonAmong(store: Pauses, scopes: readonly string[]): Promise<string | null> {
  const pause = (await store.pauses()).find(candidate => scopes.includes(candidate.scope))
  return pause ? `${pause.scope} is paused by the operator: ${pause.reason}` : null
}

/** Why nothing is relayed on the route now; null: nothing is in the way. */
export const routePaused = (store: Pauses, route: ChannelEnd) => reasonAmong(store, ['everything', `route:${formatChannelEnd(route)}`])

/** Why nothing is signed on the chain now; null: nothing is in the way. */
export const payoutsPaused = (store: Pauses, chainId: string) => reasonAmong(store, ['everything', 'payouts', `payouts:${chainId}`])
