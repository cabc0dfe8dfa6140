import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ClearingToken, PaymentVerificationDto } from '../../shared/schemas/clearing'
import { describeOnLocalnet } from './harness/facts'
import { clearPackets } from './harness/hermes'
import { aClearingSuite } from './harness/suite'
import { strand } from './harness/transfers'
import { LocalWallet } from './harness/wallet'
import { attributesOf, balanceOf, commitmentsOf, txsWith, unreceivedBy } from './harness/witness'

describeOnLocalnet('money that reaches the service wallet by other ways', (net) => {
  const suite = aClearingSuite(net)
  const service = net.a.accounts.service
  let grantee: LocalWallet
  let onB: LocalWallet
  let sequence: bigint
  /** Every odd payment names it perfectly. */
  let token: ClearingToken

  beforeAll(async () => {
    grantee = await LocalWallet.open(net, net.a, 'rival')
    onB = await LocalWallet.open(net, net.b, 'user1')
    sequence = (await strand(suite.sender, net.b)).sequences[0]!
    token = await suite.app.requestToken(suite.payer, net.a, [sequence])
  })
  afterAll(() => {
    for (const wallet of [grantee, onB]) wallet?.close()
  })

  /** The money is on the row, to the unit, and belongs to no clearing. */
  async function expectUnallocated(txHash: string, row: { readonly amount: bigint, readonly from: string | null, readonly kind: 'msg_send' | 'other', readonly reason: string }): Promise<void> {
    expect(await suite.app.recorded(txHash)).toEqual([{ state: 'unallocated', denom: net.a.denom, credited: '0', operationId: null, ...row, amount: String(row.amount) }])
    const verified = await suite.app.post<PaymentVerificationDto>('/clearing/verify-payment', { token: token.token, txHash })
    expect(verified.body).toMatchObject({ verified: false, state: 'unallocated' })
    expect(await suite.app.status(token.token)).toMatchObject({ status: 'awaiting_payment', paymentIssue: 'none', credited: { amount: '0' }, refunds: [] })
    expect(await unreceivedBy(net.b, [sequence])).toEqual([sequence])
  }

  it('case 4d: credits nothing that an authorised account spent, and names the account that was debited', async () => {
    await suite.payer.letSpend(grantee.address)
    const before = { payer: await balanceOf(net.a, suite.payer.address), service: await balanceOf(net.a, service) }
    const total = BigInt(token.total.amount)
    const { txHash } = await grantee.payFrom(suite.payer.address, service, total, token.memoCode)
    expect(await balanceOf(net.a, service)).toBe(before.service + total)
    expect(await balanceOf(net.a, suite.payer.address)).toBe(before.payer - total)
    await expectUnallocated(txHash, { amount: total, from: suite.payer.address, kind: 'other', reason: 'not a top-level MsgSend' })
  })

  it('case 5d: credits nothing of a MsgMultiSend', async () => {
    const total = BigInt(token.total.amount)
    const { txHash } = await suite.payer.payMany([{ to: service, amount: total }, { to: net.a.accounts.admin, amount: 5n }], token.memoCode)
    await expectUnallocated(txHash, { amount: total, from: suite.payer.address, kind: 'other', reason: 'not a top-level MsgSend' })
  })

  it('case 5e: credits nothing that came by IBC, whose packet names the clearing, and names no account that could be paid back', async () => {
    // What chain A sent to B goes home, so that it arrives in the very denom of the quote.
    const out = await strand(suite.sender, net.b, { amount: 5_000_000n, receiver: onB.address })
    await clearPackets(net, net.a, out.sequences, { as: 'rival' })
    const amount = BigInt(token.total.amount)
    const home = await strand(onB, net.a, { amount, denom: `transfer/${net.b.channel}/${net.a.denom}`, receiver: service, memo: token.memoCode })
    await clearPackets(net, net.b, home.sequences, { as: 'rival' })
    expect(await commitmentsOf(net.b)).not.toContain(home.sequences[0])
    const [tx] = await txsWith(net.a, `recv_packet.packet_sequence='${home.sequences[0]}'`)
    // The bank's events name the channel's escrow account as the sender: what is paid to it is lost.
    expect(attributesOf(tx!, 'transfer', 'recipient').at(-1)).toBe(service)
    await expectUnallocated(tx!.hash, { amount, from: null, kind: 'other', reason: 'not a top-level MsgSend' })
  })

  it('keeps a plain send of a stranger for a person to look at', async () => {
    const { txHash } = await grantee.pay(service, 4_321n, '')
    await expectUnallocated(txHash, { amount: 4_321n, from: grantee.address, kind: 'msg_send', reason: 'no memo' })
  })

  it('clears as ever when the clearing is paid for at last', async () => {
    const { txHash } = await suite.payer.pay(service, BigInt(token.total.amount), token.memoCode)
    const status = await suite.app.settled(token.token)
    expect(status).toMatchObject({ status: 'cleared', paymentIssue: 'none', credited: token.total, refunds: [], payments: [{ txHash, creditedAmount: token.total.amount }] })
  })
})
