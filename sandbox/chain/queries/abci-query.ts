import type { Chain } from '../chain'
import { AbciError, invalidRequest, unknownRequest } from '../errors'
import { accountQueries } from './accounts'
import { channelQueries } from './channels'
import { clientQueries } from './clients'
import type { QueryMethod } from './context'

interface AbciAnswer {
  readonly code: number
  readonly codespace: string
  readonly log: string
  readonly value: Uint8Array
  readonly height: number
}

const methods: Readonly<Record<string, QueryMethod>> = { ...accountQueries, ...clientQueries, ...channelQueries }

/**
 * Answers one `abci_query` at a height (0: the newest that the node knows), from the state as it was after that block.
 * A height of the future or below the pruning window is refused with code 18, as the SDK does.
 */
export function abciQuery(chain: Chain, path: string, request: Uint8Array, askedHeight: number, newest: number, earliest: number): AbciAnswer {
  const height = askedHeight === 0 ? newest : askedHeight
  try {
    const method = methods[path]
    if (!method) throw unknownRequest(path.startsWith('/') ? `unknown query path` : 'no query path provided')
    if (height > newest) throw new AbciError('sdk', 26, 'cannot query with height in the future; please provide a valid height: invalid height')
    if (height < earliest) throw invalidRequest(`failed to load state at height ${height}; version does not exist (latest height: ${newest})`)
    const timeNs = chain.block(height)?.header.timeNs ?? 0n
    const value = method({ spec: chain.spec, state: chain.stateAt(height), height, timeNs, simulate: bytes => chain.simulate(bytes) }, request)
    return { code: 0, codespace: '', log: '', value, height }
  }
  catch (cause) {
    if (cause instanceof AbciError) return { code: cause.code, codespace: cause.codespace, log: cause.message, value: new Uint8Array(), height }
    // Bytes that do not decode as the request: grpc answers with an unmarshalling failure.
    const detail = cause instanceof Error ? cause.message : 'unreadable request'
    return { code: 1, codespace: 'undefined', log: `error unmarshalling request: ${detail}`, value: new Uint8Array(), height }
  }
}
