import { MsgRecvPacketResponse, ResponseResultType } from 'cosmjs-types/ibc/core/channel/v1/tx'
import { TxMsgData } from 'cosmjs-types/cosmos/base/abci/v1beta1/abci'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SandboxAccounts } from '../../../sandbox/accounts'
import { deriveAccounts } from '../../../sandbox/accounts'
import type { Chain } from '../../../sandbox/chain/chain'
import { receiveMessage, updateClientMessage } from '../../../sandbox/hermes/relay-messages'
import type { Network } from '../../../sandbox/network'
import { createNetwork } from '../../../sandbox/network'
import { signTransaction } from '../../../sandbox/signer'
import { submitTransfer } from '../../../sandbox/transfers'

let accounts: SandboxAccounts
let network: Network
let hub: Chain
let zone: Chain
let timeNs: bigint

function makeBlocks(): void {
  timeNs += 1_000_000_000n
  for (const chain of network.chains) chain.produceBlock(timeNs)
}

beforeEach(async () => {
  accounts ??= await deriveAccounts('redundancy')
  timeNs = 1_800_000_000_000_000_000n
  network = createNetwork(accounts, timeNs)
  hub = network.chains[0]!
  zone = network.chains[1]!
  const answer = await submitTransfer(hub, {
    sender: accounts.alice, receiver: accounts.bob.address('zone'), coin: { denom: 'uatom', amount: 10n },
    portId: 'transfer', channelId: 'channel-0', timeoutTimestampNs: timeNs + 3_600_000_000_000n, count: 2,
  })
  expect(answer.code).toBe(0)
  makeBlocks()
  makeBlocks()
})

async function receive(by: 'relayer' | 'otherRelayer', sequences: readonly bigint[]): Promise<Uint8Array> {
  const signer = accounts[by].address('zone')
  const messages = [
    updateClientMessage(hub, hub.height, '07-tendermint-4', signer),
    ...sequences.map(sequence => receiveMessage(hub.packets.sent('transfer', 'channel-0', sequence)!.packet, hub, hub.height, signer)),
  ]
  return signTransaction(zone, accounts[by], { messages, gas: 1_000_000 })
}

function results(): ResponseResultType[] {
  const { result } = zone.latest!.transactions.at(-1)!
  expect(result.code).toBe(0)
  return TxMsgData.decode(result.data).msgResponses
    .filter(({ typeUrl }) => typeUrl.endsWith('MsgRecvPacketResponse'))
    .map(({ value }) => MsgRecvPacketResponse.decode(value).result)
}

describe('messages that another relayer made redundant', () => {
  it('refuses a transaction with code 22 and no fee when all its packets are done', async () => {
    zone.submit(await receive('otherRelayer', [1n]))
    makeBlocks()
    const before = zone.state.get(`bal|${accounts.relayer.address('zone')}|azone`)
    expect(zone.submit(await receive('relayer', [1n]))).toMatchObject({ code: 22, codespace: 'channel' })
    makeBlocks()
    expect(zone.state.get(`bal|${accounts.relayer.address('zone')}|azone`)).toBe(before)
  })

  it('passes over what is done when another packet of the transaction is alive', async () => {
    zone.submit(await receive('otherRelayer', [1n]))
    makeBlocks()
    expect(zone.submit(await receive('relayer', [1n, 2n])).code).toBe(0)
    makeBlocks()
    expect(results()).toEqual([ResponseResultType.RESPONSE_RESULT_TYPE_NOOP, ResponseResultType.RESPONSE_RESULT_TYPE_SUCCESS])
    const received = zone.latest!.transactions[0]!.result.events.filter(({ type }) => type === 'recv_packet')
    expect(received.map(({ attributes }) => Object.fromEntries(attributes).packet_sequence)).toEqual(['2'])
  })

  it('refuses the second of two relayers that race for one block', async () => {
    expect(zone.submit(await receive('otherRelayer', [1n])).code).toBe(0)
    expect(zone.submit(await receive('relayer', [1n])).code).toBe(22)
  })

  it('refuses a packet whose commitment the source chain never made', async () => {
    const signer = accounts.relayer.address('zone')
    const { packet } = hub.packets.sent('transfer', 'channel-0', 1n)!
    const messages = [updateClientMessage(hub, hub.height, '07-tendermint-4', signer), receiveMessage({ ...packet, sequence: 9n }, hub, hub.height, signer)]
    expect(zone.submit(await signTransaction(zone, accounts.relayer, { messages, gas: 1_000_000 }))).toMatchObject({ code: 18, codespace: 'client' })
  })
})
