/** What was searched on this device, newest first. Never sent anywhere. */
export interface RecentSearch {
  /** As the person may recognise it: the address, hash or packet id. */
  readonly text: string
  readonly page: string
}

const storageKey = 'relayooor.recent-searches'
const longest = 6

function read(): RecentSearch[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]')
    if (!Array.isArray(kept)) return []
    return kept.filter((entry): entry is RecentSearch => typeof entry === 'object' && entry !== null && typeof entry.text === 'string' && typeof entry.page === 'string' && entry.page.startsWith('/')).slice(0, longest)
  }
  catch {
    // Storage is off or holds something else: there are no recent searches.
    return []
  }
}

function write(searches: readonly RecentSearch[]) {
  try {
    if (searches.length === 0) localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, JSON.stringify(searches))
  }
  catch {
    // Storage is off: they last as long as the page.
  }
}

/** Empty while rendering on the server and until mounted. */
export function useRecentSearches() {
  const searches = useState<RecentSearch[]>('recent-searches', () => [])
  onMounted(() => searches.value = read())
  return {
    searches,
    remember(search: RecentSearch) {
      searches.value = [search, ...read().filter(kept => kept.page !== search.page)].slice(0, longest)
      write(searches.value)
    },
    forget() {
      searches.value = []
      write([])
    },
  }
}
