import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { packetSchema, type PacketDto } from '../../../shared/schemas/packets'
import { parsePacketId, type PacketId } from '../../../shared/utils/packet-id'
import { untilFound } from '../../contract/chain-world'
import { createTestDatabase, type TestDatabase } from '../database'
import { DiagnosisWorld, type Eyes } from './diagnosis.world'

let database: TestDatabase
let world: DiagnosisWorld

beforeAll(async () => {
  database = await createTestDatabase()
  world = await DiagnosisWorld.start(database)
})
afterAll(async () => {
  await world?.stop()
  await database?.drop()
})
afterEach(() => world.control('/reset'))

const storyOf = (name: 'undelivered' | 'timedOut' | 'errorAcknowledged' | 'deliveredUnacknowledged' | 'completed' | 'inFlight') => parsePacketId(world.sandbox.story![name])!

/** A "no" on the page is a "no" of the quote. */
async function expectRefused(eyes: Eyes, id: PacketId, code: string, payOn = world.hub): Promise<void> {
  await expect(eyes.quote({ paymentChainId: payOn.chainId, packets: [id] })).rejects.toMatchObject({ code: 'packets_not_clearable', packets: [{ id, code }] })
}

function expectPaid(predicted: PacketDto, after: PacketDto): void {
  expect(predicted.refund).toMatchObject({ state: 'predicted', txHash: null })
  expect(after.refund).toEqual({ ...predicted.refund, state: 'paid', txHash: after.legs.at(-1)!.txHash })
}

describe('why a packet is stuck, on the sandbox', () => {
  it.each([
    ['undelivered', 'undelivered', 'yes'], ['timedOut', 'timed_out', 'yes'], ['errorAcknowledged', 'error_ack_pending', 'yes'],
    ['deliveredUnacknowledged', 'delivered_ack_missing', 'not_needed'], ['completed', 'completed_delivered', 'not_needed'],
  ] as const)('%s: %s', async (name, reason, payingHelps) => {
    const packet = await (await world.look()).get(storyOf(name))
    expect(packetSchema.safeParse(packet).error).toBeUndefined()
    expect(packet.diagnosis).toMatchObject({ reason, payingHelps })
    expect(packet.diagnosis.sentence).toMatch(/^[A-Z0-9].*ATOM.*\.$/)
  })

  it('not yet: a young packet', async () => {
    const [id] = await world.send(world.hub)
    const eyes = await world.look({ stuckAfterMs: 600_000 })
    expect((await eyes.get(id)).diagnosis).toMatchObject({ code: 'in_flight', payingHelps: 'not_needed' })
    await expectRefused(eyes, id, 'in_flight')
  })

  it('counts the endpoints that agree, and fewer when one is gone', async () => {
    const eyes = await world.look()
    const counts = async () => (await eyes.get(storyOf('undelivered'))).diagnosis.evidence.filter(({ query }) => ['packet_commitment', 'packet_receipt', 'client_trusted_until', 'channel_state'].includes(query)).map(({ endpointCount }) => endpointCount)
    expect(await untilFound(async () => (await counts()).every(count => count === 2) ? 2 : null)).toBe(2)
    await world.control('/faults/rpc', { endpoint: 1, kind: 'refuse' })
    expect(await untilFound(async () => (await counts()).every(count => count === 1) ? 1 : null)).toBe(1)
  })

  it.each(['expired', 'frozen'] as const)('a client that is %s on the destination stops a delivery, and no refund', async (status) => {
    await world.control('/client', { chainId: world.zone.chainId, status })
    const eyes = await world.look()
    const id = storyOf('undelivered')
    const { diagnosis } = await eyes.get(id)
    expect(diagnosis).toMatchObject({ code: `client_${status}`, payingHelps: 'no', params: { chainId: world.zone.chainId, clientId: world.zone.clientId } })
    if (status === 'expired') expect(diagnosis.sentence).toMatch(/the light client 07-tendermint-4 on Sandbox Zone expired 1 h.* ago, after 10 days without an update\.$/)
    await expectRefused(eyes, id, 'client_not_active')
    expect((await eyes.get(storyOf('timedOut'))).diagnosis).toMatchObject({ code: 'timed_out', payingHelps: 'yes' })
  })

  it('a client that is expired on the source stops the refund, too', async () => {
    await world.control('/client', { chainId: world.hub.chainId, status: 'expired' })
    const eyes = await world.look()
    for (const name of ['undelivered', 'timedOut', 'errorAcknowledged'] as const) {
      expect((await eyes.get(storyOf(name))).diagnosis).toMatchObject({ code: 'client_expired', payingHelps: 'no', params: { chainId: world.hub.chainId } })
      await expectRefused(eyes, storyOf(name), 'client_not_active')
    }
    expect((await eyes.get(storyOf('deliveredUnacknowledged'))).diagnosis.code).toBe('delivered_ack_missing')
  })

  it('a closed channel', async () => {
    await world.control('/channel', { chainId: world.zone.chainId, state: 'closed' })
    const eyes = await world.look()
    const { diagnosis } = await eyes.get(storyOf('undelivered'))
    expect(diagnosis).toMatchObject({ code: 'channel_closed', payingHelps: 'no', params: { chainId: world.zone.chainId, channelId: world.zone.channelId } })
    await expectRefused(eyes, storyOf('undelivered'), 'channel_not_open')
  })

  it('a channel end that is not open yet, or is being upgraded', async () => {
    await world.control('/channel', { chainId: world.zone.chainId, state: 'tryopen' })
    const eyes = await world.look()
    expect((await eyes.get(storyOf('undelivered'))).diagnosis).toMatchObject({ code: 'channel_closed', reason: 'channel_not_open', payingHelps: 'no', params: { chainId: world.zone.chainId, channelId: world.zone.channelId } })
    await expectRefused(eyes, storyOf('undelivered'), 'channel_not_open')
  })

  it('an earlier packet of an ordered channel, by its number, on the page and in the list', async () => {
    const [first, second] = await world.send(world.hub, { channelId: 'channel-1', count: 2 }) as [PacketId, PacketId]
    const eyes = await world.look()
    expect((await eyes.get(first)).diagnosis).toMatchObject({ code: 'undelivered', payingHelps: 'yes' })
    expect((await eyes.get(second)).diagnosis).toMatchObject({ code: 'ordered_channel_blocked', reason: 'ordered_channel_blocked_payable', payingHelps: 'no', params: { blockedBySequence: String(first.sequence) } })
    const { items } = await eyes.search({ chainId: first.chainId, portId: first.portId, channelId: first.channelId, limit: 10 })
    expect(items.map(({ diagnosis }) => diagnosis.code)).toEqual(['undelivered', 'ordered_channel_blocked'])
    await expectRefused(eyes, second, 'earlier_packet_pending')
    const { quote } = await eyes.quote({ paymentChainId: world.hub.chainId, packets: [second, first] })
    expect(quote.packets).toHaveLength(2)
    const run = await eyes.relayer.run({
      executor: 'clear_packets', source: { chainId: first.chainId, portId: first.portId, channelId: first.channelId }, destination: { chainId: world.zone.chainId, portId: 'transfer', channelId: 'channel-8' },
      sequences: [first.sequence, second.sequence], timeLimitMs: 20_000, signal: new AbortController().signal,
    })
    expect(run).toMatchObject({ ending: 'exit_0', statusLine: 'success' })
    for (const id of [first, second]) await world.until(eyes, id, 'completed_delivered')
  })

  it('an earlier acknowledgement of an ordered channel, without which no refund comes back', async () => {
    const [first] = await world.send(world.hub, { channelId: 'channel-1' })
    const [second] = await world.send(world.hub, { channelId: 'channel-1', to: 'nobody' })
    await world.relay(first, 'receive')
    await world.relay(second, 'receive')
    const eyes = await world.look()
    expect((await world.until(eyes, second, 'ordered_refund_blocked')).diagnosis).toMatchObject({ code: 'ordered_channel_blocked', payingHelps: 'no', params: { blockedBySequence: String(first.sequence) } })
    expect((await eyes.get(first)).diagnosis).toMatchObject({ code: 'delivered_ack_missing', payingHelps: 'not_needed' })
    await expectRefused(eyes, second, 'earlier_packet_pending')
    // The chain itself refuses it.
    await expect(world.relay(second, 'acknowledge')).rejects.toThrow('link failed')

    await world.relay(first, 'acknowledge')
    const refused = await world.until(eyes, second, 'error_ack_pending')
    expect(refused.diagnosis.payingHelps).toBe('yes')
    await world.relay(second, 'acknowledge')
    expectPaid(refused, await world.until(eyes, second, 'completed_returned_by_error'))
  })

  it('a packet of an ordered channel that timed out, behind which nothing is delivered any more', async () => {
    const [first] = await world.send(world.hub, { channelId: 'channel-1', timeoutSeconds: 1 })
    const [second] = await world.send(world.hub, { channelId: 'channel-1' })
    const eyes = await world.look()
    expect((await world.until(eyes, second, 'ordered_channel_closing')).diagnosis).toMatchObject({ code: 'ordered_channel_blocked', payingHelps: 'no', params: { blockedBySequence: String(first.sequence) } })
    const both = eyes.quote({ paymentChainId: world.hub.chainId, packets: [first, second] })
    await expect(both).rejects.toMatchObject({ packets: [{ id: second, code: 'earlier_packet_pending' }] })
    expect((await eyes.quote({ paymentChainId: world.hub.chainId, packets: [first] })).quote.packets).toMatchObject([{ need: 'timeout' }])
  })

  it.each([['zone', 'destination_halted'], ['hub', 'source_halted']] as const)('a chain that stopped: the %s', async (which, code) => {
    const { chainId } = world[which]
    await world.control('/halt', { chainId })
    const eyes = await world.look()
    for (const name of ['undelivered', 'timedOut', 'errorAcknowledged'] as const) {
      const { diagnosis } = await world.until(eyes, storyOf(name), code)
      expect(diagnosis).toMatchObject({ code, payingHelps: 'no', params: { chainId } })
    }
    await expectRefused(eyes, storyOf('timedOut'), 'chain_halted', which === 'hub' ? world.zone : world.hub)
    expect((await eyes.get(storyOf('deliveredUnacknowledged'))).diagnosis).toMatchObject({ code: 'delivered_ack_missing', payingHelps: 'not_needed' })
  })

  it.each([['zone', 'destination_unreachable'], ['hub', 'source_unreachable']] as const)('a chain that does not answer is unknown, not stuck: the %s', async (which, code) => {
    await world.control('/faults/rpc', { chainId: world[which].chainId, kind: 'refuse' })
    const eyes = await world.look()
    const packet = await eyes.get(storyOf('undelivered'))
    expect(packet).toMatchObject({ state: 'unknown', diagnosis: { code, payingHelps: 'unknown' } })
    expect(packet.unanswered.length).toBeGreaterThan(0)
    await expectRefused(eyes, storyOf('undelivered'), 'state_unknown', which === 'hub' ? world.zone : world.hub)
  })

  it('a timeout that is near', async () => {
    const [id] = await world.send(world.hub, { timeoutSeconds: 60 })
    const eyes = await world.look()
    const { diagnosis } = await eyes.get(id)
    expect(diagnosis).toMatchObject({ code: 'timing_out_soon', payingHelps: 'no' })
    expect(diagnosis.params.secondsLeft).toBeLessThanOrEqual(60)
    await expectRefused(eyes, id, 'in_flight')
  })

  it('a timeout that is near by the blocks of the destination', async () => {
    const [id] = await world.send(world.hub, { timeoutBlocks: 15 })
    const eyes = await world.look()
    const { diagnosis } = await eyes.get(id)
    expect(diagnosis).toMatchObject({ code: 'timing_out_soon', reason: 'timing_out_soon_by_height', payingHelps: 'no' })
    expect(Number(diagnosis.params.blocksLeft)).toBeLessThanOrEqual(15)
    await expectRefused(eyes, id, 'in_flight')
    await world.control('/blocks', { chainId: world.zone.chainId, count: 15 })
    const late = await world.until(eyes, id, 'timed_out')
    await world.relay(id, 'all')
    expectPaid(late, await world.until(eyes, id, 'completed_returned_by_timeout'))
  })

  it('what received it keeps its answer back', async () => {
    await world.control('/acknowledgements', { chainId: world.zone.chainId, held: true })
    const [id] = await world.send(world.hub)
    await world.relay(id, 'receive')
    const eyes = await world.look()
    expect((await world.until(eyes, id, 'async_ack_pending')).diagnosis).toMatchObject({ code: 'async_ack_pending', payingHelps: 'no' })
    await expectRefused(eyes, id, 'async_ack_pending')
  })

  it('a memo over the limit of our relayer, which indeed skips it', async () => {
    const [id] = await world.send(world.hub, { packetMemo: 'a memo of 24 bytes, long' })
    await world.control('/hermes/limits', { memoBytes: 23 })
    const eyes = await world.look()
    expect((await eyes.get(id)).diagnosis).toMatchObject({ code: 'receiver_or_memo_too_long', reason: 'memo_too_long', payingHelps: 'no', params: { bytes: 24, limitBytes: 23 } })
    await expectRefused(eyes, id, 'receiver_or_memo_too_long')
    const source = { chainId: id.chainId, portId: id.portId, channelId: id.channelId }
    const destination = { chainId: world.zone.chainId, portId: world.zone.portId, channelId: world.zone.channelId }
    await eyes.relayer.run({ executor: 'clear_packets', source, destination, sequences: [id.sequence], timeLimitMs: 20_000, signal: new AbortController().signal })
    expect((await eyes.get(id)).state).toBe('stuck_undelivered')
    await world.control('/hermes/limits', { receiverBytes: 5 })
    expect((await eyes.get(id)).diagnosis.reason).toBe('receiver_too_long')
  })

  it('a sending transaction that no endpoint has any more, but not while one has it', async () => {
    const id = storyOf('undelivered')
    const { height } = await (await world.look()).reader.tip(world.hub.chainId)
    await world.control('/conditions', { chainId: world.hub.chainId, endpoint: 0, indexedFrom: Number(height) })
    expect((await (await world.look()).get(id)).diagnosis.code).toBe('undelivered')
    await world.control('/conditions', { chainId: world.hub.chainId, endpoint: 1, indexedFrom: Number(height) })
    const eyes = await world.look()
    const { diagnosis } = await eyes.get(id)
    expect(diagnosis).toMatchObject({ code: 'packet_data_pruned', payingHelps: 'no', params: { endpointCount: 2 } })
    await expectRefused(eyes, id, 'packet_data_pruned')
  })

  it('an index that is switched off proves nothing about the transaction', async () => {
    await world.control('/conditions', { chainId: world.hub.chainId, indexer: 'off' })
    expect((await (await world.look()).get(storyOf('undelivered'))).diagnosis).toMatchObject({ code: 'cannot_tell', reason: 'cannot_tell_timeout', payingHelps: 'unknown' })
  })

  it('a channel to a chain that is not served, and one that our relayer is not set up for', async () => {
    const id = storyOf('undelivered')
    expect((await (await world.look({ only: [world.hub] })).get(id)).diagnosis).toMatchObject({ code: 'route_not_served', reason: 'route_not_served', payingHelps: 'no' })
    const hermesConfig = await world.changedConfig(text => text.replaceAll('store_prefix', 'packet_filter = { policy = \'allow\', list = [[\'transfer\', \'channel-99\']] }\nstore_prefix'))
    expect((await (await world.look({ hermesConfig })).get(id)).diagnosis).toMatchObject({ code: 'route_not_served', reason: 'route_not_relayed', payingHelps: 'no' })
  })

  it('a packet that was never sent', async () => {
    await expect((await world.look()).get({ ...storyOf('undelivered'), sequence: 9_999n })).rejects.toMatchObject({ code: 'packet_not_found' })
  })
})

describe('a forwarded transfer, on the sandbox', () => {
  const memoTo = (receiver: string, timeout = '10m') => JSON.stringify({ forward: { receiver, port: 'transfer', channel: world.zone.channelId, timeout } })
  const aliceOnHub = () => world.sandbox.accounts.alice.addresses[world.hub.chainId]!

  it('is followed to the packet that carries it on, which is the one to pay for', async () => {
    const [id] = await world.send(world.hub, { packetMemo: memoTo(aliceOnHub()), amount: '4242' })
    await world.relay(id, 'receive')
    const eyes = await world.look()
    const packet = await world.until(eyes, id, 'forwarded_payable')
    expect(packet).toMatchObject({ state: 'in_flight', diagnosis: { code: 'async_ack_pending', payingHelps: 'no' } })
    const [hop, ...others] = packet.diagnosis.params.nextHops!
    expect(others).toEqual([])
    expect(hop).toMatchObject({ id: { chainId: world.zone.chainId, channelId: world.zone.channelId }, state: 'stuck_undelivered', code: 'undelivered', payingHelps: 'yes' })
    await expectRefused(eyes, id, 'async_ack_pending')
    const hopId = { ...hop!.id, sequence: BigInt(hop!.id.sequence) }
    expect(await eyes.get(hopId)).toMatchObject({ transfer: { receiver: aliceOnHub(), coin: { amount: '4242' } } })
    expect((await (await world.look({ stuckAfterMs: 600_000 })).get(id)).diagnosis).toMatchObject({ reason: 'forwarded', params: { nextHops: [{ code: 'in_flight' }] } })

    await world.relay(hopId, 'all')
    expect((await world.until(eyes, id, 'delivered_forwarded')).diagnosis).toMatchObject({ code: 'delivered_ack_missing', payingHelps: 'not_needed', params: { nextHops: [{ code: 'completed' }] } })
    await world.relay(id, 'acknowledge')
    const ended = await world.until(eyes, id, 'completed_forwarded')
    expect(ended.diagnosis).toMatchObject({ code: 'completed', params: { nextHops: [{ id: hop!.id, code: 'completed' }] } })
    expect(ended.diagnosis.sentence).not.toContain('has arrived')
  })

  it('comes back hop by hop when the last one is refused, and the sender is paid', async () => {
    const [id] = await world.send(world.hub, { packetMemo: memoTo('nobody'), amount: '777' })
    await world.relay(id, 'receive')
    const eyes = await world.look()
    const [hop] = (await world.until(eyes, id, 'forwarded_payable')).diagnosis.params.nextHops!
    await world.relay({ ...hop!.id, sequence: BigInt(hop!.id.sequence) }, 'all')
    const refused = await world.until(eyes, id, 'error_ack_pending')
    await world.relay(id, 'acknowledge')
    expectPaid(refused, await world.until(eyes, id, 'completed_returned_by_error'))
  })

  it('is said to be forwarded unseen where the receiving transaction is not found', async () => {
    const [id] = await world.send(world.hub, { packetMemo: memoTo(aliceOnHub()) })
    await world.relay(id, 'receive')
    const { height } = await (await world.look()).reader.tip(world.zone.chainId)
    await world.control('/conditions', { chainId: world.zone.chainId, indexedFrom: Number(height) + 1 })
    expect((await (await world.look()).get(id)).diagnosis).toMatchObject({ reason: 'forwarded_unseen', payingHelps: 'no', params: { forward: { receiver: aliceOnHub(), channelId: world.zone.channelId } } })
  })

  it('that nobody can forward is refused at once', async () => {
    const [id] = await world.send(world.hub, { packetMemo: JSON.stringify({ forward: { receiver: aliceOnHub(), port: 'transfer', channel: 'channel-404' } }) })
    await world.relay(id, 'receive')
    await world.until(await world.look(), id, 'error_ack_pending')
  })
})

describe('the refund of a packet, on the sandbox', () => {
  it('of a native coin is predicted, and its transaction shows exactly it', async () => {
    const [id] = await world.send(world.hub, { timeoutSeconds: 1, amount: '31337' })
    const eyes = await world.look()
    const late = await world.until(eyes, id, 'timed_out')
    expect(late.refund).toMatchObject({ chainId: world.hub.chainId, address: world.sandbox.accounts.alice.addresses[world.hub.chainId], coin: { denom: 'uatom', amount: '31337' }, cause: 'timeout' })
    await world.relay(id, 'all')
    expectPaid(late, await world.until(eyes, id, 'completed_returned_by_timeout'))
  })

  it('of a voucher is named as the bank of the source chain names it', async () => {
    const [out] = await world.send(world.hub, { to: 'bob', amount: '5000' })
    await world.relay(out, 'all')
    const voucher = `ibc/${createHash('sha256').update(`transfer/${world.zone.channelId}/${world.hub.feeDenom}`).digest('hex').toUpperCase()}`
    const [id] = await world.send(world.zone, { from: 'bob', to: 'nobody-at-all', denom: voucher, amount: '4999' })
    await world.relay(id, 'receive')
    const eyes = await world.look()
    const refused = await world.until(eyes, id, 'error_ack_pending')
    expect(refused.refund).toMatchObject({ coin: { denom: voucher, amount: '4999' }, cause: 'error_acknowledgement' })
    expect(refused.diagnosis.sentence).toContain('0.004999 ATOM')
    await world.relay(id, 'acknowledge')
    expectPaid(refused, await world.until(eyes, id, 'completed_returned_by_error'))
  })
})
