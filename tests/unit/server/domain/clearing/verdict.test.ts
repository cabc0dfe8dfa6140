import { describe, expect, it } from 'vitest'
import type { PacketLeg } from '../../../../../server/domain/packet/facts'
import { judgePacket, lastWord, progress, relayerAccount, type VerdictContext } from '../../../../../server/domain/clearing/verdict'
import { evidenceOf, legsOf } from '../../../../../server/domain/clearing/verdict-evidence'
import { known, packetNow, somePacketFacts, unanswered } from '../../../../builders/packet-facts'

const ours = { 'ibc-a': 'cosmos1relayer', 'ibc-b': 'osmo1relayer' } as const
const leg = (name: PacketLeg['leg'], signer: string | null, chainId: keyof typeof ours = name === 'receive' ? 'ibc-b' : 'ibc-a'): PacketLeg =>
  ({ leg: name, chainId, height: 60n, time: packetNow, txHash: 'CD'.repeat(32), signer })
const byUs = (name: PacketLeg['leg']) => leg(name, ours[name === 'receive' ? 'ibc-b' : 'ibc-a'])
const byOther = (name: PacketLeg['leg']) => leg(name, 'cosmos1somebody')

const context: VerdictContext = {
  need: 'deliver', now: packetNow, haltedAfterMs: 60_000,
  relayer: { accounts: new Set(Object.entries(ours).map(([chainId, address]) => relayerAccount(chainId, address))), chainIds: new Set(Object.keys(ours)) },
}
const gone = { commitment: known(false), received: known(true), acknowledgement: known('success' as const), finishedBy: known('acknowledged_success' as const) }

describe('a packet without a commitment', () => {
  it.each([
    ['acknowledged_success', 'delivered', ['receive', 'acknowledge']],
    ['acknowledged_error', 'returned_by_error', ['receive', 'acknowledge']],
    ['timed_out', 'returned_by_timeout', ['timeout']],
  ] as const)('that ended as %s is %s by whoever signed', (finishedBy, result, legs) => {
    const facts = somePacketFacts({ ...gone, finishedBy: known(finishedBy) })
    expect(judgePacket({ ...facts, legs: legs.map(byUs) }, context)).toMatchObject({ kind: 'decided', decided: { result, relayedBy: 'us' } })
    expect(judgePacket({ ...facts, legs: legs.map(byOther) }, context)).toMatchObject({ kind: 'decided', decided: { result, relayedBy: 'other', refundReason: 'relayed_by_other' } })
  })

  it('is ours when one paid leg is ours', () => {
    expect(judgePacket(somePacketFacts({ ...gone, legs: [byUs('receive'), byOther('acknowledge')] }), context)).toMatchObject({ decided: { relayedBy: 'us' } })
    expect(judgePacket(somePacketFacts({ ...gone, legs: [byOther('receive'), byUs('acknowledge')] }), context)).toMatchObject({ decided: { relayedBy: 'us' } })
  })

  it('is not ours for a delivery before the quote, when only the acknowledgement was paid for', () => {
    const facts = somePacketFacts({ ...gone, legs: [byUs('receive'), byOther('acknowledge')] })
    expect(judgePacket(facts, { ...context, need: 'acknowledge' })).toMatchObject({ decided: { relayedBy: 'other' } })
  })

  it('counts an address only on its own chain', () => {
    const foreign = { ...byUs('acknowledge'), signer: ours['ibc-b'] }
    expect(judgePacket(somePacketFacts({ ...gone, legs: [byOther('receive'), foreign] }), context)).toMatchObject({ decided: { relayedBy: 'other' } })
  })

  it.each([
    ['a leg is missing from the index', { legs: [byOther('acknowledge')] }],
    ['a signer cannot be told', { legs: [leg('receive', null), byOther('acknowledge')] }],
    ['how it ended was not found', { finishedBy: unanswered, legs: [byUs('receive')] }],
    ['the chain says that it never sent it', { nextSequenceSend: known(5n), legs: [byUs('receive'), byUs('acknowledge')] }],
  ])('stays unknown when %s', (_, change) => {
    expect(judgePacket(somePacketFacts({ ...gone, ...change }), context).kind).toBe('unknown')
  })

  it('stays unknown while our own addresses there are not known', () => {
    const blind = { ...context, relayer: { accounts: new Set<string>(), chainIds: new Set<string>() } }
    expect(judgePacket(somePacketFacts({ ...gone, legs: [byUs('receive'), byUs('acknowledge')] }), blind).kind).toBe('unknown')
  })
})

describe('a packet with a commitment', () => {
  it('can be relayed when it was not received, or its acknowledgement is written', () => {
    expect(judgePacket(somePacketFacts(), context)).toMatchObject({ kind: 'open', received: false, relayable: true })
    for (const acknowledgement of ['success', 'error', 'other_success', 'unreadable'] as const) {
      expect(judgePacket(somePacketFacts({ received: known(true), acknowledgement: known(acknowledgement) }), context)).toMatchObject({ kind: 'open', received: true, relayable: true })
    }
  })

  it('case 23b: cannot be relayed while its acknowledgement is asynchronous: never delivered', () => {
    expect(judgePacket(somePacketFacts({ received: known(true), acknowledgement: known('none') }), context)).toMatchObject({ kind: 'open', relayable: false })
  })

  it('cannot be relayed while a chain makes no blocks or gives no answer', () => {
    const old = known({ height: 90n, time: new Date(packetNow.getTime() - 60_001) })
    expect(judgePacket(somePacketFacts({ destinationTip: old }), context)).toMatchObject({ relayable: false, reason: 'ibc-b makes no blocks' })
    expect(judgePacket(somePacketFacts({ sourceTip: old }), context)).toMatchObject({ relayable: false, reason: 'ibc-a makes no blocks' })
    expect(judgePacket(somePacketFacts({ received: unanswered, acknowledgement: unanswered }), context)).toMatchObject({ relayable: false, received: null })
  })

  it('is unknown when the commitment itself is', () => {
    expect(judgePacket(somePacketFacts({ commitment: unanswered }), context)).toEqual({ kind: 'unknown', reason: 'nobody answered' })
  })
})

describe('the last word', () => {
  const word = (change: Parameters<typeof somePacketFacts>[0], everRun = true, over: Partial<VerdictContext> = {}) => lastWord(somePacketFacts(change), { ...context, ...over }, 'deadline', everRun)

  it('gives the share of a pending packet back', () => {
    expect(word({})).toMatchObject({ result: 'pending', relayedBy: 'nobody', refundReason: 'deadline' })
  })

  it('takes the chain\'s verdict where there is one', () => {
    expect(word({ ...gone, legs: [byUs('receive'), byUs('acknowledge')] })).toMatchObject({ result: 'delivered', relayedBy: 'us' })
  })

  it('calls a packet that we brought to its receiver delivered by us, though its acknowledgement is missing', () => {
    const arrived = { received: known(true), acknowledgement: known('success' as const) }
    expect(word({ ...arrived, legs: [byUs('receive')] })).toMatchObject({ result: 'delivered', relayedBy: 'us' })
    expect(word({ ...arrived, legs: [byOther('receive')] })).toMatchObject({ result: 'delivered', relayedBy: 'other' })
    expect(word({ ...arrived, legs: [] })).toBeNull()
    expect(word({ ...arrived, legs: [byOther('receive')] }, true, { need: 'acknowledge' })).toMatchObject({ result: 'pending', relayedBy: 'nobody' })
  })

  it('asks the chain, not our rows, who brought it: a restored database does not know its last runs', () => {
    const arrived = { received: known(true), acknowledgement: known('success' as const) }
    expect(word({ ...arrived, legs: [byUs('receive')] }, false)).toMatchObject({ result: 'delivered', relayedBy: 'us' })
    expect(word({ ...arrived, legs: [byOther('receive')] }, false)).toMatchObject({ result: 'delivered', relayedBy: 'other', refundReason: 'relayed_by_other' })
    expect(word({ ...arrived, legs: [] }, false)).toBeNull()
    expect(word({ received: known(true), acknowledgement: unanswered }, false)).toBeNull()
  })

  it('case 23c: never calls an error or an asynchronous acknowledgement delivered', () => {
    for (const acknowledgement of ['error', 'none', 'unreadable'] as const) {
      expect(word({ received: known(true), acknowledgement: known(acknowledgement), legs: [byUs('receive')] })).toMatchObject({ result: 'pending', relayedBy: 'nobody' })
    }
  })

  it('gives the share back although we received the packet, whoever else touched it, while nobody has the money', () => {
    for (const acknowledgement of ['error', 'none', 'unreadable'] as const) {
      for (const legs of [[byUs('receive')], [byOther('receive')], []]) {
        expect(word({ received: known(true), acknowledgement: known(acknowledgement), legs })).toMatchObject({ result: 'pending', relayedBy: 'nobody', refundReason: 'deadline' })
      }
    }
    expect(word({ ...gone, finishedBy: known('acknowledged_error' as const), legs: [byUs('receive'), byOther('acknowledge')] })).toMatchObject({ result: 'returned_by_error', relayedBy: 'us' })
  })

  it('is not spoken while the destination cannot be asked, unless nothing of ours was ever tried', () => {
    const silent = { received: unanswered, acknowledgement: unanswered }
    expect(word(silent, true)).toBeNull()
    expect(word(silent, false)).toMatchObject({ result: 'pending', relayedBy: 'nobody' })
    expect(word({ commitment: unanswered }, false)).toBeNull()
  })

  it('is what a chain shows that stands still, where it shows that the packet arrived: our rows may not know the run', () => {
    const still = { destinationTip: known({ height: 90n, time: new Date(0) }), received: known(true), acknowledgement: known('success' as const) }
    for (const everRun of [true, false]) {
      expect(word({ ...still, legs: [byUs('receive')] }, everRun)).toMatchObject({ result: 'delivered', relayedBy: 'us' })
      expect(word({ ...still, legs: [byOther('receive')] }, everRun)).toMatchObject({ result: 'delivered', relayedBy: 'other', refundReason: 'relayed_by_other' })
      expect(word({ ...still, legs: [] }, everRun)).toBeNull()
    }
    expect(word({ ...still, received: known(false), acknowledgement: known('none' as const) }, false)).toMatchObject({ result: 'pending', relayedBy: 'nobody' })
  })

  it('case 17d: is not spoken for a chain that stands still after a run: its mempool may hold our tx', () => {
    expect(word({ destinationTip: known({ height: 90n, time: new Date(0) }) }, true)).toBeNull()
  })
})

describe('progress and proof', () => {
  it('is 0 committed, 1 received, 2 finished, null unknown', () => {
    expect([somePacketFacts(), somePacketFacts({ received: known(true) }), somePacketFacts(gone), somePacketFacts({ commitment: unanswered }), somePacketFacts({ received: unanswered })].map(progress)).toEqual([0, 1, 2, null, null])
  })

  it('keeps answers with heights and endpoints, and leaves out what was not answered', () => {
    expect(evidenceOf(somePacketFacts({ commitment: known(false, 77n), received: unanswered, acknowledgement: unanswered }))).toEqual([
      { query: 'packet_commitment', chainId: 'ibc-a', height: 77n, endpointCount: 1, answer: 'absent' },
    ])
    expect(legsOf(somePacketFacts({ legs: [byUs('receive')] }))).toEqual([byUs('receive')])
  })
})
