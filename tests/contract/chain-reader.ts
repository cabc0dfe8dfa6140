import { createHash } from 'node:crypto'
import { toBech32 } from '@cosmjs/encoding'
import { beforeAll, describe, expect, it } from 'vitest'
import { formatPacketId, type PacketId } from '../../shared/utils/packet-id'
import { classifyPacket } from '../../server/domain/packet/classify'
import type { PacketFacts } from '../../server/domain/packet/facts'
import { recogniseInbound } from '../../server/domain/payment/recognise'
import { escrowAddress } from '../../server/adapters/cosmos/module-accounts'
import { parseDecimal } from '../../server/adapters/cosmos/gas-price'
import { signSend, untilFound, type ChainWorld } from './chain-world'

/** Age from which a packet is stuck here: every packet of a story is older. */
const thresholdMs = 1
const fee = '5000'

/** What every chain must answer, simulated or real. */
export function describeChainReader(name: string, open: () => Promise<ChainWorld>): void {
  describe(`chain reader over ${name}`, () => {
    let world: ChainWorld
    beforeAll(async () => {
      world = await open()
    })

    const state = async (id: PacketId) => {
      const [facts] = await world.reader.packetFacts([id], { withLegs: true })
      return { ...classifyPacket(facts!, new Date(), thresholdMs), facts: facts! }
    }
    const legsOf = (facts: PacketFacts) => facts.legs.map(leg => leg.leg).sort()
    const wish = (changes: Partial<Parameters<typeof signSend>[1]> = {}) => ({ to: world.service, amount: 12_345n, denom: world.feeDenom, memo: 'RLY-TEST', fee, ...changes })

    it('sees a packet that nobody delivered', async () => {
      const { facts, ...classified } = await state(world.story.undelivered)
      expect(classified).toEqual({ state: 'stuck_undelivered', outcome: null, need: 'deliver' })
      expect(facts.destination).toEqual(world.destination)
      expect(facts.sent).toMatchObject({ known: true, value: { transfer: { sender: world.sender, receiver: world.receiver } } })
      expect(legsOf(facts)).toEqual(['send'])
      expect(facts.legs[0]).toMatchObject({ chainId: world.source.chainId, signer: world.sender })
    })

    it('sees by the time of the destination that a packet timed out', async () => {
      const { facts: _, ...classified } = await state(world.story.timedOut)
      expect(classified).toEqual({ state: 'timed_out', outcome: null, need: 'timeout' })
    })

    it('sees a delivered packet whose acknowledgement is missing', async () => {
      const { facts, ...classified } = await state(world.story.deliveredUnacknowledged)
      expect(classified).toEqual({ state: 'stuck_unacknowledged', outcome: null, need: 'acknowledge' })
      expect(facts.acknowledgement).toMatchObject({ known: true, value: 'success' })
      expect(legsOf(facts)).toEqual(['receive', 'send', 'write_acknowledgement'])
    })

    it('reads the bytes of an error acknowledgement', async () => {
      const { facts, ...classified } = await state(world.story.errorAcknowledged)
      expect(classified).toEqual({ state: 'stuck_error_acknowledged', outcome: null, need: 'acknowledge' })
      expect(facts.acknowledgement).toMatchObject({ known: true, value: 'error' })
    })

    it('sees how a finished packet ended, and every tx that carried it', async () => {
      const { facts, ...classified } = await state(world.story.completed)
      expect(classified).toEqual({ state: 'completed', outcome: 'delivered', need: 'nothing' })
      expect(legsOf(facts)).toEqual(['acknowledge', 'receive', 'send', 'write_acknowledgement'])
      for (const leg of facts.legs) {
        expect(await world.reader.txResult(leg.chainId, leg.txHash)).toEqual({ height: leg.height, code: 0 })
        expect(leg.time).toBeInstanceOf(Date)
      }
    })

    it('reads all states in one call, in the order asked', async () => {
      const { undelivered, timedOut, deliveredUnacknowledged, errorAcknowledged, completed } = world.story
      const ids = [completed, errorAcknowledged, undelivered, timedOut, deliveredUnacknowledged]
      const facts = await world.reader.packetFacts(ids)
      expect(facts.map(packet => formatPacketId(packet.id))).toEqual(ids.map(formatPacketId))
      expect(facts.map(packet => classifyPacket(packet, new Date(), thresholdMs).state)).toEqual(['completed', 'stuck_error_acknowledged', 'stuck_undelivered', 'timed_out', 'stuck_unacknowledged'])
    })

    it('says of a sequence beyond the counter that it was never sent', async () => {
      const { facts } = await state({ ...world.source, sequence: 2n ** 64n - 1n })
      expect(facts.commitment).toMatchObject({ known: true, value: false })
      expect(facts.nextSequenceSend.known && facts.nextSequenceSend.value < 1_000_000n).toBe(true)
      expect(facts.finishedBy.known).toBe(false)
    })

    it('says of a channel that does not exist that nothing was sent on it', async () => {
      const { facts } = await state({ ...world.source, channelId: 'channel-999', sequence: 1n })
      expect(facts.destination).toBeNull()
      expect(classifyPacket(facts, new Date(), thresholdMs).state).toBe('unknown')
    })

    it('lists what is pending on a channel by what is missing', async () => {
      const pending = await world.reader.channelPending(world.source, world.destination)
      expect(pending.undelivered).toContain(world.story.undelivered.sequence)
      expect(pending.undelivered).toContain(world.story.timedOut.sequence)
      expect(pending.unacknowledged).toEqual(expect.arrayContaining([world.story.deliveredUnacknowledged.sequence, world.story.errorAcknowledged.sequence]))
      expect([...pending.undelivered, ...pending.unacknowledged]).not.toContain(world.story.completed.sequence)
      expect(pending.sourceHeight).toBeGreaterThan(0n)
    })

    it('sees exactly the relayed packets as finished and their neighbour as pending', async () => {
      const { sequences } = await world.sendTransfers(3)
      const [first, second, third] = sequences as [bigint, bigint, bigint]
      await world.relay([first, third])
      const read = async () => {
        const facts = await world.reader.packetFacts(sequences.map(sequence => ({ ...world.source, sequence })), { withLegs: true })
        return facts.filter(packet => packet.legs.some(leg => leg.leg === 'acknowledge')).length === 2 ? facts : null
      }
      const facts = await untilFound(read)
      expect(facts.map(packet => classifyPacket(packet, new Date(), thresholdMs).state)).toEqual(['completed', 'stuck_undelivered', 'completed'])
      expect(facts[1]?.id.sequence).toBe(second)
    })

    it('knows the route: channel open and clients active on both sides', async () => {
      expect(await world.reader.route(world.source)).toMatchObject({
        destination: world.destination, ordering: 'unordered',
        sourceChannelState: { known: true, value: 'open' }, destinationChannelState: { known: true, value: 'open' },
        sourceClientStatus: { known: true, value: 'Active' }, destinationClientStatus: { known: true, value: 'Active' },
      })
    })

    it('knows how long both light clients may be trusted', async () => {
      const route = await world.reader.route(world.source, { corroborate: true })
      for (const trust of [route.sourceClientTrust, route.destinationClientTrust]) {
        if (!trust.known) throw new Error(trust.reason)
        expect(trust.value).toMatchObject({ clientId: expect.stringMatching(/^07-tendermint-\d+$/), frozen: false })
        expect(trust.value.trustingPeriodSeconds).toBeGreaterThan(60n)
        expect(trust.value.newestHeaderTime.getTime()).toBeLessThanOrEqual(Date.now())
        expect(trust.value.newestHeaderTime.getTime() + Number(trust.value.trustingPeriodSeconds) * 1000).toBeGreaterThan(Date.now())
      }
    })

    it('counts the endpoints that agree about a packet', async () => {
      const counted = await untilFound(async () => {
        const [facts] = await world.reader.packetFacts([world.story.undelivered], { corroborate: true })
        const answers = [facts!.commitment, facts!.received]
        return answers.every(answer => answer.known && answer.endpointCount === 2) ? facts : null
      })
      expect(classifyPacket(counted!, new Date(), thresholdMs).state).toBe('stuck_undelivered')
    })

    it('reads what the message that ended a packet credited', async () => {
      const { sequences: [sequence] } = await world.sendTransfers(1, { receiver: 'nobody-owns-this' })
      await world.relay([sequence!])
      const leg = await untilFound(async () => {
        const [facts] = await world.reader.packetFacts([{ ...world.source, sequence: sequence! }], { withLegs: true })
        return facts!.legs.find(found => found.leg === 'acknowledge')
      })
      expect(leg.credits).toContainEqual({ address: world.sender, coin: { denom: world.feeDenom, amount: 1_000n } })
    })

    it('finds a person\'s packets as sender and as receiver, before they were received', async () => {
      for (const address of [world.sender, world.receiver]) {
        const { packets, unanswered } = await world.reader.packetsOfAddress(address)
        expect(unanswered).toEqual([])
        expect(packets.map(packet => formatPacketId(packet.id))).toContain(formatPacketId(world.story.undelivered))
      }
    })

    it('finds the packets of a tx on either chain', async () => {
      const { facts } = await state(world.story.completed)
      for (const leg of facts.legs) {
        const { packets } = await world.reader.packetsOfTx(leg.chainId, leg.txHash)
        expect(packets.map(packet => formatPacketId(packet.id))).toContain(formatPacketId(world.story.completed))
      }
      expect(await world.reader.packetsOfTx(world.source.chainId, '00'.repeat(32))).toEqual({ packets: [], unanswered: [], transaction: 'unknown' })
    })

    it('decodes a payment from its block, memo and all, once', async () => {
      const answer = await world.reader.broadcast(world.source.chainId, await signSend(world.key, wish({ memo: ' rly-test ünïcode ' })))
      expect(answer.state).toBe('accepted')
      const result = await untilFound(() => world.reader.txResult(world.source.chainId, answer.txHash))
      const block = await world.reader.block(world.source.chainId, result.height)
      expect(block).toMatchObject({ chainId: world.source.chainId, height: result.height })
      expect(recogniseInbound(block, new Set([world.service]))).toEqual([expect.objectContaining({
        kind: 'msg_send', txHash: answer.txHash, msgIndex: 0, coin: { denom: world.feeDenom, amount: 12_345n }, fromAddress: world.sender, memo: ' rly-test ünïcode ',
      })])
      const agreement = await untilFound(async () => {
        const answer = await world.reader.confirmBlock({ ...block, codes: block.txs.map(tx => tx.code) })
        return answer === 'waiting' ? null : answer
      })
      expect(['agreed', 'single']).toContain(agreement)
    })

    it('rejects a block that is not made yet', async () => {
      const { height } = await world.reader.tip(world.source.chainId)
      await expect(world.reader.block(world.source.chainId, height + 1_000n)).rejects.toMatchObject({ code: 'chain_unavailable' })
    })

    it('reads balance, account and gas price', async () => {
      const balance = await world.reader.balance(world.source.chainId, world.service, world.feeDenom)
      expect(balance.amount).toBeGreaterThan(0n)
      expect(await world.reader.balance(world.source.chainId, world.service, 'unknown')).toEqual({ denom: 'unknown', amount: 0n })
      expect(await world.reader.account(world.source.chainId, world.sender)).toMatchObject({ accountNumber: expect.any(BigInt), sequence: expect.any(BigInt) })
      expect(await world.reader.account(world.source.chainId, world.nobody)).toBeNull()
      expect(parseDecimal(await world.reader.gasPrice(world.source.chainId))! >= parseDecimal(world.minimumGasPrice)!).toBe(true)
    })

    it('tells what an address held after a past block, every denom', async () => {
      const answer = await world.reader.broadcast(world.source.chainId, await signSend(world.key, wish()))
      const { height } = await untilFound(() => world.reader.txResult(world.source.chainId, answer.txHash))
      const held = async (at: bigint) => (await world.reader.balancesAt(world.source.chainId, world.service, at)).balances.find(({ denom }) => denom === world.feeDenom)?.amount ?? 0n
      expect(await held(height) - await held(height - 1n)).toBe(wish().amount)
      expect(await world.reader.balancesAt(world.source.chainId, world.nobody, height)).toMatchObject({ balances: [] })
      expect(await world.reader.accountAt(world.source.chainId, world.nobody, height)).toMatchObject({ account: null })
      expect((await world.reader.accountAt(world.source.chainId, world.sender, height)).account).toEqual(await world.reader.account(world.source.chainId, world.sender))
      await expect(world.reader.accountAt(world.source.chainId, world.sender, height + 1_000n)).rejects.toMatchObject({ code: 'chain_unavailable' })
      await expect(world.reader.balancesAt(world.source.chainId, world.service, height + 1_000n)).rejects.toMatchObject({ code: 'chain_unavailable' })
    })

    it('tells a broadcast that went in from one that was there already', async () => {
      const bytes = await signSend(world.key, wish())
      const first = await world.reader.broadcast(world.source.chainId, bytes)
      expect(first.state).toBe('accepted')
      expect(await world.reader.broadcast(world.source.chainId, bytes)).toEqual({ state: 'already_known', txHash: first.txHash })
      await untilFound(() => world.reader.txResult(world.source.chainId, first.txHash))
      expect(await world.reader.broadcast(world.source.chainId, bytes)).toEqual({ state: 'already_known', txHash: first.txHash })
    })

    it.each<[string, Partial<Parameters<typeof signSend>[1]>, number]>([
      ['a wrong sequence', { sequenceOffset: 4 }, 32],
      ['too low a fee', { fee: '1' }, 13],
      ['too long a memo', { memo: 'm'.repeat(300) }, 12],
      ['more than the account holds', { amount: 10n ** 30n }, 5],
    ])('passes on why the chain refused %s', async (_, changes, code) => {
      const answer = await world.reader.broadcast(world.source.chainId, await signSend(world.key, wish(changes)))
      // Funds are looked at when the tx runs, not when it is taken in.
      if (code === 5 && answer.state === 'accepted') {
        const result = await untilFound(() => world.reader.txResult(world.source.chainId, answer.txHash))
        expect(result.code).toBe(5)
        const block = await world.reader.block(world.source.chainId, result.height)
        expect(recogniseInbound(block, new Set([world.service]))).toEqual([])
        return
      }
      expect(answer).toMatchObject({ state: 'rejected', code })
    })

    it('tells whose money no key moves: an account of a module, and the escrow of its channel', async () => {
      const { chainId, portId, channelId } = world.source
      const { bech32Prefix } = world.key
      const feeCollector = toBech32(bech32Prefix, createHash('sha256').update('fee_collector').digest().subarray(0, 20))
      expect(await world.reader.isModuleAccount(chainId, feeCollector)).toBe(true)
      expect(await world.reader.isModuleAccount(chainId, escrowAddress(bech32Prefix, portId, channelId))).toBe(true)
      for (const address of [world.sender, world.service, world.nobody]) expect(await world.reader.isModuleAccount(chainId, address)).toBe(false)
    })

    it('passes on that bytes are no tx', async () => {
      expect(await world.reader.broadcast(world.source.chainId, Uint8Array.of(1, 2, 3))).toMatchObject({ state: 'rejected', code: 2 })
    })

    it('knows nothing of a tx that does not exist', async () => {
      expect(await world.reader.txResult(world.source.chainId, 'F'.repeat(64))).toBeNull()
    })

    it('is woken by new blocks', async () => {
      const before = await world.reader.tip(world.source.chainId)
      const heights: bigint[] = []
      const stop = world.reader.onNewBlock(world.source.chainId, height => heights.push(height))
      await untilFound(async () => heights.length >= 2 ? heights : null)
      stop()
      expect(heights[0]).toBeGreaterThanOrEqual(before.height)
      expect(heights[1]).toBe(heights[0]! + 1n)
    })

    it('shows its endpoints as healthy, by host and port only', () => {
      for (const endpoint of world.reader.endpoints(world.source.chainId)) {
        expect(endpoint.endpoint).toMatch(/^[\w.-]+:\d+$/)
        expect(endpoint.status).toBe('ok')
      }
    })
  })
}
