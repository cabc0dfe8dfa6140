import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxChain } from '../../../sandbox/start'
import { startSandbox } from '../../../sandbox/start'
import { channelState, clearArguments, control, hermes, sendPackets } from './world'

let sandbox: Sandbox
let hub: SandboxChain
let zone: SandboxChain

beforeAll(async () => {
  sandbox = await startSandbox({ blockTimeMs: 40, story: false })
  hub = sandbox.chains[0]!
  zone = sandbox.chains[1]!
})
afterEach(() => control(sandbox, '/reset'))
afterAll(() => sandbox.stop())

describe('the hermes command', () => {
  it('says its version without a configuration', async () => {
    const { stdout } = await promisify(execFile)(sandbox.hermes.binary, ['version'])
    expect(stdout).toBe('hermes 1.13.2\n')
  })

  it('lists the key of a chain, as text and as JSON', async () => {
    const address = sandbox.accounts.relayer.addresses[zone.chainId]!
    const { stdout } = await promisify(execFile)(sandbox.hermes.binary, ['--config', sandbox.hermes.configPath, 'keys', 'list', '--chain', zone.chainId])
    expect(stdout).toContain(`- relayer (${address})`)
    expect((await hermes(sandbox, ['keys', 'list', '--chain', zone.chainId])).last).toMatchObject({ status: 'success', result: { relayer: { account: address } } })
  })

  it.each([
    ['an unknown chain', ['--chain', 'nope-1', '--port', 'transfer', '--channel', 'channel-0'], 'missing chain config for \'nope-1\''],
    ['a channel that does not exist', ['--chain', 'sandbox-hub-1', '--port', 'transfer', '--channel', 'channel-99'], 'channel transfer/channel-99 on chain sandbox-hub-1 is not open'],
  ])('ends with status 1 for %s', async (_, options, text) => {
    const run = await hermes(sandbox, ['clear', 'packets', ...options, '--packet-sequences', '1'])
    expect(run.exitCode).toBe(1)
    expect(run.last?.status).toBe('error')
    expect(run.last?.result).toContain(text)
  })

  it('ends with status 1 when a node is down at the start', async () => {
    await control(sandbox, '/faults/rpc', { chainId: zone.chainId, kind: 'refuse' })
    const run = await hermes(sandbox, clearArguments(hub, '1'))
    expect([run.exitCode, run.last?.status]).toEqual([1, 'error'])
    expect(run.last?.result).toContain('failed to spawn chain runtime')
  })

  it('exits 0 with an empty result and an ERROR line when the destination key has no account; tx exits 1', async () => {
    const [sequence] = await sendPackets(sandbox, hub)
    const poorConfig = `${sandbox.hermes.configPath}.poor`
    await writeFile(poorConfig, (await readFile(sandbox.hermes.configPath, 'utf8')).replaceAll('key_name = \'relayer\'', 'key_name = \'poor\''))
    const poor: Sandbox = { ...sandbox, hermes: { ...sandbox.hermes, configPath: poorConfig } }
    const run = await hermes(poor, clearArguments(hub, sequence))
    expect([run.exitCode, run.last]).toEqual([0, { result: [], status: 'success' }])
    expect(run.lines.some(line => line.includes('"ERROR"') && line.includes('not found'))).toBe(true)
    const strict = await hermes(poor, ['tx', 'packet-recv', '--dst-chain', zone.chainId, '--src-chain', hub.chainId, '--src-port', 'transfer', '--src-channel', hub.channelId, '--packet-sequences', sequence!])
    expect([strict.exitCode, strict.last?.status]).toEqual([1, 'error'])
  })

  it('that is down answers neither its command nor REST, until it is up again', async () => {
    const { restUrl } = sandbox.hermes
    await control(sandbox, '/faults/hermes', { mode: 'down' })
    expect(await hermes(sandbox, clearArguments(hub))).toMatchObject({ exitCode: 1, last: { status: 'error' } })
    await expect(fetch(`${restUrl}/version`)).rejects.toThrow('fetch failed')
    await control(sandbox, '/faults/hermes', { mode: 'none' })
    expect((await fetch(`${restUrl}/version`)).status).toBe(200)
  })

  it('claims success and does nothing under the empty-success fault', async () => {
    const [sequence] = await sendPackets(sandbox, hub)
    await control(sandbox, '/faults/hermes', { mode: 'emptySuccess', count: 1 })
    expect((await hermes(sandbox, clearArguments(hub, sequence))).last).toEqual({ result: [], status: 'success' })
    expect((await channelState(sandbox, hub)).unreceivedPackets).toContain(sequence)
  })

  it('dies between receive and acknowledgement under the die-midway fault', async () => {
    const [sequence] = await sendPackets(sandbox, hub)
    await control(sandbox, '/faults/hermes', { mode: 'dieMidway', count: 1 })
    const run = await hermes(sandbox, clearArguments(hub, sequence))
    expect(run.signal).toBe('SIGKILL')
    const { unreceivedPackets, unreceivedAcknowledgements } = await channelState(sandbox, hub)
    expect(unreceivedPackets).not.toContain(sequence)
    expect(unreceivedAcknowledgements).toContain(sequence)
  })

  it('prints no readable result under the garbage fault', async () => {
    await control(sandbox, '/faults/hermes', { mode: 'garbage', count: 1 })
    const run = await hermes(sandbox, clearArguments(hub, '1'))
    expect(run.last).toBeUndefined()
    expect(run.exitCode).not.toBe(0)
  })

  it('finds nothing to do when another relayer was first', async () => {
    const [sequence] = await sendPackets(sandbox, hub)
    await control(sandbox, '/faults/hermes', { mode: 'otherRelayerFirst', count: 1 })
    expect((await hermes(sandbox, clearArguments(hub, sequence))).last).toEqual({ result: [], status: 'success' })
    const { unreceivedPackets, unreceivedAcknowledgements } = await channelState(sandbox, hub)
    expect([...unreceivedPackets, ...unreceivedAcknowledgements]).not.toContain(sequence)
  })

  it('stops relaying when the process is killed: what was not sent is never sent', async () => {
    const [sequence] = await sendPackets(sandbox, hub)
    await control(sandbox, '/halt', { chainId: hub.chainId })
    const run = await hermes(sandbox, clearArguments(hub, sequence), { killAt: 'unreceived packets found' })
    expect(run.signal).toBe('SIGKILL')
    await control(sandbox, '/halt', { chainId: hub.chainId, halted: false })
    await control(sandbox, '/blocks', { count: 5 })
    expect((await channelState(sandbox, hub)).unreceivedPackets).toContain(sequence)
    await hermes(sandbox, clearArguments(hub))
  })

  it('hangs until it is killed under the hang fault', async () => {
    await control(sandbox, '/faults/hermes', { mode: 'hang', count: 1 })
    const run = await hermes(sandbox, clearArguments(hub, '1'), { killAt: '\n', killAfterMs: 300 })
    expect(run.signal).toBe('SIGKILL')
    expect(run.lines).toHaveLength(1)
  })

  it('lets one of two runs with the same key lose by its account sequence', async () => {
    const [first, second] = await sendPackets(sandbox, hub, { count: 2 })
    await control(sandbox, '/halt', { chainId: zone.chainId })
    const runs = [hermes(sandbox, clearArguments(hub, first)), hermes(sandbox, clearArguments(hub, second))]
    // The winner waits for a block that does not come: who ends first has lost.
    expect((await Promise.race(runs)).last).toEqual({ result: [], status: 'success' })
    await control(sandbox, '/halt', { chainId: zone.chainId, halted: false })
    const done = await Promise.all(runs)
    expect(done.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(done.filter(({ last }) => JSON.stringify(last?.result) === '[]')).toHaveLength(1)
  })
})

describe('the REST surface', () => {
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(sandbox.hermes.restUrl + path, { method })
    return { status: response.status, body: response.headers.get('content-type')?.includes('json') ? await response.json() as unknown : undefined }
  }

  it('answers as the real one does', async () => {
    expect(await get('/version')).toEqual({ status: 200, body: { status: 'success', result: [{ name: 'ibc-relayer', version: '0.32.2' }, { name: 'ibc-relayer-rest', version: '0.32.2' }] } })
    expect(await get('/chains')).toMatchObject({ body: { result: ['sandbox-hub-1', 'sandbox-zone-1'] } })
    expect(await get('/chain/sandbox-hub-1')).toMatchObject({ body: { result: { id: 'sandbox-hub-1', key_name: 'relayer' } } })
    expect(await get('/chain/nope')).toEqual({ status: 200, body: { status: 'error', result: { name: 'ChainConfigNotFound', msg: 'could not find configuration for chain: nope' } } })
    expect(await get('/state')).toMatchObject({ body: { status: 'success', result: { chains: ['sandbox-hub-1', 'sandbox-zone-1'] } } })
    expect(await get('/nope')).toMatchObject({ status: 404 })
    expect(await get('/clear_packets')).toMatchObject({ status: 405 })
    expect(await get('/clear_packets?chain=nope', 'POST')).toEqual({ status: 200, body: { status: 'success', result: null } })
  })
})
