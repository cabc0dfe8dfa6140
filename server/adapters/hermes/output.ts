/** Longest line that is parsed as a whole; of longer ones only both ends are looked at. */
const parsedLineLimit = 65_536
const keptEnd = 4_096
const errorLimit = 20
const errorTextLimit = 600

export interface HermesOutput {
  /** `success` or `error` of the last status line; null when there was none. */
  readonly statusLine: 'success' | 'error' | null
  readonly errors: readonly string[]
}

export interface HermesOutputReader {
  /** Any cut of the output; memory stays bounded whatever comes. */
  push(text: string): void
  end(): HermesOutput
}

function shorten(text: string): string {
  const oneLine = text.replace(/\s*\n\s*Location:[\s\S]*$/, '').replace(/\s+/g, ' ').trim()
  return oneLine.length > errorTextLimit ? `${oneLine.slice(0, errorTextLimit)}…` : oneLine
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : null
}

function parseLine(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null
  try {
    return asRecord(JSON.parse(line))
  }
  catch {
    return null // garbage or a cut line: says nothing
  }
}

function asStatus(value: unknown): 'success' | 'error' | null {
  return value === 'success' || value === 'error' ? value : null
}

/**
 * Reads what `hermes --json` prints on standard output: JSON log lines, then one line with `status`
 * (source: captured from Hermes 1.13.2).
 */
export function readHermesOutput(): HermesOutputReader {
  let line = ''
  let head: string | null = null
  let statusLine: 'success' | 'error' | null = null
  const errors: string[] = []

  function note(text: string) {
    if (errors.length < errorLimit) errors.push(shorten(text))
  }

  function readLongLine(start: string, end: string) {
    const status = start.startsWith('{') ? /"status":"(success|error)"\}\s*$/.exec(end) : null
    if (status) statusLine = asStatus(status[1])
  }

  function readLine(text: string) {
    const record = parseLine(text.trim())
    if (!record) return
    const status = asStatus(record.status)
    if (status) {
      statusLine = status
      if (status === 'error') note(typeof record.result === 'string' ? record.result : JSON.stringify(record.result) ?? 'error')
      return
    }
    if (record.level !== 'ERROR') return
    const fields = asRecord(record.fields) ?? {}
    note([fields.message, fields.error].filter(part => typeof part === 'string').join(': '))
  }

  function endLine() {
    if (head === null) readLine(line)
    else readLongLine(head, line)
    line = ''
    head = null
  }

  return {
    push(text) {
      let start = 0
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        line += text.slice(start, end)
        endLine()
        start = end + 1
      }
      line += text.slice(start)
      if (line.length > parsedLineLimit) {
        head ??= line.slice(0, keptEnd)
        line = line.slice(-keptEnd)
      }
    },
    end() {
      endLine()
      return { statusLine, errors }
    },
  }
}
