import { DomainError } from '../../domain/errors'
import type { ListPosition } from '../read-ports'

const timePattern = /^(?:19[7-9]|[2-9]\d\d)\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)$/
const idPattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** The refusal of a cursor that no list gave out. */
export const foreignCursor = () => new DomainError('invalid_request', 'The cursor is not one that a list gave out.', { nextStep: 'Start again without a cursor.' })

/** Whether the time exists: PostgreSQL refuses a 30 February that JavaScript reads as March. */
function isTime(text: string): boolean {
  const second = text.slice(0, 19).replace(' ', 'T')
  const ms = timePattern.test(text) ? Date.parse(`${second}Z`) : Number.NaN
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(second)
}

/** Opaque to clients: where the next page starts. */
export function writeCursor(position: ListPosition): string {
  return Buffer.from(`${position.createdAt}|${position.operationId}`).toString('base64url')
}

/** Throws DomainError('invalid_request') for anything that writeCursor did not make. */
export function readCursor(cursor: string): ListPosition {
  const [createdAt, operationId, ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split('|')
  const valid = rest.length === 0 && createdAt && operationId && isTime(createdAt) && idPattern.test(operationId)
  if (!valid) throw foreignCursor()
  return { createdAt, operationId }
}

/** As large as a row's id can be. */
const lastRowId = 2n ** 63n - 1n

/** Throws DomainError('invalid_request') for what no row's id can be. */
export function readIdCursor(cursor: string): bigint {
  const id = BigInt(cursor)
  if (id > lastRowId) throw foreignCursor()
  return id
}
