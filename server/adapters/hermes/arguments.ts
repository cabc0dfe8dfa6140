import { channelIdPattern, chainIdPattern, portIdPattern, type ChannelEnd } from '../../../shared/utils/packet-id'
import type { RelayRun, Sequences } from '../../usecases/ports'

const maxSequence = 2n ** 64n - 1n

/** `1,5..7` (ranges inclusive), sorted, without repetitions. Throws RangeError for what is no sequence. */
export function formatSequences(sequences: Sequences): string {
  const sorted = [...new Set(sequences)].sort((a, b) => a < b ? -1 : 1)
  if (sorted.length === 0 || sorted.some(sequence => sequence < 1n || sequence > maxSequence)) throw new RangeError('sequences must be 1 … 2^64−1, at least one')
  const ranges: { first: bigint, last: bigint }[] = []
  for (const sequence of sorted) {
    const range = ranges.at(-1)
    if (range && sequence === range.last + 1n) range.last = sequence
    else ranges.push({ first: sequence, last: sequence })
  }
  return ranges.map(({ first, last }) => first === last ? `${first}` : `${first}..${last}`).join(',')
}

function checked(value: string, pattern: RegExp): string {
  if (!pattern.test(value) || value.startsWith('-')) throw new RangeError(`not an identifier: ${JSON.stringify(value.slice(0, 80))}`)
  return value
}

function checkedEnd(end: ChannelEnd): ChannelEnd {
  return { chainId: checked(end.chainId, chainIdPattern), portId: checked(end.portId, portIdPattern), channelId: checked(end.channelId, channelIdPattern) }
}

function packetArguments(command: 'packet-recv' | 'packet-ack', from: ChannelEnd, to: ChannelEnd, sequences: string): string[] {
  return ['tx', command, '--dst-chain', to.chainId, '--src-chain', from.chainId, '--src-port', from.portId, '--src-channel', from.channelId, '--packet-sequences', sequences]
}

/**
 * Argument vector of one run, global options first (source: `hermes --help` 1.13.2). For packet-ack the "source" is the
 * chain that wrote the acknowledgements. Throws RangeError for identifiers or sequences that could mean anything else.
 */
export function runArguments(configPath: string, run: Pick<RelayRun, 'executor' | 'source' | 'destination' | 'sequences' | 'step'>): string[] {
  const source = checkedEnd(run.source)
  const destination = checkedEnd(run.destination)
  const sequences = formatSequences(run.sequences)
  const globals = ['--json', '--config', configPath]
  if (run.executor === 'clear_packets') {
    return [...globals, 'clear', 'packets', '--chain', source.chainId, '--port', source.portId, '--channel', source.channelId, '--packet-sequences', sequences]
  }
  return run.step === 'acknowledge'
    ? [...globals, ...packetArguments('packet-ack', destination, source, sequences)]
    : [...globals, ...packetArguments('packet-recv', source, destination, sequences)]
}
