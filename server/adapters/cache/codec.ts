/** Text that a value becomes in a cache. Bigints and dates come back as what they were; undefined members are dropped. */
export function encode(value: unknown): string {
  return JSON.stringify(wrap(value))
}

export function decode(text: string): unknown {
  return JSON.parse(text, (_key, value) => unwrap(value))
}

// A plain object with a "$" member of its own is wrapped too, so that no cached text is taken for a tag.
function wrap(value: unknown): unknown {
  if (typeof value === 'bigint') return { $: 'bigint', text: value.toString() }
  if (value instanceof Date) return { $: 'date', text: value.toISOString() }
  if (Array.isArray(value)) return value.map(wrap)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, wrap(member)])
  return '$' in value ? { $: 'object', members } : Object.fromEntries(members)
}

function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$' in value)) return value
  if (value.$ === 'bigint' && 'text' in value) return BigInt(String(value.text))
  if (value.$ === 'date' && 'text' in value) return new Date(String(value.text))
  if (value.$ === 'object' && 'members' in value) return Object.fromEntries(value.members as [string, unknown][])
  return value
}
