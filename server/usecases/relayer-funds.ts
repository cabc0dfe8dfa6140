import type { Coin } from '../../shared/utils/coin'
import type { ChainReader, RelayerKey } from './ports'

/** What a key's wallet must hold for work that costs `cost`: the program asks for more than it will pay. */
export function neededOf({ mustHold }: RelayerKey, cost: Coin): bigint {
  return mustHold && mustHold.denom === cost.denom && mustHold.amount > cost.amount ? mustHold.amount : cost.amount
}

/** A wallet that had enough is not asked again for so long: a run right after another must not wait for it. */
const enoughForMs = 15_000

/** By chain id, in words: which of these keys hold too little for the program to send anything. */
export type Shortages = ReadonlyMap<string, string>

/** A balance that cannot be read is no shortage: then the run finds out. */
export function makeRelayerFunds(chains: Pick<ChainReader, 'balance'>) {
  const enoughUntil = new Map<string, number>()
  const shortage = async ({ chainId, address, mustHold }: RelayerKey, now: Date): Promise<string | null> => {
    const key = `${chainId}/${address}`
    if (!mustHold || (enoughUntil.get(key) ?? 0) > now.getTime()) return null
    const held = await chains.balance(chainId, address, mustHold.denom).catch(() => null)
    if (held && held.amount < mustHold.amount) return `the relayer's wallet on ${chainId} holds ${held.amount}${held.denom}, and must hold ${mustHold.amount}${mustHold.denom} before anything is sent`
    if (held) enoughUntil.set(key, now.getTime() + enoughForMs)
    return null
  }
  return async (keys: readonly RelayerKey[], now: Date): Promise<Shortages> => {
    const all = await Promise.all(keys.map(async key => [key.chainId, await shortage(key, now)] as const))
    return new Map(all.flatMap(([chainId, words]) => words === null ? [] : [[chainId, words]]))
  }
}
