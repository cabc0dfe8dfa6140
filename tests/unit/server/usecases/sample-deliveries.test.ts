import { describe, expect, it } from 'vitest'
import { deliveryOf } from '../../../../server/usecases/sample-deliveries'
import { aSendLeg, known, minutesBefore, somePacketFacts, unanswered } from '../../../builders/packet-facts'

const received = { ...aSendLeg(), leg: 'receive' as const, chainId: 'ibc-b', time: minutesBefore(179) }

describe('what became of a sampled packet', () => {
  it('is delivered when its receive tx was found, with the times of both blocks', () => {
    expect(deliveryOf(somePacketFacts({ legs: [aSendLeg(180), received] }))).toEqual({ sequence: 5n, outcome: 'delivered', sentAt: minutesBefore(180), receivedAt: minutesBefore(179) })
  })

  it('waits while the chain keeps its commitment and the destination has no receipt', () => {
    expect(deliveryOf(somePacketFacts())).toMatchObject({ outcome: 'waiting', receivedAt: null })
    expect(deliveryOf(somePacketFacts({ legs: [], sent: unanswered, commitment: unanswered }))).toMatchObject({ outcome: 'waiting' })
  })

  it('returned to its sender is in no delivery time', () => {
    expect(deliveryOf(somePacketFacts({ commitment: known(false), finishedBy: known('timed_out') }))).toMatchObject({ outcome: 'returned', receivedAt: null })
  })

  it('delivered by a tx that nobody found gives no time instead of a guess', () => {
    expect(deliveryOf(somePacketFacts({ received: known(true) }))).toMatchObject({ outcome: 'unknown', receivedAt: null })
    expect(deliveryOf(somePacketFacts({ legs: [], sent: known(null) }))).toMatchObject({ outcome: 'unknown', sentAt: null })
  })
})
