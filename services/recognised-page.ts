import type { Recognised } from '#shared/utils/recognise'

/** Where a recognised text leads; undefined when it leads nowhere. */
export function recognisedPage(found: Recognised): string | undefined {
  switch (found.kind) {
    case 'packet': return `/packets/${found.packetKey.split('/').map(encodeURIComponent).join('/')}`
    case 'transaction': return `/?${new URLSearchParams(found.chainId ? { tx: found.txHash, chain: found.chainId } : { tx: found.txHash })}`
    case 'address': return `/?${new URLSearchParams({ address: found.address })}`
    case 'channel': return `/?${new URLSearchParams({ chain: found.chainId, port: found.portId, channel: found.channelId })}`
    case 'clearing': return `/clearing/${found.token}`
    case 'empty':
    case 'denom':
    case 'mistyped_address':
    case 'unrecognised': return undefined
  }
}
