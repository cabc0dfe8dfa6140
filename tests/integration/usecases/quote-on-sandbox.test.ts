import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxEnvironment } from '../../../scripts/demo/environment'
import { startSandbox, type Sandbox } from '../../../sandbox/start'
import { openCache, type OpenCache } from '../../../server/adapters/cache/cache'
import { openChainReader } from '../../../server/adapters/cosmos/chain-reader'
import type { ChainsFile } from '../../../server/adapters/cosmos/chains-file'
import { makeChainDirectory } from '../../../server/adapters/cosmos/directory'
import { makeHermesRelayer } from '../../../server/adapters/hermes/relayer'
import { makeClearingReads } from '../../../server/adapters/postgres/reads'
import { systemClock } from '../../../server/adapters/system/clock'
import { readConfig, type AppConfig } from '../../../server/config'
import { checkAgainstChains, paymentAddressOf } from '../../../server/config-chains'
import { makeBuildQuote, type BuildQuote } from '../../../server/usecases/build-quote'
import { makePacketJudge } from '../../../server/usecases/describe-packets'
import type { ChainDirectory } from '../../../server/usecases/ports'
import { makeQuoteFacts } from '../../../server/usecases/quote-facts'
import { parsePacketId, type PacketId } from '../../../shared/utils/packet-id'
import { keptLog } from '../../builders/services'
import { createTestDatabase, type TestDatabase } from '../database'

let sandbox: Sandbox
let database: TestDatabase
let config: AppConfig
let directory: ChainDirectory
let buildQuote: BuildQuote
let cache: OpenCache
let closeReader: () => void

beforeAll(async () => {
  [sandbox, database] = await Promise.all([startSandbox({ blockTimeMs: 200 }), createTestDatabase()])
  config = readConfig(sandboxEnvironment(sandbox, { port: 3999, dataDir: '.data' }))
  const file = JSON.parse(await readFile(sandbox.chainsFile, 'utf8')) as ChainsFile
  directory = makeChainDirectory(file.chains, file.channels)
  const logger = keptLog()
  const reader = openChainReader({ directory, rpcUrls: new Map(config.chains.endpoints.map(entry => [entry.chain, entry.urls])), clock: systemClock, logger })
  closeReader = () => reader.close()
  cache = openCache({ redisUrl: null, logger })
  const judge = makePacketJudge({ directory, stuckAfterMs: config.chains.stuckAfterMs, haltedAfterMs: 60_000 })
  buildQuote = makeBuildQuote({
    facts: makeQuoteFacts({ reader, relayer: makeHermesRelayer(config.hermes), cache }), reads: makeClearingReads(database.db), paused: async () => null, directory, clock: systemClock,
    prices: { service: config.fees.service, perPacket: config.fees.perPacket, conversionRates: config.fees.conversionRates, gasMargin: config.fees.gasMargin },
    paymentAddress: chain => paymentAddressOf(config, chain), judge: judge.judge,
  })
})
afterAll(async () => {
  closeReader()
  await cache.close()
  await Promise.all([sandbox.stop(), database.drop()])
})

function packetOf(name: keyof NonNullable<Sandbox['story']>): PacketId {
  const id = parsePacketId(String(sandbox.story?.[name]))
  if (!id) throw new Error(`the story has no packet ${name}`)
  return id
}

describe('quotes over the sandbox, configured as the demo is', () => {
  it('starts from a configuration that fits the chains', () => {
    expect(checkAgainstChains(config, directory)).toEqual([])
  })

  it.each([['undelivered', 'deliver'], ['timedOut', 'timeout'], ['errorAcknowledged', 'acknowledge']] as const)('prices the packet that is %s', async (name, need) => {
    const id = packetOf(name)
    const { quote } = await buildQuote({ paymentChainId: id.chainId, packets: [id] })
    const chain = directory.chain(id.chainId)!
    expect(quote.packets).toMatchObject([{ id, need }])
    expect(quote.total.denom).toBe(chain.feeDenom)
    expect(quote.feeLines.filter(line => line.kind === 'gas')).toHaveLength(need === 'deliver' ? 2 : 1)
    expect(quote.total.amount).toBe(quote.feeLines.reduce((sum, line) => sum + line.coin.amount, 0n))
  })

  it.each([['deliveredUnacknowledged', 'already_delivered'], ['inFlight', 'in_flight'], ['completed', 'already_completed']] as const)('refuses the packet that is %s', async (name, code) => {
    const id = packetOf(name)
    await expect(buildQuote({ paymentChainId: id.chainId, packets: [id] })).rejects.toMatchObject({ code: 'packets_not_clearable', packets: [{ id, code }] })
  })

  it('is paid on the other chain as well, in its denom with its own decimals', async () => {
    const id = packetOf('undelivered')
    const other = sandbox.chains.find(chain => chain.chainId !== id.chainId)!
    const { quote, paymentAddress } = await buildQuote({ paymentChainId: other.chainId, packets: [id] })
    expect(quote.total.denom).toBe(other.feeDenom)
    expect(quote.total.amount).toBeGreaterThan(10n ** BigInt(other.exponent))
    expect(paymentAddress).toBe(sandbox.accounts.service.addresses[other.chainId])
  })

  it('refuses a packet that was never sent', async () => {
    const id = { ...packetOf('undelivered'), sequence: 2n ** 64n - 1n }
    await expect(buildQuote({ paymentChainId: id.chainId, packets: [id] })).rejects.toMatchObject({ packets: [{ code: 'not_found' }] })
  })
})
