import { describe, expect, it } from 'vitest'
import { readCursor, writeCursor } from '../../../../../server/usecases/dto/cursor'
import { toOperationsCsv } from '../../../../../server/usecases/dto/operations'
import { anOperationSummary } from '../../../../builders/dto'

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

describe('operations as CSV', () => {
  it('has a header and one line per operation, amounts in base units', () => {
    const [header, line, end] = toOperationsCsv([anOperationSummary()]).split('\r\n')
    expect(header).toBe('issued_at,finished_at,status,payment_issue,refund_status,payment_chain_id,memo_code,denom,total,credited,refunded,packets,results,token')
    expect(line).toMatch(/^2026-11-24T01:59:00Z,2026-11-24T02:00:06Z,cleared,none,none,hub-1,RLY-\w+,uatom,1104500,1104500,0,hub-1\/transfer\/channel-0\/42,delivered,/)
    expect(end).toBe('')
  })

  it('quotes what would break a line and disarms formulas', () => {
    const text = toOperationsCsv([anOperationSummary({ memoCode: 'a"b,c' }), anOperationSummary({ memoCode: '=1+1' })])
    expect(text).toContain('"a""b,c"')
    expect(text).toContain(',\'=1+1,')
  })

  it('is a header alone without operations', () => {
    expect(toOperationsCsv([]).split('\r\n')).toHaveLength(2)
  })
})
