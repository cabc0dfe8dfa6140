import { foreignCursor } from './cursor'

/** Key of the last item of the page before. Throws DomainError('invalid_request') for what no list gave out. */
export function readPageKey(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8')
  if (key === '' || Buffer.from(key).toString('base64url') !== cursor) throw foreignCursor()
  return key
}

/**
 * The page after the cursor, in the order of the items' keys (which are unique). `as_given`: the items are already ordered
 * and start after the cursor.
 */
export function pageByKey<T>(items: readonly T[], keyOf: (item: T) => string, order: 'ascending' | 'descending' | 'as_given', page: { readonly limit: number, readonly cursor?: string }): { items: T[], nextCursor: string | null } {
  const after = page.cursor === undefined ? null : readPageKey(page.cursor)
  const direction = order === 'descending' ? -1 : 1
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0) * direction
  const keyed = items.map(item => ({ item, key: keyOf(item) }))
  const following = order === 'as_given' ? keyed : keyed.sort((a, b) => compare(a.key, b.key)).filter(({ key }) => after === null || compare(key, after) > 0)
  const chosen = following.slice(0, page.limit)
  const last = chosen.at(-1)
  return { items: chosen.map(({ item }) => item), nextCursor: last && following.length > chosen.length ? Buffer.from(last.key).toString('base64url') : null }
}
