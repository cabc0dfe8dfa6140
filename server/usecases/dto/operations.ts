import type { OperationSummaryDto } from '../../../shared/schemas/clearing'
import { formatPacketId, parseSequence } from '../../../shared/utils/packet-id'
import type { OperationSummary } from '../read-ports'
import { toCoinDto, toInstant, toInstantOrNull, toPacketIdDto } from './wire'

export function toOperationSummaryDto(summary: OperationSummary): OperationSummaryDto {
  const { denom } = summary.total
  return {
    token: summary.token,
    memoCode: summary.memoCode,
    status: summary.status,
    paymentIssue: summary.paymentIssue,
    refundStatus: summary.refundStatus,
    paymentChainId: summary.paymentChainId,
    total: toCoinDto(summary.total),
    credited: toCoinDto({ denom, amount: summary.credited }),
    refunded: toCoinDto({ denom, amount: summary.refunded }),
    packets: summary.packets.map(packet => ({ id: toPacketIdDto(packet.id), result: packet.result })),
    issuedAt: toInstant(summary.issuedAt),
    finishedAt: toInstantOrNull(summary.finishedAt),
  }
}

const columns = ['issued_at', 'finished_at', 'status', 'payment_issue', 'refund_status', 'payment_chain_id', 'memo_code', 'denom', 'total', 'credited', 'refunded', 'packets', 'results', 'token'] as const

/** RFC 4180; a leading = + - @ would be run as a formula by spreadsheets. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function row(item: OperationSummaryDto): Record<typeof columns[number], string> {
  return {
    issued_at: item.issuedAt,
    finished_at: item.finishedAt ?? '',
    status: item.status,
    payment_issue: item.paymentIssue,
    refund_status: item.refundStatus,
    payment_chain_id: item.paymentChainId,
    memo_code: item.memoCode,
    denom: item.total.denom,
    total: item.total.amount,
    credited: item.credited.amount,
    refunded: item.refunded.amount,
    packets: item.packets.map(({ id }) => formatPacketId({ ...id, sequence: parseSequence(id.sequence) ?? 0n })).join(' '),
    results: item.packets.map(packet => packet.result ?? 'undecided').join(' '),
    token: item.token,
  }
}

/** One line per operation with a header line; amounts in base units of `denom`. */
export function toOperationsCsv(items: readonly OperationSummaryDto[]): string {
  const lines = items.map((item) => {
    const values = row(item)
    return columns.map(column => cell(values[column])).join(',')
  })
  return [columns.join(','), ...lines].map(line => `${line}\r\n`).join('')
}
