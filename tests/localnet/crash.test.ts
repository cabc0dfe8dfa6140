import { expect, it } from 'vitest'
import { describeOnLocalnet } from './harness/facts'
import { clearingProcesses } from './harness/hermes'
import { deliveredByUs, expectProven } from './harness/proof'
import { aClearingSuite } from './harness/suite'
import { strand } from './harness/transfers'
import { waitUntil } from './harness/wait'
import { balanceOf, commitmentsOf } from './harness/witness'

describeOnLocalnet('the app killed while Hermes runs', (net) => {
  const suite = aClearingSuite(net, { RELAY_RUN_TIME_LIMIT: '5' })

  it('case 20f: finishes from what the chain says after its restart, once', async () => {
    const { sequences } = await strand(suite.sender, net.b, { count: 2 })
    const token = await suite.app.requestToken(suite.payer, net.a, sequences)
    const earned = await balanceOf(net.a, token.paymentAddress)
    await suite.payer.pay(token.paymentAddress, BigInt(token.total.amount), token.memoCode)
    await waitUntil('Hermes clears', async () => clearingProcesses(net.hermesConfig).length > 0 || undefined, { everyMs: 10, boundMs: 30_000 })
    await suite.app.kill()
    expect(await commitmentsOf(net.a)).toEqual(expect.arrayContaining([...sequences]))
    await waitUntil('Hermes dies with the app', async () => clearingProcesses(net.hermesConfig).length === 0 || undefined, { boundMs: 5_000 })

    await suite.app.startAgain()
    const before = await suite.app.status(token.token)
    expect(before.status).toBe('clearing')
    const status = await suite.app.settled(token.token, { boundMs: 60_000 })

    expect(status).toMatchObject({ status: 'cleared', credited: token.total, refunds: [] })
    const types = status.events.map(({ type }) => type)
    for (const once of ['payment_credited', 'settled'] as const) expect(types.filter(type => type === once)).toHaveLength(1)
    expect(types.filter(type => type === 'packet_finished')).toHaveLength(2)
    expect(types.filter(type => type === 'run_started').length).toBeGreaterThanOrEqual(1)
    expect(status.events.filter(({ type }) => type === 'attempt_failed').map(({ detail }) => detail['ending'])).toContain('lapsed')
    const pending = await commitmentsOf(net.a)
    expect(sequences.filter(sequence => pending.includes(sequence))).toEqual([])
    expect(await balanceOf(net.a, token.paymentAddress)).toBe(earned + BigInt(token.total.amount))
    for (const packet of status.packets) await expectProven(net, packet, deliveredByUs)
  })
})
