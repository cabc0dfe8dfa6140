import { invalidParams } from './error'
import type { RpcParams } from './methods'

function integerOf(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const text = String(value)
  if (!/^-?\d{1,15}$/.test(text)) throw invalidParams(`error converting json params to arguments: ${name} is not an integer`)
  return Number(text)
}

/** Parameters of a JSON body: integers come as text, bytes as base64 (`data` of abci_query as hex). */
export function jsonParams(params: unknown): RpcParams {
  const values = (params && typeof params === 'object' && !Array.isArray(params) ? params : {}) as Record<string, unknown>
  return {
    text: name => typeof values[name] === 'string' ? values[name] : undefined,
    integer: name => integerOf(values[name], name),
    bytes(name, jsonForm) {
      const value = values[name]
      return typeof value === 'string' ? Buffer.from(value, jsonForm) : undefined
    },
  }
}

/** Parameters of a URI: text in double quotes, bytes as 0x…, or quoted text for raw bytes. */
export function uriParams(query: URLSearchParams): RpcParams {
  const unquoted = (name: string): string | undefined => query.get(name)?.replace(/^"(.*)"$/s, '$1')
  return {
    text: unquoted,
    integer: name => integerOf(unquoted(name), name),
    bytes(name) {
      const value = query.get(name)
      if (value === null) return undefined
      return value.startsWith('0x') ? Buffer.from(value.slice(2), 'hex') : Buffer.from(value.replace(/^"(.*)"$/s, '$1'))
    },
  }
}
