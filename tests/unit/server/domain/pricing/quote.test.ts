import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PaymentId } from '../../../../../server/domain/clearing/operation'
import { transition } from '../../../../../server/domain/clearing/transition'
import { DomainError } from '../../../../../server/domain/errors'
import { describeWork, gasOf, gasPerMessage, workPerChain, type PacketToClear, type PaidNeed } from '../../../../../server/domain/pricing/gas'
import { gasCosts, priceQuote, type FeeTerms, type GasPrice } from '../../../../../server/domain/pricing/quote'
import { aToken, anOperation, at } from '../../../../builders/tokens'

const noMargin = { numerator: 1n, denominator: 1n }

function aPacketToClear(sequence: bigint, need: PaidNeed = 'deliver', channelId = 'channel-0'): PacketToClear {
  return { id: { chainId: 'hub-1', portId: 'transfer', channelId, sequence }, destination: { chainId: 'zone-1', portId: 'transfer', channelId: 'channel-7' }, need }
}

const prices: GasPrice[] = [
  { chainId: 'hub-1', chainName: 'Hub', denom: 'uatom', price: '0.025' },
  { chainId: 'zone-1', chainName: 'Zone', denom: 'uosmo', price: '0.1' },
]

function terms(over: Partial<FeeTerms> = {}): FeeTerms {
  return {
    serviceFee: { denom: 'uatom', amount: 1_000_000n }, perPacketFee: { denom: 'uatom', amount: 100_000n }, gasMargin: noMargin,
    rates: [{ from: 'uosmo', to: 'uatom', rate: { numerator: 5n, denominator: 100n } }],
    ...over,
  }
}

describe('gas of the legs that are really needed', () => {
  it('takes a delivery on both chains, an acknowledgement and a timeout on the source only', () => {
    expect(workPerChain([aPacketToClear(1n, 'deliver')])).toEqual([
      { chainId: 'hub-1', updateClient: 1, receive: 0, acknowledge: 1, timeout: 0 },
      { chainId: 'zone-1', updateClient: 1, receive: 1, acknowledge: 0, timeout: 0 },
    ])
    expect(workPerChain([aPacketToClear(1n, 'acknowledge')])).toEqual([{ chainId: 'hub-1', updateClient: 1, receive: 0, acknowledge: 1, timeout: 0 }])
    expect(workPerChain([aPacketToClear(1n, 'timeout')])).toEqual([{ chainId: 'hub-1', updateClient: 1, receive: 0, acknowledge: 0, timeout: 1 }])
  })

  it('shares client updates within a channel, and not between channels', () => {
    const oneChannel = workPerChain([aPacketToClear(1n), aPacketToClear(2n)])
    const twoChannels = workPerChain([aPacketToClear(1n), aPacketToClear(1n, 'deliver', 'channel-9')])
    expect(oneChannel.map(work => work.updateClient)).toEqual([1, 1])
    expect(twoChannels.map(work => work.updateClient)).toEqual([2, 2])
  })

  it('adds a client update for every 29 packets', () => {
    const packets = (count: number) => Array.from({ length: count }, (_, index) => aPacketToClear(BigInt(index + 1)))
    expect(workPerChain(packets(29))[0]?.updateClient).toBe(1)
    expect(workPerChain(packets(30))[0]?.updateClient).toBe(2)
  })

  it('costs gas × price × margin, rounded up once', () => {
    const [cost] = gasCosts([aPacketToClear(1n, 'timeout')], prices, { numerator: 13n, denominator: 10n })
    expect(cost?.coin).toEqual({ denom: 'uatom', amount: ((gasPerMessage.updateClient + gasPerMessage.timeout) * 25n * 13n + 9_999n) / 10_000n })
    expect(cost?.detail).toBe('Gas on Hub: 1 client update, 1 timeout, 533000 gas at 0.025uatom')
  })

  it('cannot be told without a gas price', () => {
    expect(() => gasCosts([aPacketToClear(1n)], prices.slice(0, 1), noMargin)).toThrow(expect.objectContaining({ code: 'route_not_quotable', message: 'The gas price of zone-1 is not known.' }))
    expect(() => gasCosts([aPacketToClear(1n, 'timeout')], [{ ...prices[0]!, price: 'cheap' }], noMargin)).toThrow(DomainError)
  })

  it('is described in words, one or many', () => {
    const all = { chainId: 'hub-1', updateClient: 2, receive: 2, acknowledge: 2, timeout: 2 }
    expect(describeWork(all)).toBe('2 client updates, 2 deliveries, 2 acknowledgements, 2 timeouts')
    expect(describeWork({ ...all, updateClient: 1, receive: 1, acknowledge: 0, timeout: 0 })).toBe('1 client update, 1 delivery')
  })

  it('is never less than gas × price × margin of all its messages', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom<PaidNeed>('deliver', 'acknowledge', 'timeout'), { minLength: 1, maxLength: 40 }), fc.bigInt(1n, 10n ** 9n - 1n), fc.bigInt(100n, 300n), (wanted, billionths, percent) => {
      const packets = wanted.map((need, index) => aPacketToClear(BigInt(index + 1), need))
      const priced = prices.map(entry => ({ ...entry, price: `0.${billionths.toString().padStart(9, '0')}` }))
      for (const cost of gasCosts(packets, priced, { numerator: percent, denominator: 100n })) {
        const gas = gasOf(workPerChain(packets).find(work => work.chainId === cost.chainId)!)
        const rest = cost.coin.amount * 10n ** 11n - gas * billionths * percent
        expect(rest >= 0n && rest < 10n ** 11n).toBe(true)
      }
    }))
  })

  it('names what is done', () => {
    const [work] = workPerChain([aPacketToClear(1n), aPacketToClear(2n, 'timeout')])
    expect(work && describeWork(work)).toBe('1 client update, 1 acknowledgement, 1 timeout')
    expect(work && gasOf(work)).toBe(gasPerMessage.updateClient + gasPerMessage.acknowledge + gasPerMessage.timeout)
  })
})

describe('the price', () => {
  it('is service + packets + gas, itemised, in the denom that is paid', () => {
    const packets = [aPacketToClear(1n), aPacketToClear(2n)] as const
    const quote = priceQuote('hub-1', [...packets], gasCosts(packets, prices, noMargin), terms())
    expect(quote.feeLines.map(line => [line.kind, line.coin])).toEqual([
      ['service', { denom: 'uatom', amount: 1_000_000n }],
      ['packets', { denom: 'uatom', amount: 200_000n }],
      ['gas', { denom: 'uatom', amount: 12_000n }],
      ['gas', { denom: 'uatom', amount: 3_000n }],
    ])
    expect(quote.feeLines[0]?.detail).toBe('Fixed fee per clearing')
    expect(quote.feeLines[1]?.detail).toBe('2 packets × 100000uatom')
    expect(quote.feeLines[2]?.detail).toMatch(/ gas at 0\.025uatom$/)
    expect(priceQuote('hub-1', [aPacketToClear(1n)], [], terms()).feeLines[1]?.detail).toBe('1 packet × 100000uatom')
    expect(quote.feeLines[3]?.detail).toContain('60000uosmo, converted')
    expect(quote.feeLines[1]?.each).toEqual({ count: 2, coin: { denom: 'uatom', amount: 100_000n } })
    expect(quote.feeLines[3]?.gas).toMatchObject({ updateClient: 1, receive: 2, acknowledge: 0, timeout: 0, cost: { denom: 'uosmo', amount: 60_000n } })
    expect(quote.total).toEqual({ denom: 'uatom', amount: 1_215_000n })
  })

  it('cannot be made where the other chain\'s denom has no rate, and says which', () => {
    const packets = [aPacketToClear(1n)] as const
    const make = () => priceQuote('hub-1', [...packets], gasCosts(packets, prices, noMargin), terms({ rates: [] }))
    expect(make).toThrow(expect.objectContaining({ code: 'route_not_quotable', reason: 'no_conversion_rate', message: expect.stringContaining('uosmo to uatom'), nextStep: expect.stringContaining('GAS_CONVERSION_RATES') }))
  })

  it('needs no rate for packets that cost nothing on the other chain', () => {
    const packets = [aPacketToClear(1n, 'timeout')] as const
    expect(priceQuote('hub-1', [...packets], gasCosts(packets, prices, noMargin), terms({ rates: [] })).total.amount).toBe(1_110_250n)
  })

  it('never adds fees of two denoms', () => {
    expect(() => priceQuote('hub-1', [aPacketToClear(1n)], [], terms({ perPacketFee: { denom: 'uosmo', amount: 1n } }))).toThrow(TypeError)
  })

  it('gives every packet a whole share, and the shares sum to the total exactly', () => {
    const needs = fc.constantFrom<PaidNeed>('deliver', 'acknowledge', 'timeout')
    fc.assert(fc.property(fc.array(needs, { minLength: 1, maxLength: 50 }), fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.integer({ min: 0, max: 10 ** 9 }), (wanted, service, perPacket, price) => {
      const [first, ...others] = wanted.map((need, index) => aPacketToClear(BigInt(index + 1), need))
      const costs = gasCosts([first!, ...others], prices.map(entry => ({ ...entry, price: `0.${price.toString().padStart(10, '0')}` })), noMargin)
      const quote = priceQuote('hub-1', [first!, ...others], costs, terms({ serviceFee: { denom: 'uatom', amount: service }, perPacketFee: { denom: 'uatom', amount: perPacket } }))
      const shares = quote.packets.map(packet => packet.share.amount)
      expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(quote.total.amount)
      expect(quote.feeLines.reduce((sum, line) => sum + line.coin.amount, 0n)).toBe(quote.total.amount)
      // The remainder is on the first packet, and smaller than one unit each.
      expect(new Set(shares.slice(1)).size).toBeLessThanOrEqual(1)
      expect(shares[0]! - (shares[1] ?? shares[0]!)).toBeLessThan(BigInt(wanted.length))
      expect(shares.every(share => share >= 0n)).toBe(true)
    }))
  })

  it('case 24b: whatever was quoted, paid in pieces and cleared in part, exactly the shares that were not earned go back', () => {
    const results = fc.array(fc.constantFrom('us', 'other', 'nobody'), { minLength: 1, maxLength: 20 })
    fc.assert(fc.property(results, fc.bigInt({ min: 1n, max: 10n ** 24n }), fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 3 }), (relayedBy, service, percents) => {
      const [first, ...others] = relayedBy.map((_, index) => aPacketToClear(BigInt(index + 1)))
      const quote = priceQuote('hub-1', [first!, ...others], gasCosts([first!, ...others], prices, noMargin), terms({ serviceFee: { denom: 'uatom', amount: service } }))
      let operation = anOperation(aToken({ ...quote }))
      let missing = quote.total.amount
      const pieces = percents.map(percent => quote.total.amount * BigInt(percent) / 100n).filter(piece => piece > 0n && (missing -= piece) > 0n)
      const paid = pieces.reduce((sum, piece) => sum + piece, 0n)
      for (const [index, amount] of [...pieces, quote.total.amount - paid].entries()) {
        operation = transition(operation, { type: 'payment_confirmed', payment: { id: `p${index}` as PaymentId, coin: { denom: 'uatom', amount }, blockTime: at(index) }, wrongDenomRefundable: false, clearingDeadlineMs: 1_000 }, at(1)).operation
      }
      operation = transition(operation, { type: 'run_started', runId: 'r', executor: 'clear_packets' }, at(2)).operation
      expect(operation.status).toBe('clearing')
      const decided = operation.packets.map((packet, index) => ({ id: packet.id, result: relayedBy[index] === 'nobody' ? 'pending' as const : 'delivered' as const, relayedBy: relayedBy[index]!, refundReason: 'not_cleared' as const }))
      const { effects } = transition(operation, { type: 'packets_decided', decided }, at(3))
      const back = effects.flatMap(effect => effect.type === 'plan_refund' ? [effect.refund.coin.amount] : []).reduce((sum, amount) => sum + amount, 0n)
      const earned = quote.packets.filter((_, index) => relayedBy[index] === 'us').reduce((sum, packet) => sum + packet.share.amount, 0n)
      expect(back + earned).toBe(quote.total.amount)
    }))
  })
})
