import type { EncodeObject } from '@cosmjs/proto-signing'
import type { StdFee } from '@cosmjs/stargate'
import { expect, it } from 'vitest'
import type { ClearingToken, PaymentVerificationDto } from '../../shared/schemas/clearing'
import { describeOnLocalnet } from './harness/facts'
import { pauseNodes, resumeNodes } from './harness/network'
import { deliveredByUs, expectProven, refundsOf } from './harness/proof'
import { aClearingSuite } from './harness/suite'
import { strand } from './harness/transfers'
import { LocalWallet, TxFailed } from './harness/wallet'
import { balanceOf, commitmentsOf, txOf, unreceivedBy } from './harness/witness'

describeOnLocalnet('payments on two real chains', (net) => {
  const suite = aClearingSuite(net)

  async function aToken() {
    const { sequences } = await strand(suite.sender, net.b)
    return { sequences, token: await suite.app.requestToken(suite.payer, net.a, sequences) }
  }

  it('case 7g: owes one unit back where one unit too much was paid, and a second payment whole', async () => {
    const { token, sequences } = await aToken()
    const total = BigInt(token.total.amount)
    await suite.payer.pay(token.paymentAddress, total + 1n, token.memoCode)
    const cleared = await suite.app.settled(token.token)
    expect(cleared).toMatchObject({ status: 'cleared', paymentIssue: 'overpaid', refundStatus: 'owed', credited: token.total })
    const surplus = { denom: token.total.denom, amount: '1', reason: 'overpaid', state: 'planned', destination: suite.payer.address }
    expect(refundsOf(cleared)).toEqual([surplus])
    expect(await commitmentsOf(net.a)).not.toContain(sequences[0])

    const second = await suite.payer.pay(token.paymentAddress, total, token.memoCode)
    const twice = await suite.app.statusWhen(token.token, 'the second payment is seen', ({ payments }) => payments.some(({ txHash, state }) => txHash === second.txHash && state === 'refund_owed'))
    expect(twice).toMatchObject({ status: 'cleared', credited: token.total })
    expect(refundsOf(twice)).toEqual(expect.arrayContaining([surplus, { ...token.total, reason: 'duplicate', state: 'planned', destination: suite.payer.address }]))
    expect(twice.refunds).toHaveLength(2)
  })

  it('waits for the rest of an underpaid total, and clears when it came', async () => {
    const { token, sequences } = await aToken()
    const total = BigInt(token.total.amount)
    await suite.payer.pay(token.paymentAddress, total - 7n, token.memoCode)
    const waiting = await suite.app.statusWhen(token.token, 'the payment is credited', ({ credited }) => BigInt(credited.amount) > 0n)
    expect(waiting).toMatchObject({ status: 'awaiting_payment', paymentIssue: 'underpaid', credited: { amount: String(total - 7n) }, refunds: [] })
    expect(await unreceivedBy(net.b, sequences)).toEqual(sequences)

    await suite.payer.pay(token.paymentAddress, 7n, token.memoCode)
    const status = await suite.app.settled(token.token)
    expect(status).toMatchObject({ status: 'cleared', paymentIssue: 'none', credited: token.total, refunds: [] })
    expect(status.payments.map(({ creditedAmount }) => creditedAmount)).toEqual([String(total - 7n), '7'])
    await expectProven(net, status.packets[0]!, deliveredByUs)
  })

  it.each<[string, number, (token: ClearingToken) => Promise<{ readonly messages: readonly EncodeObject[], readonly fee: StdFee | number }>]>([
    ['a later message of it spends what nobody has', 5, async (token) => {
      const fortune = await balanceOf(net.a, suite.payer.address) * 2n
      return { messages: [suite.payer.sendMessage(token.paymentAddress, BigInt(token.total.amount)), suite.payer.sendMessage(net.a.accounts.poor, fortune)], fee: { gas: '400000', amount: [{ denom: net.a.denom, amount: '8000' }] } }
    }],
    // CosmJS simulates without a fee: the whole takes 1.3 times that, the checks before the message 0.95 times.
    ['it runs out of gas', 11, async token => ({ messages: [suite.payer.sendMessage(token.paymentAddress, BigInt(token.total.amount))], fee: 1.1 })],
  ])('case 1c: credits nothing for a perfect payment whose tx fails because %s', async (_, code, paying) => {
    const { token, sequences } = await aToken()
    const before = await balanceOf(net.a, token.paymentAddress)
    const { messages, fee } = await paying(token)
    const failed = await suite.payer.send(messages, token.memoCode, fee)
      .then(() => expect.unreachable('the tx should fail'), (error: unknown) => error as TxFailed)
    expect(failed).toBeInstanceOf(TxFailed)
    expect((await txOf(net.a, failed.txHash))?.tx_result.code).toBe(code)
    expect(await balanceOf(net.a, token.paymentAddress)).toBe(before)
    const verified = await suite.app.post<PaymentVerificationDto>('/clearing/verify-payment', { token: token.token, txHash: failed.txHash })
    expect(verified.body).toMatchObject({ verified: false, state: 'failed_on_chain' })

    // A later payment that is credited proves that the scan is past the failed one.
    await suite.payer.pay(token.paymentAddress, 3n, token.memoCode)
    const after = await suite.app.statusWhen(token.token, 'the later payment is credited', ({ credited }) => BigInt(credited.amount) > 0n)
    expect(after).toMatchObject({ status: 'awaiting_payment', credited: { amount: '3' } })
    expect(after.payments.map(({ txHash }) => txHash)).not.toContain(failed.txHash)
    expect(await suite.app.paymentRows(failed.txHash)).toEqual([])
    expect(await unreceivedBy(net.b, sequences)).toEqual(sequences)
  })

  it('is paid on the other chain for packets that the other chain sent', async () => {
    const sendsFromB = await LocalWallet.open(net, net.b, 'user1')
    const paysOnB = await LocalWallet.open(net, net.b, 'user2', 'amino')
    try {
      const { sequences } = await strand(sendsFromB, net.a, { count: 2 })
      const [paidFor, neighbour] = sequences as [bigint, bigint]
      const token = await suite.app.requestToken(paysOnB, net.b, [paidFor])
      expect(token).toMatchObject({ total: { denom: net.b.denom }, paymentAddress: net.b.accounts.service })
      const paid = await paysOnB.pay(token.paymentAddress, BigInt(token.total.amount), token.memoCode)
      const status = await suite.app.settled(token.token)
      expect(status).toMatchObject({ status: 'cleared', refunds: [], payments: [{ txHash: paid.txHash, endpointCount: 2 }] })
      expect(await unreceivedBy(net.a, sequences)).toEqual([neighbour])
      expect(await commitmentsOf(net.b)).toContain(neighbour)
      expect(await commitmentsOf(net.b)).not.toContain(paidFor)
      await expectProven(net, status.packets[0]!, deliveredByUs)
    }
    finally {
      sendsFromB.close()
      paysOnB.close()
    }
  })

  it('case 14n: credits a payment when a second node has confirmed its block, and not before', async () => {
    const { token, sequences } = await aToken()
    await pauseNodes(net, 'ibc-a-2')
    try {
      const { txHash } = await suite.payer.pay(token.paymentAddress, BigInt(token.total.amount), token.memoCode)
      const seen = await suite.app.statusWhen(token.token, 'the payment is seen', ({ payments }) => payments.some(payment => payment.txHash === txHash))
      expect(seen).toMatchObject({ status: 'awaiting_payment', credited: { amount: '0' }, payments: [{ state: 'seen', creditedAmount: '0' }] })
      expect(await unreceivedBy(net.b, sequences)).toEqual(sequences)
    }
    finally {
      await resumeNodes(net, 'ibc-a-2')
    }
    const status = await suite.app.settled(token.token, { boundMs: 90_000 })
    expect(status).toMatchObject({ status: 'cleared', credited: token.total, payments: [{ state: 'credited', endpointCount: 2 }], refunds: [] })
  })
})
