import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeHermesRelayer } from '../../server/adapters/hermes/relayer'
import type { HermesOptions } from '../../server/adapters/hermes/readiness'
import type { PacketRelayer, RelayRun, Sequences } from '../../server/usecases/ports'
import type { ChannelEnd } from '../../shared/utils/packet-id'

/** Two chains with an open channel, and a hermes command between them. Blocks take about a second or less. */
export interface RelayerWorld {
  readonly options: HermesOptions
  readonly source: ChannelEnd
  readonly destination: ChannelEnd
  /** Name of a key in the key store (or of the sandbox) whose account has no funds on the destination. */
  readonly unfundedKeyName: string
  /** Sends packets from the source that nobody relays; their sequences. */
  readonly strand: (count: number) => Promise<bigint[]>
  /** Of these, the sequences that are still committed on the source, asked from the chain itself. */
  readonly committed: (sequences: readonly bigint[]) => Promise<bigint[]>
  readonly close: () => Promise<void>
}

async function processesNaming(text: string): Promise<number> {
  let found = 0
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue
    // A process may end between the listing and the reading.
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    const words = commandLine.split('\0')
    if (words.includes(text) && words.includes('clear')) found += 1
  }
  return found
}

/** The same configuration with another key on one chain. */
function withKey(configuration: string, chainId: string, keyName: string): string {
  return configuration.split('[[chains]]')
    .map(section => section.includes(`'${chainId}'`) || section.includes(`"${chainId}"`) ? section.replace(/key_name = .*/, `key_name = '${keyName}'`) : section)
    .join('[[chains]]')
}

/** The same configuration with another limit for receivers of ICS-20 packets. */
function withReceiverLimit(configuration: string, bytes: number): string {
  return configuration.replace(/^ics20_max_receiver_size.*\n/m, '').replace('[mode.packets]\n', `[mode.packets]\nics20_max_receiver_size = { enabled = true, size = "${bytes}B" }\n`)
}

/** What every PacketRelayer over a hermes command must do, whether real or stand-in. */
export function packetRelayerContract(openWorld: () => Promise<RelayerWorld>) {
  let world: RelayerWorld
  let relayer: PacketRelayer
  let folder: string

  beforeAll(async () => {
    world = await openWorld()
    relayer = makeHermesRelayer(world.options)
    folder = await mkdtemp(join(tmpdir(), 'relayer-contract-'))
  })
  afterAll(async () => {
    await world.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function otherConfig(name: string, change: (text: string) => string): Promise<HermesOptions> {
    const configPath = join(folder, `${name}.toml`)
    await writeFile(configPath, change(await readFile(world.options.configPath, 'utf8')))
    return { ...world.options, configPath }
  }

  function aRun(sequences: readonly bigint[], over: Partial<RelayRun> = {}): RelayRun {
    const { source, destination } = world
    return { executor: 'clear_packets', source, destination, sequences: sequences as Sequences, timeLimitMs: 60_000, signal: new AbortController().signal, ...over }
  }

  it('is ready, with a version and a key with an address on both chains', async () => {
    const readiness = await relayer.readiness()
    expect(readiness).toMatchObject({ ready: true, problems: [] })
    expect(readiness.version).toMatch(/^\d+\.\d+\.\d+$/)
    for (const { chainId } of [world.source, world.destination]) expect(readiness.keys).toContainEqual({ chainId, address: expect.stringMatching(/^[a-z]+1[a-z\d]{38}$/) as string, keyName: expect.any(String) as string, mustHold: { denom: expect.any(String) as string, amount: expect.any(BigInt) as bigint } })
  })

  it('has no key where that is the wallet which customers pay to, and says so', async () => {
    const { keys } = await relayer.readiness()
    const shared = keys.find(({ chainId }) => chainId === world.source.chainId)!
    const mixed = makeHermesRelayer({ ...world.options, serviceAddresses: new Set([shared.address]) })
    const readiness = await mixed.readiness()
    expect(readiness.problems).toEqual([expect.stringContaining(`is the service wallet ${shared.address}`)])
    expect(readiness.keys).toEqual(keys.filter(key => key !== shared))
    expect(await mixed.routeProblems(world.source, world.destination)).toEqual([expect.stringContaining(world.source.chainId)])
    expect(await relayer.routeProblems(world.source, world.destination)).toEqual([])
  })

  it('can serve its channel, and says why it cannot serve another', async () => {
    expect(await relayer.routeProblems(world.source, world.destination)).toEqual([])
    expect(await relayer.routeProblems({ ...world.source, chainId: 'nowhere-1' }, world.destination)).toEqual([expect.stringContaining('nowhere-1')])
    const filtered = makeHermesRelayer(await otherConfig('filtered', text => text.replaceAll('[[chains]]', '[[chains]]\npacket_filter = { policy = \'allow\', list = [[\'transfer\', \'channel-99\']] }')))
    expect(await filtered.routeProblems(world.source, world.destination)).toHaveLength(2)
    expect(await filtered.terms(world.source, world.destination)).toMatchObject({ served: false })
    expect(await relayer.terms(world.source, world.destination)).toEqual({ served: true, maxMemoBytes: 32_768, maxReceiverBytes: 2_048 })
    expect(await makeHermesRelayer({ ...world.options, configPath: join(folder, 'nowhere.toml') }).terms(world.source, world.destination)).toBeNull()
  })

  it('skips a packet with a longer receiver than its terms say, and exits as if nothing were wrong', async () => {
    const careful = makeHermesRelayer(await otherConfig('careful', text => withReceiverLimit(text, 20)))
    expect(await careful.terms(world.source, world.destination)).toMatchObject({ maxReceiverBytes: 20 })
    const sequences = await world.strand(1)
    expect(await careful.run(aRun(sequences))).toMatchObject({ ending: 'exit_0', statusLine: 'success' })
    expect(await world.committed(sequences)).toEqual(sequences)
    await relayer.run(aRun(sequences))
    expect(await world.committed(sequences)).toEqual([])
  })

  it('clears only the chosen sequences', async () => {
    const sequences = await world.strand(3)
    const report = await relayer.run(aRun([sequences[0]!, sequences[2]!]))
    expect(report).toMatchObject({ ending: 'exit_0', exitCode: 0, statusLine: 'success' })
    expect(await world.committed(sequences)).toEqual([sequences[1]])
  })

  it('succeeds when there is nothing to do', async () => {
    const [sequence] = await world.strand(1)
    await relayer.run(aRun([sequence!]))
    expect(await relayer.run(aRun([sequence!]))).toMatchObject({ ending: 'exit_0', statusLine: 'success', errors: [] })
  })

  it('clears with the second executor in two steps', async () => {
    const [sequence] = await world.strand(1)
    expect(await relayer.run(aRun([sequence!], { executor: 'tx_packet', step: 'receive' }))).toMatchObject({ ending: 'exit_0' })
    expect(await world.committed([sequence!])).toEqual([sequence])
    expect(await relayer.run(aRun([sequence!], { executor: 'tx_packet', step: 'acknowledge' }))).toMatchObject({ ending: 'exit_0' })
    expect(await world.committed([sequence!])).toEqual([])
  })

  it('case 19b: changes nothing with a key without funds; only the second executor admits it by its exit', async () => {
    const poor = makeHermesRelayer(await otherConfig('poor', text => withKey(text, world.destination.chainId, world.unfundedKeyName)))
    const [sequence] = await world.strand(1)
    const first = await poor.run(aRun([sequence!]))
    expect(first).toMatchObject({ ending: 'exit_0', statusLine: 'success' })
    expect(first.errors.length).toBeGreaterThan(0)
    expect(await poor.run(aRun([sequence!], { executor: 'tx_packet', step: 'receive' }))).toMatchObject({ ending: 'exit_error', exitCode: 1, statusLine: 'error' })
    expect(await world.committed([sequence!])).toEqual([sequence])
  })

  it('reports a wrong channel and an unknown chain as errors', async () => {
    const wrongChannel = await relayer.run(aRun([1n], { source: { ...world.source, channelId: 'channel-99' } }))
    expect(wrongChannel).toMatchObject({ ending: 'exit_error', exitCode: 1, statusLine: 'error' })
    expect(wrongChannel.errors[0]).toContain('channel-99')
    expect(await relayer.run(aRun([1n], { source: { ...world.source, chainId: 'nowhere-1' } }))).toMatchObject({ ending: 'exit_error', statusLine: 'error' })
  })

  it('never starts with identifiers that could be options', async () => {
    expect(await relayer.run(aRun([1n], { source: { ...world.source, chainId: '--help' } }))).toMatchObject({ ending: 'not_started' })
    expect(await relayer.run(aRun([]))).toMatchObject({ ending: 'not_started' })
  })

  describe('a running command', () => {
    it('is killed at its time limit', async () => {
      const options = await otherConfig('limited', text => text)
      const [sequence] = await world.strand(1)
      const report = await makeHermesRelayer(options).run(aRun([sequence!], { timeLimitMs: 100 }))
      expect(report).toMatchObject({ ending: 'timed_out', exitCode: null })
      expect(report.durationMs).toBeLessThan(1_000)
      expect(await processesNaming(options.configPath)).toBe(0)
    })

    it('is killed when it is called off', async () => {
      const options = await otherConfig('aborted', text => text)
      const [sequence] = await world.strand(1)
      const stop = new AbortController()
      const report = makeHermesRelayer(options).run(aRun([sequence!], { signal: stop.signal }))
      await expect.poll(() => processesNaming(options.configPath), { timeout: 5_000, interval: 5 }).toBeGreaterThan(0)
      stop.abort()
      expect(await report).toMatchObject({ ending: 'killed' })
      expect(await processesNaming(options.configPath)).toBe(0)
    })

    it('dies when its parent is killed with -9', async () => {
      const options = await otherConfig('orphan', text => text)
      const [sequence] = await world.strand(1)
      const { signal: _, sequences, ...run } = aRun([sequence!])
      const facts = JSON.stringify({ options, run, sequences: sequences.map(String) })
      const parent = spawn(process.execPath, ['--import', 'tsx', 'tests/contract/packet-relayer.parent.ts', facts], { stdio: 'ignore' })
      await expect.poll(() => processesNaming(options.configPath), { timeout: 10_000, interval: 5 }).toBeGreaterThan(0)
      parent.kill('SIGKILL')
      await once(parent, 'exit')
      await expect.poll(() => processesNaming(options.configPath), { timeout: 500, interval: 10 }).toBe(0)
    })
  })
}
