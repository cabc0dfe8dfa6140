import type { ChainEvent } from '../chain/events'
import { isoTime } from '../rpc/encode'

export type LogLevel = 'INFO' | 'WARN' | 'ERROR'

export type Span = Readonly<Record<string, string>> & { readonly name: string }

/** One log line of `hermes --json`: it goes to standard output, like the result. */
export function logLine(level: LogLevel, message: string, spans: readonly Span[], fields: Readonly<Record<string, string>> = {}): string {
  const timestamp = new Date().toISOString().replace('Z', '000Z')
  const span = spans.at(-1)
  return JSON.stringify({ timestamp, level, fields: { message, ...fields }, ...(span ? { span, spans } : {}), threadId: 'ThreadId(1)' })
}

function heightOf(text: string): { revision_height: number, revision_number: number } {
  const [revision = '0', height = '0'] = text.split('-')
  return { revision_height: Number(height), revision_number: Number(revision) }
}

function packetView(value: Readonly<Record<string, string>>): unknown {
  const timeoutNs = BigInt(value.packet_timeout_timestamp ?? '0')
  return {
    data: (value.packet_data_hex ?? '').toUpperCase(),
    destination_channel: value.packet_dst_channel,
    destination_port: value.packet_dst_port,
    sequence: Number(value.packet_sequence),
    source_channel: value.packet_src_channel,
    source_port: value.packet_src_port,
    timeout_height: heightOf(value.packet_timeout_height ?? '0-0'),
    timeout_timestamp: { time: timeoutNs === 0n ? null : isoTime(timeoutNs) },
  }
}

/** The IBC events of a relayed transaction as Hermes prints them: no tx hash, no height. */
export function ibcEventViews(events: readonly ChainEvent[]): unknown[] {
  return events.flatMap(({ type, attributes }): unknown[] => {
    const value = Object.fromEntries(attributes)
    switch (type) {
      case 'update_client':
        return [{ UpdateClient: { common: { client_id: value.client_id, client_type: 'Tendermint', consensus_height: heightOf(value.consensus_height ?? '0-0') }, header: null } }]
      case 'write_acknowledgement':
        return [{ WriteAcknowledgement: { ack: (value.packet_ack_hex ?? '').toUpperCase(), packet: packetView(value) } }]
      case 'acknowledge_packet':
        return [{ AcknowledgePacket: { packet: packetView(value) } }]
      case 'timeout_packet':
        return [{ TimeoutPacket: { packet: packetView(value) } }]
      default:
        return []
    }
  })
}

/** `1..=1, 3..=5`, as Hermes prints sequences. */
export function collatedRanges(sequences: readonly bigint[]): string {
  const ranges: [bigint, bigint][] = []
  for (const sequence of sequences) {
    const last = ranges.at(-1)
    if (last && last[1] + 1n === sequence) last[1] = sequence
    else ranges.push([sequence, sequence])
  }
  return ranges.map(([first, last]) => `${first}..=${last}`).join(', ')
}

const location = '\n\nLocation:\n    REGISTRY/flex-error-0.4.4/src/tracer_impl/eyre.rs:10:9'

/** An error with its causes as eyre prints them. */
export function errorText(summary: string, causes: readonly string[]): string {
  const listed = causes.length === 1 ? `    ${causes[0]}` : causes.map((cause, index) => `   ${index}: ${cause}`).join('\n')
  return `${summary}${causes.length > 0 ? `\n\nCaused by:\n${listed}` : ''}${location}`
}
