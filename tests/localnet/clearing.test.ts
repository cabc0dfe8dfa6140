import { randomBytes } from 'node:crypto'
import { toBech32 } from '@cosmjs/encoding'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PacketListDto } from '../../shared/schemas/packets'
import { describeOnLocalnet, type LocalChain } from './harness/facts'
import { clearingProcesses, clearPackets, deliverOnly } from './harness/hermes'
import { deliveredByUs, expectProven, refundsOf, resultsOf, timedOutByUs } from './harness/proof'
import { aClearingSuite } from './harness/suite'
import { bankDenom, strand, strandForError, strandTimedOut } from './harness/transfers'
import { waitUntil } from './harness/wait'
import { LocalWallet } from './harness/wallet'
import { acknowledgementOf, balanceOf, commitmentsOf, unreceivedBy } from './harness/witness'

const aNewAddress = (chain: LocalChain) => toBech32(chain.prefix, randomBytes(20))
/** What a denom of the counterparty is called here. */
const voucherOn = (chain: LocalChain, denom: string) => bankDenom(`${chain.port}/${chain.channel}/${denom}`)
const stillPending = async (chain: LocalChain, sequences: readonly bigint[]) => {
  const pending = new Set(await commitmentsOf(chain))
  return sequences.filter(sequence => pending.has(sequence))
}

describeOnLocalnet('paid clearings on two real chains', (net) => {
  const suite = aClearingSuite(net)
  let aminoPayer: LocalWallet

  beforeAll(async () => {
    aminoPayer = await LocalWallet.open(net, net.a, 'admin', 'amino')
  })
  afterAll(() => aminoPayer?.close())

  async function found(address: string, count: number): Promise<PacketListDto['items']> {
    return waitUntil(`${count} packets of ${address}`, async () => {
      const { status, body } = await suite.app.get<PacketListDto>(`/packets?address=${address}&limit=100`)
      expect(status).toBe(200)
      return body.unanswered.length === 0 && body.items.length >= count ? body.items : undefined
    }, { boundMs: 15_000 })
  }

  async function payFor(wallet: LocalWallet, sequences: readonly bigint[]) {
    const token = await suite.app.requestToken(wallet, net.a, sequences)
    const paid = await wallet.pay(token.paymentAddress, BigInt(token.total.amount), token.memoCode, token.total.denom)
    return { token, paid, status: await suite.app.settled(token.token) }
  }

  it('clears exactly the paid sequences, with proof that a node confirms, and leaves the neighbour pending', async () => {
    const receiver = aNewAddress(net.b)
    const { sequences, txHash } = await strand(suite.sender, net.b, { count: 4, receiver, amount: 4321n })
    const [first, neighbour, third, fourth] = sequences as [bigint, bigint, bigint, bigint]
    const packets = await found(receiver, 4)
    expect(packets.map(({ id }) => BigInt(id.sequence)).sort((one, other) => Number(one - other))).toEqual(sequences)
    expect(packets.map(({ state, need, diagnosis, transfer, legs }) => ({ state, need, payingHelps: diagnosis.payingHelps, amount: transfer?.coin.amount, sent: legs[0]?.txHash })))
      .toEqual(sequences.map(() => ({ state: 'stuck_undelivered', need: 'deliver', payingHelps: 'yes', amount: '4321', sent: txHash })))
    const ofSender = await found(suite.sender.address, 4)
    expect(ofSender.map(({ id }) => BigInt(id.sequence))).toEqual(expect.arrayContaining([...sequences]))

    const direct = await payFor(suite.payer, [first, third])

    expect(await stillPending(net.a, sequences)).toEqual([neighbour, fourth])
    expect(await unreceivedBy(net.b, sequences)).toEqual([neighbour, fourth])
    expect(await balanceOf(net.b, receiver, voucherOn(net.b, net.a.denom))).toBe(2n * 4321n)
    expect(direct.status.status).toBe('cleared')
    expect(direct.status.refunds).toEqual([])
    expect(resultsOf(direct.status)).toEqual([first, third].map(sequence => ({ sequence: String(sequence), result: 'delivered', relayedBy: 'us' })))
    expect(direct.status.payments).toMatchObject([{ txHash: direct.paid.txHash, height: String(direct.paid.height), fromAddress: suite.payer.address, coin: direct.token.total, state: 'credited', creditedAmount: direct.token.total.amount, endpointCount: 2 }])
    for (const packet of direct.status.packets) await expectProven(net, packet, deliveredByUs)

    const amino = await payFor(aminoPayer, [fourth])
    expect(await stillPending(net.a, sequences)).toEqual([neighbour])
    expect(amino.status.status).toBe('cleared')
    expect(amino.status.payments).toMatchObject([{ txHash: amino.paid.txHash, fromAddress: aminoPayer.address, endpointCount: 2 }])
    await expectProven(net, amino.status.packets[0]!, deliveredByUs)
    expect((await found(receiver, 1)).filter(({ state }) => state === 'stuck_undelivered').map(({ id }) => BigInt(id.sequence))).toEqual([neighbour])
  })

  it('case 22b: brings the money of a timed-out packet back to its sender, to the unit', async () => {
    const { sequences: [sequence] } = await strandTimedOut(suite.sender, net.b, { amount: 777_001n })
    const before = await balanceOf(net.a, suite.sender.address)
    const { status } = await payFor(suite.payer, [sequence!])
    expect(await balanceOf(net.a, suite.sender.address)).toBe(before + 777_001n)
    expect(await stillPending(net.a, [sequence!])).toEqual([])
    expect(status).toMatchObject({ status: 'cleared', refunds: [] })
    expect(resultsOf(status)).toEqual([{ sequence: String(sequence), result: 'returned_by_timeout', relayedBy: 'us' }])
    await expectProven(net, status.packets[0]!, timedOutByUs)
  })

  it('case 23d: carries an error acknowledgement back, so that the sender is whole', async () => {
    const whole = await balanceOf(net.a, suite.sender.address)
    const sent = await strandForError(suite.sender, net.b, { amount: 555_001n })
    const before = await balanceOf(net.a, suite.sender.address)
    expect(before).toBeLessThanOrEqual(whole - 555_001n)
    const { status } = await payFor(suite.payer, sent.sequences)
    expect(await balanceOf(net.a, suite.sender.address)).toBe(before + 555_001n)
    expect(status).toMatchObject({ status: 'cleared', refunds: [] })
    expect(resultsOf(status)).toEqual([{ sequence: String(sent.sequences[0]), result: 'returned_by_error', relayedBy: 'us' }])
    await expectProven(net, status.packets[0]!, deliveredByUs)
  })

  it('sells the acknowledgement alone where another relayer delivered a packet that was refused', async () => {
    const sent = await strandForError(suite.sender, net.b, { amount: 333_001n })
    await deliverOnly(net, net.a, net.b, sent.sequences, { as: 'rival' })
    expect(await acknowledgementOf(net.b, sent.sequences[0]!)).toBeDefined()
    const before = await balanceOf(net.a, suite.sender.address)
    const { token, status } = await payFor(suite.payer, sent.sequences)
    expect(token.packets.map(({ need }) => need)).toEqual(['acknowledge'])
    expect(await balanceOf(net.a, suite.sender.address)).toBe(before + 333_001n)
    expect(status).toMatchObject({ status: 'cleared', refunds: [] })
    expect(resultsOf(status)).toEqual([{ sequence: String(sent.sequences[0]), result: 'returned_by_error', relayedBy: 'us' }])
    await expectProven(net, status.packets[0]!, { ...deliveredByUs, receive: 'rival' })
  })

  it('case 21d: takes nothing for a packet that somebody else cleared between the price and the payment', async () => {
    const { sequences } = await strand(suite.sender, net.b)
    const token = await suite.app.requestToken(suite.payer, net.a, sequences)
    await clearPackets(net, net.a, sequences, { as: 'rival' })
    expect(await stillPending(net.a, sequences)).toEqual([])
    const spent = await balanceOf(net.b, net.b.accounts.relayer)

    await suite.payer.pay(token.paymentAddress, BigInt(token.total.amount), token.memoCode)
    const status = await suite.app.settled(token.token)

    expect(status).toMatchObject({ status: 'not_needed', refundStatus: 'owed', credited: token.total })
    expect(resultsOf(status)).toEqual([{ sequence: String(sequences[0]), result: 'delivered', relayedBy: 'other' }])
    expect(refundsOf(status)).toEqual([{ ...token.total, reason: 'not_needed', state: 'planned', destination: suite.payer.address }])
    expect(status.events.map(({ type }) => type)).not.toContain('run_started')
    expect(await balanceOf(net.b, net.b.accounts.relayer)).toBe(spent)
    await expectProven(net, status.packets[0]!, { ...deliveredByUs, receive: 'rival', acknowledge: 'rival' })
  })

  it('case 21e: keeps its share alone where somebody else cleared one of two', async () => {
    const { sequences } = await strand(suite.sender, net.b, { count: 2 })
    const [theirs, ours] = sequences as [bigint, bigint]
    const token = await suite.app.requestToken(suite.payer, net.a, sequences)
    await clearPackets(net, net.a, [theirs], { as: 'rival' })

    await suite.payer.pay(token.paymentAddress, BigInt(token.total.amount), token.memoCode)
    const status = await suite.app.settled(token.token)

    const shares = token.packets.map(({ share }) => BigInt(share.amount))
    expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(BigInt(token.total.amount))
    expect(status).toMatchObject({ status: 'partially_cleared', refundStatus: 'owed' })
    expect(resultsOf(status)).toEqual([{ sequence: String(theirs), result: 'delivered', relayedBy: 'other' }, { sequence: String(ours), result: 'delivered', relayedBy: 'us' }])
    expect(refundsOf(status)).toEqual([{ denom: token.total.denom, amount: String(shares[0]), reason: 'relayed_by_other', state: 'planned', destination: suite.payer.address }])
    await expectProven(net, status.packets[0]!, { ...deliveredByUs, receive: 'rival', acknowledge: 'rival' })
    await expectProven(net, status.packets[1]!, deliveredByUs)
  })

  it('case 21f: names whoever the chain names when another relayer clears at the same time', async () => {
    const { sequences } = await strand(suite.sender, net.b, { count: 3 })
    const token = await suite.app.requestToken(suite.payer, net.a, sequences)
    await suite.payer.pay(token.paymentAddress, BigInt(token.total.amount), token.memoCode)
    await waitUntil('our Hermes runs', async () => clearingProcesses(net.hermesConfig).length > 0 || undefined, { everyMs: 10, boundMs: 30_000 })
    const rival = clearPackets(net, net.a, [...sequences].reverse(), { as: 'rival' })
    const [status] = await Promise.all([suite.app.settled(token.token, { boundMs: 90_000 }), rival])

    expect(await stillPending(net.a, sequences)).toEqual([])
    const accountOf = (chainId: string, account: 'relayer' | 'rival') => (chainId === net.a.id ? net.a : net.b).accounts[account]
    const kept = status.packets.map(({ legs, share }) => {
      const relayed = legs.filter(({ leg }) => leg === 'receive' || leg === 'acknowledge')
      expect(relayed).toHaveLength(2)
      return relayed.some(({ chainId, signer }) => signer === accountOf(chainId, 'relayer')) ? BigInt(share.amount) : 0n
    })
    for (const packet of status.packets) {
      const signers = Object.fromEntries(packet.legs.map(({ leg, chainId, signer }) => [leg, signer === accountOf(chainId, 'rival') ? 'rival' as const : 'relayer' as const]))
      await expectProven(net, packet, signers)
    }
    expect(status.packets.map(({ result, relayedBy }) => ({ result, relayedBy }))).toEqual(kept.map(share => ({ result: 'delivered', relayedBy: share > 0n ? 'us' : 'other' })))
    const owed = status.refunds.reduce((sum, { coin }) => sum + BigInt(coin.amount), 0n)
    expect(owed + kept.reduce((sum, share) => sum + share, 0n)).toBe(BigInt(token.total.amount))
  })
})
