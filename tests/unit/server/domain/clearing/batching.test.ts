import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breakersCloseAt, chooseBatch, executorFor, type Breakers } from '../../../../../server/domain/clearing/batching'
import { at } from '../../../../builders/tokens'

const closed = { consecutiveFailures: 0, openUntil: null }
const open = { consecutiveFailures: 3, openUntil: at(60) }
const allClosed: Breakers = { clear_packets: closed, tx_packet: closed }
const packet = (name: string, batchLimit = 100, aloneFailures = 0) => ({ name, batchLimit, aloneFailures })
const names = (batch: ReturnType<typeof chooseBatch<ReturnType<typeof packet>>>) => batch?.packets.map(each => each.name)

describe('choosing a batch', () => {
  it('takes the earliest packet and those behind it', () => {
    expect(names(chooseBatch([packet('a'), packet('b'), packet('c')], allClosed, at(0), 2))).toEqual(['a', 'b'])
  })

  it('keeps a packet that must run alone alone, and does not let it shrink others\' batch', () => {
    expect(names(chooseBatch([packet('a', 1), packet('b')], allClosed, at(0), 100))).toEqual(['a'])
    expect(names(chooseBatch([packet('a'), packet('b', 1), packet('c')], allClosed, at(0), 100))).toEqual(['a', 'c'])
  })

  it('uses the second executor after two failures alone, never mixed with the first', () => {
    const batch = chooseBatch([packet('a', 1, 2), packet('b')], allClosed, at(0), 100)
    expect([batch?.executor, names(batch)]).toEqual(['tx_packet', ['a']])
  })

  it('uses the second executor while the breaker of the first is open, and none while both are', () => {
    expect(executorFor(packet('a'), { clear_packets: open, tx_packet: closed }, at(0))).toBe('tx_packet')
    expect(executorFor(packet('a'), { clear_packets: open, tx_packet: closed }, at(60))).toBe('clear_packets')
    expect(chooseBatch([packet('a')], { clear_packets: open, tx_packet: open }, at(0), 100)).toBeNull()
    expect(breakersCloseAt({ clear_packets: open, tx_packet: { consecutiveFailures: 2, openUntil: at(30) } }, at(0))).toEqual(at(30))
    expect(breakersCloseAt(allClosed, at(0))).toBeNull()
  })

  it('passes over a packet whose only executor is resting', () => {
    expect(names(chooseBatch([packet('a', 1, 2), packet('b')], { clear_packets: closed, tx_packet: open }, at(0), 100))).toEqual(['b'])
  })

  it('waits for the breaker that is open, not for one that closed long ago', () => {
    expect(breakersCloseAt({ clear_packets: { consecutiveFailures: 2, openUntil: at(30) }, tx_packet: open }, at(31))).toEqual(at(60))
  })

  it('is empty for nothing', () => {
    expect(chooseBatch([], allClosed, at(0), 100)).toBeNull()
  })

  it('never is larger than any member allows, and always holds the first that may run', () => {
    const waiting = fc.array(fc.record({ batchLimit: fc.integer({ min: 1, max: 100 }), aloneFailures: fc.integer({ min: 0, max: 3 }) }), { minLength: 1, maxLength: 120 })
    fc.assert(fc.property(waiting, fc.integer({ min: 1, max: 100 }), (packets, largest) => {
      const batch = chooseBatch(packets, allClosed, at(0), largest)!
      const limit = Math.min(largest, ...batch.packets.map(each => each.batchLimit))
      expect(batch.packets.length).toBeLessThanOrEqual(limit)
      expect(batch.packets[0]).toBe(packets[0])
      expect(new Set(batch.packets.map(each => executorFor(each, allClosed, at(0)))).size).toBe(1)
    }))
  })
})
