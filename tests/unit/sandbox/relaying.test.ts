import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxChain } from '../../../sandbox/start'
import { startSandbox } from '../../../sandbox/start'
import { balance, channelState, clearArguments, control, hermes, sendPackets } from './world'

let sandbox: Sandbox
let hub: SandboxChain
let zone: SandboxChain

beforeAll(async () => {
  sandbox = await startSandbox({ blockTimeMs: 40, story: false })
  hub = sandbox.chains[0]!
  zone = sandbox.chains[1]!
})
afterAll(() => sandbox.stop())

const kinds = (result: unknown): string[] => (result as object[]).flatMap(event => Object.keys(event))
const voucher = 'ibc/' // Prefix of every voucher denom.

describe('relaying', () => {
  it('clears exactly the chosen sequences', async () => {
    const [first, second, third] = await sendPackets(sandbox, hub, { count: 3 })
    const run = await hermes(sandbox, clearArguments(hub, `${first},${third}`))
    expect(run.exitCode).toBe(0)
    expect(kinds(run.last?.result)).toEqual(['UpdateClient', 'WriteAcknowledgement', 'WriteAcknowledgement', 'UpdateClient', 'AcknowledgePacket', 'AcknowledgePacket'])
    expect(await channelState(sandbox, hub)).toMatchObject({ unreceivedPackets: [second], unreceivedAcknowledgements: [] })
    expect((await hermes(sandbox, clearArguments(hub, `${first},${third}`))).last).toEqual({ result: [], status: 'success' })
  })

  it('clears both directions when no sequence is given', async () => {
    await sendPackets(sandbox, hub, { count: 2 })
    await sendPackets(sandbox, zone, { count: 2, from: 'bob', to: 'alice' })
    await hermes(sandbox, clearArguments(hub))
    expect(await channelState(sandbox, hub)).toMatchObject({ unreceivedPackets: [], unreceivedAcknowledgements: [] })
    expect(await channelState(sandbox, zone)).toMatchObject({ unreceivedPackets: [], unreceivedAcknowledgements: [] })
  })

  it('clears more packets than one transaction holds', async () => {
    const sequences = await sendPackets(sandbox, hub, { count: 40 })
    const run = await hermes(sandbox, clearArguments(hub, `${sequences[0]}..${sequences.at(-1)}`))
    expect(kinds(run.last?.result).filter(kind => kind === 'AcknowledgePacket')).toHaveLength(40)
    expect(kinds(run.last?.result).filter(kind => kind === 'UpdateClient')).toHaveLength(4)
  })

  it('gives the sender of a timed-out packet back exactly what was sent', async () => {
    const before = await balance(sandbox, hub, 'bob')
    const [sequence] = await sendPackets(sandbox, hub, { from: 'bob', to: 'alice', amount: '123457', timeoutSeconds: 0.05 })
    const fees = before - await balance(sandbox, hub, 'bob') - 123_457n
    await expect.poll(async () => kinds((await hermes(sandbox, clearArguments(hub, sequence))).last?.result), { timeout: 10_000 }).toContain('TimeoutPacket')
    expect(await balance(sandbox, hub, 'bob')).toBe(before - fees)
    expect(await channelState(sandbox, hub)).toMatchObject({ unreceivedPackets: [] })
  })

  it('gives the money back with an error acknowledgement, and only then', async () => {
    const [sequence] = await sendPackets(sandbox, hub, { from: 'bob', to: 'nobody', amount: '999' })
    const afterSend = await balance(sandbox, hub, 'bob')
    await control(sandbox, '/relay', { chainId: hub.chainId, sequences: [sequence], stage: 'receive' })
    expect(await balance(sandbox, hub, 'bob')).toBe(afterSend)
    expect(await channelState(sandbox, hub)).toMatchObject({ unreceivedAcknowledgements: [sequence] })
    await hermes(sandbox, clearArguments(hub, sequence))
    expect(await balance(sandbox, hub, 'bob')).toBe(afterSend + 999n)
  })

  it('turns coins into vouchers and back without losing any', async () => {
    const denomOf = async (): Promise<string> => {
      const { balances } = await control<{ balances: { denom: string }[] }>(sandbox, '/balances', { chainId: zone.chainId, to: 'admin' })
      return balances.find(({ denom }) => denom.startsWith(voucher))!.denom
    }
    await sendPackets(sandbox, hub, { from: 'admin', to: 'admin', amount: '777' })
    await hermes(sandbox, clearArguments(hub))
    const denom = await denomOf()
    expect(await balance(sandbox, zone, 'admin', denom)).toBe(777n)
    const before = await balance(sandbox, hub, 'admin')
    await sendPackets(sandbox, zone, { from: 'admin', to: 'admin', amount: '777', denom })
    expect(await balance(sandbox, zone, 'admin', denom)).toBe(0n)
    await hermes(sandbox, clearArguments(zone))
    expect(await balance(sandbox, hub, 'admin')).toBe(before + 777n)
  })

  it('receives and acknowledges in two commands', async () => {
    const [sequence] = await sendPackets(sandbox, hub)
    const received = await hermes(sandbox, ['tx', 'packet-recv', '--dst-chain', zone.chainId, '--src-chain', hub.chainId, '--src-port', 'transfer', '--src-channel', hub.channelId, '--packet-sequences', sequence!])
    expect(kinds(received.last?.result)).toEqual(['UpdateClient', 'WriteAcknowledgement'])
    const pending = await hermes(sandbox, ['query', 'packet', 'pending', '--chain', hub.chainId, '--port', 'transfer', '--channel', hub.channelId])
    expect(pending.last?.result).toMatchObject({ src: { unreceived_acks: [Number(sequence)], unreceived_packets: [] } })
    const acknowledged = await hermes(sandbox, ['tx', 'packet-ack', '--dst-chain', hub.chainId, '--src-chain', zone.chainId, '--src-port', 'transfer', '--src-channel', zone.channelId, '--packet-sequences', sequence!])
    expect(kinds(acknowledged.last?.result)).toEqual(['UpdateClient', 'AcknowledgePacket'])
  })
})
