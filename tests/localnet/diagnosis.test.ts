import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PacketDto } from '../../shared/schemas/packets'
import type { PacketId } from '../../shared/utils/packet-id'
import { openCache } from '../../server/adapters/cache/cache'
import { openChainReader } from '../../server/adapters/cosmos/chain-reader'
import type { ListedChain } from '../../server/adapters/cosmos/chains-file'
import { makeChainDirectory } from '../../server/adapters/cosmos/directory'
import { makeHermesRelayer } from '../../server/adapters/hermes/relayer'
import { makePacketJudge } from '../../server/usecases/describe-packets'
import { makeGetPacket, type GetPacket } from '../../server/usecases/get-packet'
import { hermesEnvironment } from '../builders/config'
import { describeOnLocalnet, type LocalChain, type Localnet } from './harness/facts'
import { clearPackets, deliverOnly, hermes } from './harness/hermes'
import { pauseNodes, resumeNodes, startNodes, stopNodes } from './harness/network'
import { bankDenom, strand, strandForError, strandTimedOut, type TransferOptions } from './harness/transfers'
import { waitUntil } from './harness/wait'
import { LocalWallet } from './harness/wallet'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const clock = { now: () => new Date() }
const endOf = (chain: LocalChain) => ({ chainId: chain.id, portId: chain.port, channelId: chain.channel })
const opened: { close(): void }[] = []

function listed(chain: LocalChain): ListedChain {
  return {
    chainId: chain.id, chainName: chain.id, prettyName: chain.id, bech32Prefix: chain.prefix, slip44: 118,
    feeTokens: [{ denom: chain.denom, fixedMinGasPrice: '0.001' }], assets: [{ denom: chain.denom, symbol: chain.denom.slice(1).toUpperCase(), exponent: 6 }], explorers: [],
  }
}

/** What the page of a packet is made of, over these chains, with nothing remembered. */
function openEyes(net: Localnet, options: { readonly chains?: readonly LocalChain[], readonly hermesConfig?: string } = {}): GetPacket {
  const { chains = [net.a, net.b], hermesConfig = net.hermesConfig } = options
  const [a, b] = [net.a, net.b].map(chain => ({ ...endOf(chain), connectionId: null, clientId: null }))
  const directory = makeChainDirectory(chains.map(listed), chains.length === 2 ? [{ a: a!, b: b!, ordering: 'unordered' }] : [])
  const reader = openChainReader({ directory, rpcUrls: new Map(chains.map(chain => [chain.id, chain.rpcs])), clock, logger: quiet, callTimeoutMs: 3_000 })
  opened.push(reader)
  const relayer = makeHermesRelayer({ binary: net.hermes, configPath: hermesConfig, restUrl: null, environment: hermesEnvironment })
  const cache = openCache({ redisUrl: null, logger: quiet })
  opened.push({ close: () => void cache.close() })
  return makeGetPacket({ reader, directory, cache, relayer, judge: makePacketJudge({ directory, stuckAfterMs: 1, haltedAfterMs: 8_000 }), clock })
}

async function becomes(get: GetPacket, id: PacketId, reason: string, boundMs = 20_000): Promise<PacketDto> {
  return waitUntil(`${reason} of packet ${id.sequence}`, async () => {
    const packet = await get(id)
    return packet.diagnosis.reason === reason ? packet : undefined
  }, { boundMs })
}

describeOnLocalnet('why a packet is stuck, on two real chains', (net) => {
  let user: LocalWallet
  let get: GetPacket

  beforeAll(async () => {
    user = await LocalWallet.open(net, net.a, 'user1')
    opened.push(user)
    get = openEyes(net)
  })
  afterAll(() => {
    for (const each of opened) each.close()
  })

  const idOf = (sequence: bigint | undefined, chain = net.a): PacketId => ({ ...endOf(chain), sequence: sequence! })
  const sent = async (options: TransferOptions = {}) => idOf((await strand(user, net.b, options)).sequences[0])

  it('undelivered, and delivered with only the acknowledgement missing', async () => {
    const id = await sent({ amount: 12_500_000n })
    const packet = await becomes(get, id, 'undelivered')
    expect(packet.diagnosis).toMatchObject({ payingHelps: 'yes', sentence: expect.stringMatching(/^12\.5 \w+ from \w+1\w{4}…\w{4} left ibc-a .*ago for .*, and no relayer has delivered it to ibc-b\.$/) })
    await waitUntil('two endpoints agree', async () => (await get(id)).diagnosis.evidence.filter(({ query }) => query === 'packet_commitment' || query === 'packet_receipt').every(({ endpointCount }) => endpointCount === 2) || undefined, { boundMs: 15_000 })
    await deliverOnly(net, net.a, net.b, [id.sequence])
    expect((await becomes(get, id, 'delivered_ack_missing')).diagnosis.payingHelps).toBe('not_needed')
  })

  it('timed out: the refund is predicted, and the events of its transaction show exactly it', async () => {
    const id = idOf((await strandTimedOut(user, net.b, { amount: 31_337n })).sequences[0])
    const late = await becomes(get, id, 'timed_out')
    expect(late.refund).toEqual({ chainId: net.a.id, address: user.address, coin: { denom: net.a.denom, amount: '31337' }, cause: 'timeout', state: 'predicted', txHash: null })
    await clearPackets(net, net.a, [id.sequence])
    const after = await becomes(get, id, 'completed_returned_by_timeout')
    expect(after.refund).toEqual({ ...late.refund, state: 'paid', txHash: after.legs.find(({ leg }) => leg === 'timeout')?.txHash })
  })

  it('refused: a voucher comes back under the name that its bank gives it', async () => {
    const onB = await LocalWallet.open(net, net.b, 'user1')
    opened.push(onB)
    const out = (await strand(user, net.b, { amount: 9_000n, receiver: onB.address })).sequences[0]!
    await clearPackets(net, net.a, [out])
    const trace = `${net.b.port}/${net.b.channel}/${net.a.denom}`
    const id = idOf((await strandForError(onB, net.a, { denom: trace, amount: 8_999n })).sequences[0], net.b)
    await deliverOnly(net, net.b, net.a, [id.sequence])
    const refused = await becomes(get, id, 'error_ack_pending')
    expect(refused.refund).toMatchObject({ address: onB.address, coin: { denom: bankDenom(trace), amount: '8999' }, state: 'predicted' })
    await clearPackets(net, net.b, [id.sequence])
    expect((await becomes(get, id, 'completed_returned_by_error')).refund).toMatchObject({ ...refused.refund, state: 'paid', txHash: expect.any(String) })
  })

  it('timing out soon, over a relayer\'s limit, and to a chain that is not served', async () => {
    const soon = await sent({ timeoutInMs: 90_000 })
    expect((await becomes(get, soon, 'timing_out_soon')).diagnosis.params.secondsLeft).toBeLessThanOrEqual(90)
    const id = await sent({ memo: 'm'.repeat(101) })
    const folder = await mkdtemp(path.join(tmpdir(), 'careful-'))
    const hermesConfig = path.join(folder, 'config.toml')
    await writeFile(hermesConfig, (await readFile(net.hermesConfig, 'utf8')).replace('[mode.packets]\n', '[mode.packets]\nics20_max_memo_size = { enabled = true, size = "100B" }\n'))
    const { diagnosis } = await becomes(openEyes(net, { hermesConfig }), id, 'memo_too_long')
    expect(diagnosis).toMatchObject({ payingHelps: 'no', params: { bytes: 101, limitBytes: 100 } })
    await clearPackets(net, net.a, [id.sequence], { config: hermesConfig })
    expect((await becomes(get, id, 'undelivered')).diagnosis.payingHelps).toBe('yes')
    await rm(folder, { recursive: true })
    expect((await becomes(openEyes(net, { chains: [net.a] }), id, 'route_not_served')).diagnosis.payingHelps).toBe('no')
  })

  it('a destination that does not answer is unknown; one that makes no blocks has stopped', async () => {
    const id = await sent()
    await becomes(get, id, 'undelivered')
    await pauseNodes(net, 'ibc-b', 'ibc-b-2')
    try {
      expect((await becomes(get, id, 'destination_unreachable', 40_000)).diagnosis.payingHelps).toBe('unknown')
    }
    finally {
      await resumeNodes(net, 'ibc-b', 'ibc-b-2')
    }
    await becomes(get, id, 'undelivered', 40_000)
    await stopNodes(net, 'ibc-b')
    try {
      expect((await becomes(get, id, 'destination_halted', 40_000)).diagnosis).toMatchObject({ payingHelps: 'no', params: { chainId: net.b.id } })
    }
    finally {
      await startNodes(net, 'ibc-b')
    }
    await becomes(get, id, 'undelivered', 60_000)
  })

  it('a client that outlived its trusting period', async () => {
    const run = async (...args: string[]) => {
      const { exitCode, stdout } = await hermes(net, args, { timeoutMs: 90_000 })
      expect(exitCode, stdout.slice(-500)).toBe(0)
      return stdout
    }
    const clientOn = async (host: LocalChain, reference: LocalChain, trustingPeriod: string) => {
      const said = await run('create', 'client', '--host-chain', host.id, '--reference-chain', reference.id, '--trusting-period', trustingPeriod)
      return [...said.matchAll(/07-tendermint-\d+/g)].at(-1)![0]
    }
    const clients = [await clientOn(net.a, net.b, '3h'), await clientOn(net.b, net.a, '25s')] as const
    const connected = await run('create', 'connection', '--a-chain', net.a.id, '--a-client', clients[0], '--b-client', clients[1])
    const connection = [...connected.split('\n').findLast(line => line.includes('"status"'))!.matchAll(/connection-\d+/g)][0]![0]
    const channelled = await run('create', 'channel', '--a-chain', net.a.id, '--a-connection', connection, '--a-port', 'transfer', '--b-port', 'transfer')
    const channel = [...channelled.split('\n').findLast(line => line.includes('"status"'))!.matchAll(/channel-\d+/g)][0]![0]

    const [sequence] = (await strand(user, net.b, { channel })).sequences
    const { diagnosis } = await becomes(get, idOf(sequence, { ...net.a, channel }), 'client_expired', 60_000)
    expect(diagnosis).toMatchObject({ payingHelps: 'no', params: { chainId: net.b.id, clientId: clients[1], trustingPeriodSeconds: 25 } })
    expect(diagnosis.evidence).toContainEqual(expect.objectContaining({ query: 'client_status', chainId: net.b.id, answer: 'expired' }))
  })
})
