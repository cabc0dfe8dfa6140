import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../sandbox/start'
import { startSandbox } from '../../../sandbox/start'
import type { EventView } from './world'
import { channelState, comet, control } from './world'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox({ manualBlocks: true })
})
afterAll(() => sandbox.stop())

const sequenceOf = (packet: string): string => packet.split('/')[3]!

async function sentAt(packet: string): Promise<number> {
  const [chainId, , , sequence] = packet.split('/')
  const chain = sandbox.chains.find(each => each.chainId === chainId)!
  const client = await comet(chain)
  const { txs } = await client.txSearch({ query: `send_packet.packet_sequence=${sequence}` })
  return (await client.block(txs[0]!.height)).block.header.time.getTime()
}

describe('the story on the chains', () => {
  it('has packets in every state', async () => {
    const story = sandbox.story!
    const hub = await channelState(sandbox, sandbox.chains[0]!)
    const zone = await channelState(sandbox, sandbox.chains[1]!)
    expect(hub.unreceivedPackets).toEqual([story.undelivered, story.timedOut, story.undeliveredRecent, story.inFlight].map(sequenceOf))
    expect(hub.unreceivedAcknowledgements).toEqual([story.deliveredUnacknowledged, story.errorAcknowledged].map(sequenceOf))
    expect(zone.unreceivedPackets).toEqual([sequenceOf(story.undeliveredFromZone)])
  })

  it('looks its age by header time, and ends now', async () => {
    const minutes = (ageMs: number): number => Math.round(ageMs / 60_000)
    expect(minutes(Date.now() - await sentAt(sandbox.story!.undelivered))).toBe(300)
    expect(minutes(Date.now() - await sentAt(sandbox.story!.inFlight))).toBe(0)
    const { syncInfo } = await (await comet(sandbox.chains[0]!)).status()
    expect(Date.now() - syncInfo.latestBlockTime.getTime()).toBeLessThan(60_000)
  })

  it('has an error acknowledgement that still waits to go back', async () => {
    const client = await comet(sandbox.chains[1]!)
    const { txs } = await client.txSearch({ query: `write_acknowledgement.packet_sequence=${sequenceOf(sandbox.story!.errorAcknowledged)}` })
    const events = txs[0]!.result.events as unknown as EventView[]
    const hex = events.find(({ type }) => type === 'write_acknowledgement')!.attributes.find(({ key }) => key === 'packet_ack_hex')!.value
    expect(Buffer.from(hex, 'hex').toString()).toContain('"error"')
  })

  it('gives the app a chains file with both ends of the channel', async () => {
    const file = JSON.parse(await readFile(sandbox.chainsFile, 'utf8')) as { chains: object[], channels: object[] }
    expect(file.chains).toMatchObject([
      { chainId: 'sandbox-hub-1', bech32Prefix: 'cosmos', feeTokens: [{ denom: 'uatom', fixedMinGasPrice: '0.01', averageGasPrice: '0.02' }], assets: [{ denom: 'uatom', symbol: 'ATOM', exponent: 6 }] },
      { chainId: 'sandbox-zone-1', bech32Prefix: 'zone', feeTokens: [{ denom: 'azone', fixedMinGasPrice: '1000000000', averageGasPrice: '2000000000' }], assets: [{ exponent: 18 }] },
    ])
    expect(file.channels).toEqual([{
      a: { chainId: 'sandbox-hub-1', portId: 'transfer', channelId: 'channel-0', connectionId: 'connection-0', clientId: '07-tendermint-0' },
      b: { chainId: 'sandbox-zone-1', portId: 'transfer', channelId: 'channel-7', connectionId: 'connection-3', clientId: '07-tendermint-4' },
      ordering: 'unordered',
    }])
  })

  it('can be told once more, and refuses a packet that is late already', async () => {
    const before = await channelState(sandbox, sandbox.chains[0]!)
    await control(sandbox, '/story')
    const after = await channelState(sandbox, sandbox.chains[0]!)
    expect(after.unreceivedPackets).toHaveLength(before.unreceivedPackets.length + 4)
    expect(after.unreceivedAcknowledgements).toHaveLength(before.unreceivedAcknowledgements.length + 2)
    await expect(control(sandbox, '/transfer', { chainId: 'sandbox-hub-1', timeoutSeconds: -86_400 })).rejects.toThrow('timeout elapsed')
  })

  it('gives the same keys for the same seed', async () => {
    const [again, other] = [await startSandbox({ manualBlocks: true, story: false }), await startSandbox({ manualBlocks: true, story: false, seed: 'other' })]
    expect(again.accounts).toEqual(sandbox.accounts)
    expect(other.accounts.alice.mnemonic).not.toBe(sandbox.accounts.alice.mnemonic)
    await Promise.all([again.stop(), other.stop()])
  })
})
