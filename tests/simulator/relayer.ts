import type { PacketRelayer, RelayReport, RelayRun } from '../../server/usecases/ports'
import { relayerAddress, type ModelPacket, type Network } from './network'
import type { Random } from './random'

export type RelayerMode = 'clears' | 'part' | 'silent' | 'exits_1' | 'half_then_exits_1' | 'dies_between' | 'garbage' | 'not_started' | 'other_first'
export type RelayerTemper = Readonly<Partial<Record<RelayerMode, number>>>

export const helpful: RelayerTemper = { clears: 1 }

interface RelayerWorld {
  readonly network: Network
  readonly random: Random
  readonly now: () => Date
  readonly temper: () => RelayerTemper
  readonly ready: () => boolean
  /** Passes the scheduler: the world may move on, or this instance may die, before `act`. */
  readonly step: (label: string, act: () => void) => Promise<void>
  readonly strangerRelays: (packets: readonly ModelPacket[]) => void
  readonly count: (what: string) => void
}

const report = (ending: RelayReport['ending'], statusLine: RelayReport['statusLine'], errors: readonly string[] = []): RelayReport =>
  ({ ending, exitCode: ending === 'exit_0' ? 0 : ending === 'exit_error' ? 1 : null, statusLine, errors, durationMs: 1000 })

/** A relayer program that does what the seed wants, in txs of its own blocks; what it says proves nothing. */
export function makeModelRelayer({ network, random, now, temper, ready, step, strangerRelays, count }: RelayerWorld): PacketRelayer {
  const keys = [...network.chains.keys()].map(chainId => ({ chainId, address: relayerAddress(chainId), keyName: 'relayer' }))

  const submit = (kind: 'receive' | 'acknowledge' | 'timeout', packets: readonly ModelPacket[]) =>
    network.submit(kind, packets.filter(packet => network.nextMessage(packet) === kind), relayerAddress)

  async function relay(run: RelayRun, packets: readonly ModelPacket[], stages: number): Promise<boolean> {
    const endsAt = now().getTime() + run.timeLimitMs
    const kinds = (['receive', 'acknowledge'] as const).filter(kind => run.step === undefined || run.step === kind).slice(0, stages)
    for (const kind of kinds) {
      for (const label of ['submits', 'waits for a block']) {
        let late = false
        await step(`relayer ${label} (${kind})`, () => {
          late = now().getTime() >= endsAt
          if (late) return
          if (label === 'submits') {
            submit(kind, packets)
            submit('timeout', packets)
          }
          else for (const chain of network.chains.values()) if (chain.mempool.length > 0 && !chain.halted) network.produce(chain.chainId, now())
        })
        if (late) return false
      }
    }
    return true
  }

  async function act(run: RelayRun, mode: RelayerMode): Promise<RelayReport> {
    const packets = run.sequences.map(sequence => network.packet({ ...run.source, sequence })!)
    const half = packets.slice(0, Math.max(1, Math.floor(packets.length / 2)))
    const inTime = async (some: readonly ModelPacket[], stages: number, then: RelayReport) => await relay(run, some, stages) ? then : report('timed_out', null)
    switch (mode) {
      case 'clears': return inTime(packets, 2, report('exit_0', 'success'))
      case 'part': return inTime(half, 2, report('exit_0', 'success', ['some failed']))
      case 'silent': return report('exit_0', 'success')
      case 'garbage': return report('exit_0', null)
      case 'exits_1': return report('exit_error', 'error', ['account sequence mismatch'])
      case 'half_then_exits_1': return inTime(half, 2, report('exit_error', 'error', ['cut off']))
      case 'dies_between': return inTime(packets, 1, report('killed', null))
      case 'not_started': return report('not_started', null, ['no such file'])
      case 'other_first':
        strangerRelays(packets)
        return inTime(packets, 2, report('exit_0', 'success'))
      default: return mode satisfies never
    }
  }

  return {
    readiness: async () => ({ ready: ready(), version: '1.13.2', problems: ready() ? [] : ['down'], keys: ready() ? keys : [], restAlive: null }),
    routeProblems: async () => [],
    terms: async () => null,
    run: async (run) => {
      const mode = random.weighted(temper())
      count(`relayer ${mode}`)
      count(`executor ${run.executor}`)
      await step('relayer starts', () => {})
      const said = await act(run, mode)
      await step(`relayer ends: ${said.ending}`, () => {})
      return said
    },
  }
}
