import type { Block, BlockTransaction } from '../chain/blocks'
import { RpcError } from './error'

interface Condition { readonly key: string, readonly operator: string, readonly operand: string, readonly numeric: boolean }

const maxQueryBytes = 512
const conditionPattern = /^\s*([^\s=<>]+)\s*(<=|>=|=|<|>|CONTAINS|EXISTS)\s*(?:'([^']*)'|(-?\d+(?:\.\d+)?))?\s*$/

/** Parses `a.b='text' AND tx.height>=5`: the part of CometBFT's query language that exists (AND only). */
export function parseQuery(text: string): Condition[] {
  if (text.length > maxQueryBytes) throw new RpcError(-32603, 'Internal error', 'maximum query length exceeded')
  return text.split(/\s+AND\s+/).map((part) => {
    const match = conditionPattern.exec(part)
    if (!match || (match[2] !== 'EXISTS' && match[3] === undefined && match[4] === undefined)) {
      throw new RpcError(-32603, 'Internal error', `failed to parse query: ${part}`)
    }
    return { key: match[1]!, operator: match[2]!, operand: match[3] ?? match[4] ?? '', numeric: match[4] !== undefined }
  })
}

function compares(value: string, { operator, operand, numeric }: Condition): boolean {
  if (operator === 'EXISTS') return true
  if (operator === 'CONTAINS') return value.includes(operand)
  if (operator === '=' && !numeric) return value === operand
  const number = /^-?\d+/.exec(value)?.[0]
  if (number === undefined || !/^-?\d+$/.test(operand)) return operator === '=' && value === operand
  const [left, right] = [BigInt(number), BigInt(operand)]
  switch (operator) {
    case '=': return left === right
    case '<': return left < right
    case '<=': return left <= right
    case '>': return left > right
    default: return left >= right
  }
}

const keysOfTransaction = new WeakMap<BlockTransaction, Map<string, string[]>>()

/** All values of each composite key `type.attribute` of a transaction, with CometBFT's own `tx.height` and `tx.hash`. */
export function transactionKeys(block: Block, transaction: BlockTransaction): ReadonlyMap<string, readonly string[]> {
  const known = keysOfTransaction.get(transaction)
  if (known) return known
  const keys = new Map<string, string[]>([['tx.height', [String(block.header.height)]], ['tx.hash', [transaction.hash]]])
  for (const { type, attributes } of transaction.result.events) {
    for (const [key, value] of attributes) {
      const composite = `${type}.${key}`
      const values = keys.get(composite)
      if (values) values.push(value)
      else keys.set(composite, [value])
    }
  }
  keysOfTransaction.set(transaction, keys)
  return keys
}

/** Every condition must be met by some event of the transaction, not necessarily by the same one. */
export function matches(conditions: readonly Condition[], keys: ReadonlyMap<string, readonly string[]>): boolean {
  return conditions.every(condition => keys.get(condition.key)?.some(value => compares(value, condition)) ?? false)
}

export interface Page { readonly start: number, readonly size: number }

/** Pages as CometBFT: 30 by default, more than 100 is silently 100, a page out of range is an error. */
export function pageOf(total: number, page: number | undefined, perPage: number | undefined): Page {
  const size = perPage === undefined || perPage < 1 ? 30 : Math.min(perPage, 100)
  const pages = Math.max(1, Math.ceil(total / size))
  const number = page ?? 1
  if (number < 1 || number > pages) throw new RpcError(-32603, 'Internal error', `page should be within [1, ${pages}] range, given ${number}`)
  return { start: (number - 1) * size, size }
}
