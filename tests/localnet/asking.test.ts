import { makeCosmoshubPath, makeSignDoc, Secp256k1HdWallet } from '@cosmjs/amino'
import { toBase64, toUtf8 } from '@cosmjs/encoding'
import { expect, it } from 'vitest'
import type { ChallengeDto, SessionDto } from '../../shared/schemas/auth'
import type { OperationListDto } from '../../shared/schemas/clearing'
import type { PacketDto } from '../../shared/schemas/packets'
import type { UserStatistics } from '../../shared/schemas/statistics'
import { accountNames, describeOnLocalnet } from './harness/facts'
import { clearPackets, deliverOnly } from './harness/hermes'
import { aClearingSuite } from './harness/suite'
import { strand } from './harness/transfers'
import { waitUntil } from './harness/wait'
import { acknowledgementOf, commitmentsOf } from './harness/witness'

describeOnLocalnet('asking the app on two real chains', (net) => {
  const suite = aClearingSuite(net)

  /** As Keplr's signArbitrary does: ADR-36 over the text. Returns the session's cookie. */
  async function signIn(): Promise<string> {
    const { address, chain } = suite.payer
    const { body: challenge } = await suite.app.post<ChallengeDto>('/auth/challenge', { address, chainId: chain.id })
    const wallet = await Secp256k1HdWallet.fromMnemonic(net.mnemonic, { prefix: chain.prefix, hdPaths: [makeCosmoshubPath(accountNames.indexOf('user2'))] })
    const document = makeSignDoc([{ type: 'sign/MsgSignData', value: { signer: address, data: toBase64(toUtf8(challenge.text)) } }], { gas: '0', amount: [] }, '', '', 0, 0)
    const { signature } = await wallet.signAmino(address, document)
    const signed = await suite.app.post<{ session: SessionDto }>('/auth/wallet-sign', { challengeId: challenge.challengeId, signature: signature.signature, pubKey: signature.pub_key.value })
    expect(signed.status).toBe(200)
    expect(signed.body.session).toMatchObject({ address, chainId: chain.id })
    return signed.headers.getSetCookie()[0]!.split(';')[0]!
  }

  it('case 32h: shows a signed-in wallet its own clearings and figures, and nobody else', async () => {
    expect((await suite.app.get('/clearing/operations')).status).toBe(401)
    const { sequences } = await strand(suite.sender, net.b, { count: 2 })
    const paid = await suite.app.requestToken(suite.payer, net.a, [sequences[0]!])
    await suite.app.requestToken(suite.sender, net.a, [sequences[1]!])
    await suite.payer.pay(paid.paymentAddress, BigInt(paid.total.amount) + 5n, paid.memoCode)
    await suite.app.settled(paid.token)

    const cookie = await signIn()
    const { body: list } = await suite.app.get<OperationListDto>('/clearing/operations', { cookie })
    expect(list.items).toMatchObject([{ token: paid.token, status: 'cleared', paymentIssue: 'overpaid', total: paid.total, credited: paid.total, refunded: { amount: '5' }, packets: [{ id: { sequence: String(sequences[0]) }, result: 'delivered' }] }])
    const { body: figures } = await suite.app.get<UserStatistics>('/users/statistics', { cookie })
    expect(figures).toMatchObject({ operations: 1, packetsByResult: [{ result: 'delivered', packets: 1 }], spent: [paid.total], refunded: [{ denom: paid.total.denom, amount: '5' }], timeToClear: { sampleSize: 1 } })
    expect(figures.timeToClear.medianSeconds).toBeGreaterThan(0)
    const broken = await suite.app.get('/clearing/operations', { cookie: `${cookie.slice(0, -4)}AAAA` })
    expect(broken.status).toBe(401)
  })

  it('case 25h: refuses to sell what cannot or need not be cleared, with a reason per packet', async () => {
    const { sequences } = await strand(suite.sender, net.b, { count: 3 })
    const [completed, delivered, stuck] = sequences as [bigint, bigint, bigint]
    await clearPackets(net, net.a, [completed], { as: 'rival' })
    await deliverOnly(net, net.a, net.b, [delivered], { as: 'rival' })
    expect(await acknowledgementOf(net.b, delivered)).toBeDefined()
    expect(await commitmentsOf(net.a)).toEqual(expect.arrayContaining([delivered, stuck]))
    const never = stuck + 1_000_000n
    const stateOf = async (sequence: bigint) => (await suite.app.get<PacketDto>(`/packets/${net.a.id}/${net.a.port}/${net.a.channel}/${sequence}`)).body.state
    await waitUntil('the app sees both', async () => (await stateOf(completed) === 'completed' && await stateOf(delivered) === 'stuck_unacknowledged') || undefined, { boundMs: 10_000 })

    const refused = await suite.app.refusals(suite.payer, net.a, [never, completed, delivered, stuck])

    expect(refused).toEqual({
      status: 422, code: 'packets_not_clearable',
      packets: [{ sequence: String(never), code: 'not_found' }, { sequence: String(completed), code: 'already_completed' }, { sequence: String(delivered), code: 'already_delivered' }],
    })
    const token = await suite.app.requestToken(suite.payer, net.a, [stuck])
    expect(token.packets).toMatchObject([{ id: { sequence: String(stuck) }, need: 'deliver' }])
  })
})
