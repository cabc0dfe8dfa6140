import { DomainError } from '../../domain/errors'
import type { ListPosition } from '../read-ports'

const timePattern = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d(?::?\d\d)?)$/
const idPattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** Opaque to clients: where the next page starts. */
export function writeCursor(position: ListPosition): string {
  return Buffer.from(`${position.createdAt}|${position.operationId}`).toString('base64url')
}

/** Throws DomainError('invalid_request') for anything that writeCursor did not make. */
export function readCursor(cursor: string): ListPosition {
  const [createdAt, operationId, ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split('|')
  const valid = rest.length === 0 && createdAt && operationId && timePattern.test(createdAt) && !Number.isNaN(Date.parse(createdAt)) && idPattern.test(operationId)
  if (!valid) throw new DomainError('invalid_request', 'The cursor is not one that a list gave out.', { nextStep: 'Start again without a cursor.' })
  return { createdAt, operationId }
}
