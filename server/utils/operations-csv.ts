import type { OperationListDto, OperationListQuery, OperationSummaryDto } from '../../shared/schemas/clearing'
import { packetResults } from '../../shared/types/clearing'
import { DomainError } from '../domain/errors'
import { csvHeader, csvLines, csvText, type CsvColumn } from './csv'
import type { TextAnswer } from './define-api-handler'

const pageSize = 100
const maxPages = 100

const columns: readonly CsvColumn<OperationSummaryDto>[] = [
  ['token', row => row.token],
  ['memo_code', row => row.memoCode],
  ['status', row => row.status],
  ['payment_issue', row => row.paymentIssue],
  ['refund_status', row => row.refundStatus],
  ['payment_chain_id', row => row.paymentChainId],
  ['denom', row => row.total.denom],
  ['total_base_units', row => row.total.amount],
  ['credited_base_units', row => row.credited.amount],
  ['refunded_base_units', row => row.refunded.amount],
  ['refunds', row => row.refunds.map(({ coin, state, holdReason }) => `${coin.amount}${coin.denom} ${state}${holdReason ? ` (${holdReason})` : ''}`).join('; ')],
  ['refund_tx_hashes', row => row.refunds.flatMap(refund => refund.txHash ?? []).join(' ')],
  ['packets', row => row.packets.map(({ id }) => `${id.chainId}/${id.portId}/${id.channelId}/${id.sequence}`).join(' ')],
  ...packetResults.map(result => [`packets_${result}`, (row: OperationSummaryDto) => String(row.packets.filter(packet => packet.result === result).length)] as const),
  ['issued_at', row => row.issuedAt],
  ['finished_at', row => row.finishedAt ?? ''],
]

/** The whole filtered list as CSV. Throws too_many_results past 10,000 operations rather than cutting the file silently. */
export async function operationsCsv(readPage: (query: OperationListQuery) => Promise<OperationListDto>, query: OperationListQuery): Promise<TextAnswer> {
  const lines = [csvHeader(columns)]
  let cursor: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const { items, nextCursor } = await readPage({ ...query, limit: pageSize, cursor })
    lines.push(...csvLines(columns, items))
    if (nextCursor === null) return csvText('clearings.csv', lines)
    cursor = nextCursor
  }
  throw new DomainError('too_many_results', `More than ${pageSize * maxPages} operations: narrow the time with "from" and "until".`)
}
