import { describe, expect, it } from 'vitest'
import { csvCell } from '../../../../server/utils/csv'
import { operationsCsv } from '../../../../server/utils/operations-csv'
import type { OperationListQuery, OperationSummaryDto } from '../../../../shared/schemas/clearing'

const row: OperationSummaryDto = {
  token: '3f0b8f2e-8a55-4c0e-9a5e-0d3c7b6f2a41', memoCode: 'RLY-A', status: 'partially_cleared', paymentIssue: 'none', refundStatus: 'owed', paymentChainId: 'sim-a',
  total: { denom: 'usim', amount: '10' }, credited: { denom: 'usim', amount: '10' }, refunded: { denom: 'usim', amount: '5' },
  packets: [{ id: { chainId: 'sim-a', portId: 'transfer', channelId: 'channel-0', sequence: '7' }, result: 'delivered' }, { id: { chainId: 'sim-a', portId: 'transfer', channelId: 'channel-0', sequence: '8' }, result: null }],
  refunds: [{ coin: { denom: 'usim', amount: '3' }, state: 'confirmed', holdReason: null, txHash: 'AB'.repeat(32) }, { coin: { denom: 'usim', amount: '2' }, state: 'held', holdReason: 'minimum', txHash: null }],
  issuedAt: '2026-01-01T00:00:00.000Z', finishedAt: null,
}
const query: OperationListQuery = { limit: 25, status: 'cleared' }

describe('history as CSV', () => {
  it('holds every page of the filtered list, amounts in base units', async () => {
    const asked: OperationListQuery[] = []
    const answer = await operationsCsv(async (page) => {
      asked.push(page)
      return { items: [row], nextCursor: page.cursor ? null : 'next' }
    }, query)
    expect(asked).toEqual([{ limit: 100, status: 'cleared', cursor: undefined }, { limit: 100, status: 'cleared', cursor: 'next' }])
    const lines = answer.text.split('\r\n')
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatch(/^token,memo_code,status,/)
    expect(lines[1]).toBe(`3f0b8f2e-8a55-4c0e-9a5e-0d3c7b6f2a41,RLY-A,partially_cleared,none,owed,sim-a,usim,10,10,5,3usim confirmed; 2usim held (minimum),${'AB'.repeat(32)},sim-a/transfer/channel-0/7 sim-a/transfer/channel-0/8,1,0,0,0,0,2026-01-01T00:00:00.000Z,`)
  })

  it('is refused rather than cut when there is too much', async () => {
    await expect(operationsCsv(async () => ({ items: [row], nextCursor: 'more' }), query)).rejects.toMatchObject({ code: 'too_many_results' })
  })

  it('runs no formula in a spreadsheet and keeps quotes and commas inside their cell', () => {
    expect(['=1+1', '+a', '-a', '@x', '\tx', '\r=x'].map(csvCell)).toEqual(['\'=1+1', '\'+a', '\'-a', '\'@x', '\'\tx', '"\'\r=x"'])
    expect(['-5', '-5-5', '-5+cmd', '--5'].map(csvCell)).toEqual(['-5', '\'-5-5', '\'-5+cmd', '\'--5'])
    expect([csvCell('a,b'), csvCell('say "x"'), csvCell('two\nlines'), csvCell('plain')]).toEqual(['"a,b"', '"say ""x"""', '"two\nlines"', 'plain'])
  })
})
