import { describe, expect, it } from 'vitest'
import type { PacketFacts } from '../../../../../server/domain/packet/facts'
import { forwardOf, mayHaveGoneOn, nextHopAmong } from '../../../../../server/domain/packet/forward'
import { aSentPacket, known, somePacketFacts, unanswered } from '../../../../builders/packet-facts'

const memo = (receiver = 'juno1x', channel = 'channel-9') => JSON.stringify({ forward: { receiver, port: 'transfer', channel, timeout: '10m', retries: 2, next: {} } })
const withMemo = (text: string, changes: Partial<PacketFacts> = {}) => somePacketFacts({ sent: known(aSentPacket({ transfer: { ...aSentPacket().transfer!, memo: text } })), ...changes })
const waiting = { received: known(true), acknowledgement: known('none' as const) }

function aHop(sequence: bigint, receiver = 'juno1x', amount = 1_500_000n, channelId = 'channel-9'): PacketFacts {
  return somePacketFacts({ id: { chainId: 'ibc-b', portId: 'transfer', channelId, sequence }, sent: known(aSentPacket({ transfer: { ...aSentPacket().transfer!, receiver, coin: { denom: 'transfer/channel-7/uatom', amount } } })) })
}

describe('a forwarded transfer', () => {
  it('says in its memo where it goes on', () => {
    expect(forwardOf(withMemo(memo()))).toEqual({ receiver: 'juno1x', portId: 'transfer', channelId: 'channel-9' })
  })

  it.each(['', 'hello', '{', 'null', '3', '"forward"', '[]', '{"forward":null}', '{"forward":"x"}', '{"forward":{"receiver":"a"}}', '{"forward":{"receiver":1,"port":"p","channel":"c"}}', '{"wasm":{}}'])('is not asked for by the memo %j', (text) => {
    expect(forwardOf(withMemo(text))).toBeNull()
  })

  it('may have gone on once it is received, unless it was refused', () => {
    expect(mayHaveGoneOn(withMemo(memo(), waiting))).toBe(true)
    expect(mayHaveGoneOn(withMemo(memo(), { ...waiting, acknowledgement: known('success') }))).toBe(true)
    expect(mayHaveGoneOn(withMemo(memo(), { ...waiting, acknowledgement: known('success'), commitment: known(false) }))).toBe(true)
    expect(mayHaveGoneOn(withMemo('', waiting))).toBe(false)
    expect(mayHaveGoneOn(withMemo(memo()))).toBe(false)
    expect(mayHaveGoneOn(withMemo(memo(), { ...waiting, acknowledgement: known('error') }))).toBe(false)
    expect(mayHaveGoneOn(withMemo(memo(), { ...waiting, acknowledgement: unanswered }))).toBe(false)
  })

  it('is carried on by the packet to the same receiver over the same channel', () => {
    const facts = withMemo(memo(), waiting)
    expect(nextHopAmong(facts, [aHop(1n, 'juno1y'), aHop(2n, 'juno1x', 5n, 'channel-8'), aHop(3n)])?.id.sequence).toBe(3n)
    expect(nextHopAmong(facts, [aHop(3n, 'juno1x', 1_499_000n)])?.id.sequence).toBe(3n)
    expect(nextHopAmong(facts, [aHop(4n, 'juno1x', 5n), aHop(5n)])?.id.sequence).toBe(5n)
  })

  it('is not guessed among twins', () => {
    expect(nextHopAmong(withMemo(memo(), waiting), [aHop(1n), aHop(2n)])).toBeUndefined()
    expect(nextHopAmong(withMemo(memo(), waiting), [])).toBeUndefined()
    expect(nextHopAmong(withMemo('', waiting), [aHop(1n)])).toBeUndefined()
  })
})
