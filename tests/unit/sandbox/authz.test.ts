import { GenericAuthorization } from 'cosmjs-types/cosmos/authz/v1beta1/authz'
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxChain } from '../../../sandbox/start'
import { startSandbox } from '../../../sandbox/start'
import type { EventView } from './world'
import { balance, captured, control, signingClient } from './world'

const authz = (name: string) => `/cosmos.authz.v1beta1.${name}`
const msgSend = '/cosmos.bank.v1beta1.MsgSend'
const fee = { gas: '200000', amount: [{ denom: 'uatom', amount: '4000' }] }
let sandbox: Sandbox
let hub: SandboxChain

beforeAll(async () => {
  sandbox = await startSandbox({ blockTimeMs: 40, story: false })
  hub = sandbox.chains[0]!
})
afterAll(() => sandbox.stop())

const addressOf = (name: 'alice' | 'bob' | 'service') => sandbox.accounts[name].addresses[hub.chainId]!

async function broadcast(from: 'alice' | 'bob', type: string, value: unknown) {
  const { client, address } = await signingClient(sandbox, hub, from)
  return client.signAndBroadcast(address, [{ typeUrl: authz(type), value }], fee)
}
const exec = (amount: string) => {
  const value = MsgSend.encode({ fromAddress: addressOf('alice'), toAddress: addressOf('service'), amount: [{ denom: 'uatom', amount }] }).finish()
  return broadcast('bob', 'MsgExec', { grantee: addressOf('bob'), msgs: [{ typeUrl: msgSend, value }] })
}
const grant = (over: { grantee?: string, msg?: string, expiration?: { seconds: bigint, nanos: number } } = {}) => broadcast('alice', 'MsgGrant', {
  granter: addressOf('alice'), grantee: over.grantee ?? addressOf('bob'),
  grant: { authorization: { typeUrl: authz('GenericAuthorization'), value: GenericAuthorization.encode({ msg: over.msg ?? msgSend }).finish() }, expiration: over.expiration },
})

describe('x/authz on a simulated chain', () => {
  it('refuses to spend for somebody who did not let it, as a real chain does, and takes the fee', async () => {
    const [alice, bob] = [await balance(sandbox, hub, 'alice'), await balance(sandbox, hub, 'bob')]
    const refused = await exec('1000')
    const real = captured<{ tx_result: { code: number, codespace: string, log: string, events: EventView[] } }>('rpc_tx_authz_exec_without_grant').tx_result
    const nameless = (text: string | undefined) => text?.replace(/cosmos1\w+/g, 'ADDRESS')
    expect([refused.code, nameless(refused.rawLog)]).toEqual([real.code, nameless(real.log)])
    expect(refused.events.map(({ type }) => type)).toEqual(real.events.map(({ type }) => type))
    expect([await balance(sandbox, hub, 'alice'), await balance(sandbox, hub, 'bob')]).toEqual([alice, bob - 4_000n])
  })

  it.each([
    ['to oneself', 7, () => grant({ grantee: addressOf('alice') })],
    ['of messages that the chain does not know', 29, () => grant({ msg: '/cosmos.gov.v1.MsgVote' })],
    ['that has ended', 3, () => grant({ expiration: { seconds: 1n, nanos: 0 } })],
  ])('refuses a grant %s with code %i', async (_, code, granting) => {
    expect((await granting()).code).toBe(code)
  })

  it('debits the account that granted it, and not the one that signed', async () => {
    const [alice, bob, service] = [await balance(sandbox, hub, 'alice'), await balance(sandbox, hub, 'bob'), await balance(sandbox, hub, 'service')]
    await control(sandbox, '/send', { chainId: hub.chainId, from: 'alice', spender: 'bob', amount: '1000', via: 'authz' })
    const spent = alice - await balance(sandbox, hub, 'alice')
    expect(spent).toBeGreaterThan(1_000n) // its grant cost a fee
    expect(await balance(sandbox, hub, 'service')).toBe(service + 1_000n)
    expect((await exec('500')).code).toBe(0)
    expect(await balance(sandbox, hub, 'alice')).toBe(alice - spent - 500n)
    expect(await balance(sandbox, hub, 'bob')).toBeLessThan(bob)
  })

  it('does nothing of it when a message inside fails, with that message\'s code', async () => {
    const service = await balance(sandbox, hub, 'service')
    const failed = await exec('99000000000000')
    expect(failed.code).toBe(5)
    expect(failed.rawLog).toContain('insufficient funds')
    expect(await balance(sandbox, hub, 'service')).toBe(service)
  })

  it('has no account spend for itself through the control port', async () => {
    await expect(control(sandbox, '/send', { chainId: hub.chainId, from: 'bob', spender: 'bob', amount: '77', via: 'authz' })).rejects.toThrow('spender must be another account')
  })
})
