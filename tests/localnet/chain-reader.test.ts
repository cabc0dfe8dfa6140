import { afterAll, expect, it } from 'vitest'
import { openChainReader } from '../../server/adapters/cosmos/chain-reader'
import type { ListedChain } from '../../server/adapters/cosmos/chains-file'
import { makeChainDirectory } from '../../server/adapters/cosmos/directory'
import { classifyPacket } from '../../server/domain/packet/classify'
import { describeChainReader } from '../contract/chain-reader'
import { untilFound, type ChainWorld } from '../contract/chain-world'
import { accountNames, describeOnLocalnet, type LocalChain, type Localnet } from './harness/facts'
import { clearPackets, deliverOnly } from './harness/hermes'
import { pauseNodes, resumeNodes } from './harness/network'
import { strand, strandForError, strandTimedOut } from './harness/transfers'
import { LocalWallet } from './harness/wallet'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const endOf = (chain: LocalChain) => ({ chainId: chain.id, portId: chain.port, channelId: chain.channel })
const opened: { close(): void }[] = []

function listed(chain: LocalChain): ListedChain {
  return {
    chainId: chain.id, chainName: chain.id, prettyName: chain.id, bech32Prefix: chain.prefix, slip44: 118,
    feeTokens: [{ denom: chain.denom, fixedMinGasPrice: '0.001' }], assets: [{ denom: chain.denom, symbol: chain.denom.slice(1).toUpperCase(), exponent: 6 }], explorers: [],
  }
}

function openReader(net: Localnet) {
  const ends = [net.a, net.b].map(chain => ({ ...endOf(chain), connectionId: null, clientId: null }))
  const directory = makeChainDirectory([listed(net.a), listed(net.b)], [{ a: ends[0]!, b: ends[1]!, ordering: 'unordered' }])
  const reader = openChainReader({ directory, rpcUrls: new Map([[net.a.id, net.a.rpcs], [net.b.id, net.b.rpcs]]), clock: { now: () => new Date() }, logger: quiet, callTimeoutMs: 3_000 })
  opened.push(reader)
  return reader
}

async function openWorld(net: Localnet): Promise<ChainWorld> {
  const user = await LocalWallet.open(net, net.a, 'user1')
  opened.push(user)
  const [undelivered, delivered, completed] = (await strand(user, net.b, { count: 3 })).sequences as [bigint, bigint, bigint]
  const [refused] = (await strandForError(user, net.b)).sequences
  const [timedOut] = (await strandTimedOut(user, net.b)).sequences
  await deliverOnly(net, net.a, net.b, [delivered, refused!])
  await clearPackets(net, net.a, [completed])
  const packet = (sequence: bigint) => ({ ...endOf(net.a), sequence })
  const reader = openReader(net)
  const story = { undelivered: packet(undelivered), timedOut: packet(timedOut!), deliveredUnacknowledged: packet(delivered), errorAcknowledged: packet(refused!), completed: packet(completed) }
  // Followers and indexes run a little behind the blocks that the story was told in.
  await untilFound(async () => {
    const [facts] = await reader.packetFacts([story.completed], { withLegs: true })
    return facts?.legs.length === 4 ? facts : null
  })
  const [sent] = await reader.packetFacts([story.undelivered])
  const receiver = sent?.sent.known ? sent.sent.value?.transfer?.receiver : undefined
  return {
    reader, story, source: endOf(net.a), destination: endOf(net.b),
    feeDenom: net.a.denom, minimumGasPrice: '0.01',
    sender: user.address, receiver: receiver!, service: net.a.accounts.service, nobody: net.a.accounts.poor,
    key: { rpcUrl: net.a.rpc, chainId: net.a.id, mnemonic: net.mnemonic, hdPath: `m/44'/118'/0'/0/${accountNames.indexOf('user1')}`, bech32Prefix: net.a.prefix },
    sendTransfers: async (count, options = {}) => {
      const { sequences, txHash } = await strand(user, net.b, { count, ...options })
      return { sequences: [...sequences], txHash }
    },
    relay: async (sequences) => {
      await clearPackets(net, net.a, sequences)
    },
  }
}

describeOnLocalnet('two real chains', (net) => {
  afterAll(() => {
    for (const each of opened) each.close()
  })

  describeChainReader('the localnet', () => openWorld(net))

  it('reads on while one of two nodes hangs, and says so', async () => {
    const user = await LocalWallet.open(net, net.a, 'user1')
    opened.push(user)
    const { sequences } = await strand(user, net.b)
    const reader = openReader(net)
    await reader.tip(net.b.id)
    await pauseNodes(net, 'ibc-b-2')
    try {
      const [facts] = await untilFound(async () => {
        const read = await reader.packetFacts([{ ...endOf(net.a), sequence: sequences[0]! }])
        return read[0]?.received.known ? read : null
      })
      expect(classifyPacket(facts!, new Date(), 1).state).toBe('stuck_undelivered')
    }
    finally {
      await resumeNodes(net, 'ibc-b-2')
    }
  })

  it('sees a timed-out packet end with the sender paid back, and a refused one by its error', async () => {
    const user = await LocalWallet.open(net, net.a, 'user1')
    opened.push(user)
    const [timedOut] = (await strandTimedOut(user, net.b)).sequences
    const [refused] = (await strandForError(user, net.b)).sequences
    await clearPackets(net, net.a, [timedOut!, refused!])
    const reader = openReader(net)
    const outcomes = await untilFound(async () => {
      const facts = await reader.packetFacts([timedOut!, refused!].map(sequence => ({ ...endOf(net.a), sequence })), { withLegs: true })
      const read = facts.map(packet => classifyPacket(packet, new Date(), 1).outcome)
      return read.includes(null) ? null : read
    })
    expect(outcomes).toEqual(['returned_by_timeout', 'returned_by_error'])
  })
})
