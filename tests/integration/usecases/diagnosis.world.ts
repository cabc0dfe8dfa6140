import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sandboxEnvironment } from '../../../scripts/demo/environment'
import { startSandbox, type Sandbox } from '../../../sandbox/start'
import { openCache } from '../../../server/adapters/cache/cache'
import { openChainReader } from '../../../server/adapters/cosmos/chain-reader'
import { openDirectory } from '../../../server/adapters/cosmos/directory'
import { makeHermesRelayer } from '../../../server/adapters/hermes/relayer'
import { makeClearingReads } from '../../../server/adapters/postgres/reads'
import { makePacketIndex } from '../../../server/adapters/postgres/packet-index'
import { systemClock } from '../../../server/adapters/system/clock'
import { readConfig } from '../../../server/config'
import { paymentAddressOf } from '../../../server/config-chains'
import { makeBuildQuote } from '../../../server/usecases/build-quote'
import { makePacketJudge } from '../../../server/usecases/describe-packets'
import { makeGetPacket } from '../../../server/usecases/get-packet'
import { makeQuoteFacts } from '../../../server/usecases/quote-facts'
import { makeSearchPackets } from '../../../server/usecases/search-packets'
import type { PacketDto } from '../../../shared/schemas/packets'
import { parsePacketId, type PacketId } from '../../../shared/utils/packet-id'
import { hermesEnvironment } from '../../builders/config'
import { keptLog } from '../../builders/services'
import { untilFound } from '../../contract/chain-world'
import type { TestDatabase } from '../database'

type SandboxChain = Sandbox['chains'][number]

export interface Eyes {
  /** A packet as its page shows it. */
  get(id: PacketId): Promise<PacketDto>
  search: ReturnType<typeof makeSearchPackets>
  quote: ReturnType<typeof makeBuildQuote>
  relayer: ReturnType<typeof makeHermesRelayer>
  reader: ReturnType<typeof openChainReader>
}

export interface LookOptions {
  /** Chains that have endpoints; default: both. */
  readonly only?: readonly SandboxChain[]
  readonly stuckAfterMs?: number
  readonly hermesConfig?: string
}

/** The sandbox with an ordered channel, and the use cases that say why a packet is stuck, opened as often as a test wants. */
export class DiagnosisWorld {
  readonly #closing: (() => Promise<void> | void)[] = []

  private constructor(readonly sandbox: Sandbox, private readonly database: TestDatabase) {}

  static async start(database: TestDatabase): Promise<DiagnosisWorld> {
    return new DiagnosisWorld(await startSandbox({ blockTimeMs: 200, orderedChannel: true }), database)
  }

  get hub(): SandboxChain {
    return this.sandbox.chains[0]!
  }

  get zone(): SandboxChain {
    return this.sandbox.chains[1]!
  }

  /** Fresh eyes: nothing is remembered from earlier looks. */
  async look({ only = this.sandbox.chains, stuckAfterMs = 1, hermesConfig = this.sandbox.hermes.configPath }: LookOptions = {}): Promise<Eyes> {
    const { directory, rpcUrls } = await openDirectory({ endpoints: only.map(chain => ({ chain: chain.chainId, urls: chain.rpcUrls })), chainsFile: this.sandbox.chainsFile })
    const logger = keptLog()
    const reader = openChainReader({ directory, rpcUrls, clock: systemClock, logger, callTimeoutMs: 1_000 })
    const cache = openCache({ redisUrl: null, logger })
    this.#closing.push(() => reader.close(), () => cache.close())
    const relayer = makeHermesRelayer({ binary: this.sandbox.hermes.binary, configPath: hermesConfig, restUrl: null, environment: hermesEnvironment })
    const judge = makePacketJudge({ directory, stuckAfterMs, haltedAfterMs: 4_000 })
    const config = readConfig(sandboxEnvironment(this.sandbox, { port: 3999, dataDir: '.data' }))
    return {
      reader, relayer,
      get: makeGetPacket({ reader, directory, cache, relayer, judge, clock: systemClock }),
      search: makeSearchPackets({ reader, directory, index: makePacketIndex(this.database.db), cache, relayer, judge, clock: systemClock }),
      quote: makeBuildQuote({
        facts: makeQuoteFacts({ reader, relayer, cache }), reads: makeClearingReads(this.database.db), paused: async () => null, directory, clock: systemClock,
        prices: { service: config.fees.service, perPacket: config.fees.perPacket, conversionRates: config.fees.conversionRates, gasMargin: config.fees.gasMargin },
        paymentAddress: chain => paymentAddressOf(config, chain), judge: judge.judge,
      }),
    }
  }

  async control<T = unknown>(path: string, body: object = {}): Promise<T> {
    const response = await fetch(`${this.sandbox.controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    return await response.json() as T
  }

  /** Sends packets that nobody relays. */
  async send(from: SandboxChain, order: object = {}): Promise<[PacketId, ...PacketId[]]> {
    const { packets } = await this.control<{ packets: string[] }>('/transfer', { chainId: from.chainId, ...order })
    return packets.map(text => parsePacketId(text)!) as [PacketId, ...PacketId[]]
  }

  /** Another relayer carries these. */
  async relay({ chainId, channelId, sequence }: PacketId, stage: 'receive' | 'acknowledge' | 'all'): Promise<void> {
    await this.control('/relay', { chainId, channelId, sequences: [String(sequence)], stage })
  }

  /** The packet once its diagnosis is this; the last answer counts when it never is. */
  async until(eyes: Eyes, id: PacketId, reason: string): Promise<PacketDto> {
    return untilFound(async () => {
      const packet = await eyes.get(id)
      return packet.diagnosis.reason === reason ? packet : null
    })
  }

  /** A copy of Hermes' configuration with a change. */
  async changedConfig(change: (text: string) => string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'hermes-config-'))
    this.#closing.push(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'config.toml')
    await writeFile(path, change(await readFile(this.sandbox.hermes.configPath, 'utf8')))
    return path
  }

  async stop(): Promise<void> {
    for (const close of this.#closing) await close()
    await this.sandbox.stop()
  }
}
