import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHermesOutput } from '../../../../../server/adapters/hermes/output'

function read(text: string, pieceLength = text.length || 1) {
  const reader = readHermesOutput()
  for (let at = 0; at < text.length; at += pieceLength) reader.push(text.slice(at, at + pieceLength))
  return reader.end()
}
const captured = (name: string) => readFileSync(`tests/fixtures/hermes/${name}.out`, 'utf8')

describe('what Hermes prints', () => {
  it.each([
    ['clear-sequences-1-3-of-5', 'success', 0], ['clear-already-cleared', 'success', 0], ['clear-timed-out', 'success', 0],
    ['clear-destination-key-with-dust', 'success', 3], ['clear-wrong-channel', 'error', 1], ['tx-packet-recv-unfunded', 'error', 1],
  ] as const)('is read from the captured %s, however it is cut', (name, statusLine, errors) => {
    for (const pieceLength of [1_000_000, 4_096, 7]) {
      const output = read(captured(name), pieceLength)
      expect(output.statusLine).toBe(statusLine)
      expect(output.errors).toHaveLength(errors)
    }
  })

  it('keeps the reason in one short line', () => {
    expect(read(captured('clear-wrong-channel')).errors).toEqual(['supervisor error Caused by: channel transfer/channel-99 on chain ibc-a is not open'])
    expect(read(`{"level":"ERROR","fields":{"message":"${'x'.repeat(5_000)}"}}\n`).errors[0]!.length).toBeLessThan(700)
  })

  it('counts the last status line', () => {
    expect(read('{"result":[],"status":"success"}\n{"result":"oh","status":"error"}\n').statusLine).toBe('error')
  })

  it('finds the status of a line of megabytes', () => {
    expect(read(`{"result":["${'A'.repeat(3_000_000)}"],"status":"success"}\n`, 65_536).statusLine).toBe('success')
  })

  it('is not taken in by a log line that quotes a status', () => {
    const quoted = JSON.stringify({ level: 'INFO', fields: { message: '"status":"success"}' } })
    expect(read(`${quoted}\n`).statusLine).toBeNull()
    expect(read(`${JSON.stringify({ level: 'INFO', fields: { message: `${'x'.repeat(100_000)}{"status":"success"}` } })}\n`).statusLine).toBeNull()
  })

  it('says nothing when it is cut before the status or is no JSON at all', () => {
    expect(read(captured('clear-sequences-1-3-of-5').slice(0, -30)).statusLine).toBeNull()
    for (const text of ['', '\n\n', 'success', '{"status":', '[]', 'null', '{"status":"maybe"}', '{"status":true}', '\u0000\uffff']) expect(read(text)).toEqual({ statusLine: null, errors: [] })
  })

  it('survives garbage of any shape', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 500 }), fc.integer({ min: 1, max: 50 }), (text, pieceLength) => {
      expect(read(text, pieceLength).statusLine).toBeNull()
    }))
  })

  it('case 20d: keeps little of ten megabytes without a line end', () => {
    const reader = readHermesOutput()
    const piece = 'y'.repeat(65_536)
    const before = process.memoryUsage().heapUsed
    for (let count = 0; count < 1_600; count++) reader.push(piece)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(60_000_000)
    reader.push('\n{"result":[],"status":"success"}\n')
    expect(reader.end().statusLine).toBe('success')
  })

  it('keeps at most twenty errors', () => {
    expect(read('{"level":"ERROR","fields":{"message":"again"}}\n'.repeat(10_000)).errors).toHaveLength(20)
  })
})
