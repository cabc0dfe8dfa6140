import { coin } from '@cosmjs/proto-signing'
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxChain } from '../../../sandbox/start'
import { startSandbox } from '../../../sandbox/start'
import { balance, comet, control, signingClient } from './world'

let sandbox: Sandbox
let hub: SandboxChain
let zone: SandboxChain

beforeAll(async () => {
  sandbox = await startSandbox({ manualBlocks: true, story: false })
  hub = sandbox.chains[0]!
  zone = sandbox.chains[1]!
})
afterAll(() => sandbox.stop())

const fee = (amount: string, gas = '100000') => ({ amount: [coin(amount, 'uatom')], gas })

async function signedSend(from: 'alice' | 'bob' | 'poor', facts: { amount?: string, memo?: string, fee?: ReturnType<typeof fee>, mode?: 'direct' | 'amino', sequence?: number, chainId?: string } = {}): Promise<Uint8Array> {
  const { client, address } = await signingClient(sandbox, hub, from, facts.mode)
  const message = { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: address, toAddress: sandbox.accounts.service.addresses[hub.chainId]!, amount: [coin(facts.amount ?? '1000', 'uatom')] } }
  const account = from === 'poor' ? { accountNumber: 99n, sequence: 0 } : await client.getSequence(address)
  const signed = await client.sign(address, [message], facts.fee ?? fee('2000'), facts.memo ?? '', { ...account, accountNumber: BigInt(account.accountNumber), sequence: facts.sequence ?? Number(account.sequence), chainId: facts.chainId ?? hub.chainId })
  return TxRaw.encode(signed).finish()
}

async function broadcast(tx: Uint8Array) {
  return (await comet(hub)).broadcastTxSync({ tx })
}

describe('transactions on a simulated chain', () => {
  it.each(['direct', 'amino'] as const)('moves exact coins for a %s signature, in the next block', async (mode) => {
    const [aliceBefore, serviceBefore] = [await balance(sandbox, hub, 'alice'), await balance(sandbox, hub, 'service')]
    const answer = await broadcast(await signedSend('alice', { mode, memo: 'RLY & <memo>' }))
    expect(answer.code).toBe(0)
    expect(await balance(sandbox, hub, 'service')).toBe(serviceBefore)
    await control(sandbox, '/blocks')
    expect(await balance(sandbox, hub, 'service')).toBe(serviceBefore + 1_000n)
    expect(await balance(sandbox, hub, 'alice')).toBe(aliceBefore - 1_000n - 2_000n)
    const found = await (await comet(hub)).tx({ hash: answer.hash })
    expect(found.result.code).toBe(0)
  })

  it('charges the fee of a transaction that fails in its block, and nothing else', async () => {
    const before = await balance(sandbox, hub, 'alice')
    const answer = await broadcast(await signedSend('alice', { amount: '99000000000000' }))
    expect(answer.code).toBe(0)
    await control(sandbox, '/blocks')
    const found = await (await comet(hub)).tx({ hash: answer.hash })
    expect(found.result.code).toBe(5)
    expect(found.result.events.some(event => event.attributes.some(({ key }) => key === 'msg_index'))).toBe(false)
    expect(await balance(sandbox, hub, 'alice')).toBe(before - 2_000n)
  })

  it.each([
    ['insufficient fee', 13, { fee: fee('10') }],
    ['a memo of 300 characters', 12, { memo: 'x'.repeat(300) }],
    ['a wrong sequence', 32, { sequence: 4_000 }],
    ['a signature for another chain', 4, { chainId: 'other-1' }],
    ['too little gas for the checks', 11, { fee: fee('2000', '1000') }],
    ['a fee above the balance', 5, { fee: fee('99000000000000') }],
  ])('refuses %s with code %i', async (_, code, facts) => {
    expect((await broadcast(await signedSend('bob', facts))).code).toBe(code)
  })

  it('refuses an account that does not exist with code 9, and bytes that are no transaction with code 2', async () => {
    expect((await broadcast(await signedSend('poor'))).code).toBe(9)
    expect((await broadcast(Uint8Array.of(1, 2, 3))).code).toBe(2)
  })

  it('answers the same bytes again with an RPC error, also after their block', async () => {
    const tx = await signedSend('bob')
    expect((await broadcast(tx)).code).toBe(0)
    await expect(broadcast(tx)).rejects.toThrow('tx already exists in cache')
    await control(sandbox, '/blocks')
    await expect(broadcast(tx)).rejects.toThrow('tx already exists in cache')
  })

  it('accepts two transactions of one account in a row and puts both in one block', async () => {
    const sequence = Number((await (await signingClient(sandbox, hub, 'bob')).client.getSequence(sandbox.accounts.bob.addresses[hub.chainId]!)).sequence)
    const answers = [await broadcast(await signedSend('bob', { sequence })), await broadcast(await signedSend('bob', { sequence: sequence + 1 }))]
    expect(answers.map(({ code }) => code)).toEqual([0, 0])
    await control(sandbox, '/blocks')
    const { block } = await (await comet(hub)).block()
    expect(block.txs).toHaveLength(2)
  })

  it('simulates gas for an unsigned transaction', async () => {
    const { client, address } = await signingClient(sandbox, zone, 'alice')
    const message = { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: address, toAddress: address, amount: [coin('1', 'azone')] } }
    expect(await client.simulate(address, [message], '')).toBeGreaterThan(40_000)
  })

  it('creates no coins and loses none: supply equals the sum of balances after fees and sends', async () => {
    const { address } = await signingClient(sandbox, hub, 'alice')
    const before = await Promise.all(['alice', 'bob', 'service', 'admin', 'relayer', 'otherRelayer'].map(name => balance(sandbox, hub, name)))
    const collector = await balance(sandbox, hub, 'cosmos17xpfvakm2amg962yls6f84z3kell8c5lserqta')
    expect(before.reduce((sum, amount) => sum + amount, collector)).toBe(6n * 10_000_000_000n)
    expect(address).toMatch(/^cosmos1/)
  })
})
