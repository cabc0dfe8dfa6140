import { describe, expect, it } from 'vitest'
import { recogniseInbound } from '../../../../server/domain/payment/recognise'
import { recogniseOutgoing } from '../../../../server/domain/refund/outgoing'
import { scanCaptured } from '../../../builders/captured-block'

const memo = 'RLY-23456789ABDC'
const service = 'cosmos1kng7tv83qesgvv2ze7hxlw4urfrjk8vqqnpqdt'
const payer = 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl'
const grantee = 'cosmos12ecyuddg4wlnhztusgju5zxxjgznkz7fsf57kq'
const relayerOnB = 'osmo1jrkmdcwgq94uaamx6zax2luewlhf7u4k5r4pqs'
const relayerOnA = 'cosmos1jrkmdcwgq94uaamx6zax2luewlhf7u4kucx3kz'
const inbound = async (name: string) => recogniseInbound(await scanCaptured(name), new Set([service]))
const outgoing = async (name: string, address: string) => recogniseOutgoing(await scanCaptured(name), new Set([address]))
const coin = (amount: bigint, denom = 'uatom') => ({ denom, amount })

describe('what reached a wallet in blocks of real chains', () => {
  it('is no payment when x/authz spent it, and came from the account that was debited', async () => {
    expect(await inbound('authz_exec')).toMatchObject([{ kind: 'other', msgIndex: 0, coin: coin(1_234_567n), fromAddress: payer, memo }])
  })

  it('is no payment when a MsgMultiSend brought it, and is our output alone', async () => {
    expect(await inbound('multi_send')).toMatchObject([{ kind: 'other', msgIndex: 0, coin: coin(3_000_000n), fromAddress: payer, memo }])
  })

  it('is no payment when it came by IBC, and names no sender: the events name the escrow of the channel', async () => {
    const block = await scanCaptured('ibc_receive')
    const [, sender] = block.txs[0]!.events.filter(({ type }) => type === 'transfer').map(({ attributes }) => attributes.find(({ key }) => key === 'sender')?.value)
    expect(sender).toBe('cosmos1a53udazy8ayufvy0s434pfwjcedzqv34kvz9tw')
    expect(recogniseInbound(block, new Set([service]))).toMatchObject([{ kind: 'other', msgIndex: 1, coin: coin(1_500n), fromAddress: null }])
  })
})

describe('what left a wallet in blocks of real chains', () => {
  it('is the gas of a relayer, with its account sequence, when it updated a client and delivered two packets', async () => {
    const block = await scanCaptured('hermes_recv', 'osmo')
    expect(block.txs[0]!.messages?.map(({ typeUrl }) => typeUrl)).toEqual(['/ibc.core.client.v1.MsgUpdateClient', '/ibc.core.channel.v1.MsgRecvPacket', '/ibc.core.channel.v1.MsgRecvPacket'])
    expect(recogniseOutgoing(block, new Set([relayerOnB]))).toEqual([
      { chainId: 'ibc-b', height: block.height, blockTime: block.time, txIndex: 0, msgIndex: -1, address: relayerOnB, txHash: block.txs[0]!.txHash, code: 0, memo: block.txs[0]!.memo, sequence: 6n, toAddress: null, coins: [], fee: [coin(7_071n, 'uosmo')] },
    ])
  })

  it('is the gas alone when the packet pays somebody else', async () => {
    expect(await outgoing('ibc_receive', relayerOnA)).toMatchObject([{ msgIndex: -1, sequence: 8n, coins: [], fee: [coin(4_122n)] }])
  })

  it('is what an authorised account took, without a fee or a sequence of ours', async () => {
    expect(await outgoing('authz_exec', payer)).toMatchObject([{ msgIndex: -1, sequence: null, toAddress: null, coins: [coin(1_234_567n)], fee: [] }])
    expect(await outgoing('authz_exec', grantee)).toMatchObject([{ msgIndex: -1, sequence: 1n, toAddress: null, coins: [], fee: [coin(6_000n)] }])
  })

  it('is a MsgMultiSend with its fee apart', async () => {
    expect(await outgoing('multi_send', payer)).toMatchObject([{ msgIndex: -1, sequence: 1n, toAddress: null, coins: [coin(3_000_005n)], fee: [coin(6_000n)] }])
  })
})
