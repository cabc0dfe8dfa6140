import { describe, expect, it } from 'vitest'
import { readCursor, writeCursor } from '../../../../../server/usecases/dto/cursor'

const position = { createdAt: '2026-11-24 02:31:14.123456+00', operationId: '01a20b60-813e-7000-ae11-86c018843148' }

describe('cursors of lists', () => {
  it('come back as they were written', () => {
    expect(readCursor(writeCursor(position))).toEqual(position)
  })

  it.each([
    '', 'x', '%%%', writeCursor({ ...position, operationId: 'x' }), writeCursor({ ...position, createdAt: 'yesterday' }), writeCursor({ ...position, createdAt: '2026-13-45 99:99:99+00' }),
    writeCursor({ ...position, createdAt: `${position.createdAt}' or 1=1` }), writeCursor({ createdAt: position.createdAt, operationId: `${position.operationId}|x` }),
  ])('are refused when a client made them up: %s', (cursor) => {
    expect(() => readCursor(cursor)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
