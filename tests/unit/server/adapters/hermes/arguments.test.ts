import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSequences, runArguments } from '../../../../../server/adapters/hermes/arguments'
import type { Sequences } from '../../../../../server/usecases/ports'

const source = { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' }
const destination = { chainId: 'zone-1', portId: 'transfer', channelId: 'channel-7' }
const sequences: Sequences = [7n, 1n, 5n, 6n]

describe('sequences of a run', () => {
  it('are written as inclusive ranges, sorted, once each', () => {
    expect(formatSequences(sequences)).toBe('1,5..7')
    expect(formatSequences([3n, 3n, 2n])).toBe('2..3')
    expect(formatSequences([2n ** 64n - 1n])).toBe('18446744073709551615')
  })

  it('name exactly what was asked for', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.bigInt({ min: 1n, max: 60n }), { minLength: 1 }), (chosen) => {
      const named = formatSequences(chosen as unknown as Sequences).split(',').flatMap((range) => {
        const [first, last = first] = range.split('..').map(BigInt)
        return Array.from({ length: Number(last! - first!) + 1 }, (_, offset) => first! + BigInt(offset))
      })
      expect(named).toEqual([...chosen].sort((a, b) => a < b ? -1 : 1))
    }))
  })

  it('case 25g: are refused when there are none or one is impossible', () => {
    for (const wrong of [[], [0n], [-1n], [2n ** 64n], [1n, 0n]]) expect(() => formatSequences(wrong as unknown as Sequences)).toThrow(RangeError)
  })
})

describe('the argument vector', () => {
  const globals = ['--json', '--config', '/etc/hermes.toml']

  it('is that of clear packets, with globals first', () => {
    expect(runArguments('/etc/hermes.toml', { executor: 'clear_packets', source, destination, sequences })).toEqual([
      ...globals, 'clear', 'packets', '--chain', 'hub-1', '--port', 'transfer', '--channel', 'channel-0', '--packet-sequences', '1,5..7',
    ])
  })

  it('takes the receiving chain as the source of acknowledgements', () => {
    expect(runArguments('/etc/hermes.toml', { executor: 'tx_packet', step: 'receive', source, destination, sequences })).toEqual([
      ...globals, 'tx', 'packet-recv', '--dst-chain', 'zone-1', '--src-chain', 'hub-1', '--src-port', 'transfer', '--src-channel', 'channel-0', '--packet-sequences', '1,5..7',
    ])
    expect(runArguments('/etc/hermes.toml', { executor: 'tx_packet', step: 'acknowledge', source, destination, sequences })).toEqual([
      ...globals, 'tx', 'packet-ack', '--dst-chain', 'hub-1', '--src-chain', 'zone-1', '--src-port', 'transfer', '--src-channel', 'channel-7', '--packet-sequences', '1,5..7',
    ])
  })

  it.each(['--help', '-h', '', 'hub 1', 'hub-1\n', 'hub;id', '$(id)', 'hub/1', 'x'.repeat(51)])('case 25f: never holds %j as a chain', (chainId) => {
    expect(() => runArguments('c', { executor: 'clear_packets', source: { ...source, chainId }, destination, sequences })).toThrow(RangeError)
    expect(() => runArguments('c', { executor: 'tx_packet', source, destination: { ...destination, chainId }, sequences })).toThrow(RangeError)
  })

  it('never holds a channel or port with a newline', () => {
    for (const change of [{ channelId: 'channel-0\n' }, { portId: 'transfer\n--x' }]) {
      expect(() => runArguments('c', { executor: 'clear_packets', source: { ...source, ...change }, destination, sequences })).toThrow(RangeError)
    }
  })
})
