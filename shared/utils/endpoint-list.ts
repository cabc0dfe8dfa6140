/** RPC endpoints of one chain, in the order they were written. */
export interface ChainEndpoints {
  /** Registry name or chain id, as written. */
  readonly chain: string
  readonly urls: readonly string[]
}

export interface EndpointList {
  readonly endpoints: readonly ChainEndpoints[]
  /** One sentence per entry that could not be read; never shows a URL, which may hold credentials. */
  readonly problems: readonly string[]
}

const chainNamePattern = /^[\w.+-]{1,50}$/

function readUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? text.replace(/\/+$/, '') : undefined
}

/** Host and port where not the usual one: an endpoint's name wherever it is shown, and never with credentials. */
export function endpointName(url: string): string {
  return new URL(url).host
}

/** Why one name may stand for one endpoint of a chain only. */
export const anotherEndpoint = 'a second endpoint must be another one, nobody can vouch for himself'

/**
 * Reads `osmosis:https://a.example,cosmoshub:https://b.example,osmosis:https://c.example`: a chain's name is repeated
 * for each further URL. White space around entries and empty entries are ignored.
 */
export function parseEndpointList(text: string): EndpointList {
  const found = new Map<string, string[]>()
  /** Entry by chain and endpoint name. */
  const entryAt = new Map<string, number>()
  const problems: string[] = []
  const entries = text.split(',').map(entry => entry.trim()).filter(entry => entry !== '')
  for (const [index, entry] of entries.entries()) {
    const colon = entry.indexOf(':')
    const chain = entry.slice(0, Math.max(colon, 0))
    const url = readUrl(entry.slice(colon + 1))
    if (colon < 1 || !chainNamePattern.test(chain) || chain === 'http' || chain === 'https') {
      problems.push(`entry ${index + 1} does not start with a chain's name and a colon, as in osmosis:https://rpc.example`)
    }
    else if (!url) problems.push(`entry ${index + 1} (${chain}) has no http or https URL after the colon`)
    else {
      const place = `${chain} ${endpointName(url)}`
      const earlier = entryAt.get(place)
      if (earlier !== undefined) problems.push(`entries ${earlier} and ${index + 1} (${chain}) are both at ${endpointName(url)}: ${anotherEndpoint}`)
      else found.set(chain, [...found.get(chain) ?? [], url])
      entryAt.set(place, earlier ?? index + 1)
    }
  }
  return { endpoints: [...found].map(([chain, urls]) => ({ chain, urls })), problems }
}
