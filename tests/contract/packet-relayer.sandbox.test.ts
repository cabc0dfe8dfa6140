import { readFile } from 'node:fs/promises'
import { describe } from 'vitest'
import { openChainReader } from '../../server/adapters/cosmos/chain-reader'
import type { ChainsFile } from '../../server/adapters/cosmos/chains-file'
import { makeChainDirectory } from '../../server/adapters/cosmos/directory'
import { systemClock } from '../../server/adapters/system/clock'
import { startSandbox } from '../../sandbox/start'
import { parsePacketId } from '../../shared/utils/packet-id'
import { hermesEnvironment } from '../builders/config'
import { packetRelayerContract, type RelayerWorld } from './packet-relayer'

async function openSandboxWorld(): Promise<RelayerWorld> {
  const sandbox = await startSandbox({ story: false, blockTimeMs: 400 })
  const file = JSON.parse(await readFile(sandbox.chainsFile, 'utf8')) as ChainsFile
  const directory = makeChainDirectory(file.chains, file.channels)
  const silent = () => undefined
  const chains = openChainReader({ directory, rpcUrls: new Map(sandbox.chains.map(chain => [chain.chainId, chain.rpcUrls])), clock: systemClock, logger: { debug: silent, info: silent, warn: silent, error: silent } })
  const { a: source, b: destination } = directory.channels()[0]!
  const end = { chainId: source.chainId, portId: source.portId, channelId: source.channelId }
  return {
    options: { ...sandbox.hermes, environment: hermesEnvironment }, source: end, destination, unfundedKeyName: 'poor',
    strand: async (count) => {
      const response = await fetch(`${sandbox.controlUrl}/transfer`, { method: 'POST', body: JSON.stringify({ chainId: end.chainId, count }) })
      const { packets } = await response.json() as { packets: string[] }
      return packets.map(text => parsePacketId(text)!.sequence)
    },
    committed: async (sequences) => {
      const facts = await chains.packetFacts(sequences.map(sequence => ({ ...end, sequence })))
      return facts.filter(({ commitment }) => commitment.known && commitment.value).map(({ id }) => id.sequence)
    },
    close: async () => {
      chains.close()
      await sandbox.stop()
    },
  }
}

describe('hermes of the sandbox', () => packetRelayerContract(openSandboxWorld))
