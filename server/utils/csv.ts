import type { H3Event } from 'h3'
import { TextAnswer } from './define-api-handler'

export function wantsCsv(event: H3Event): boolean {
  return (event.node.req.headers.accept ?? '').split(',').some(type => type.split(';')[0]!.trim().toLowerCase() === 'text/csv')
}

/** One cell (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe in front; a negative number is none. */
export function csvCell(value: string): string {
  const safe = /^(?!-\d+$)[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export type CsvColumn<Row> = readonly [name: string, read: (row: Row) => string]

export function csvLines<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string[] {
  return rows.map(row => columns.map(([, read]) => csvCell(read(row))).join(','))
}

export function csvHeader<Row>(columns: readonly CsvColumn<Row>[]): string {
  return columns.map(([name]) => name).join(',')
}

export function csvText(fileName: string, lines: readonly string[]): TextAnswer {
  return new TextAnswer('text/csv; charset=utf-8', `${lines.join('\r\n')}\r\n`, fileName)
}

export function csvFile<Row>(fileName: string, columns: readonly CsvColumn<Row>[], rows: readonly Row[]): TextAnswer {
  return csvText(fileName, [csvHeader(columns), ...csvLines(columns, rows)])
}
