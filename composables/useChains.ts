import type { ComputedRef } from 'vue'
import type { ChainDto } from '#shared/schemas/chains'
import { findListedAsset, type ListedAsset } from '#shared/utils/listed-asset'

/** Under this key app.vue loads the chains served, before any page renders. */
export const chainsKey = 'chains'

/** The chains served, as loaded by app.vue; empty while there is no answer. */
export function useChains() {
  const { data } = useNuxtData<{ items: ChainDto[] }>(chainsKey)
  const chains: ComputedRef<ChainDto[]> = computed(() => data.value?.items ?? [])
  return {
    chains,
    chainOf: (chainId: string): ChainDto | undefined => chains.value.find(chain => chain.chainId === chainId),
    chainName: (chainId: string): string => chains.value.find(chain => chain.chainId === chainId)?.prettyName ?? chainId,
    assetOf: (denom: string, chainId: string): ListedAsset | undefined => findListedAsset(denom, chainId, chains.value),
  }
}
