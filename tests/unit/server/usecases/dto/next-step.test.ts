import { describe, expect, it } from 'vitest'
import { operationStatuses } from '#shared/types/clearing'
import { nextStep } from '../../../../../server/usecases/dto/next-step'
import type { OperationRecord, PaymentRecord } from '../../../../../server/usecases/read-ports'
import type { RefundRow } from '../../../../../server/usecases/store-ports'
import { aToken, at } from '../../../../builders/tokens'

const atom = { symbol: 'ATOM', exponent: 6 }

function aRecord(over: Partial<OperationRecord> = {}): OperationRecord {
  const token = aToken({ total: { denom: 'uatom', amount: 1_500_000n } })
  return {
    ...token, status: 'awaiting_payment', paymentIssue: 'none', refundStatus: 'none', creditedAt: null, deadlineAt: at(2000), finishedAt: null, payments: [], refunds: [], events: [],
    packets: token.packets.map(packet => ({ id: packet.id, need: packet.need, share: packet.share.amount, result: null, relayedBy: null, attempts: 0, nextAttemptAt: at(0), note: null, evidence: [], legs: [] })),
    ...over,
  }
}

const payment = (state: PaymentRecord['state'], creditedAmount = 0n): PaymentRecord => ({ txHash: 'A', height: 1n, blockTime: at(1), fromAddress: 'a', coin: { denom: 'uatom', amount: 1n }, memo: '', state, creditedAmount, confirmation: 'agreed', reason: null })
const refund = (state: RefundRow['state'], holdReason: RefundRow['holdReason'] = null) => ({ state, holdReason }) as RefundRow

describe('what happens next', () => {
  it('asks for the exact amount until the price ends, then says that it is late, then waits for the chain', () => {
    const record = aRecord()
    expect(nextStep(record, at(10), atom)).toEqual({ code: 'pay', refund: null, sentence: `Pay 1.5 ATOM with the memo ${record.memoCode}.`, by: at(300).toISOString() })
    expect(nextStep(record, at(301), atom)).toEqual({ code: 'pay_late', refund: null, sentence: expect.stringContaining('still honoured'), by: at(900).toISOString() })
    expect(nextStep(record, at(901), atom)).toEqual({ code: 'window_over', refund: null, sentence: expect.stringContaining('time to pay is over'), by: null })
  })

  it('asks for the rest of a short payment', () => {
    expect(nextStep(aRecord({ payments: [payment('credited', 1_499_999n)] }), at(10), atom)).toEqual({ code: 'top_up', refund: null, sentence: expect.stringMatching(/^0\.000001 ATOM more is missing/), by: at(900).toISOString() })
  })

  it('asks for nothing while a payment is being confirmed', () => {
    expect(nextStep(aRecord({ payments: [payment('seen')] }), at(10), atom).sentence).toContain('being confirmed')
  })

  it('names the deadline while clearing', () => {
    for (const status of ['queued', 'clearing'] as const) expect(nextStep(aRecord({ status }), at(10), atom)).toEqual({ code: status, refund: null, sentence: expect.stringContaining('refunded'), by: at(2000).toISOString() })
  })

  it('tells an unpaid end from an underpaid one', () => {
    expect(nextStep(aRecord({ status: 'expired' }), at(1000), atom).sentence).toContain('Nobody paid')
    expect(nextStep(aRecord({ status: 'expired', payments: [payment('credited', 1n)], refunds: [refund('planned')] }), at(1000), atom).sentence).toMatch(/did not reach.*refund is on its way/)
  })

  it('says where a refund is', () => {
    const sentence = (...states: RefundRow['state'][]) => nextStep(aRecord({ status: 'not_cleared', refunds: states.map(state => refund(state)) }), at(1000), atom).sentence
    expect(sentence('confirmed')).toContain('The refund was sent')
    expect(sentence('confirmed', 'broadcast')).toContain('on its way')
    expect(sentence('held')).toContain('held')
    const claimed = { ...refund('planned'), payer: 'a', destination: 'b' } as RefundRow
    expect(nextStep(aRecord({ status: 'not_cleared', refunds: [claimed] }), at(1000), atom).sentence).toContain('the address that its payer named')
    expect(sentence()).not.toContain('refund was')
    for (const [reason, words] of [['minimum', 'too small'], ['exchange', 'exchange'], ['approval', 'approve'], ['refused', 'refuses'], ['no_destination', 'which address paid']] as const) {
      expect(nextStep(aRecord({ status: 'not_cleared', refunds: [refund('held', reason)] }), at(1000), atom).sentence).toContain(words)
    }
  })

  it('has a sentence for every status', () => {
    for (const status of operationStatuses) expect(nextStep(aRecord({ status }), at(10), atom).sentence).toMatch(/^[A-Z\d].{15,}\.$/)
  })
})
