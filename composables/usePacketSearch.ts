import type { Ref } from 'vue'
import type { PacketListDto, UnansweredDto } from '#shared/schemas/packets'
import { transactionFindings } from '#shared/types/packet'
import { ApiProblem, toApiProblem } from '~/services/api-problem'
import type { ClearingService, PacketQuery } from '~/services/clearing'

/** What a deep link asks for: `?address=`, `?tx=&chain=` (without chain: on every chain), `?chain=&port=&channel=`. */
export type SearchLink
  = | { readonly kind: 'none' }
    | { readonly kind: 'address', readonly address: string }
    | { readonly kind: 'transaction', readonly txHash: string, readonly chainId: string | undefined }
    | { readonly kind: 'channel', readonly chainId: string, readonly portId: string, readonly channelId: string }

type LinkQuery = Readonly<Record<string, string | null | undefined | readonly (string | null)[]>>

export function readSearchLink(query: LinkQuery): SearchLink {
  const text = (name: string): string | undefined => {
    const value = query[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const [address, txHash, chainId, portId, channelId] = [text('address'), text('tx'), text('chain'), text('port'), text('channel')]
  if (address) return { kind: 'address', address }
  if (txHash) return { kind: 'transaction', txHash, chainId }
  if (chainId && portId && channelId) return { kind: 'channel', chainId, portId, channelId }
  return { kind: 'none' }
}

function queriesOf(link: SearchLink, chainIds: readonly string[]): PacketQuery[] {
  switch (link.kind) {
    case 'none': return []
    case 'address': return [{ address: link.address }]
    case 'transaction': return (link.chainId ? [link.chainId] : chainIds).map(chainId => ({ txHash: link.txHash, chainId }))
    case 'channel': return [{ chainId: link.chainId, portId: link.portId, channelId: link.channelId }]
  }
}

/** Asks every query at once. One answer is enough; a chain that does not know a tx is no failure, one that does not answer is named. */
async function searchAll(api: ClearingService, queries: readonly PacketQuery[], cursor: string | undefined): Promise<PacketListDto> {
  const [only] = queries
  if (only && queries.length === 1) return api.searchPackets({ ...only, cursor })
  const answers = await Promise.allSettled(queries.map(query => api.searchPackets(query)))
  const lists = answers.flatMap(answer => answer.status === 'fulfilled' ? [answer.value] : [])
  const unanswered = answers.flatMap((answer, index): UnansweredDto[] => {
    const query = queries[index]
    const missing = answer.status === 'rejected' && !['not_found', 'packet_not_found'].includes(toApiProblem(answer.reason).code)
    return missing && query && 'chainId' in query ? [{ question: 'chain', chainId: query.chainId, detail: '' }] : []
  })
  if (lists.length === 0 && unanswered.length > 0) throw new ApiProblem('chain_unavailable')
  const transaction = transactionFindings.find(finding => lists.some(list => list.transaction === finding))
  return { items: lists.flatMap(list => list.items), nextCursor: null, unanswered: [...lists.flatMap(list => list.unanswered), ...unanswered], transaction }
}

/** The packets that a link asks for, from the first byte on, and never another link's; `next.more` appends the next page. */
export async function usePacketSearch(link: Ref<SearchLink>) {
  const api = useApi()
  const { chains } = useChains()
  const asked = computed(() => JSON.stringify(link.value))
  const { data, status, error, refresh } = await useAsyncData('packet-search', async () => {
    const of = asked.value
    const queries = queriesOf(link.value, chains.value.map(chain => chain.chainId))
    return { of, list: queries.length === 0 ? null : await searchAll(api, queries, undefined) }
  }, { watch: [asked] })

  const list = computed({
    get: () => data.value?.of === asked.value ? data.value.list : null,
    set: latest => data.value = { of: asked.value, list: latest },
  })
  const next = useNextPage(list, cursor => searchAll(api, queriesOf(link.value, []), cursor), (shown, page) => ({
    ...page, items: [...shown.items, ...page.items], unanswered: [...shown.unanswered, ...page.unanswered],
  }))
  const pending = computed(() => status.value === 'pending')
  return { list, pending, failure: computed(() => pending.value ? null : error.value), refresh, next }
}
